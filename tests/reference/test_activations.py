"""Activations against the textbook formulas, their gradients, and numbers of any size."""

from __future__ import annotations

from collections.abc import Callable

import layer_definitions as definitions
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_inputs import another_like, refuses
from pooling_inputs import Array, check, eighths, pairs, quarters

from reference import activations
from reference.activations import (
    arctan,
    arctan_backward,
    explain_invalid_relu_gradient,
    log_softmax,
    log_softmax_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
)

Pair = tuple[Array, Array]
Backward = Callable[[Array, Array], Array]

BACKWARDS = [
    relu_backward,
    arctan_backward,
    sigmoid_backward,
    tanh_backward,
    softmax_backward,
    log_softmax_backward,
]


def tables(largest: int = 12) -> st.SearchStrategy[Array]:
    """Tables of up to 3 x 4 multiples of 1/4."""
    return pairs(1, 4).flatmap(lambda shape: quarters(shape, largest))


def tables_with_dout() -> st.SearchStrategy[Pair]:
    """A table and a gradient of its shape."""
    return tables().flatmap(lambda x: st.tuples(st.just(x), eighths(x.shape)))


@pytest.mark.parametrize("name", definitions.SCALARS)
@check()
@given(drawn=tables_with_dout())
def test_function_of_single_numbers_is_its_textbook_formula(name: str, drawn: Pair) -> None:
    x, dout = drawn

    y = getattr(activations, name)(x)
    dx = getattr(activations, f"{name}_backward")(dout, x)

    expected = np.vectorize(definitions.SCALARS[name], otypes=[float])(x)
    slopes = np.vectorize(definitions.SLOPES[name], otypes=[float])(x)
    np.testing.assert_allclose(y, expected, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(dx, dout * slopes, rtol=1e-11, atol=1e-14)


@check()
@given(tables_with_dout())
def test_relu_is_exact_and_its_gradient_is_dout_or_nothing(drawn: Pair) -> None:
    x, dout = drawn

    assert (relu(x) == (x + np.abs(x)) / 2).all()
    assert (relu_backward(dout, x) == np.where(x > 0, dout, 0)).all()
    assert (relu_backward(dout, x, 0.25) == np.where(x == 0, dout / 4, dout * (x > 0))).all()
    assert (relu_backward(dout, x, 1) == np.where(x >= 0, dout, 0)).all()
    assert np.sum(relu_backward(dout, x) * x) == np.sum(dout * relu(x))  # Euler


@check()
@given(tables())
def test_softmax_is_its_textbook_formula_along_either_axis(x: Array) -> None:
    rows = np.array([definitions.softmax(row) for row in x.tolist()])

    np.testing.assert_allclose(softmax(x), rows, rtol=1e-14)
    np.testing.assert_allclose(softmax(x.T, axis=0), rows.T, rtol=1e-14)
    np.testing.assert_allclose(log_softmax(x), np.log(rows), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(log_softmax(x.T, axis=0), np.log(rows).T, rtol=1e-13, atol=1e-14)


@check()
@given(tables(), st.integers(-(10**6), 10**6))
def test_softmax_does_not_change_when_all_classes_shift_alike(x: Array, shift: int) -> None:
    assert (softmax(x + shift) == softmax(x)).all()
    assert (log_softmax(x + shift) == log_softmax(x)).all()


@check()
@given(tables_with_dout())
def test_gradients_of_softmax_are_products_with_its_jacobian(drawn: Pair) -> None:
    x, dout = drawn
    probabilities = np.array([definitions.softmax(row) for row in x.tolist()])

    for p, row_of_dout, dx, log_dx in zip(
        probabilities, dout, softmax_backward(dout, x), log_softmax_backward(dout, x), strict=True
    ):
        jacobian = np.diag(p) - np.outer(p, p)
        log_jacobian = np.eye(len(p)) - np.outer(np.ones(len(p)), p)
        np.testing.assert_allclose(dx, row_of_dout @ jacobian, rtol=0, atol=1e-14)
        np.testing.assert_allclose(log_dx, row_of_dout @ log_jacobian, rtol=0, atol=1e-13)
        assert abs(dx.sum()) < 1e-13
    transposed = softmax_backward(dout.T, x.T, axis=0)
    np.testing.assert_allclose(transposed, softmax_backward(dout, x).T, rtol=0, atol=1e-14)
    transposed = log_softmax_backward(dout.T, x.T, axis=0)
    np.testing.assert_allclose(transposed, log_softmax_backward(dout, x).T, rtol=0, atol=1e-13)


@check()
@given(tables())
def test_odd_functions_are_odd_and_sigmoid_mirrors(x: Array) -> None:
    assert (arctan(-x) == -arctan(x)).all()
    assert (tanh(-x) == -tanh(x)).all()
    np.testing.assert_allclose(sigmoid(-x), 1 - sigmoid(x), rtol=0, atol=1e-15)
    np.testing.assert_allclose(tanh(x / 2), 2 * sigmoid(x) - 1, rtol=0, atol=1e-15)


@pytest.mark.parametrize("backward", BACKWARDS)
@check(30)
@given(data=st.data())
def test_gradient_is_linear_in_dout(backward: Backward, data: st.DataObject) -> None:
    x, dout = data.draw(tables_with_dout())
    other = data.draw(another_like(dout))

    mixed = backward(2 * dout - 3 * other, x)

    expected = 2 * backward(dout, x) - 3 * backward(other, x)
    np.testing.assert_allclose(mixed, expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_largest_numbers_of_a_dtype_neither_overflow_nor_give_nan(dtype: str) -> None:
    most = np.finfo(dtype).max
    x = np.array([[-most, -1000, 0, 1000, most]], dtype=dtype)
    dout = np.ones_like(x)

    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert (sigmoid(x) == np.array([0, 0, 0.5, 1, 1], dtype=dtype)).all()
        assert (tanh(x) == np.array([-1, -1, 0, 1, 1], dtype=dtype)).all()
        assert (relu(x) == np.maximum(x, 0)).all()
        assert (softmax(x) == np.array([0, 0, 0, 0, 1], dtype=dtype)).all()
        for backward in BACKWARDS:
            dx = backward(dout, x)
            assert dx.dtype == dtype
            assert np.isfinite(dx).all()
    assert log_softmax(x[:, 1:4]).tolist() == [[-2000, -1000, 0]]
    assert np.isclose(arctan_backward(dout, x)[0, 3], 1e-6, rtol=0.1)


def test_small_slopes_far_from_zero_keep_their_digits() -> None:
    x, one = np.array([40.0, -40.0, 300.0]), np.ones(3)

    np.testing.assert_allclose(sigmoid(x[1:2]), [4.248354255291589e-18], rtol=1e-14)
    np.testing.assert_allclose(sigmoid_backward(one, x), np.exp([-40.0, -40.0, -300.0]), rtol=1e-14)
    np.testing.assert_allclose(
        tanh_backward(one, x), 4 * np.exp([-80.0, -80.0, -600.0]), rtol=1e-14
    )
    np.testing.assert_allclose(arctan_backward(one, x), [1 / 1601, 1 / 1601, 1 / 90001], rtol=1e-15)


def test_impossible_class_gets_probability_zero_and_nan_spoils_only_its_row() -> None:
    x = np.array([[0.0, -np.inf, 0.0], [np.nan, 0.0, 0.0], [np.inf, 0.0, 1.0]])

    assert softmax(x)[0].tolist() == [0.5, 0.0, 0.5]
    assert log_softmax(x)[0].tolist() == [-np.log(2), -np.inf, -np.log(2)]
    assert np.isnan(softmax(x)[1:]).all()
    assert np.isnan(log_softmax(x)[1:]).all()


def test_infinite_gradient_is_stopped_where_relu_is_flat_and_nan_in_x_is_passed_on() -> None:
    x = np.array([-1.0, 0.0, 2.0, np.nan])
    dout = np.array([np.inf, np.nan, -np.inf, 1.0])

    assert relu_backward(dout, x)[:3].tolist() == [0.0, 0.0, -np.inf]
    assert np.isnan(relu_backward(dout, x)[3])
    assert np.isnan(relu(x)[3])


@pytest.mark.parametrize("backward", BACKWARDS)
def test_inputs_are_unchanged_and_results_are_new(backward: Backward) -> None:
    x, dout = np.array([[-1.0, 0.0, 2.0]]), np.array([[3.0, 4.0, 5.0]])
    forward = getattr(activations, backward.__name__.removesuffix("_backward"))
    for array in (x, dout):
        array.flags.writeable = False

    results = [forward(x), backward(dout, x)]

    assert not any(np.shares_memory(result, array) for result in results for array in (x, dout))
    assert (x == [[-1, 0, 2]]).all()
    assert (dout == [[3, 4, 5]]).all()


@check()
@given(tables_with_dout().flatmap(lambda d: st.tuples(st.just(d), st.integers(0, 8))))
def test_every_subgradient_of_relu_is_valid(drawn: tuple[Pair, int]) -> None:
    (x, dout), eighth = drawn

    dx = relu_backward(dout, x, eighth / 8)

    assert explain_invalid_relu_gradient(dx, dout, x) is None


@pytest.mark.parametrize(
    ("dx", "message"),
    [
        pytest.param([0.0, 2.0, 3.0], "dx[0, 0] is 0: x is 1 there, so it must be -4", id="lost"),
        pytest.param(
            [-4.0, 5.0, 0.0],
            "dx[0, 1] is 5: x is 0 there, so it must be a number from 0 to 4",
            id="too-much-at-zero",
        ),
        pytest.param([-4.0, -1.0, 0.0], "from 0 to 4", id="wrong-sign-at-zero"),
        pytest.param([-4.0, 2.0, 3.0], "dx[0, 2] is 3: x is -1", id="not-stopped"),
        pytest.param([-4.0, np.nan, 0.0], "dx[0, 1] is nan", id="nan"),
        pytest.param([-4.0, np.inf, 0.0], "dx[0, 1] is inf", id="infinite"),
        pytest.param([True, False, False], "dx is not an array of numbers", id="mask"),
    ],
)
def test_invalid_relu_gradient_is_explained(dx: list[float], message: str) -> None:
    x, dout = np.array([[1.0, 0.0, -1.0]]), np.array([[-4.0, 4.0, 3.0]])

    text = explain_invalid_relu_gradient(np.array([dx]), dout, x)

    assert text is not None
    assert message in text


def test_gradient_of_another_form_is_no_relu_gradient() -> None:
    x, dout = np.ones((1, 2)), np.ones((1, 2))

    assert explain_invalid_relu_gradient(np.ones(2), dout, x) == "dx has shape (2,), x has (1, 2)"
    assert explain_invalid_relu_gradient(None, dout, x) == "dx is not an array of numbers"  # type: ignore[arg-type]
    with refuses("dout has shape (2,)"):
        explain_invalid_relu_gradient(x, np.ones(2), x)
