"""Is a gradient of max pooling valid, whichever way it breaks ties?

A window with several equal maxima may hand its gradient to them in any convex parts: all to the
first, all to the last, equal parts, or anything between. Summed over windows, the valid ones are

    D = { sum_w g_w p_w : p_w >= 0, sum(p_w) = 1, p_w = 0 outside the maxima of window w }

with g_w the entries of dout, of any sign. D holds what every rule gives that treats windows
independently; without ties it is one point. `reference.tie_flow` measures the l1 distance of a
gradient dx to D, exactly, in whole multiples of a unit that all numbers share. The work grows with
the number of tied windows that hang together: keep planes at 32 x 32 or smaller.

Tolerance, per plane: a distance of at most 8 * eps * sum(abs(dout)) counts as 0, with the eps of
the dtype of dout; it covers the rounding of shares such as 1/3 and of long sums. Where no rounding
can have happened the tolerance is 0, namely if all entries of dx and dout are multiples of one unit
and their absolute values sum to at most 2**precision units. A plane is valid without more ado if
dx is the float64 sum of dout, cell by cell, for the first or for the last maximum of each window.

Not graded, because there is no right answer: a window with a NaN in x (any of its cells may hold
anything), a window whose dout is infinite or NaN (likewise its maxima), and a tied window with a
maximum among these cells (likewise its maxima).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from reference.tie_flow import Split, measure_imbalance
from reference.tie_words import explain_imbalance, name_cells
from reference.windows import (
    FLOATS,
    INTEGERS,
    Array,
    Padding,
    Size,
    Windows,
    check_dout,
    check_planes,
    find_maxima,
    find_windows,
    gather,
)

__all__ = ["distance_to_valid_gradient", "explain_invalid_gradient"]


def distance_to_valid_gradient(
    dx: Array,
    dout: Array,
    x: Array,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> float:
    """The sum of absolute changes that would make dx a valid gradient; 0.0 exactly if it is one.

    dx: what is judged, any array. dout: (..., OH, OW), float16/32/64. x: (..., H, W), float16/32/64
    or an integer dtype. The planes are judged one by one, within the tolerance named above, and
    their distances summed. math.inf for a dx of another shape than x, with elements that are not
    floats or integers, or with a NaN or infinity in a graded cell. The dtype of dx is not compared
    with that of x. Raises ValueError for a wrong x, dout or pooling argument.
    """
    arguments = kernel, stride, padding, dilation, ceil_mode
    return sum((fault.distance for fault in _find_faults(dx, dout, x, arguments)), 0.0)


def explain_invalid_gradient(
    dx: Array,
    dout: Array,
    x: Array,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> str | None:
    """What is wrong with dx, for its author: the first fault found, or None if dx is valid.

    Arguments and errors are those of `distance_to_valid_gradient`; None exactly if that is 0.0.
    """
    arguments = kernel, stride, padding, dilation, ceil_mode
    return next((fault.text for fault in _find_faults(dx, dout, x, arguments)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What is wrong with one plane: how far it is from valid (> 0), and in words."""

    distance: float
    text: str


def _find_faults(
    dx: Array,
    dout: Array,
    x: Array,
    arguments: tuple[Size, Size | None, Padding, Size, bool],
) -> Iterator[_Fault]:
    """One fault per invalid plane, or a single one if dx cannot be read at all."""
    check_planes("x", x, FLOATS + INTEGERS)
    windows = find_windows(x.shape, *arguments)
    check_dout(dout, x, windows)
    if dout.dtype not in FLOATS:
        raise ValueError(f"dout has dtype {dout.dtype}: give float16, float32 or float64")
    refusal = _refuse(dx, x)
    if refusal is not None:
        yield _Fault(distance=math.inf, text=refusal)
        return
    values = gather(x, windows)
    maxima = find_maxima(values) & windows.real
    dx_planes = dx.reshape(len(values), math.prod(windows.plane))
    gradients = dout.reshape(len(values), math.prod(windows.out))
    for number, (dx_plane, gradient) in enumerate(zip(dx_planes, gradients, strict=True)):
        if not _is_plain_sum(dx_plane, gradient, maxima[number], windows):
            fault = _judge_plane(dx_plane, gradient, values[number], maxima[number], windows)
            if fault is not None:
                yield _Fault(distance=fault.distance, text=_plane_name(x, number) + fault.text)


def _refuse(dx: object, x: Array) -> str | None:
    """Why dx cannot be compared with anything, or None."""
    if not isinstance(dx, np.ndarray):
        return f"the gradient is of type {type(dx).__name__}, not a NumPy array"
    if dx.shape != x.shape:
        return f"the gradient has shape {dx.shape} but x has shape {x.shape}"
    if dx.dtype.kind not in "fiu":
        return f"the gradient has dtype {dx.dtype}: its elements are not floats or integers"
    return None


def _is_plain_sum(dx: Array, gradient: Array, maxima: Array, windows: Windows) -> bool:
    """Whether every cell has the sum of the gradients of the windows that have it as maximum.

    Asked for the first and for the last maximum of each window, the two usual answers: they need
    no flow.
    """
    numbers = np.arange(len(gradient))
    for taps, cells in ((maxima, windows.cells), (maxima[::-1], windows.cells[::-1])):
        sums = np.bincount(cells[taps.argmax(axis=0), numbers], gradient, len(dx))
        if dx.dtype.kind == "f" and np.array_equal(dx, sums):
            return True
    return False


def _judge_plane(
    dx: Array, gradient: Array, values: Array, maxima: Array, windows: Windows
) -> _Fault | None:
    """The exact test of one plane; arrays as in `_find_faults`, without their first axis."""
    sets = _maxima_of_windows(maxima, windows)
    has_nan: Array = np.logical_or.reduce(np.isnan(values), axis=0)
    is_lost = has_nan | ~np.isfinite(gradient)
    open_cells = _find_open_cells(sets, gradient, has_nan, is_lost, windows)
    strange = sorted(set(np.flatnonzero(~np.isfinite(dx)).tolist()) - open_cells)
    if strange:
        name = name_cells(strange[:1], windows)
        return _Fault(distance=math.inf, text=f"cell {name} is {dx[strange[0]]}")
    graded = [
        (cells, amount)
        for cells, amount, lost in zip(sets, gradient.tolist(), is_lost, strict=True)
        if not lost and (amount == 0 or open_cells.isdisjoint(cells))
    ]
    amounts = [0 if cell in open_cells else amount for cell, amount in enumerate(dx.tolist())]
    units, per_one = _in_common_units([*amounts, *(amount for _, amount in graded)])
    totals = units[: len(dx)]
    splits = [Split(cells, n) for (cells, _), n in zip(graded, units[len(dx) :], strict=True)]
    distance, shown = measure_imbalance(totals, splits, open_cells)
    if _is_rounding(distance, totals, splits, gradient.dtype):
        return None
    text = explain_imbalance(shown, totals, splits, per_one, windows)
    return _Fault(distance=_to_float(distance, per_one), text=text)


def _maxima_of_windows(maxima: Array, windows: Windows) -> list[tuple[int, ...]]:
    """The flat numbers of the cells that hold the maximum, for each window."""
    window, tap = np.nonzero(maxima.T)
    cells = windows.cells[tap, window].tolist()
    ends = maxima.sum(axis=0).cumsum().tolist()
    return [tuple(cells[start:end]) for start, end in pairwise([0, *ends])]


def _find_open_cells(
    sets: Sequence[tuple[int, ...]],
    gradient: Array,
    has_nan: Array,
    is_lost: Array,
    windows: Windows,
) -> set[int]:
    """The cells that may hold anything, because of windows that are not graded."""
    if not is_lost.any():
        return set()
    open_cells = set(windows.cells[:, has_nan].ravel().tolist())
    open_cells.update(*(cells for cells, lost in zip(sets, is_lost, strict=True) if lost))
    tied = [set(cells) for cells, g in zip(sets, gradient, strict=True) if g and len(cells) > 1]
    while mixed := [cells for cells in tied if cells & open_cells and cells - open_cells]:
        open_cells.update(*mixed)
    return open_cells


def _in_common_units(numbers: Sequence[float]) -> tuple[list[int], int]:
    """Finite floats or ints as multiples of 1 / per_one, exactly, and per_one."""
    ratios = [number.as_integer_ratio() for number in numbers]
    per_one = max(denominator for _, denominator in ratios)  # all are powers of two
    return [numerator * (per_one // denominator) for numerator, denominator in ratios], per_one


def _is_rounding(
    distance: int, totals: Sequence[int], splits: Sequence[Split], dtype: np.dtype[Any]
) -> bool:
    """Whether a distance is 0 or within the tolerance for numbers of the dtype."""
    fraction_bits = int(np.finfo(dtype).nmant)
    size = sum(abs(split.gradient) for split in splits)
    is_exact = size + sum(map(abs, totals)) <= 2 ** (fraction_bits + 1)
    return distance == 0 or (not is_exact and distance << fraction_bits <= 8 * size)


def _to_float(number: int, per_one: int) -> float:
    """A positive rational as a float that is neither 0 nor infinite."""
    try:
        return max(number / per_one, math.ulp(0.0))
    except OverflowError:
        return sys.float_info.max


def _plane_name(x: Array, number: int) -> str:
    """Which plane it is, where there is more than one axis to choose from."""
    place = [int(n) for n in np.unravel_index(number, x.shape[:-2])] if x.ndim > 2 else []
    return f"plane {place}: " if place else ""
