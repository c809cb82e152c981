"""Gradients by differences: what a backward pass is compared with when only the forward is trusted.

A central difference moves one entry of x by the step h to both sides and divides what
sum(dout * function(x)) gains by 2h. Its error depends on the function:

* linear in x, also one argument of a bilinear function (convolution, a dense layer, with all but x
  held fast): exact for every step, so take `BILINEAR_STEP`, which loses no digits;
* piecewise linear (ReLU, pooling): exact while no entry passes a kink. Measure how far the nearest
  one is with `relu_gap` or `pooling_gap`, and take `exact_step` of it. At a tie the gap is 0, and
  differences are a mixture of both sides that is no gradient;
* smooth: about h**2 / 6 * f''' from the bend of f, and eps * abs(f) / h from rounding. The default
  step balances both for values around 1.

"Exact" holds where all sums are exact, as with multiples of 1/8 of moderate size; else rounding
remains. Everything here is float64: differences of shorter floats say little.
Source: Nocedal & Wright 2006, Numerical Optimization, section 8.1.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from reference.checks import check_floats
from reference.windows import Array, Padding, Size, check_planes, find_windows, gather

__all__ = [
    "BILINEAR_STEP",
    "SMOOTH_STEP",
    "central_differences",
    "check_gradient",
    "exact_step",
    "pooling_gap",
    "relu_gap",
]

BILINEAR_STEP = 1.0
#: a power of two near eps ** (1 / 3), so that adding it to a dyadic number is exact
SMOOTH_STEP = 2.0**-17
FLOAT64 = (np.dtype("float64"),)


def central_differences(
    function: Callable[[Array], Array],
    x: Array,
    dout: Array | None = None,
    step: float = SMOOTH_STEP,
) -> Array:
    """The gradient of sum(dout * function(x)) with respect to x, entry by entry, like x.

    function: gets a copy of x, which it may change, and gives a float array or a number. x: (...,)
    float64 and finite. dout: like function(x), or None for ones. step: how far entries move,
    finite and > 0. Calls the function twice per entry.
    ValueError for other arguments, for a step too small to change an entry, and where a difference
    is not finite.
    """
    _check_finite("x", x)
    _check_number("step", step)
    gradient = np.zeros_like(x)
    for entry in np.ndindex(x.shape):
        before, after = x.copy(), x.copy()
        before[entry] -= step
        after[entry] += step
        width = float(after[entry] - before[entry])  # what the step is after rounding
        if width == 0:
            raise ValueError(f"step is {step!r}: x{list(entry)} = {x[entry]} does not change by it")
        gain = np.asarray(function(after)) - np.asarray(function(before))
        gradient[entry] = np.sum(_weigh(gain, dout)) / width
        if not np.isfinite(gradient[entry]):
            raise ValueError(f"x{list(entry)} is {x[entry]}: function is not finite near it")
    return gradient


def check_gradient(
    gradient: Array,
    function: Callable[[Array], Array],
    x: Array,
    dout: Array | None = None,
    step: float = SMOOTH_STEP,
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> str | None:
    """What is wrong with a gradient of sum(dout * function(x)), or None if it is right.

    gradient: what is judged, any array. Right is an array shaped like x, whose entries differ from
    the central differences by at most atol + rtol * abs(difference). Otherwise a sentence names
    the first entry that is off and how many there are. rtol, atol: finite, >= 0; both 0 demand
    equality. The other arguments and errors are those of `central_differences`.
    """
    for name, tolerance in {"rtol": rtol, "atol": atol}.items():
        if tolerance != 0:
            _check_number(name, tolerance)
    expected = central_differences(function, x, dout, step)
    if not isinstance(gradient, np.ndarray) or gradient.dtype.kind not in "fiu":
        return "the gradient is not an array of numbers"
    if gradient.shape != x.shape:
        return f"the gradient has shape {gradient.shape}, x has {x.shape}"
    wrong = np.argwhere(~np.isclose(gradient, expected, rtol=rtol, atol=atol))
    if len(wrong) == 0:
        return None
    entry = tuple(map(int, wrong[0]))
    others = f"; {len(wrong)} of {x.size} entries are off" if x.size > 1 else ""
    return (
        f"entry {list(entry)} of the gradient is {gradient[entry]:.10g}, differences with step "
        f"{step:g} give {expected[entry]:.10g}{others}"
    )


def relu_gap(x: Array) -> float:
    """How far the nearest entry of x is from the kink of ReLU at 0; inf for no entries.

    x: (...,) float64, finite.
    """
    _check_finite("x", x)
    return float(np.abs(x).min(initial=math.inf))


def pooling_gap(
    x: Array,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> float:
    """The least distance between the two largest values of any window; 0 if one is tied.

    x: (..., H, W) float64, finite. The other arguments and errors are those of
    `reference.pooling.max_pool`. Windows of a single cell have no rival, so all such give inf.
    """
    check_planes("x", x, FLOAT64)
    _check_finite("x", x)
    windows = find_windows(x.shape, kernel, stride, padding, dilation, ceil_mode)
    values = np.where(windows.real, gather(x, windows), -math.inf)
    two_largest = np.sort(values, axis=1)[:, -2:]
    return float(np.diff(two_largest, axis=1).min(initial=math.inf))


def exact_step(gap: float) -> float:
    """The largest power of two that is at most a quarter of a gap, and at most 1.

    A quarter, so that two entries of a window may move against each other, and a power of two, so
    that adding it to a dyadic number does not round. ValueError for a gap of 0 (a tie: choose
    another x), below 0, or NaN.
    """
    if not gap > 0:
        raise ValueError(f"gap is {gap!r}: x is at a kink, where differences are no gradient")
    _, exponent = math.frexp(min(gap, 4.0))  # 2 ** (exponent - 1) <= gap
    return math.ldexp(1.0, exponent - 3)


def _weigh(gain: Array, dout: Array | None) -> Array:
    if dout is None:
        return gain
    check_floats("dout", dout)
    if dout.shape != gain.shape:
        raise ValueError(f"dout has shape {dout.shape}: function(x) has {gain.shape}")
    return dout * gain


def _check_finite(name: str, array: Array) -> None:
    check_floats(name, array)
    if array.dtype not in FLOAT64:
        raise ValueError(f"{name} has dtype {array.dtype}: give float64")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} has entries that are infinite or NaN: give finite ones")


def _check_number(name: str, value: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(f"{name} is {value!r}: give a finite number > 0")
