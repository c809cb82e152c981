"""Convolution: its forms by name and on planes, dtypes, memory, and examples worked by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_inputs import Convolution, convolutions
from pooling_inputs import Array, check

from reference import convolution as module
from reference.convolution import (
    convolve,
    convolve_backward,
    convolve_dw,
    convolve_dx,
    correlate,
    correlate_backward,
    correlate_db,
    correlate_dw,
    correlate_dx,
)

each_layer = pytest.mark.parametrize(
    ("forward", "backward"), [(correlate, correlate_backward), (convolve, convolve_backward)]
)

Forward = Callable[..., Array]
Backward = Callable[..., tuple[Array, Array, Array]]


@check()
@given(convolutions(batch=1), st.sampled_from(["correlate", "convolve"]))
def test_functions_on_a_plane_are_those_on_one_image_of_one_channel(
    c: Convolution, name: str
) -> None:
    x, w, dout = c.x[0, 0], c.w[0, 0], c.dout[0, 0]

    def both(suffix: str, *arguments: Any) -> tuple[Array, Array]:
        plane = getattr(module, f"{name}_plane{suffix}")(*arguments, *c.layout)
        batch = [a[None, None] for a in arguments] + ([None] if suffix == "" else [])
        return plane, getattr(module, name + suffix)(*batch, *c.layout)[0, 0]

    for suffix, arguments in {"": (x, w), "_dx": (dout, x, w), "_dw": (dout, x, w)}.items():
        plane, expected = both(suffix, *arguments)
        assert plane.shape == expected.shape
        assert (plane == expected).all()


@check()
@given(convolutions())
def test_gradients_by_name_are_those_of_backward(c: Convolution) -> None:
    arguments = c.dout, c.x, c.w, *c.layout

    for backward, dx, dw in [
        (correlate_backward, correlate_dx, correlate_dw),
        (convolve_backward, convolve_dx, convolve_dw),
    ]:
        found = backward(*arguments)
        assert (found[0] == dx(*arguments)).all()
        assert (found[1] == dw(*arguments)).all()
        assert (found[2] == correlate_db(c.dout)).all()


@each_layer
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@check(20)
@given(c=convolutions(batch=1))
def test_dtype_of_the_input_is_that_of_the_results(
    forward: Forward, backward: Backward, dtype: str, c: Convolution
) -> None:
    x, w, b, dout = (a.astype(dtype) for a in (c.x, c.w, c.b, c.dout))

    results = [forward(x, w, b, *c.layout), *backward(dout, x, w, *c.layout)]

    exact = [forward(c.x, c.w, c.b, *c.layout), *backward(c.dout, c.x, c.w, *c.layout)]
    for result, wanted in zip(results, exact, strict=True):
        assert result.dtype == dtype
        np.testing.assert_allclose(result, wanted, rtol=0, atol=256 * np.finfo(dtype).eps)


@each_layer
@check(20)
@given(c=convolutions())
def test_inputs_are_unchanged_and_results_do_not_share_their_memory(
    forward: Forward, backward: Backward, c: Convolution
) -> None:
    inputs = [c.x, c.w, c.b, c.dout]
    before = [array.copy() for array in inputs]
    for array in inputs:
        array.flags.writeable = False

    results = [forward(c.x, c.w, c.b, *c.layout), *backward(c.dout, c.x, c.w, *c.layout)]

    for array, kept in zip(inputs, before, strict=True):
        assert (array == kept).all()
        assert not any(np.shares_memory(array, result) for result in results)


@each_layer
@check(20)
@given(c=convolutions())
def test_memory_layout_does_not_matter(
    forward: Forward, backward: Backward, c: Convolution
) -> None:
    x, w, dout = (np.asfortranarray(a[::-1])[::-1] for a in (c.x, c.w, c.dout))

    assert (forward(x, w, c.b, *c.layout) == forward(c.x, c.w, c.b, *c.layout)).all()
    pairs = zip(backward(dout, x, w, *c.layout), backward(c.dout, c.x, c.w, *c.layout), strict=True)
    assert all((ours == theirs).all() for ours, theirs in pairs)


def test_infinite_gradient_reaches_only_the_cells_of_its_window() -> None:
    x, w, dout = np.zeros((1, 1, 1, 4)), np.ones((1, 1, 1, 2)), np.ones((1, 1, 1, 3))
    dout[..., 0] = np.inf

    assert correlate_dx(dout, x, w).tolist() == [[[[np.inf, np.inf, 2.0, 1.0]]]]


def test_hand_computed_example_tells_correlation_from_convolution() -> None:
    x = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    w = np.array([[[[1.0, 2.0], [0.0, -1.0]]]])

    assert correlate(x, w).tolist() == [[[[0.0, 2.0], [6.0, 8.0]]]]
    assert convolve(x, w).tolist() == [[[[12.0, 14.0], [18.0, 20.0]]]]
