"""Central differences: exact where they say so, near where they say so, and clear about faults."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from layer_inputs import Convolution, convolutions, refuses
from pooling_inputs import Array, Layer, check, distinct, eighths, problems, quarters, tied

from reference.activations import (
    arctan,
    arctan_backward,
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
from reference.convolution import convolve, convolve_backward, correlate, correlate_backward
from reference.gradient_check import (
    BILINEAR_STEP,
    central_differences,
    check_gradient,
    exact_step,
    pooling_gap,
    relu_gap,
)
from reference.linear import linear, linear_backward
from reference.losses import (
    half_squared_error,
    half_squared_error_gradient,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
)
from reference.pooling import max_pool, max_pool_backward

SMOOTH = [
    (arctan, arctan_backward),
    (sigmoid, sigmoid_backward),
    (tanh, tanh_backward),
    (softmax, softmax_backward),
    (log_softmax, log_softmax_backward),
]
X = np.array([[1.0, -2.0], [0.5, 3.0]])


@pytest.mark.parametrize(
    ("forward", "backward"), [(correlate, correlate_backward), (convolve, convolve_backward)]
)
@check(25)
@given(c=convolutions())
def test_differences_are_the_gradients_of_convolution_exactly(
    forward: Any, backward: Any, c: Convolution
) -> None:
    dx, dw, db = backward(c.dout, c.x, c.w, *c.layout)

    def differ(function: Callable[[Array], Array], at: Array) -> Array:
        return central_differences(function, at, c.dout, BILINEAR_STEP)

    assert (differ(lambda x: forward(x, c.w, c.b, *c.layout), c.x) == dx).all()
    assert (differ(lambda w: forward(c.x, w, c.b, *c.layout), c.w) == dw).all()
    assert (differ(lambda b: forward(c.x, c.w, b, *c.layout), c.b) == db).all()


@check(25)
@given(quarters((3, 2)), quarters((2, 4)), quarters((4,)), eighths((3, 4)))
def test_differences_are_the_gradients_of_the_dense_layer_exactly(
    x: Array, w: Array, b: Array, dout: Array
) -> None:
    dx, dw, db = linear_backward(dout, x, w)

    assert (central_differences(lambda v: linear(v, w, b), x, dout, 1) == dx).all()
    assert (central_differences(lambda v: linear(x, v, b), w, dout, 1) == dw).all()
    assert (central_differences(lambda v: linear(x, w, v), b, dout, 1) == db).all()


@check(40)
@given(problems(distinct))
def test_differences_are_the_gradient_of_pooling_exactly_with_a_step_inside_the_gap(
    problem: tuple[Array, Array, Layer],
) -> None:
    x, dout, layer = problem
    step = exact_step(pooling_gap(x, *layer.arguments))

    found = central_differences(lambda v: max_pool(v, *layer.arguments), x, dout, step)

    assert (found == max_pool_backward(dout, x, *layer.arguments)).all()


@check(40)
@given(quarters((3, 2)), eighths((3, 2)))
def test_differences_are_the_gradient_of_relu_exactly_off_the_kink(x: Array, dout: Array) -> None:
    assume((x != 0).all())

    found = central_differences(relu, x, dout, exact_step(relu_gap(x)))

    assert (found == relu_backward(dout, x)).all()


@pytest.mark.parametrize(("forward", "backward"), SMOOTH)
@check(25)
@given(x=quarters((2, 3)), dout=eighths((2, 3)))
def test_gradient_of_a_smooth_function_passes(
    forward: Any, backward: Any, x: Array, dout: Array
) -> None:
    assert check_gradient(backward(dout, x), forward, x, dout) is None


@check(25)
@given(quarters((2, 3)), quarters((2, 3)), st.sampled_from(["sum", "mean"]))
def test_gradients_of_the_losses_pass(prediction: Array, target: Array, reduction: str) -> None:
    labels = np.array([2, 0])
    squared = half_squared_error_gradient(prediction, target, reduction)
    entropy = softmax_cross_entropy_gradient(prediction, labels, reduction)

    def loss_of(p: Array) -> Any:
        return half_squared_error(p, target, reduction)

    assert check_gradient(squared, loss_of, prediction) is None
    assert (
        check_gradient(entropy, lambda p: softmax_cross_entropy(p, labels, reduction), prediction)  # type: ignore[arg-type, return-value]
        is None
    )


@check()
@given(problems())
def test_pooling_gap_is_the_distance_of_the_two_largest_of_a_window(
    problem: tuple[Array, Array, Layer],
) -> None:
    x, _, layer = problem
    pools = (max_pool(np.where(x == v, -99.0, x), *layer.arguments) for v in np.unique(x))
    without_largest = np.min(list(pools), axis=0)
    y = max_pool(x, *layer.arguments)
    tie = max_pool_backward(np.ones_like(y), x, *layer.arguments, "first") != max_pool_backward(
        np.ones_like(y), x, *layer.arguments, "last"
    )

    gap = pooling_gap(x, *layer.arguments)

    if tie.any():
        assert gap == 0
    elif (without_largest == -99).all():
        assert gap == math.inf
    else:
        assert gap == (y - without_largest)[without_largest != -99].min()


@check()
@given(tied((3, 4)))
def test_gap_counts_no_cell_twice_under_padding(x: Array) -> None:
    assert pooling_gap(x, 1, 1) == math.inf
    assert (pooling_gap(x, 2, 1, 1) == 0) == any(
        (np.sort(x[rows, columns], axis=None)[-2:] == x[rows, columns].max()).all()
        for rows in map(slice, (0, 0, 1, 2), (1, 2, 3, 3))
        for columns in map(slice, (0, 0, 1, 2, 3), (1, 2, 3, 4, 4))
        if x[rows, columns].size > 1
    )


@pytest.mark.parametrize(
    ("gap", "step"),
    [(math.inf, 1.0), (4.0, 1.0), (3.9, 0.5), (0.25, 0.0625), (0.3, 0.0625), (2.0**-40, 2.0**-42)],
)
def test_exact_step_is_a_power_of_two_within_a_quarter_of_the_gap(gap: float, step: float) -> None:
    assert exact_step(gap) == step


def test_relu_gap_is_the_least_distance_from_zero() -> None:
    assert relu_gap(X) == 0.5
    assert relu_gap(np.zeros((0, 2))) == math.inf


def test_wrong_entry_is_named_with_both_numbers() -> None:
    gradient = 2 * X
    gradient[0, 1] += 1

    text = check_gradient(gradient, lambda x: x**2, X, step=0.25)

    assert text == (
        "entry [0, 1] of the gradient is -3, differences with step 0.25 give -4; "
        "1 of 4 entries are off"
    )
    assert check_gradient(2 * X, lambda x: x**2, X, step=0.25, rtol=0, atol=0) is None


def test_first_of_several_wrong_entries_is_named_and_they_are_counted() -> None:
    text = check_gradient(np.array([2.0, 5.0, 7.0]), lambda x: x**2, np.ones(3), step=0.5)

    assert text is not None
    assert text.startswith("entry [1] of the gradient is 5, ")
    assert text.endswith("give 2; 2 of 3 entries are off")
    two = check_gradient(np.array([2.0, 5.0]), lambda x: x**2, np.ones(2), step=0.5)
    assert str(two).endswith("give 2; 1 of 2 entries are off")
    one = check_gradient(np.array([5.0]), lambda x: x**2, np.ones(1), step=0.5)
    assert str(one).endswith("give 2")


@pytest.mark.parametrize("value", [math.nan, math.inf, 1.0, -1.0])
def test_value_that_is_not_the_gradient_is_never_accepted(value: float) -> None:
    gradient = np.full((1,), value)

    assert check_gradient(gradient, lambda x: 0 * x, np.ones(1)) is not None


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        pytest.param(np.zeros((2, 1)), "has shape (2, 1), x has (2, 2)", id="would-broadcast"),
        pytest.param([[2, -4], [1, 6]], "not an array of numbers", id="list"),
        pytest.param(None, "not an array of numbers", id="nothing"),
        pytest.param(X > 0, "not an array of numbers", id="bool"),
        pytest.param(2 * X + 0j, "not an array of numbers", id="complex"),
    ],
)
def test_gradient_of_another_form_is_refused_in_words(gradient: Any, message: str) -> None:
    text = check_gradient(gradient, lambda x: x**2, X)

    assert text is not None
    assert message in text


def test_function_may_change_its_argument_but_x_stays_as_it_is() -> None:
    x = X.copy()
    x.flags.writeable = False

    def overwrite(v: Array) -> Array:
        v *= 3
        return v

    assert (central_differences(overwrite, x, step=1.0) == 3).all()
    assert (x == X).all()


BAD_CALLS = [
    pytest.param({"x": X.astype(np.float32)}, "x has dtype float32: give float64", id="float32"),
    pytest.param({"x": X.astype(int)}, "x has dtype int64", id="integers"),
    pytest.param({"x": [1.0]}, "x is of type list", id="list"),
    pytest.param({"x": np.array([np.nan])}, "x has entries that are infinite or NaN", id="nan"),
    pytest.param({"step": 0}, "step is 0", id="step-zero"),
    pytest.param({"step": -1.0}, "step is -1.0", id="step-negative"),
    pytest.param({"step": math.nan}, "step is nan", id="step-nan"),
    pytest.param({"step": math.inf}, "step is inf", id="step-infinite"),
    pytest.param({"step": "1"}, "step is '1'", id="step-text"),
    pytest.param({"x": X + 1e300}, "does not change by it", id="step-lost"),
    pytest.param({"dout": np.ones(2)}, "dout has shape (2,): function(x) has (2, 2)", id="dout"),
    pytest.param({"dout": 1.0}, "dout is of type float", id="dout-number"),
    pytest.param({"function": lambda x: x * math.inf}, "x[0, 0] is 1.0: function", id="infinite"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD_CALLS)
def test_bad_argument_is_named(arguments: dict[str, Any], message: str) -> None:
    with refuses(message), np.errstate(invalid="ignore"):
        central_differences(**{"function": np.negative, "x": X, **arguments})
    with refuses(message), np.errstate(invalid="ignore"):
        check_gradient(X, **{"function": np.negative, "x": X, **arguments})


@pytest.mark.parametrize("value", [-1e-6, math.nan, math.inf, "0", True, None])
@pytest.mark.parametrize("name", ["rtol", "atol"])
def test_bad_tolerance_is_named(name: str, value: Any) -> None:
    with refuses(f"{name} is {value!r}"):
        check_gradient(X, np.negative, X, **{name: value})


@pytest.mark.parametrize("gap", [0.0, -1.0, math.nan])
def test_tie_has_no_exact_step(gap: float) -> None:
    with refuses(f"gap is {gap!r}"):
        exact_step(gap)


def test_gap_of_what_is_no_plane_is_refused() -> None:
    with refuses("x has shape (4,)"):
        pooling_gap(np.zeros(4), 2)
    with refuses("x has dtype float32"):
        pooling_gap(X.astype(np.float32), 2)
    with refuses("kernel is 3"):
        pooling_gap(X, 3)
    with refuses("infinite or NaN"):
        relu_gap(np.array([math.inf]))
