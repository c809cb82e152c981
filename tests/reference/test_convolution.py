"""Convolution against its definition, and what must hold for it on any input."""

from __future__ import annotations

from collections.abc import Callable

import layer_definitions as definitions
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_inputs import Convolution, another_like, convolutions
from pooling_inputs import Array, check

from reference.convolution import (
    convolve,
    convolve_backward,
    correlate,
    correlate_backward,
    correlate_dx,
)

FORWARDS = [correlate, convolve]
BACKWARDS = [(correlate, correlate_backward), (convolve, convolve_backward)]

each_forward = pytest.mark.parametrize("forward", FORWARDS)
each_layer = pytest.mark.parametrize(("forward", "backward"), BACKWARDS)

Forward = Callable[..., Array]
Backward = Callable[..., tuple[Array, Array, Array]]


def inner(one: Array, other: Array) -> float:
    """The sum of products of two arrays of one shape."""
    assert one.shape == other.shape
    return float(np.sum(one * other))


@check(150)
@given(convolutions())
def test_correlation_is_its_definition(c: Convolution) -> None:
    y = correlate(c.x, c.w, c.b, *c.layout)

    expected = definitions.correlate(c.x, c.w, c.b, *c.layout)
    assert y.shape == expected.shape
    assert (y == expected).all()


@check(150)
@given(convolutions())
def test_gradients_of_correlation_are_their_definition(c: Convolution) -> None:
    found = correlate_backward(c.dout, c.x, c.w, *c.layout)

    expected = definitions.correlate_backward(c.dout, c.x, c.w, *c.layout)
    for ours, wanted in zip(found, expected, strict=True):
        assert ours.shape == wanted.shape
        assert (ours == wanted).all()


@check()
@given(convolutions())
def test_convolution_is_correlation_with_the_turned_kernel(c: Convolution) -> None:
    turned = definitions.turned(c.w)

    y = convolve(c.x, c.w, c.b, *c.layout)
    dx, dw, db = convolve_backward(c.dout, c.x, c.w, *c.layout)

    other = definitions.correlate_backward(c.dout, c.x, turned, *c.layout)
    assert (y == definitions.correlate(c.x, turned, c.b, *c.layout)).all()
    assert (dx == other[0]).all()
    assert (dw == definitions.turned(other[1])).all()
    assert (db == other[2]).all()


@each_layer
@check()
@given(c=convolutions())
def test_euler_identity_holds(forward: Forward, backward: Backward, c: Convolution) -> None:
    dx, dw, db = backward(c.dout, c.x, c.w, *c.layout)

    without_bias = inner(c.dout, forward(c.x, c.w, None, *c.layout))
    assert inner(dx, c.x) == without_bias
    assert inner(dw, c.w) == without_bias
    with_bias = inner(c.dout, forward(c.x, c.w, c.b, *c.layout))
    assert inner(db, c.b) == with_bias - without_bias


@each_layer
@check()
@given(data=st.data())
def test_gradients_are_adjoint_to_the_layer(
    forward: Forward, backward: Backward, data: st.DataObject
) -> None:
    c = data.draw(convolutions())
    vx, vw, vb = (data.draw(another_like(array)) for array in (c.x, c.w, c.b))

    dx, dw, db = backward(c.dout, c.x, c.w, *c.layout)

    assert inner(dx, vx) == inner(c.dout, forward(vx, c.w, None, *c.layout))
    assert inner(dw, vw) == inner(c.dout, forward(c.x, vw, None, *c.layout))
    nothing = np.zeros_like(c.x)
    assert inner(db, vb) == inner(c.dout, forward(nothing, c.w, vb, *c.layout))


@each_layer
@check()
@given(c=convolutions(batch=2))
def test_batch_is_the_sum_of_its_images(
    forward: Forward, backward: Backward, c: Convolution
) -> None:
    y = forward(c.x, c.w, c.b, *c.layout)
    dx, dw, db = backward(c.dout, c.x, c.w, *c.layout)

    alone = [backward(c.dout[n : n + 1], c.x[n : n + 1], c.w, *c.layout) for n in (0, 1)]
    assert (y[1:] == forward(c.x[1:], c.w, c.b, *c.layout)).all()
    assert (dx == np.concatenate([one[0] for one in alone])).all()
    assert (dw == alone[0][1] + alone[1][1]).all()
    assert (db == alone[0][2] + alone[1][2]).all()


@each_layer
@check()
@given(data=st.data())
def test_gradients_are_linear_in_dout(
    forward: Forward, backward: Backward, data: st.DataObject
) -> None:
    c = data.draw(convolutions())
    other = data.draw(another_like(c.dout))

    both = backward(2 * c.dout - 3 * other, c.x, c.w, *c.layout)

    first = backward(c.dout, c.x, c.w, *c.layout)
    second = backward(other, c.x, c.w, *c.layout)
    for mixed, a, b in zip(both, first, second, strict=True):
        assert (mixed == 2 * a - 3 * b).all()


def flip(array: Array) -> Array:
    """Rows and columns swapped."""
    return array.swapaxes(2, 3)


@each_forward
@check()
@given(c=convolutions())
def test_transposed_image_and_kernel_give_the_transposed_output(
    forward: Forward, c: Convolution
) -> None:
    turned = forward(flip(c.x), flip(c.w), c.b, c.stride[::-1], c.padding[::-1])

    assert (turned == flip(forward(c.x, c.w, c.b, *c.layout))).all()


@each_forward
@check()
@given(c=convolutions())
def test_padding_by_hand_gives_the_same(forward: Forward, c: Convolution) -> None:
    rows, columns = c.padding
    padded = np.zeros((*c.x.shape[:2], c.x.shape[2] + 2 * rows, c.x.shape[3] + 2 * columns))
    padded[:, :, rows : rows + c.x.shape[2], columns : columns + c.x.shape[3]] = c.x

    y = forward(padded, c.w, c.b, c.stride)

    assert (y == forward(c.x, c.w, c.b, *c.layout)).all()


@each_forward
@check()
@given(c=convolutions())
def test_stride_picks_from_the_output_with_stride_one(forward: Forward, c: Convolution) -> None:
    rows, columns = c.stride

    y = forward(c.x, c.w, c.b, c.stride, c.padding)

    assert (y == forward(c.x, c.w, c.b, 1, c.padding)[:, :, ::rows, ::columns]).all()


@each_forward
@check()
@given(c=convolutions(padded=False))
def test_image_from_the_next_row_on_gives_the_output_from_the_next_on(
    forward: Forward, c: Convolution
) -> None:
    below = np.concatenate([np.zeros_like(c.x[:, :, :1]), c.x], axis=2)

    y = forward(c.x, c.w, c.b)

    assert (forward(below, c.w, c.b)[:, :, 1:] == y).all()


@check()
@given(convolutions())
def test_single_peak_makes_convolution_print_the_kernel_and_correlation_the_turned_one(
    c: Convolution,
) -> None:
    *_, rows, columns = c.w.shape
    peak = np.zeros((1, c.w.shape[1], 1, 1))
    peak[0, 0] = 1

    printed = convolve(peak, c.w, None, 1, (rows - 1, columns - 1))

    assert (printed[0] == c.w[:, 0]).all()
    mirrored = correlate(peak, c.w, None, 1, (rows - 1, columns - 1))
    assert (mirrored[0] == c.w[:, 0, ::-1, ::-1]).all()


@check()
@given(st.data())
def test_two_convolutions_are_one_with_the_convolved_kernel(data: st.DataObject) -> None:
    c = data.draw(convolutions(padded=False, batch=1))
    x, first = c.x[:, :1], c.w[:1, :1]
    second = data.draw(another_like(first))
    *_, rows, columns = second.shape
    joint = convolve(first, second, None, 1, (rows - 1, columns - 1))

    wide = np.pad(x, [(0, 0), (0, 0), (rows, rows), (columns, columns)])
    twice = convolve(convolve(wide, first), second)

    assert (twice == convolve(wide, joint)).all()


@check()
@given(convolutions())
def test_cells_no_window_covers_get_exactly_zero(c: Convolution) -> None:
    dx = correlate_dx(c.dout, c.x, c.w, *c.layout)

    covered = {where[2:] for _, where, _ in definitions.terms(c.x, c.w, *c.layout)}
    for cell in np.ndindex(c.x.shape[2:]):
        assert cell in covered or (dx[:, :, *cell] == 0).all()
