"""A plane with its windows drawn around the cells by lines, those at fault heavy.

Windows that overlap could not be told apart by lines of one kind: then only those at fault are
drawn, the first of them heavy and the others light. Lines run between the cells. Wherever some
meet, the character with just these arms stands; Unicode has one for every meeting of light and
heavy lines, and its name tells the arms. Cells of the padding are dots. A separating row or column
is left out where no line runs along it.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator

import numpy as np

from grader.report.blocks import Array, Block
from grader.report.page import Page
from grader.report.short import FEW_DIGITS, number_text
from grader.report.visible import columns, cut
from grader.report.windows import Pair, Windows, plane_of

_MOST_CELLS = 10  # rows or columns, padding included
_MOST_WINDOWS = 16  # more light outlines than that hide the numbers
_MOST_NAMED = 4
_LIGHT, _HEAVY = 1, 2
_DIRECTIONS: dict[str, tuple[int, ...]] = {
    "UP": (0,),
    "RIGHT": (1,),
    "DOWN": (2,),
    "LEFT": (3,),
    "VERTICAL": (0, 2),
    "HORIZONTAL": (1, 3),
}
_WEIGHTS = {"LIGHT": _LIGHT, "HEAVY": _HEAVY}

#: how heavy the lines are that leave a point upwards, to the right, downwards and to the left
Arms = tuple[int, int, int, int]


def window_block(label: str, array: Array, windows: Windows, page: Page) -> Block | None:
    """Draw the plane of an array that its windows lie on; None where no line is to be drawn.

    Neither is there where it would not fit the page.
    """
    plane = plane_of(array, windows.axes, windows.place)
    pad = windows.padding
    shape = (plane.shape[0] + 2 * pad[0], plane.shape[1] + 2 * pad[1])
    lines = _Lines(windows, shape)
    if max(shape) > _MOST_CELLS or not plane.size or not lines.down.any():
        return None
    texts = np.full(shape, "·", dtype=object)
    for at in np.ndindex(plane.shape):
        texts[at[0] + pad[0], at[1] + pad[1]] = number_text(plane[at], FEW_DIGITS)
    block = [page.faint(cut(f" {_title(label, array, windows)}", page.width))]
    block += _drawn(texts, lines)
    return block if max(map(columns, block)) <= page.width else None


def _title(label: str, array: Array, windows: Windows) -> str:
    if windows.place and array.size:
        place = [str(number) for number in windows.place]
        if windows.axes == (-3, -2):
            place = [*place[:-1], ":", ":", place[-1]]
        label = f"{label}[{', '.join(place)}]"
    if not windows.at_fault:
        return label
    names = [str(list(number)) for number in windows.at_fault[:_MOST_NAMED]]
    if len(windows.at_fault) > _MOST_NAMED:
        names.append("…")
    if _do_overlap(windows) and len(names) > 1:
        return f"{label}, windows ┏━┓ {names[0]} ┌─┐ {' '.join(names[1:])}"
    return f"{label}, window{'s' * (len(names) > 1)} ┏━┓ {' '.join(names)}"


def _do_overlap(windows: Windows) -> bool:
    return any(step < size for step, size in zip(windows.stride, windows.size, strict=True))


class _Lines:
    """How heavy the line is on each edge between two cells; row and column 0 are the border."""

    def __init__(self, windows: Windows, shape: Pair) -> None:
        rows, columns = shape
        self.across = np.zeros((rows + 1, columns), dtype=int)  # above each cell
        self.down = np.zeros((rows, columns + 1), dtype=int)  # before each cell
        at_fault = windows.at_fault[:_MOST_WINDOWS]
        few = windows.counts[0] * windows.counts[1] <= _MOST_WINDOWS
        overlap = _do_overlap(windows)
        for number in windows.all() if few and not overlap else at_fault:
            self._outline(windows, number, _LIGHT)
        for number in at_fault[:1] if overlap else at_fault:
            self._outline(windows, number, _HEAVY)

    def _outline(self, windows: Windows, number: Pair, weight: int) -> None:
        top, left = (c + p for c, p in zip(windows.corner(number), windows.padding, strict=True))
        bottom, right = top + windows.size[0], left + windows.size[1]
        for row in (top, bottom):
            edges = self.across[row, left:right]
            np.maximum(edges, weight, out=edges)
        for column in (left, right):
            edges = self.down[top:bottom, column]
            np.maximum(edges, weight, out=edges)

    def arms(self, row: int, column: int) -> Arms:
        """Give the lines that meet at the corner above and before a cell."""
        rows, columns = self.down.shape[0], self.across.shape[1]
        return (
            int(self.down[row - 1, column]) if row else 0,
            int(self.across[row, column]) if column < columns else 0,
            int(self.down[row, column]) if row < rows else 0,
            int(self.across[row, column - 1]) if column else 0,
        )


def _drawn(texts: Array, lines: _Lines) -> Iterator[str]:
    rows, count = texts.shape
    widths = [max(len(text) for text in texts[:, column]) for column in range(count)]
    has_line = [bool(lines.down[:, column].any()) for column in range(count + 1)]
    for row in range(rows + 1):
        if lines.across[row].any():
            yield _line_row(lines, row, widths, has_line)
        if row < rows:
            yield _cell_row(texts[row], lines, row, widths, has_line)


def _line_row(lines: _Lines, row: int, widths: list[int], has_line: list[bool]) -> str:
    drawn = ""
    for column, is_drawn in enumerate(has_line):
        if is_drawn:
            drawn += _character(lines.arms(row, column))
        if column < len(widths):
            weight = int(lines.across[row, column])
            drawn += _character((0, weight, 0, weight)) * (widths[column] + 2)
    return drawn.rstrip()


def _cell_row(
    texts: Array, lines: _Lines, row: int, widths: list[int], has_line: list[bool]
) -> str:
    drawn = ""
    for column, is_drawn in enumerate(has_line):
        if is_drawn:
            weight = int(lines.down[row, column])
            drawn += _character((weight, 0, weight, 0))
        if column < len(widths):
            drawn += f" {texts[column]:>{widths[column]}} "
    return drawn.rstrip()


def _character(arms: Arms) -> str:
    return _characters().get(arms, " ")


@functools.cache
def _characters() -> dict[Arms, str]:
    """Give the box-drawing character of every meeting of light and heavy lines."""
    found: dict[Arms, str] = {}
    for code in (*range(0x2500, 0x254C), *range(0x2574, 0x2580)):
        words = unicodedata.name(chr(code)).removeprefix("BOX DRAWINGS ").split()
        if not set(words) <= {*_DIRECTIONS, *_WEIGHTS, "AND"}:
            continue  # dashes and arcs
        found.setdefault(_arms(words), chr(code))
    return found


def _arms(words: list[str]) -> Arms:
    """Read 'LIGHT DOWN AND RIGHT', 'DOWN HEAVY AND RIGHT UP LIGHT' or 'LIGHT UP AND HEAVY DOWN'."""
    arms = [0, 0, 0, 0]
    waiting: list[str] = []
    weight = _WEIGHTS.get(words[0], 0)
    for word in words[1:] if weight else words:
        if word in _DIRECTIONS and weight:
            for direction in _DIRECTIONS[word]:
                arms[direction] = weight
        elif word in _DIRECTIONS:
            waiting.append(word)
        elif word in _WEIGHTS:
            if not waiting:
                weight = _WEIGHTS[word]
            for direction in (d for name in waiting for d in _DIRECTIONS[name]):
                arms[direction] = _WEIGHTS[word]
            waiting = []
    return arms[0], arms[1], arms[2], arms[3]
