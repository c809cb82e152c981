"""The counterexample and both answers of a failure, drawn: inputs, expected and got."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest

import numpy as np

from grader.core.compare import Mismatch, close_cells
from grader.core.comparison import Comparison
from grader.core.report import Failure
from grader.report.blocks import (
    GAP,
    Array,
    Block,
    Mask,
    Style,
    array_blocks,
    beside,
    block_width,
    is_large,
    side_by_side,
)
from grader.report.page import Page
from grader.report.short import ALL_DIGITS, DIGITS, FEW_DIGITS, literal
from grader.report.visible import cut, one_line, wrap

_MOST_LEAVES, _DEEPEST = 8, 3
_MOST_COMPARED = 1000
_PLACE = re.compile(r"\[(\d+(?:, \d+)*)\]$")
_NEAR = Comparison(nan_equal=True)
_EXACT = Comparison(rtol=0, atol=0, nan_equal=True)


def inputs_picture(failure: Failure, page: Page) -> list[str]:
    """Draw the counterexample: arrays as blocks, then numbers and texts in one line."""
    blocks: list[Block] = []
    numbers = []
    for name, value in (failure.counterexample or {}).items():
        label = one_line(name, page.width // 2)
        for place, leaf in _leaves(value):
            if isinstance(leaf, np.ndarray):
                blocks += array_blocks(label + place, leaf, Style(page=page))
            else:
                numbers.append(f"{label}{place} {literal(leaf)}")
    if numbers:
        blocks.append(wrap(", ".join(numbers), page.width, first=" ", rest=" "))
    return side_by_side(blocks, page.width)


def answers_picture(failure: Failure, page: Page) -> list[str]:
    """Draw expected and got in pairs; of several returned values only those that differ."""
    if not failure.has_values:
        return []
    wanted, given = dict(_leaves(failure.expected)), dict(_leaves(failure.actual))
    if list(wanted) != list(given):
        blocks = _all_drawn("expected", wanted, Style(page=page))
        return side_by_side(blocks + _all_drawn("got", given, Style(page=page)), page.width)
    differing = [place for place in wanted if _differ(wanted[place], given[place])]
    blocks = []
    for place in differing or wanted:
        mask = _mask(wanted[place], given[place], failure.mismatch)
        blocks += _pair(place, wanted[place], given[place], Style(page=page, differing=mask))
    return side_by_side(blocks, page.width)


def _leaves(value: object, place: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Take containers that hold arrays or containers apart; anything else is one leaf."""
    members: list[tuple[str, object]] = []
    if isinstance(value, Mapping):
        members = [(f"[{literal(key)}]" if key != "" else "", item) for key, item in value.items()]
    elif isinstance(value, (list, tuple)):
        members = [(f"[{at}]", item) for at, item in enumerate(value)]
    is_nested = any(isinstance(item, (np.ndarray, list, tuple, Mapping)) for _, item in members)
    if is_nested and len(members) <= _MOST_LEAVES and depth < _DEEPEST:
        for name, item in members:
            yield from _leaves(item, place + name, depth + 1)
    else:
        yield place, value


def _all_drawn(name: str, leaves: Mapping[str, object], style: Style) -> list[Block]:
    return [block for place, leaf in leaves.items() for block in _drawn(name + place, leaf, style)]


def _drawn(label: str, value: object, style: Style) -> list[Block]:
    if isinstance(value, np.ndarray):
        return array_blocks(label, value, style)
    page = style.page
    text = cut(literal(value, style.digits), page.width - 2)
    shown = page.bad(f"[{text}]") if style.is_actual else f" {text}"
    return [[page.faint(cut(f" {label}", page.width)), shown]]


def _pair(place: str, wanted: object, given: object, style: Style) -> list[Block]:
    """Draw two answers plane by plane, each pair side by side where the page is wide enough."""
    style = replace(style, digits=_digits(wanted, given, style.differing))
    of_wanted, of_given = style, replace(style, is_actual=True)
    if arrays := _cell_by_cell(wanted, given):
        half = (style.page.width - GAP) // 2
        page = replace(style.page, width=half) if is_large(arrays[0]) else style.page
        of_wanted = replace(of_wanted, page=page, partner=arrays[1])
        of_given = replace(of_given, page=page, partner=arrays[0])
    left = _drawn(f"expected{place}", wanted, of_wanted)
    right = _drawn(f"got{place}", given, of_given)
    blocks: list[Block] = []
    for want, got in zip_longest(left, right):
        row = [block for block in (want, got) if block]
        joined = beside(row)
        blocks += [joined] if block_width(joined) <= style.page.width else row
    return blocks


def _cell_by_cell(wanted: object, given: object) -> tuple[Array, Array] | None:
    """Give two arrays of numbers of one shape; None where cells have no partner."""
    if not (isinstance(wanted, np.ndarray) and isinstance(given, np.ndarray)):
        return None
    are_numbers = wanted.dtype.kind in "biufc" and given.dtype.kind in "biufc"
    return (wanted, given) if are_numbers and wanted.shape == given.shape else None


def _mask(wanted: object, given: object, mismatch: Mismatch | None = None) -> Mask | None:
    """Tell which cells differ: by more than a rounding, or as the mismatch says, or at all."""
    arrays = _cell_by_cell(wanted, given)
    if arrays is None:
        return None
    mask: Mask = np.array(~close_cells(arrays[1], arrays[0], _NEAR), dtype=bool)
    place = _PLACE.search(mismatch.path) if mismatch else None
    if place:
        at = tuple(int(index) for index in place.group(1).split(", "))
        if len(at) == mask.ndim and all(i < n for i, n in zip(at, mask.shape, strict=True)):
            mask[at] = True
    return mask if mask.any() else ~close_cells(arrays[1], arrays[0], _EXACT)


def _differ(wanted: object, given: object) -> bool:
    mask = _mask(wanted, given)
    if mask is not None:
        return bool(mask.any())
    return literal(wanted, ALL_DIGITS) != literal(given, ALL_DIGITS)


def _digits(wanted: object, given: object, mask: Mask | None) -> int:
    """Give the fewest digits in which every difference is seen, few where none ever is."""
    cells: list[tuple[object, object]] = [(wanted, given)]
    arrays = _cell_by_cell(wanted, given)
    if mask is not None and arrays is not None:
        first = (array[mask][:_MOST_COMPARED] for array in arrays)
        cells = list(zip(*first, strict=True))
    for digits in DIGITS:
        if all(literal(want, digits) != literal(got, digits) for want, got in cells):
            return digits
    return FEW_DIGITS
