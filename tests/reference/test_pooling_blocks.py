"""Large arrays: block by block they give what the definition and the table of windows give.

The other pooling tests run in both forms, on planes that one look takes in. Here stand the sizes
at which blocks are used, several blocks at a time, and what only blocks have.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import definition
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling_inputs import TIES, Array, Layer, check, legal_layers

from reference import blocks
from reference.pooling import (
    max_pool,
    max_pool_backward,
    max_pool_with_indices,
    mean_pool,
    mean_pool_backward,
)

NONE, EVERY = range(0), range(2**62)
SPECIAL = np.array([-np.inf, np.inf, np.nan, -1.0, -0.0, 0.0, 2.0])


@contextmanager
def forced(small: range, block_bytes: int = blocks.BLOCK_BYTES) -> Iterator[None]:
    """Arrays go through blocks of this size, unless they are small."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "SMALL", small)
        patch.setattr(blocks, "BLOCK_BYTES", block_bytes)
        yield


def all_answers(x: Array, dout: Array, arguments: Any) -> list[Array]:
    """What every pooling function gives; the sums of the last three round, the others do not."""
    y, index = max_pool_with_indices(x, *arguments)
    return [
        max_pool(x, *arguments),
        y,
        index,
        *(max_pool_backward(dout, x, *arguments, ties=ties) for ties in TIES),
        mean_pool(x, *arguments),
        mean_pool_backward(dout, x, *arguments),
    ]


def channels_last(x: Array) -> Array:
    """The same array, its channels neighbours in memory."""
    return np.moveaxis(np.moveaxis(x, -3, -1).copy(), -1, -3)


@st.composite
def large_planes(draw: st.DrawFn) -> tuple[Layer, np.random.Generator]:
    """Layers over planes that are large by themselves, of all proportions, and a generator."""
    kernel, dilation = draw(st.tuples(*[st.integers(1, 5)] * 2)), draw(st.integers(1, 3))
    height = draw(st.sampled_from([20, 91, 127, 700]))
    width = len(blocks.SMALL) // height + draw(st.integers(1, 9))
    margin = draw(st.integers(0, min(kernel) // 2))
    layer = Layer(
        plane=(height, width),
        kernel=kernel,
        stride=draw(st.tuples(*[st.integers(1, 6)] * 2)),
        padding=((margin, 0), (0, margin)),
        dilation=(dilation, 1),
        ceil_mode=draw(st.booleans()),
    )
    return layer, np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


@check(8)
@given(large_planes(), st.sampled_from(["ties", "special"]), st.sampled_from([1 << 12, 1 << 19]))
def test_large_planes_are_pooled_as_the_definition_reads(
    drawn: tuple[Layer, np.random.Generator], values: str, block_bytes: int
) -> None:
    layer, rng = drawn
    x = (
        rng.integers(0, 3, layer.plane) / 4
        if values == "ties"
        else rng.choice(SPECIAL, layer.plane)
    )
    dout = rng.integers(-32, 33, layer.out) / 8

    with forced(blocks.SMALL, block_bytes):
        y, index = max_pool_with_indices(x, *layer.arguments)
        dx = max_pool_backward(dout, x, *layer.arguments)

    maxima = list(definition.maxima_of_windows(x.tolist(), layer.arguments))
    places = [row * layer.plane[1] + column for (row, column), *_ in maxima]
    assert index.ravel().tolist() == places
    np.testing.assert_array_equal(y, x.ravel()[index])
    assert (dx.ravel() == np.bincount(places, dout.ravel(), x.size)).all()


@check(150)
@given(
    legal_layers(),
    st.sampled_from(["float16", "float32", "float64"]),
    st.sampled_from([1, 60, 400, 5000]),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_blocks_of_any_size_give_what_the_table_gives(
    layer: Layer, dtype: str, block_bytes: int, is_moved: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(-2, 3, (2, 3, *layer.plane)).astype(dtype)
    dout = (rng.integers(-32, 33, (2, 3, *layer.out)) / 8).astype(dtype)
    x = channels_last(x) if is_moved else x

    with forced(EVERY):
        expected = all_answers(x, dout, layer.arguments)
    with forced(NONE, block_bytes):
        answers = all_answers(x, dout, layer.arguments)

    rounding = 16 * float(np.finfo(dtype).eps)
    for answer, wanted, exact in zip(answers, expected, [True] * 5 + [False] * 3, strict=True):
        assert answer.dtype == wanted.dtype
        assert answer.shape == wanted.shape
        np.testing.assert_allclose(answer, wanted, rtol=0, atol=0 if exact else rounding)


@pytest.mark.slow
@pytest.mark.parametrize("ties", ["first", "last"])
@pytest.mark.parametrize(
    ("plane", "kernel"),
    [
        pytest.param((2, 255), 2, id="farthest-tap-256-cells-on"),
        pytest.param((2, 254), 2, id="farthest-tap-255-cells-on"),
        pytest.param((2, 65535), 2, id="farthest-tap-65536-cells-on"),
        pytest.param((3, 33000), (3, 1), id="farthest-tap-66000-cells-on"),
        pytest.param((9000, 2), 2, id="many-rows"),
    ],
)
def test_places_far_from_the_first_tap_are_found(plane: Any, kernel: Any, ties: str) -> None:
    x = np.random.default_rng(1).integers(0, 4, plane).astype(np.int16)
    dout = np.ones(max_pool(x, kernel, 1).shape)

    with forced(NONE):
        _, index = max_pool_with_indices(x, kernel, 1)
        dx = max_pool_backward(dout, x.astype(float), kernel, 1, ties=ties)

    with forced(EVERY):
        assert (max_pool_with_indices(x, kernel, 1)[1] == index).all()
        assert (max_pool_backward(dout, x.astype(float), kernel, 1, ties=ties) == dx).all()


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64"])
def test_lowest_integers_next_to_padding_keep_their_places(dtype: str) -> None:
    x = np.random.default_rng(2).integers(0, 2, (3, 60, 60)).astype(dtype)
    x = np.where(x == 0, np.iinfo(dtype).min, x)

    y, index = max_pool_with_indices(x, 3, 2, 1)

    with forced(EVERY):
        expected, places = max_pool_with_indices(x, 3, 2, 1)
    assert y.dtype == dtype
    assert (y == expected).all()
    assert (index == places).all()


def test_array_too_large_for_one_block_is_pooled_in_several() -> None:
    x = np.random.default_rng(3).integers(0, 99, (2, 5, 300, 200)).astype(np.float32)
    assert x.nbytes > blocks.BLOCK_BYTES
    dout = np.ones((2, 5, 150, 100), dtype=np.float32)

    answers = all_answers(x, dout, (3, 2, 1))

    with forced(EVERY):
        expected = all_answers(x, dout, (3, 2, 1))
    for answer, wanted in zip(answers, expected, strict=True):
        np.testing.assert_allclose(answer, wanted, rtol=1e-5)


def test_values_beyond_the_end_of_a_row_raise_no_warning() -> None:
    x = np.zeros((4, 50, 50), dtype=np.float16)
    x[..., 0], x[..., -1] = np.inf, -np.inf  # their sum would be invalid, but no window has both
    x[:, ::7, 1], x[:, ::7, -2] = 6e4, 6e4

    with forced(NONE):
        y = mean_pool(x, (1, 2), 1)
        z, _ = max_pool_with_indices(x, (1, 2), 1)

    assert not np.isnan(y).any()
    assert (z == np.maximum(x[..., 1:], x[..., :-1])).all()


def test_channels_that_are_neighbours_in_memory_stay_neighbours() -> None:
    x = channels_last(np.random.default_rng(4).normal(size=(2, 8, 30, 30)))
    dout = channels_last(np.ones((2, 8, 15, 15)))

    answers = all_answers(x, dout, (2,))

    for answer in answers:
        assert np.moveaxis(answer, -3, -1).flags.c_contiguous


def test_large_inputs_are_not_modified_and_may_be_read_only() -> None:
    x, dout = np.random.default_rng(5).normal(size=(3, 64, 64)), np.ones((3, 32, 32))
    before = x.copy()
    for array in (x, dout):
        array.flags.writeable = False

    answers = all_answers(x, dout, (2,))

    assert (x == before).all()
    assert not any(np.shares_memory(answer, x) for answer in answers)
    assert all(answer.flags.writeable for answer in answers)
