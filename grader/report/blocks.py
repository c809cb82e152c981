"""Small matrices drawn with characters, side by side as far as the page is wide.

A block is a label over the rows of a matrix. Cells are right-aligned; a cell that differs stands in
brackets, so that it is seen without colour. Arrays of more than two dimensions are drawn plane by
plane, large ones as a window around the first difference; the label says what part is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.report.page import Page
from grader.report.short import FEW_DIGITS, number_text
from grader.report.visible import columns, cut, pad

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Block = list[str]

MOST_ROWS, MOST_COLUMNS, _MOST_PLANES = 12, 16, 4
_BEFORE = 4  # cells seen before the first difference in a cropped array
GAP = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Style:
    """How values are drawn.

    differing: cells to mark, in brackets where is_actual. partner: the array of the same shape that
    is drawn beside, so that both show the same window. digits: significant ones of each number.
    """

    page: Page
    differing: Mask | None = None
    partner: Array | None = None
    is_actual: bool = False
    digits: int = FEW_DIGITS

    def of(self, plane: tuple[int, ...]) -> Style:
        """Give the style for one plane of the array."""
        differing = None if self.differing is None else self.differing[plane]
        partner = None if self.partner is None else self.partner[plane]
        return replace(self, differing=differing, partner=partner)


def array_blocks(label: str, array: Array, style: Style) -> list[Block]:
    """Draw an array: one block, or one for each plane that is shown."""
    if array.size == 0:
        return [[_label(label, style), cut(f" empty, shape {array.shape}", style.page.width)]]
    if array.ndim <= 2:
        return [_matrix_block(label, array, style)]
    blocks = []
    for plane in islice(planes(array, style.differing), _MOST_PLANES):
        blocks.append(_matrix_block(f"{label}{list(plane)}", array[plane], style.of(plane)))
    if (left := int(np.prod(array.shape[:-2])) - len(blocks)) > 0:
        blocks[-1].append(_label(f"{left} more planes of shape {array.shape[-2:]}", style))
    return blocks


def is_large(array: Array) -> bool:
    """Tell whether only a window of the array's planes will be seen."""
    return bool(array.ndim) and (
        array.shape[-1] > MOST_COLUMNS or (array.ndim > 1 and array.shape[-2] > MOST_ROWS)
    )


def planes(array: Array, differing: Mask | None) -> Iterator[tuple[int, ...]]:
    """Give the places of the planes to draw: those that differ, or else from the first on."""
    if differing is not None and differing.any():
        for place in np.argwhere(differing.any(axis=(-2, -1))):
            yield tuple(int(index) for index in place)
    else:
        yield from np.ndindex(array.shape[:-2])


def _matrix_block(label: str, array: Array, style: Style) -> Block:
    """Draw an array of at most two dimensions, or the window of it that fits."""
    grid = array.reshape(1, -1) if array.ndim < 2 else array
    marks = np.zeros(grid.shape, dtype=bool)
    if style.differing is not None:
        marks = style.differing.reshape(grid.shape)
    row, column = (int(index) for index in np.argwhere(marks)[0]) if marks.any() else (0, 0)
    rows = window(grid.shape[0], row, MOST_ROWS)
    seen = window(grid.shape[1], column, MOST_COLUMNS)
    widths = _widths(grid, rows, seen, style)
    partner = widths if style.partner is None else _widths(style.partner, rows, seen, style)
    widest = {c: max(widths[c], partner[c]) for c in seen}
    seen = _fitting(seen, widest, column, style.page.width)
    drawn = ["".join(_cells(grid[r], marks[r], seen, widths, style)) for r in rows]
    return [_label(label + _cropped(array, rows, seen), style), *drawn]


def _widths(array: Array, rows: range, seen: range, style: Style) -> dict[int, int]:
    """Give the columns each column of numbers takes."""
    grid = array.reshape(1, -1) if array.ndim < 2 else array
    return {c: max(len(number_text(grid[r, c], style.digits)) for r in rows) for c in seen}


def window(count: int, at: int, most: int) -> range:
    start = 0 if count <= most else max(0, min(at - _BEFORE, count - most))
    return range(start, min(count, start + most))


def _fitting(seen: range, widths: dict[int, int], at: int, width: int) -> range:
    """Leave out columns at either end, the farther one first, until the rest fits beside at."""
    while len(seen) > 1 and sum(widths[c] + 2 for c in seen) > width:
        seen = seen[:-1] if seen[-1] - at >= at - seen[0] else seen[1:]
    return seen


def _cropped(array: Array, rows: range, seen: range) -> str:
    whole = array.shape if array.ndim == 2 else (1, array.size)
    if (len(rows), len(seen)) == whole:
        return ""
    place = f"{seen.start}:{seen.stop}"
    if array.ndim == 2:
        place = f"{rows.start}:{rows.stop}, {place}"
    return f"[{place}] of {array.shape}"


def _cells(
    row: Array, marks: Mask, seen: range, widths: dict[int, int], style: Style
) -> Iterator[str]:
    page = style.page
    for column in seen:
        text = cut(number_text(row[column], style.digits), page.width - 2)
        space = " " * (widths[column] - len(text))
        if not marks[column]:
            yield f"{space} {text} "
        elif style.is_actual:
            yield space + page.bad(f"[{text}]")
        else:
            yield f"{space} {page.good(text)} "


def _label(label: str, style: Style) -> str:
    return style.page.faint(cut(f" {label}", style.page.width))


def side_by_side(blocks: Sequence[Block], width: int) -> list[str]:
    """Lay blocks next to each other; what does not fit begins a new row below an empty line."""
    lines: list[str] = []
    for row in _rows_of_blocks(blocks, width):
        lines += [""] * bool(lines)
        lines += beside(row)
    return lines


def beside(row: Sequence[Block]) -> Block:
    """Put blocks next to each other, whatever their width."""
    widths = [block_width(block) for block in row]
    height = max(map(len, row))
    full = [[*block, *[""] * (height - len(block))] for block in row]
    joint = " " * GAP
    return [
        joint.join(pad(text, w) for text, w in zip(texts, widths, strict=True)).rstrip()
        for texts in zip(*full, strict=True)
    ]


def block_width(block: Block) -> int:
    """Count the columns of the widest line."""
    return max(map(columns, block))


def _rows_of_blocks(blocks: Sequence[Block], width: int) -> Iterator[list[Block]]:
    row: list[Block] = []
    used = 0
    for block in blocks:
        wanted = block_width(block)
        if row and used + GAP + wanted > width:
            yield row
            row, used = [], 0
        used += wanted + (GAP if row else 0)
        row.append(block)
    if row:
        yield row
