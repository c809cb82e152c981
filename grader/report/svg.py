"""The counterexample as an SVG picture: the plane with its windows, expected and got beside it.

Everything is told without colour: a wrong cell has a thick frame and stands in brackets, the window
at fault is a thick outline, other windows are thin and dashed, cells of the padding are dotted.
Lines and text have the colour of the text around them, so that the picture suits a dark page; its
title and description say in words what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from grader.core.report import Failure
from grader.report.grids import Grid, Outline, Scene, scene_of
from grader.report.visible import columns, one_line, wrap
from grader.report.windows import Windows

_CELL_HEIGHT, _LEAST_CELL = 34, 40
_BESIDE, _BESIDE_OUTLINES = 10, 20  # room in a cell beside its text
_CHARACTER = 8.5  # width of a monospaced character of 14 px
_LABEL_HEIGHT, _GAP, _EDGE = 22, 28, 4
_WIDEST = 760
_INSETS = (2, 4.5, 7, 9)  # outlines that overlap keep apart
_THIN = 'fill="none" stroke="currentColor" stroke-width="0.5"'
_LONGEST_LINE = 80
_MOST_DESCRIBED = 12  # windows, rows of a grid


def failure_svg(failure: Failure, name: str) -> str:
    """Give the picture of a failure, or '' where there is nothing to draw.

    name: unique on the page, of letters, digits and hyphens; title and description are found by it.
    """
    scene = scene_of(failure)
    return _drawn(scene, name, "") if scene and (scene.inputs or scene.answers) else ""


def standalone_svg(failure: Failure) -> str:
    """Give the picture as a file of its own, black on white."""
    scene = scene_of(failure)
    if not scene or not (scene.inputs or scene.answers):
        return ""
    return _drawn(scene, "picture", ' style="color:#000;background:#fff"')


def description(scene: Scene) -> str:
    """Say in words what the picture shows."""
    said = [f"{grid.label}: {_rows_in_words(grid)}" for grid in scene.inputs]
    if scene.numbers:
        said.append(scene.numbers)
    if scene.windows:
        said.append(windows_in_words(scene.windows))
    said += [f"{grid.label}: {_rows_in_words(grid)}" for grid in scene.answers]
    return ". ".join(said) + "."


def windows_in_words(windows: Windows) -> str:
    """Say where the windows lie and which are at fault."""
    shape = f"{windows.size[0]} x {windows.size[1]}"
    text = f"{windows.counts[0]} x {windows.counts[1]} windows of {shape} on {windows.name}"
    if not windows.at_fault:
        return text
    named = []
    for number in windows.at_fault[:_MOST_DESCRIBED]:
        top, left = windows.corner(number)
        bottom, right = top + windows.size[0] - 1, left + windows.size[1] - 1
        named.append(f"{list(number)} over rows {top} to {bottom}, columns {left} to {right}")
    kind = "window" if len(windows.at_fault) == 1 else "windows"
    return f"{text}; {kind} at fault, with a thick outline: {'; '.join(named)}"


def _rows_in_words(grid: Grid) -> str:
    rows = []
    for r, texts in enumerate(grid.rows[:_MOST_DESCRIBED]):
        cells = [f"[{text}]" if (r, c) in grid.wrong else text for c, text in enumerate(texts)]
        rows.append(" ".join(cells))
    more = len(grid.rows) - len(rows)
    return "; ".join(rows) + (f"; {more} more rows" if more else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """Where a grid goes: its left and upper edge, its size and the width of its cells, in px."""

    grid: Grid
    x: float
    y: float
    width: float
    height: float
    cell: float

    @property
    def corner(self) -> tuple[float, float]:
        """Give the upper left corner of cell (0, 0)."""
        rows, cols = self.grid.padding
        return self.x + _EDGE + cols * self.cell, self.y + _LABEL_HEIGHT + rows * _CELL_HEIGHT


def _drawn(scene: Scene, name: str, style: str) -> str:
    boxes, width, height = _laid_out([scene.inputs, scene.answers])
    below = wrap(scene.numbers, _LONGEST_LINE, most=4) if scene.numbers else []
    height += len(below) * _LABEL_HEIGHT
    width = max([width, *(columns(line) * _CHARACTER + 2 * _EDGE for line in below)])
    title = "counterexample: the input" + (", expected and got" if scene.answers else "")
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img"{style}'
        f' aria-labelledby="{name}-title {name}-description"'
        f' width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}">',
        f'<title id="{name}-title">{_text(title)}</title>',
        f'<desc id="{name}-description">{_text(description(scene))}</desc>',
        '<g font-family="ui-monospace, Consolas, Menlo, monospace" font-size="14"'
        ' fill="currentColor" stroke="none">',
    ]
    for box in boxes:
        parts += _box(box)
    for at, line in enumerate(below):
        y = height - _LABEL_HEIGHT * (len(below) - at - 1) - 6
        parts.append(f'<text x="{_EDGE}" y="{y:g}">{_text(line)}</text>')
    return "\n".join([*parts, "</g>", "</svg>"])


def _laid_out(groups: Sequence[Sequence[Grid]]) -> tuple[list[_Box], float, float]:
    """Put grids next to each other, answers on the row of the inputs if they fit there."""
    boxes: list[_Box] = []
    x = y = height = widest = 0.0
    for grids in groups:
        sizes = [_size(grid) for grid in grids]
        together = sum(size[0] + _GAP for size in sizes) - _GAP
        if x and x + together > _WIDEST >= together:
            x, y, height = 0.0, y + height + _GAP, 0.0
        for grid, (wide, high, cell) in zip(grids, sizes, strict=True):
            if x and x + wide > _WIDEST:
                x, y, height = 0.0, y + height + _GAP, 0.0
            boxes.append(_Box(grid=grid, x=x, y=y, width=wide, height=high, cell=cell))
            x += wide + _GAP
            height, widest = max(height, high), max(widest, x - _GAP)
    return boxes, widest, y + height


def _size(grid: Grid) -> tuple[float, float, float]:
    longest = max(
        columns(text) + 2 * ((r, c) in grid.wrong)
        for r, row in enumerate(grid.rows)
        for c, text in enumerate(row)
    )
    beside = _BESIDE_OUTLINES if grid.outlines else _BESIDE
    cell = max(_LEAST_CELL, longest * _CHARACTER + beside)
    across = len(grid.rows[0]) + 2 * grid.padding[1]
    down = len(grid.rows) + 2 * grid.padding[0]
    width = max(across * cell, columns(grid.label) * _CHARACTER)
    return width + 2 * _EDGE, down * _CELL_HEIGHT + _LABEL_HEIGHT + _EDGE, cell


def _box(box: _Box) -> Iterator[str]:
    grid = box.grid
    yield f'<text x="{box.x + _EDGE:g}" y="{box.y + 14:g}">{_text(grid.label)}</text>'
    yield from _lines(box)
    for r, row in enumerate(grid.rows):
        for c, text in enumerate(row):
            yield _cell(box, r, c, text)
    x, y = box.corner
    for r, c in sorted(grid.framed):
        kind = ' class="wrong"' if (r, c) in grid.wrong else ""
        yield (
            f'<rect{kind} x="{x + c * box.cell + 2:g}" y="{y + r * _CELL_HEIGHT + 2:g}"'
            f' width="{box.cell - 4:g}" height="{_CELL_HEIGHT - 4:g}" fill="none"'
            f' stroke="currentColor" stroke-width="{3 if (r, c) in grid.wrong else 1.5:g}"/>'
        )
    for outline in grid.outlines:
        yield _outline(box, outline)


def _lines(box: _Box) -> Iterator[str]:
    """Draw the lines between cells: thin ones of the array, dotted ones of its padding."""
    rows, cols = box.grid.padding
    down, across = len(box.grid.rows), len(box.grid.rows[0])
    if rows or cols:
        path = _lattice(box, (-rows, down + rows), (-cols, across + cols))
        yield f'<path d="{path}" {_THIN} stroke-dasharray="1 3"/>'
    yield f'<path d="{_lattice(box, (0, down), (0, across))}" {_THIN} stroke-opacity="0.5"/>'


def _lattice(box: _Box, rows: tuple[int, int], cols: tuple[int, int]) -> str:
    x, y = box.corner
    left, right = x + cols[0] * box.cell, x + cols[1] * box.cell
    top, bottom = y + rows[0] * _CELL_HEIGHT, y + rows[1] * _CELL_HEIGHT
    lines = [f"M{left:g} {y + r * _CELL_HEIGHT:g}H{right:g}" for r in range(rows[0], rows[1] + 1)]
    lines += [f"M{x + c * box.cell:g} {top:g}V{bottom:g}" for c in range(cols[0], cols[1] + 1)]
    return "".join(lines)


def _cell(box: _Box, r: int, c: int, text: str) -> str:
    x, y = box.corner
    left, top = x + c * box.cell, y + r * _CELL_HEIGHT
    is_wrong = (r, c) in box.grid.wrong
    shown = f"[{text}]" if is_wrong else text
    weight = ' font-weight="bold"' if (r, c) in box.grid.framed else ""
    kind = ' class="wrong"' if is_wrong else ""
    return (
        f'<text{kind} x="{left + box.cell / 2:g}" y="{top + 22:g}"'
        f' text-anchor="middle"{weight}>{_text(shown)}</text>'
    )


def _outline(box: _Box, outline: Outline) -> str:
    x, y = box.corner
    inset = _INSETS[outline.number[0] % 2 * 2 + outline.number[1] % 2]
    line = (
        ' class="fault" stroke-width="3"'
        if outline.is_at_fault
        else ' stroke-width="1" stroke-dasharray="5 3"'
    )
    return (
        f'<rect{line} x="{x + outline.left * box.cell + inset:g}"'
        f' y="{y + outline.top * _CELL_HEIGHT + inset:g}"'
        f' width="{outline.width * box.cell - 2 * inset:g}"'
        f' height="{outline.height * _CELL_HEIGHT - 2 * inset:g}"'
        ' rx="5" fill="none" stroke="currentColor"/>'
    )


def _text(text: str) -> str:
    return escape(one_line(text, 4000))
