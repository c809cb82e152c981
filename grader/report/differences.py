"""Where two answers differ: which returned values, which cells, and in how many digits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from grader.core.compare import Mismatch, close_cells
from grader.core.comparison import Comparison
from grader.core.report import Failure
from grader.report.blocks import Array, Mask
from grader.report.short import ALL_DIGITS, DIGITS, FEW_DIGITS, literal

_MOST_LEAVES, _DEEPEST = 8, 3
_MOST_COMPARED = 1000
_PLACE = re.compile(r"\[(\d+(?:, \d+)*)\]$")
_NEAR = Comparison(nan_equal=True)
_EXACT = Comparison(rtol=0, atol=0, nan_equal=True)


def leaves_of(value: object, place: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Take containers that hold arrays or containers apart; anything else is one leaf."""
    members: list[tuple[str, object]] = []
    if isinstance(value, Mapping):
        members = [(f"[{literal(key)}]" if key != "" else "", item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        members = [(f"[{at}]", item) for at, item in enumerate(value)]
    is_nested = any(isinstance(item, (np.ndarray, list, tuple, Mapping)) for _, item in members)
    if is_nested and len(members) <= _MOST_LEAVES and depth < _DEEPEST:
        for name, item in members:
            yield from leaves_of(item, place + name, depth + 1)
    else:
        yield place, value


def cell_by_cell(wanted: object, given: object) -> tuple[Array, Array] | None:
    """Give two arrays of numbers of one shape; None where cells have no partner."""
    if not (isinstance(wanted, np.ndarray) and isinstance(given, np.ndarray)):
        return None
    are_numbers = wanted.dtype.kind in "biufc" and given.dtype.kind in "biufc"
    return (wanted, given) if are_numbers and wanted.shape == given.shape else None


def difference_mask(wanted: object, given: object, mismatch: Mismatch | None = None) -> Mask | None:
    """Tell which cells differ: by more than a rounding, or as the mismatch says, or at all."""
    arrays = cell_by_cell(wanted, given)
    if arrays is None:
        return None
    mask: Mask = np.array(~close_cells(arrays[1], arrays[0], _NEAR), dtype=bool)
    at = index_in_path(mismatch, mask.shape)
    if at is not None:
        mask[at] = True
    return mask if mask.any() else ~close_cells(arrays[1], arrays[0], _EXACT)


def index_in_path(mismatch: Mismatch | None, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """Give the index that the path of a mismatch ends in, if an array of that shape has it."""
    place = _PLACE.search(mismatch.path) if mismatch else None
    if place is None:
        return None
    at = tuple(int(index) for index in place.group(1).split(", "))
    is_inside = len(at) == len(shape) and all(i < n for i, n in zip(at, shape, strict=True))
    return at if is_inside else None


def first_difference(failure: Failure) -> tuple[str, tuple[int, ...]] | None:
    """Give the returned array that is wrong, by its place among the leaves, and the index in it.

    The mismatch decides: where several answers are right, an answer may differ from the expected
    one before the cell that makes it wrong.
    """
    if not failure.has_values:
        return None
    wanted, given = dict(leaves_of(failure.expected)), dict(leaves_of(failure.actual))
    found: list[tuple[str, tuple[int, ...]]] = []
    for name, value in wanted.items():
        mask = difference_mask(value, given.get(name))
        if mask is None:
            continue
        at = index_in_path(failure.mismatch, mask.shape)
        path = failure.mismatch.path if failure.mismatch else ""
        if at is not None and path.startswith((name, name.strip("[]'"))):
            return name, at
        if mask.any():
            found.append((name, tuple(int(n) for n in np.argwhere(mask)[0])))
    return found[0] if found else None


def do_differ(wanted: object, given: object) -> bool:
    """Tell whether two values differ at all, in any digit."""
    mask = difference_mask(wanted, given)
    if mask is not None:
        return bool(mask.any())
    return literal(wanted, ALL_DIGITS) != literal(given, ALL_DIGITS)


def differing_places(
    wanted: Mapping[str, object], given: Mapping[str, object], mismatch: Mismatch | None
) -> list[str]:
    """Give the leaves that differ: by more than a rounding, or as the mismatch says, or at all."""
    path = mismatch.path if mismatch else ""
    found = [
        place
        for place in wanted
        if (place and path.startswith((place, place.strip("[]'"))))
        or _do_differ_clearly(wanted[place], given[place])
    ]
    return found or [place for place in wanted if do_differ(wanted[place], given[place])]


def _do_differ_clearly(wanted: object, given: object) -> bool:
    numbers = (bool, int, float, complex, np.generic)
    if isinstance(wanted, numbers) and isinstance(given, numbers):
        wanted, given = np.asarray(wanted), np.asarray(given)
    arrays = cell_by_cell(wanted, given)
    if arrays is None:
        return do_differ(wanted, given)
    return not bool(np.all(close_cells(arrays[1], arrays[0], _NEAR)))


def digits_needed(wanted: object, given: object, mask: Mask | None) -> int:
    """Give the fewest digits in which every difference is seen, few where none ever is."""
    cells: list[tuple[object, object]] = [(wanted, given)]
    arrays = cell_by_cell(wanted, given)
    if mask is not None and arrays is not None:
        first = (array[mask][:_MOST_COMPARED] for array in arrays)
        cells = list(zip(*first, strict=True))
    for digits in DIGITS:
        if all(literal(want, digits) != literal(got, digits) for want, got in cells):
            return digits
    return FEW_DIGITS
