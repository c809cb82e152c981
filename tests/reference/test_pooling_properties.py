"""What must hold for max pooling on any input, whoever computes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pooling_inputs import Array, Layer, check, distinct, inputs, pairs, quarters

from reference.pooling import max_pool

pytestmark = pytest.mark.usefixtures("form")

Drawn = tuple[Array, Layer]


@check()
@given(pairs(1, 6).flatmap(quarters), pairs(1, 4))
def test_kernel_of_one_cell_only_picks_rows_and_columns(x: Array, stride: tuple[int, int]) -> None:
    rows, columns = stride

    assert (max_pool(x, 1, 1) == x).all()
    assert (max_pool(x, 1, stride) == x[::rows, ::columns]).all()


@check()
@given(inputs())
def test_transposed_input_gives_the_transposed_output(drawn: Drawn) -> None:
    x, layer = drawn

    turned = max_pool(x.T, *layer.transposed.arguments)

    assert (turned == max_pool(x, *layer.arguments).T).all()


@check()
@given(inputs())
def test_flipped_input_gives_the_flipped_output_at_stride_one(drawn: Drawn) -> None:
    x, layer = drawn
    layer = replace(layer, stride=(1, 1), ceil_mode=False)
    assume(layer.is_legal())
    (top, bottom), (left, right) = layer.padding
    flipped = replace(layer, padding=((bottom, top), (right, left)))

    y = max_pool(x, *layer.arguments)

    assert (max_pool(x[::-1, ::-1], *flipped.arguments) == y[::-1, ::-1]).all()


@check()
@given(inputs())
def test_negative_input_stays_negative_under_padding(drawn: Drawn) -> None:
    x, layer = drawn
    x = x - 4

    y = max_pool(x, *layer.arguments)

    assert (y < 0).all()
    assert np.isin(y, x).all()


@check()
@given(inputs())
def test_padding_by_hand_with_a_low_value_gives_the_same(drawn: Drawn) -> None:
    x, layer = drawn
    layer = replace(layer, ceil_mode=False)
    padded = np.pad(x, layer.padding, constant_values=-1e6)

    y = max_pool(padded, layer.kernel, layer.stride, dilation=layer.dilation)

    assert (y == max_pool(x, *layer.arguments)).all()


@check()
@given(inputs())
def test_increasing_functions_pass_through(drawn: Drawn) -> None:
    x, layer = drawn

    y = max_pool(x, *layer.arguments)

    assert (max_pool(x**3, *layer.arguments) == y**3).all()
    assert (max_pool(x + 2.0**20, *layer.arguments) == y + 2.0**20).all()
    assert (max_pool(x - 2.0**20, *layer.arguments) == y - 2.0**20).all()
    assert (max_pool(x / 1024, *layer.arguments) == y / 1024).all()


@check()
@given(pairs(5, 7).flatmap(quarters), st.integers(1, 3), st.integers(1, 3))
def test_two_poolings_with_stride_one_are_one_with_a_larger_kernel(
    x: Array, first: int, second: int
) -> None:
    assert (max_pool(max_pool(x, first, 1), second, 1) == max_pool(x, first + second - 1, 1)).all()


@check()
@given(inputs(padded=False))
def test_input_from_the_next_window_on_gives_the_output_from_the_next_on(drawn: Drawn) -> None:
    x, layer = drawn
    layer = replace(layer, ceil_mode=False)
    y = max_pool(x, *layer.arguments)
    later = x[layer.stride[0] :]
    assume(len(y) > 1)

    assert (max_pool(later, *layer.arguments) == y[1:]).all()


@check()
@given(inputs().flatmap(lambda d: st.tuples(st.just(d), quarters(d[1].plane))))
def test_larger_of_two_inputs_gives_the_larger_of_the_outputs(drawn: tuple[Drawn, Array]) -> None:
    (x, layer), other = drawn

    y = max_pool(np.maximum(x, other), *layer.arguments)

    assert (y == np.maximum(*(max_pool(a, *layer.arguments) for a in (x, other)))).all()


@check()
@given(inputs(lambda plane: quarters((2, 3, *plane))))
def test_planes_do_not_touch_each_other(drawn: Drawn) -> None:
    x, layer = drawn

    y = max_pool(x, *layer.arguments)

    alone = [[max_pool(plane, *layer.arguments) for plane in image] for image in x]
    assert (y == np.array(alone)).all()


@pytest.mark.parametrize("cell", range(9))
def test_nan_anywhere_in_a_window_is_its_maximum(cell: int) -> None:
    x = np.arange(9.0).reshape(3, 3)
    x.flat[cell] = np.nan

    assert np.isnan(max_pool(x, 3)).all()


@check()
@given(distinct((4, 6)), st.permutations(range(4)))
def test_order_within_tiling_windows_does_not_matter(x: Array, order: list[int]) -> None:
    tiles = x.reshape(2, 2, 3, 2).swapaxes(1, 2).reshape(2, 3, 4)
    mixed = tiles[..., order].reshape(2, 3, 2, 2).swapaxes(1, 2).reshape(4, 6)

    assert (max_pool(mixed, 2) == max_pool(x, 2)).all()
