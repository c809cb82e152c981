"""Losses over a batch, and their gradients.

Each `f(prediction, ...)` has an `f_gradient` with the same arguments: the gradient of the loss with
respect to the first one. `reduction` says what becomes of the losses of the N examples: "sum" adds
them, "mean" also divides by N, and the gradient likewise; with "sum" a batch gives the same
gradients as its examples one after the other. Predictions are float16, float32 or float64, and so
are the gradients; a loss is a Python float. No input is changed. An empty batch has the loss 0.0,
but no mean. ValueError, naming argument and value, for anything else.
"""

from __future__ import annotations

import numpy as np

from reference.activations import log_softmax, softmax
from reference.checks import check_alike, check_axes, check_floats
from reference.windows import INTEGERS, Array

__all__ = [
    "half_squared_error",
    "half_squared_error_gradient",
    "softmax_cross_entropy",
    "softmax_cross_entropy_gradient",
]


def half_squared_error(prediction: Array, target: Array, reduction: str = "sum") -> float:
    """Half the sum of the squared differences, whose gradient is the difference itself.

    prediction, target: (N, ...), the same shape and dtype. "mean" divides by N, not by the number
    of all entries.
    """
    _check_targets(prediction, target)
    return float(0.5 * ((prediction - target) ** 2).sum() / _divisor(prediction, reduction))


def half_squared_error_gradient(prediction: Array, target: Array, reduction: str = "sum") -> Array:
    """The gradient of half_squared_error with respect to the prediction: their difference.

    Arguments as there; the result is like the prediction.
    """
    _check_targets(prediction, target)
    return (prediction - target) / _divisor(prediction, reduction)


def softmax_cross_entropy(logits: Array, labels: Array, reduction: str = "sum") -> float:
    """Minus the log-probability, in nats, that softmax(logits) gives to the right classes.

    logits: (N, K) with K >= 1. labels: (N,) integers, the right class of each example, 0 to K - 1.
    Safe for finite logits of any size. A logit of -inf is an impossible class, with loss inf where
    it is the right one; NaN or +inf gives NaN, and ValueError if a row is all -inf.
    """
    _check_labels(logits, labels)
    chosen = log_softmax(logits)[np.arange(len(labels)), labels]
    return float((-chosen).sum() / _divisor(logits, reduction))


def softmax_cross_entropy_gradient(logits: Array, labels: Array, reduction: str = "sum") -> Array:
    """The gradient of softmax_cross_entropy with respect to the logits, (N, K).

    Each row is softmax(logits) minus 1 at the right class, so it sums to 0.
    """
    _check_labels(logits, labels)
    gradient = softmax(logits)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / _divisor(logits, reduction)


def _divisor(prediction: Array, reduction: str) -> int:
    """What the sum of the losses is divided by."""
    if reduction == "sum":
        return 1
    if reduction != "mean":
        raise ValueError(f"reduction is {reduction!r}: give 'sum' or 'mean'")
    if len(prediction) == 0:
        raise ValueError("reduction is 'mean': a batch of no examples has none")
    return len(prediction)


def _check_targets(prediction: Array, target: Array) -> None:
    check_floats("prediction", prediction)
    check_alike("target", target, "prediction", prediction)


def _check_labels(logits: Array, labels: Array) -> None:
    check_axes("logits", logits, "N, K")
    if not isinstance(labels, np.ndarray) or labels.dtype not in INTEGERS:
        kind = getattr(labels, "dtype", type(labels).__name__)
        raise ValueError(f"labels is of type {kind}: give an array of integers")
    if labels.shape != logits.shape[:1]:
        raise ValueError(f"labels has shape {labels.shape}: give {logits.shape[:1]}, one per row")
    if labels.size and not 0 <= labels.min() <= labels.max() < logits.shape[1]:
        raise ValueError(
            f"labels has classes {labels.min()} to {labels.max()}: logits has the classes 0 to "
            f"{logits.shape[1] - 1}"
        )
