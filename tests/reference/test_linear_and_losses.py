"""The dense layer and the losses against their definitions, and what must hold for them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import layer_definitions as definitions
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_inputs import another_like
from pooling_inputs import Array, check, eighths, quarters

from reference.linear import linear, linear_backward, linear_db, linear_dw, linear_dx
from reference.losses import (
    half_squared_error,
    half_squared_error_gradient,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """A dense layer with its input and an upstream gradient."""

    x: Array
    w: Array
    b: Array
    dout: Array


@st.composite
def dense_layers(draw: st.DrawFn) -> Dense:
    """Up to 3 examples; square weights and others."""
    n, d, m = draw(st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(1, 4)))
    return Dense(
        x=draw(quarters((n, d))),
        w=draw(quarters((d, m))),
        b=draw(quarters((m,))),
        dout=draw(eighths((n, m))),
    )


@st.composite
def classifications(draw: st.DrawFn) -> tuple[Array, Array]:
    """Logits (N, K) and labels (N,)."""
    n, k = draw(st.tuples(st.integers(1, 3), st.integers(1, 4)))
    labels = draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n))
    return draw(quarters((n, k))), np.array(labels)


@check()
@given(dense_layers())
def test_dense_layer_is_its_definition(layer: Dense) -> None:
    expected = definitions.linear(layer.x, layer.w, layer.b)

    assert (linear(layer.x, layer.w, layer.b) == expected).all()
    assert (linear(layer.x, layer.w) == expected - layer.b).all()


@check()
@given(st.data())
def test_gradients_of_the_dense_layer_are_adjoint_to_it(data: st.DataObject) -> None:
    layer = data.draw(dense_layers())
    x, w, b, dout = layer.x, layer.w, layer.b, layer.dout
    vx, vw, vb = (data.draw(another_like(array)) for array in (x, w, b))

    dx, dw, db = linear_backward(dout, x, w)

    assert (dx.shape, dw.shape, db.shape) == (x.shape, w.shape, b.shape)
    assert np.sum(dx * vx) == np.sum(dout * definitions.linear(vx, w, 0 * b))
    assert np.sum(dw * vw) == np.sum(dout * definitions.linear(x, vw, 0 * b))
    assert np.sum(db * vb) == np.sum(dout * definitions.linear(0 * x, w, vb))
    assert np.sum(dx * x) == np.sum(dw * w) == np.sum(dout * linear(x, w))  # Euler


@check()
@given(dense_layers())
def test_dense_gradients_by_name_are_those_of_backward_and_batches_add_up(layer: Dense) -> None:
    x, w, dout = layer.x, layer.w, layer.dout

    dx, dw, db = linear_backward(dout, x, w)

    assert (dx == linear_dx(dout, x, w)).all()
    assert (dw == sum((linear_dw(dout[[n]], x[[n]], w) for n in range(len(x))), 0 * w)).all()
    assert (db == sum((linear_db(dout[[n]]) for n in range(len(x))), 0 * layer.b)).all()


@check()
@given(quarters((3, 2)).flatmap(lambda a: st.tuples(st.just(a), another_like(a))))
def test_half_squared_error_is_its_definition(drawn: tuple[Array, Array]) -> None:
    prediction, target = drawn

    loss = half_squared_error(prediction, target)

    assert type(loss) is float
    pairs = zip(prediction.flat, target.flat, strict=True)
    assert loss == math.fsum((p - t) ** 2 / 2 for p, t in pairs)
    assert half_squared_error(prediction, target, "mean") == loss / 3
    gradient = half_squared_error_gradient(prediction, target)
    assert (gradient == prediction - target).all()
    assert (half_squared_error_gradient(prediction, target, "mean") == gradient / 3).all()
    # the loss is quadratic: it is the mean of the gradient along the way to the target
    assert loss == np.sum(gradient * (prediction - target)) / 2


@check()
@given(classifications())
def test_cross_entropy_is_its_definition(drawn: tuple[Array, Array]) -> None:
    logits, labels = drawn
    probabilities = [definitions.softmax(row) for row in logits.tolist()]

    loss = softmax_cross_entropy(logits, labels)
    gradient = softmax_cross_entropy_gradient(logits, labels)

    chosen = [row[label] for row, label in zip(probabilities, labels.tolist(), strict=True)]
    assert type(loss) is float
    assert math.isclose(loss, -math.fsum(map(math.log, chosen)), rel_tol=1e-13, abs_tol=1e-14)
    expected = np.array(probabilities) - np.eye(logits.shape[1])[labels]
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-14)
    mean = softmax_cross_entropy(logits, labels, "mean")
    assert math.isclose(mean, loss / len(labels), rel_tol=1e-15)
    mean_gradient = softmax_cross_entropy_gradient(logits, labels, "mean")
    np.testing.assert_allclose(mean_gradient, gradient / len(labels), rtol=1e-15)


@check()
@given(classifications(), st.integers(-(10**6), 10**6))
def test_cross_entropy_does_not_change_when_all_logits_shift_alike(
    drawn: tuple[Array, Array], shift: int
) -> None:
    logits, labels = drawn

    assert softmax_cross_entropy(logits + shift, labels) == softmax_cross_entropy(logits, labels)


def test_cross_entropy_of_huge_logits_is_finite_and_of_an_impossible_class_infinite() -> None:
    logits = np.array([[1000.0, -1000.0, 0.0], [0.0, 0.0, -np.inf]])

    assert softmax_cross_entropy(logits[:1], np.array([1])) == 2000.0
    assert softmax_cross_entropy_gradient(logits[:1], np.array([1])).tolist() == [[1.0, -1.0, 0.0]]
    assert softmax_cross_entropy(logits, np.array([0, 2])) == math.inf
    assert softmax_cross_entropy(logits[1:], np.array([0])) == math.log(2)


def test_empty_batch_costs_nothing() -> None:
    nothing, labels = np.zeros((0, 3)), np.zeros(0, dtype=np.int64)

    assert half_squared_error(nothing, nothing) == 0.0
    assert softmax_cross_entropy(nothing, labels) == 0.0
    assert softmax_cross_entropy_gradient(nothing, labels).shape == (0, 3)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dtype_of_the_input_is_that_of_the_results(dtype: str) -> None:
    x, w, b = (np.ones(shape, dtype=dtype) for shape in [(2, 3), (3, 2), (2,)])
    y = linear(x, w, b)

    gradients = [
        *linear_backward(y, x, w),
        half_squared_error_gradient(y, y, "mean"),
        softmax_cross_entropy_gradient(y, np.array([0, 1]), "mean"),
    ]

    assert {array.dtype for array in [y, *gradients]} == {np.dtype(dtype)}


def test_inputs_are_unchanged() -> None:
    x, w, b, labels = np.eye(2), np.eye(2), np.ones(2), np.array([0, 1])
    for array in (x, w, b, labels):
        array.flags.writeable = False

    linear_backward(linear(x, w, b), x, w)
    half_squared_error_gradient(x, w)
    softmax_cross_entropy_gradient(x, labels)

    assert (x == np.eye(2)).all()
    assert (w == np.eye(2)).all()
