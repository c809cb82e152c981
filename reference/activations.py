"""Activation functions and their gradients.

Each `f(x)` has an `f_backward(dout, x)`, the gradient of sum(dout * f(x)) with respect to x; it
takes the input x of the layer, not its output. x and dout: (...,), the same shape and the same
dtype, float16, float32 or float64; results are new arrays like x, and no input is changed. Finite
x of any size is safe: no overflow, no NaN. A NaN gives NaN. ValueError, naming argument and value,
for another type or dtype, no axis, or a dout unlike x (nothing broadcasts).

The formulas below are those of the textbooks, rearranged so that `exp` never meets a large positive
number and no two nearly equal numbers are subtracted. Source of the rearrangements of softmax:
Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038.
"""

from __future__ import annotations

import numpy as np

from reference.checks import check_alike, check_floats
from reference.windows import FLOATS, INTEGERS, Array

__all__ = [
    "arctan",
    "arctan_backward",
    "explain_invalid_relu_gradient",
    "log_softmax",
    "log_softmax_backward",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "softmax",
    "softmax_backward",
    "tanh",
    "tanh_backward",
]


def relu(x: Array) -> Array:
    """The larger of x and 0, entry by entry. Of -0.0 and 0.0 either may come out."""
    check_floats("x", x)
    return np.maximum(x, 0)


def relu_backward(dout: Array, x: Array, at_zero: float = 0.0) -> Array:
    """The gradient of relu: dout where x > 0, 0 where x < 0, at_zero * dout where x == 0.

    at_zero: which subgradient to take at the kink, a number in [0, 1]. Where the factor is 0 the
    result is exactly 0, also if dout is infinite or NaN there. A NaN in x gives NaN.
    """
    _check_upstream(dout, x)
    if isinstance(at_zero, bool) or not isinstance(at_zero, int | float) or not 0 <= at_zero <= 1:
        raise ValueError(f"at_zero is {at_zero!r}: give a number from 0 to 1")
    slope = np.heaviside(x, at_zero)
    dx: Array = np.zeros_like(x)
    np.multiply(dout, slope, out=dx, where=slope.astype(bool))  # a plain product makes 0 * inf NaN
    return dx


def explain_invalid_relu_gradient(dx: Array, dout: Array, x: Array) -> str | None:
    """What is wrong with dx as a gradient of relu, whatever it takes for the slope at 0.

    dx: what is judged, any array. Valid are dout where x > 0, 0 where x < 0, and where x == 0 any
    number between 0 and dout; other dtypes of dx are not minded. Cells are not judged where x is
    NaN or dout is not finite. Returns None if dx is valid, else a sentence about the first cell
    that is not. ValueError for a wrong dout or x.
    """
    _check_upstream(dout, x)
    if not isinstance(dx, np.ndarray) or dx.dtype not in FLOATS + INTEGERS:
        return "dx is not an array of numbers"
    if dx.shape != x.shape:
        return f"dx has shape {dx.shape}, x has {x.shape}"
    ends = np.array([relu_backward(dout, x, at_zero) for at_zero in (0, 1)])
    within = (ends.min(axis=0) <= dx) & (dx <= ends.max(axis=0))
    wrong = np.argwhere(~within & ~np.isnan(x) & np.isfinite(dout))
    if len(wrong) == 0:
        return None
    cell = tuple(map(int, wrong[0]))
    low, high = sorted(end[cell] for end in ends)
    wanted = f"{low:g}" if low == high else f"a number from {low:g} to {high:g}"
    return f"dx{list(cell)} is {dx[cell]:g}: x is {x[cell]:g} there, so it must be {wanted}"


def arctan(x: Array) -> Array:
    """The angle in radians, in [-pi/2, pi/2], whose tangent is x."""
    check_floats("x", x)
    return np.arctan(x)


def arctan_backward(dout: Array, x: Array) -> Array:
    """The gradient of arctan: dout / (1 + x**2)."""
    _check_upstream(dout, x)
    root = np.hypot(x, 1)  # of 1 + x**2; x**2 itself would overflow
    dx: Array = dout / root / root
    return dx


def sigmoid(x: Array) -> Array:
    """The logistic function 1 / (1 + exp(-x)), in [0, 1]."""
    check_floats("x", x)
    y: Array = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
    return y


def sigmoid_backward(dout: Array, x: Array) -> Array:
    """The gradient of sigmoid: dout * s * (1 - s) with s = sigmoid(x)."""
    _check_upstream(dout, x)
    return dout * sigmoid(x) * sigmoid(-x)  # 1 - s, without the cancellation for large x


def tanh(x: Array) -> Array:
    """The hyperbolic tangent, in [-1, 1]."""
    check_floats("x", x)
    return np.tanh(x)


def tanh_backward(dout: Array, x: Array) -> Array:
    """The gradient of tanh: dout * (1 - tanh(x)**2)."""
    _check_upstream(dout, x)
    small = np.exp(-np.abs(x))
    secant = 2 * small / (1 + small**2)  # 1 / cosh(x); its square is 1 - tanh(x)**2
    dx: Array = dout * secant**2
    return dx


def softmax(x: Array, axis: int = -1) -> Array:
    """exp(x) along one axis, divided by its sum: positive numbers with sum 1.

    -inf marks an impossible class and gives 0; NaN or +inf turns its slice into NaN. ValueError if
    the axis does not exist or is empty, or if a slice is all -inf.
    """
    powers = np.exp(_shift(x, axis))
    y: Array = powers / powers.sum(axis=axis, keepdims=True)
    return y


def softmax_backward(dout: Array, x: Array, axis: int = -1) -> Array:
    """The gradient of softmax: s * (dout - sum(dout * s)) with s = softmax(x), sums along axis."""
    _check_upstream(dout, x)
    s = softmax(x, axis)
    dx: Array = s * (dout - (dout * s).sum(axis=axis, keepdims=True))
    return dx


def log_softmax(x: Array, axis: int = -1) -> Array:
    """The logarithm of softmax, in nats, also where softmax itself is too small for the dtype.

    -inf, NaN, +inf and errors as for `softmax`; an impossible class gives -inf, and so does one
    that is further below the largest than the dtype reaches.
    """
    shifted = _shift(x, axis)
    y: Array = shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))
    return y


def log_softmax_backward(dout: Array, x: Array, axis: int = -1) -> Array:
    """The gradient of log_softmax: dout - softmax(x) * sum(dout), sums along axis."""
    _check_upstream(dout, x)
    dx: Array = dout - softmax(x, axis) * dout.sum(axis=axis, keepdims=True)
    return dx


def _shift(x: Array, axis: int) -> Array:
    """x minus its maximum along the axis: softmax stays the same, and exp of it is at most 1."""
    check_floats("x", x)
    if isinstance(axis, bool) or not isinstance(axis, int) or not -x.ndim <= axis < x.ndim:
        raise ValueError(f"axis is {axis!r}: x has the axes 0 to {x.ndim - 1}")
    if x.shape[axis] == 0:
        raise ValueError(f"x has shape {x.shape}: axis {axis} may not be empty")
    largest = x.max(axis=axis, keepdims=True)
    if np.isneginf(largest).any():
        raise ValueError("x is -inf all along the axis: give at least one possible class")
    # inf - inf is the NaN we want, and a difference beyond the dtype the -inf that exp makes 0
    with np.errstate(invalid="ignore", over="ignore"):
        shifted: Array = x - largest
    return shifted


def _check_upstream(dout: Array, x: Array) -> None:
    check_floats("x", x)
    check_alike("dout", dout, "x", x)
