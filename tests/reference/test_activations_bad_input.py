"""Arguments that activations and losses refuse, with the name and the value of what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from layer_inputs import refuses

from reference import activations
from reference.activations import log_softmax, relu_backward, softmax
from reference.losses import (
    half_squared_error,
    half_squared_error_gradient,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
)

X = np.zeros((2, 3))


@pytest.mark.parametrize("name", ["relu", "arctan", "sigmoid", "tanh", "softmax", "log_softmax"])
@pytest.mark.parametrize(
    ("x", "message"),
    [
        pytest.param(1.0, "x is of type float", id="number"),
        pytest.param([1.0], "x is of type list", id="list"),
        pytest.param(np.array(1.0), "x has shape ()", id="no-axis"),
        pytest.param(np.arange(3), "x has dtype int64", id="integers"),
        pytest.param(X > 0, "x has dtype bool", id="bool"),
        pytest.param(X + 0j, "x has dtype complex128", id="complex"),
    ],
)
def test_bad_input_of_an_activation_is_named(name: str, x: Any, message: str) -> None:
    with refuses(message):
        getattr(activations, name)(x)
    with refuses(message):
        getattr(activations, f"{name}_backward")(x, x)


@pytest.mark.parametrize("name", ["relu", "arctan", "sigmoid", "tanh", "softmax", "log_softmax"])
@pytest.mark.parametrize(
    ("dout", "message"),
    [
        pytest.param(X[:1], "dout has shape (1, 3): x has (2, 3)", id="would-broadcast"),
        pytest.param(X.astype("f4"), "dout has dtype float32: x has float64", id="float32"),
        pytest.param(1.0, "dout is of type float", id="number"),
    ],
)
def test_bad_dout_of_an_activation_is_named(name: str, dout: Any, message: str) -> None:
    with refuses(message):
        getattr(activations, f"{name}_backward")(dout, X)


@pytest.mark.parametrize("at_zero", [-0.1, 1.1, np.nan, True, None, "0"])
def test_slope_at_zero_outside_its_range_is_named(at_zero: Any) -> None:
    with refuses(f"at_zero is {at_zero!r}"):
        relu_backward(X, X, at_zero)


@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_bad_axis_or_row_of_softmax_is_named(function: Any) -> None:
    for axis in (2, -3, 1.0, True, None, (0,)):
        with refuses(f"axis is {axis!r}: x has the axes 0 to 1"):
            function(X, axis)
    with refuses("x has shape (2, 0): axis -1 may not be empty"):
        function(X[:, :0])
    with refuses("x is -inf all along the axis"):
        function(X - np.inf)


LABELS = np.array([0, 2])


@pytest.mark.parametrize("loss", [softmax_cross_entropy, softmax_cross_entropy_gradient])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"logits": X[0]}, "logits has shape (3,)", id="row"),
        pytest.param({"logits": X[:, :0]}, "axis K may not be empty", id="no-classes"),
        pytest.param({"logits": X.astype(int)}, "logits has dtype int64", id="integers"),
        pytest.param({"labels": [0, 2]}, "labels is of type list", id="list"),
        pytest.param({"labels": LABELS + 0.5}, "labels is of type float64", id="float-labels"),
        pytest.param({"labels": LABELS > 0}, "labels is of type bool", id="bool-labels"),
        pytest.param({"labels": LABELS[:1]}, "labels has shape (1,): give (2,)", id="too-few"),
        pytest.param({"labels": LABELS[None]}, "labels has shape (1, 2)", id="one-row"),
        pytest.param({"labels": LABELS + 1}, "labels has classes 1 to 3", id="too-large"),
        pytest.param({"labels": LABELS - 1}, "labels has classes -1 to 1", id="negative"),
        pytest.param({"reduction": "max"}, "reduction is 'max'", id="reduction"),
        pytest.param({"reduction": None}, "reduction is None", id="no-reduction"),
    ],
)
def test_bad_argument_of_cross_entropy_is_named(
    loss: Any, arguments: dict[str, Any], message: str
) -> None:
    with refuses(message):
        loss(**{"logits": X, "labels": LABELS, **arguments})


@pytest.mark.parametrize("loss", [half_squared_error, half_squared_error_gradient])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"prediction": 1.0}, "prediction is of type float", id="number"),
        pytest.param({"prediction": np.array(1.0)}, "prediction has shape ()", id="no-axis"),
        pytest.param({"target": X[:1]}, "target has shape (1, 3)", id="would-broadcast"),
        pytest.param({"target": X.astype("f4")}, "target has dtype float32", id="float32"),
        pytest.param({"target": X.astype(int)}, "target has dtype int64", id="integers"),
        pytest.param({"reduction": "Sum"}, "reduction is 'Sum'", id="reduction"),
    ],
)
def test_bad_argument_of_the_squared_error_is_named(
    loss: Any, arguments: dict[str, Any], message: str
) -> None:
    with refuses(message):
        loss(**{"prediction": X, "target": X, **arguments})


def test_empty_batch_has_no_mean() -> None:
    nothing = np.zeros((0, 3))

    for loss in (half_squared_error, half_squared_error_gradient):
        with refuses("reduction is 'mean': a batch of no examples"):
            loss(nothing, nothing, "mean")
