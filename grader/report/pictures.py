"""The counterexample and both answers of a failure, drawn: inputs, expected and got.

The plane that windows slide over is drawn with them (window_picture.py); expected and got stand
beside it where the page is wide enough.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest

import numpy as np

from grader.core.report import Failure
from grader.report.blocks import (
    GAP,
    Block,
    Style,
    array_blocks,
    beside,
    block_width,
    is_large,
    side_by_side,
)
from grader.report.differences import (
    cell_by_cell,
    difference_mask,
    differing_places,
    digits_needed,
    leaves_of,
)
from grader.report.page import Page
from grader.report.short import literal
from grader.report.visible import cut, one_line, wrap
from grader.report.window_picture import window_block
from grader.report.windows import windows_of


def failure_picture(failure: Failure, page: Page) -> list[str]:
    """Draw the counterexample and, beside or below it, both answers."""
    inputs, answers = inputs_picture(failure, page), answers_picture(failure, page)
    if inputs and answers and windows_of(failure) is not None:
        joined = beside([inputs, answers])
        if block_width(joined) <= page.width:
            return joined
    return inputs + [""] * bool(inputs and answers) + answers


def inputs_picture(failure: Failure, page: Page) -> list[str]:
    """Draw the counterexample: arrays as blocks, then numbers and texts in one line."""
    blocks: list[Block] = []
    numbers = []
    windows = windows_of(failure)
    for name, value in (failure.counterexample or {}).items():
        label = one_line(name, page.width // 2)
        for place, leaf in leaves_of(value):
            if isinstance(leaf, np.ndarray):
                framed = None
                if windows is not None and windows.name == name and not place:
                    framed = window_block(label, leaf, windows, page)
                drawn = array_blocks(label + place, leaf, Style(page=page))
                blocks += [framed] if framed else drawn
            else:
                numbers.append(f"{label}{place} {literal(leaf)}")
    if numbers:
        blocks.append(wrap(", ".join(numbers), page.width, first=" ", rest=" "))
    return side_by_side(blocks, page.width)


def answers_picture(failure: Failure, page: Page) -> list[str]:
    """Draw expected and got in pairs; of several returned values only those that differ."""
    if not failure.has_values:
        return []
    wanted, given = dict(leaves_of(failure.expected)), dict(leaves_of(failure.actual))
    if list(wanted) != list(given):
        blocks = _all_drawn("expected", wanted, Style(page=page))
        return side_by_side(blocks + _all_drawn("got", given, Style(page=page)), page.width)
    differing = differing_places(wanted, given, failure.mismatch)
    blocks = []
    for place in differing or wanted:
        mask = difference_mask(wanted[place], given[place], failure.mismatch)
        blocks += _pair(place, wanted[place], given[place], Style(page=page, differing=mask))
    return side_by_side(blocks, page.width)


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
    style = replace(style, digits=digits_needed(wanted, given, style.differing))
    of_wanted, of_given = style, replace(style, is_actual=True)
    if arrays := cell_by_cell(wanted, given):
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
