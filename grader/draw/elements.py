"""The elements of one array: their bounds, the palettes they are drawn from, and who belongs.

Floats are dyadic (multiples of 1/4 unless bounds are narrower), so sums are exact and a
tolerance of 0 is fair. Words narrow them:

- `distinct`: no value twice in the whole array. `ties`: some value twice (if there are two cells).
- `positive`, `negative`: strict. `nan`, `inf`: some cells (at most two drawn ones; may be none).
- `unit rows`: entries >= 0 and each slice along the last axis sums to exactly 1; a third of the
  drawn ones are one-hot, whose norm is 1 too.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from grader.core.domain import ArrayDraw, Element, Word
from grader.core.expression import DrawError, Expression

Array = npt.NDArray[np.generic]
Bounds = tuple[float, float] | None
#: values of one array, lowest first; an arrangement says which cell gets which
Palette = tuple[float, ...]

_QUARTER = 0.25
#: nearest values drawn: below the tolerance of np.isclose, above rounding
_HAIR = 2.0**-20
_HAIR_FLOAT32 = 2.0**-7
_GRID = 64


def dtype_of(draw: ArrayDraw) -> np.dtype[np.generic]:
    """Give the dtype of a drawn array: float64, float32, int64 or bool."""
    if draw.element is Element.FLOATS:
        return np.dtype(np.float32 if Word.FLOAT32 in draw.words else np.float64)
    return np.dtype(np.int64 if draw.element is Element.INTS else np.bool_)


def bounds_of(draw: ArrayDraw, scalars: Mapping[str, object]) -> Bounds:
    """Give the bounds of the elements under drawn scalars; DrawError when they are empty."""
    if draw.low is None or draw.high is None:
        return None
    low, high = _number(draw.low, scalars), _number(draw.high, scalars)
    if low > high:
        raise DrawError(f"{draw.low.text}..{draw.high.text} is empty: {low:g} is above {high:g}")
    return low, high


def _number(expression: Expression, scalars: Mapping[str, object]) -> float:
    value = expression.evaluate(scalars)
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise DrawError(f"{expression.text!r} is {value!r}; a number is needed")
    return float(value)


def check_elements(name: str, draw: ArrayDraw, count: int, bounds: Bounds) -> None:
    """Raise DrawError when no array of count elements can be drawn."""
    if not count:
        return
    words = draw.words
    clashing = words & {Word.NEGATIVE, Word.DISTINCT, Word.TIES}
    if Word.UNIT_ROWS in words and (clashing or bounds or not draw.shape):
        raise DrawError(
            f"{name!r}: unit rows need an axis, and cannot be bounded, negative, distinct or tied"
        )
    if Word.UNIT_ROWS not in words and not wide_palette(draw, bounds):
        raise DrawError(f"{name!r}: no value satisfies its words and bounds")
    if Word.DISTINCT in words and not distinct_palettes(draw, bounds, count):
        raise DrawError(f"{name!r}: there are not {count} distinct values for its cells")


def _allowed(draw: ArrayDraw, bounds: Bounds, value: float) -> bool:
    if bounds and not bounds[0] <= value <= bounds[1]:
        return False
    if Word.POSITIVE in draw.words:
        return value > 0
    return value < 0 if Word.NEGATIVE in draw.words else True


def _grid(draw: ArrayDraw, bounds: tuple[float, float], least: int) -> Palette:
    """Give the drawable values between bounds, at least `least` of them where they exist."""
    low, high = bounds
    if draw.element is Element.FLOATS:
        step = _QUARTER
        while (high - low) / step < max(least + 1, 8) and high > low:
            step /= 2
    else:
        step = 1.0
    first, last = math.ceil(low / step), math.floor(high / step)
    gap = max(1, (last - first + 1) // max(_GRID, least + 1))
    values = [at * step for at in range(first, last + 1, gap)]
    ends = [low, high] if draw.element is Element.FLOATS else [float(last)] if values else []
    return tuple(sorted(v for v in {*values, *ends} if _allowed(draw, bounds, v)))


def distinct_palettes(draw: ArrayDraw, bounds: Bounds, count: int) -> list[Palette]:
    """Give sets of exactly count different values, the most readable first; [] if impossible.

    Unbounded: 1..n, centred in quarters, centred, all negative, up to a largest of 0 (which a test
    for truth takes for nothing). Floats whose word is `distinct` come also a hair's breadth apart:
    nothing else shows a tie decided with a tolerance.
    """
    if draw.element is Element.BOOLS:
        return [(0.0, 1.0)[:count]] if count <= 2 else []
    if bounds:
        grid = _grid(draw, bounds, count)
        starts = dict.fromkeys((0, (len(grid) - count) // 2, len(grid) - count))
        return [grid[at : at + count] for at in starts] if len(grid) >= count else []
    palettes = _distinct(draw.element is Element.FLOATS, draw.words, count)
    return [p for p in palettes if all(_allowed(draw, None, end) for end in (*p[:1], *p[-1:]))]


@functools.lru_cache(maxsize=256)
def _distinct(is_float: bool, words: frozenset[Word], count: int) -> tuple[Palette, ...]:
    half = count // 2
    upward = tuple(float(v) for v in range(1, count + 1))
    centred = tuple(float(v - half) for v in range(count))
    downward = tuple(-v for v in reversed(upward))
    up_to_zero = tuple(float(v - count + 1) for v in range(count))
    if not is_float:
        return upward, centred, downward, up_to_zero
    quarters = tuple(v * _QUARTER for v in centred)
    in_quarters = tuple(v * _QUARTER for v in upward)
    palettes = (upward, quarters, centred, downward, up_to_zero, in_quarters)
    if Word.DISTINCT not in words:
        return palettes
    hair = _HAIR_FLOAT32 if Word.FLOAT32 in words else _HAIR
    return *palettes, *(tuple(base + v * hair for v in centred) for base in (2.0, -1.0))


def tied_palettes(draw: ArrayDraw, bounds: Bounds) -> list[Palette]:
    """Give sets of one to three values, from which arrays with many ties are made."""
    if draw.element is Element.BOOLS:
        return [(0.0, 1.0), (1.0,), (0.0,)]
    if bounds:
        grid = _grid(draw, bounds, 3)
        picks = [grid[:2], grid[-2:], grid[:3], grid[-1:], grid[:1]]
        return [pick for pick in dict.fromkeys(picks) if pick]
    pool: list[Palette] = [(1.0, 2.0), (0.0, 1.0), (-1.0, 1.0), (0.0, 1.0, 2.0), (-2.0, -1.0)]
    pool += [(-2.0, 0.0, 3.0), (1.0,), (-3.0,), (0.0,), (-1.0, 0.0)]
    if draw.element is Element.FLOATS:
        pool += [(-0.0, 0.0), (-1.0, -0.0, 0.0), (-0.75, 0.5)]
    return [p for p in pool if all(_allowed(draw, None, v) for v in p)]


def wide_palette(draw: ArrayDraw, bounds: Bounds) -> Palette:
    """Give the values of an array that no word makes distinct or tied."""
    if draw.element is Element.BOOLS:
        return (0.0, 1.0)
    return _grid(draw, bounds, 1) if bounds else _wide(draw)


@functools.lru_cache(maxsize=256)
def _wide(draw: ArrayDraw) -> Palette:
    step = _QUARTER if draw.element is Element.FLOATS else 1.0
    quarters = (k * step for k in range(-int(4 / step), int(4 / step) + 1))
    return tuple(v for v in quarters if _allowed(draw, None, v))


def is_inside(draw: ArrayDraw, bounds: Bounds, array: Array) -> bool:
    """Tell whether an array of the right shape satisfies the words and bounds of its draw."""
    if array.dtype != dtype_of(draw):
        return False
    if draw.element is Element.BOOLS or not array.size:
        return True
    values = array.astype(np.float64).ravel()
    if not _specials_allowed(draw, values):
        return False
    finite = values[np.isfinite(values)]
    if finite.size and not (
        _allowed(draw, bounds, float(finite.min())) and _allowed(draw, bounds, float(finite.max()))
    ):
        return False
    if Word.UNIT_ROWS in draw.words:
        rows = array.astype(np.float64).sum(axis=-1)
        return bool((finite >= 0).all() and (rows == 1).all())
    repeats = finite.size - np.unique(finite).size
    if Word.DISTINCT in draw.words:
        return not repeats
    return Word.TIES not in draw.words or finite.size < 2 or bool(repeats)


def _specials_allowed(draw: ArrayDraw, values: npt.NDArray[np.float64]) -> bool:
    if np.isnan(values).any() and Word.NAN not in draw.words:
        return False
    return Word.INF in draw.words or not np.isinf(values).any()


def specials(draw: ArrayDraw) -> list[float]:
    """Give the values that are not numbers which a draw may hold."""
    found = [math.nan] if Word.NAN in draw.words else []
    if Word.INF in draw.words:
        found += [math.inf] if Word.NEGATIVE not in draw.words else []
        found += [-math.inf] if Word.POSITIVE not in draw.words else []
    return found
