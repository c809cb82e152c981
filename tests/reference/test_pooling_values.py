"""What max pooling gives: sizes, values and places, against the definition and by hand."""

from __future__ import annotations

from typing import Any

import definition
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pooling_inputs import Array, Layer, check, inputs

from reference.pooling import max_pool, max_pool_with_indices

pytestmark = pytest.mark.usefixtures("form")

# size, kernel, stride, padding, windows with ceil_mode; PyTorch, ONNX Runtime and onnx agree
CEIL_SIZES = [
    (3, 2, 2, 1, 2),
    (3, 1, 3, 0, 1),
    (7, 2, 3, 1, 3),
    (6, 3, 4, 1, 2),
    (2, 2, 3, 1, 1),
    (6, 2, 5, 1, 2),
    (3, 1, 4, 0, 1),
    (4, 3, 2, 0, 2),
    (5, 2, 2, 0, 3),
    (6, 3, 5, 0, 2),
]


def infinite_and_nan(shape: tuple[int, ...]) -> st.SearchStrategy[Array]:
    """Few values, among them every special one."""
    elements = st.sampled_from([-np.inf, np.inf, np.nan, -1.0, -0.0, 0.0, 2.0])
    return hnp.arrays(np.float64, shape, elements=elements)


@pytest.mark.parametrize(("size", "kernel", "stride", "padding", "windows"), CEIL_SIZES)
def test_last_window_is_kept_by_ceil_mode_only_if_it_starts_on_the_plane(
    size: int, kernel: int, stride: int, padding: int, windows: int
) -> None:
    x = np.arange(size * size, dtype=float).reshape(size, size)

    y = max_pool(x, kernel, stride, padding, ceil_mode=True)

    assert y.shape == (windows, windows)


@check(150)
@given(inputs())
def test_values_and_places_are_those_of_the_definition(drawn: tuple[Array, Layer]) -> None:
    x, layer = drawn

    y, index = max_pool_with_indices(x, *layer.arguments)

    assert y.shape == index.shape == layer.out
    assert y.ravel().tolist() == definition.pool(x.tolist(), layer.arguments)
    firsts = [cells[0] for cells in definition.maxima_of_windows(x.tolist(), layer.arguments)]
    assert index.ravel().tolist() == [row * layer.plane[1] + column for row, column in firsts]


@check(150)
@given(inputs(infinite_and_nan))
def test_nan_wins_and_infinities_are_ordinary_values(drawn: tuple[Array, Layer]) -> None:
    x, layer = drawn

    y, index = max_pool_with_indices(x, *layer.arguments)

    np.testing.assert_array_equal(y.ravel(), definition.pool(x.tolist(), layer.arguments))
    np.testing.assert_array_equal(y, x.ravel()[index])


@check()
@given(inputs(infinite_and_nan))
def test_values_are_the_same_with_and_without_places(drawn: tuple[Array, Layer]) -> None:
    x, layer = drawn

    y, _ = max_pool_with_indices(x, *layer.arguments)

    np.testing.assert_array_equal(max_pool(x, *layer.arguments), y)


@pytest.mark.parametrize("lowest", [-np.inf, np.finfo(np.float64).min])
def test_padding_never_wins_over_the_lowest_value(lowest: float) -> None:
    x = np.full((3, 3), lowest)

    y, index = max_pool_with_indices(x, 3, 1, padding=1)

    assert (y == lowest).all()
    assert index.tolist() == [[0, 0, 1], [0, 0, 1], [3, 3, 4]]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64"])
def test_padding_never_wins_over_the_lowest_integer(dtype: str) -> None:
    x = np.full((3, 3), np.iinfo(dtype).min, dtype=dtype)

    y, index = max_pool_with_indices(x, 3, 1, padding=1)

    assert (y == x).all()
    assert index.tolist() == [[0, 0, 1], [0, 0, 1], [3, 3, 4]]


def test_large_int64_keeps_every_digit() -> None:
    x = np.array([[2**53, 2**53 + 1], [-(2**62) - 1, 0]])

    y = max_pool(x, 2)

    assert y.tolist() == [[2**53 + 1]]


@pytest.mark.parametrize(
    "dtype", ["float16", "float32", "float64", "int8", "uint8", "int16", "int32", "int64"]
)
def test_dtype_is_that_of_the_input(dtype: str) -> None:
    x = np.arange(16).reshape(4, 4).astype(dtype)

    y, index = max_pool_with_indices(x, 2)

    assert y.dtype == dtype
    assert max_pool(x, 2).dtype == dtype
    assert index.dtype == np.int64


def test_padding_may_differ_on_all_four_sides() -> None:
    x = np.array([[1.0, 2.0], [3.0, 4.0]])

    y = max_pool(x, 2, 1, padding=((1, 0), (0, 1)))

    assert y.tolist() == [[2.0, 2.0], [4.0, 4.0]]


def test_batch_may_be_empty() -> None:
    y, index = max_pool_with_indices(np.empty((0, 2, 4, 4)), 2)

    assert y.shape == index.shape == (0, 2, 2, 2)


def layouts() -> list[Any]:
    """The same 4 x 6 numbers, laid out in memory in every way."""
    x = np.arange(24.0).reshape(4, 6) % 7
    spaced = np.zeros((8, 12))
    spaced[::2, ::2] = x
    frozen = x.copy()
    frozen.flags.writeable = False
    return [
        pytest.param(np.asfortranarray(x), id="fortran"),
        pytest.param(spaced[::2, ::2], id="spaced"),
        pytest.param(x[::-1, ::-1].copy()[::-1, ::-1], id="negative-strides"),
        pytest.param(frozen, id="read-only"),
    ]


@pytest.mark.parametrize("x", layouts())
def test_memory_layout_of_the_input_does_not_matter(x: Array) -> None:
    before = x.copy()

    y = max_pool(x, 3, 2, 1)

    assert (y == max_pool(np.ascontiguousarray(x), 3, 2, 1)).all()
    assert (x == before).all()


def test_broadcast_input_is_pooled_as_its_copy() -> None:
    x = np.broadcast_to(np.arange(4.0), (3, 4, 4))

    assert (max_pool(x, 2) == max_pool(x.copy(), 2)).all()


def test_result_does_not_share_memory_with_the_input() -> None:
    x = np.arange(4.0).reshape(2, 2)

    y = max_pool(x, 1)

    assert not np.shares_memory(x, y)
