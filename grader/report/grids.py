"""A failure as grids of short texts: what an SVG picture shows, without how it looks.

Each array is one grid: of its plane that holds the first wrong cell, cropped around it where it is
large. The grid of the plane that the windows lie on has their outlines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from grader.core.report import Failure
from grader.report.blocks import Array, Mask, window
from grader.report.differences import (
    cell_by_cell,
    difference_mask,
    differing_places,
    digits_needed,
    first_difference,
    leaves_of,
)
from grader.report.short import FEW_DIGITS, literal, number_text
from grader.report.visible import cut, one_line
from grader.report.windows import Pair, Windows, plane_of, windows_of

_MOST_WINDOWS = 16  # more outlines than that hide the numbers
_MOST_GRIDS = 12
_WHOLE, _CROPPED = 12, 8  # rows and columns of what is shown whole, and of what is cut out
_LONGEST_LABEL, _LONGEST_CELL, _LONGEST_VALUE = 40, 24, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A window on a grid, in cells of the grid; it may reach into the padding."""

    top: int
    left: int
    height: int
    width: int
    number: Pair
    is_at_fault: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One array: a label over rows of texts. framed: cells to frame; wrong: those to bracket."""

    label: str
    rows: tuple[tuple[str, ...], ...]
    framed: frozenset[Pair] = frozenset()
    wrong: frozenset[Pair] = frozenset()
    padding: Pair = (0, 0)
    outlines: tuple[Outline, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All there is to draw: inputs, answers, the numbers beside them and the windows, if any."""

    inputs: tuple[Grid, ...]
    answers: tuple[Grid, ...]
    numbers: str
    windows: Windows | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Drawing:
    """What decides which plane of an array is drawn: the windows, or else the first difference."""

    windows: Windows | None
    index: tuple[int, ...]

    def axes(self, array: Array) -> Pair:
        has_windows = self.windows is not None and array.ndim == len(self.windows.place) + 2
        return self.windows.axes if self.windows is not None and has_windows else (-2, -1)

    def place(self, array: Array) -> tuple[int, ...]:
        """Give the plane: the same for arrays of as many dimensions, else the first."""
        rows, columns = (axis % array.ndim for axis in self.axes(array))
        others = [n for axis, n in enumerate(array.shape) if axis not in (rows, columns)]
        wanted = [n for axis, n in enumerate(self.index) if axis not in (rows, columns)]
        fits = len(self.index) == array.ndim and all(map(int.__lt__, wanted, others))
        return tuple(wanted) if fits else (0,) * len(others)


def scene_of(failure: Failure) -> Scene | None:
    """Give what to draw; None where nothing is told, as of a hidden group."""
    if failure.counterexample is None and not failure.has_values:
        return None
    windows = windows_of(failure)
    difference = first_difference(failure)
    drawing = _Drawing(windows=windows, index=difference[1] if difference else ())
    inputs: list[Grid] = []
    numbers: list[str] = []
    for name, value in (failure.counterexample or {}).items():
        for place, leaf in leaves_of(value):
            label = one_line(name, _LONGEST_LABEL) + place
            if isinstance(leaf, np.ndarray) and leaf.size:
                inputs.append(_input_grid(label, leaf, drawing, is_plane=_is(windows, label)))
            else:
                numbers.append(f"{label} {cut(literal(leaf), _LONGEST_VALUE)}")
    return Scene(
        inputs=tuple(inputs[:_MOST_GRIDS]),
        answers=tuple(_answer_grids(failure, drawing))[:_MOST_GRIDS],
        numbers=", ".join(numbers),
        windows=windows,
    )


def _is(windows: Windows | None, label: str) -> bool:
    return windows is not None and windows.name == label


def _input_grid(label: str, array: Array, drawing: _Drawing, *, is_plane: bool) -> Grid:
    plane, name = _plane(label, array, drawing)
    windows = drawing.windows
    at: Pair = (0, 0)
    framed: frozenset[Pair] = frozenset()
    if is_plane and windows is not None:
        at = windows.cell or (windows.corner(windows.at_fault[0]) if windows.at_fault else (0, 0))
        at = (max(at[0], 0), max(at[1], 0))
        framed = frozenset({windows.cell} if windows.cell else ())
    elif windows is not None and plane.shape == windows.counts and array.ndim > 1:
        framed = frozenset(windows.at_fault)  # the entries that belong to the windows at fault
        at = windows.at_fault[0] if windows.at_fault else at
    rows, columns = _seen(plane, at)
    is_whole = (len(rows), len(columns)) == plane.shape
    return Grid(
        label=name + _cropped(plane, rows, columns),
        rows=_texts(plane, rows, columns, FEW_DIGITS),
        framed=_moved(framed, rows, columns),
        padding=windows.padding if is_plane and windows is not None and is_whole else (0, 0),
        outlines=tuple(_outlines(windows, rows, columns)) if is_plane and windows else (),
    )


def _outlines(windows: Windows, rows: range, columns: range) -> Iterator[Outline]:
    """Give the windows to draw, those at fault last so that they lie on top."""
    is_whole = (len(rows), len(columns)) == windows.shape
    few = windows.counts[0] * windows.counts[1] <= _MOST_WINDOWS
    others = [number for number in windows.all() if number not in windows.at_fault] if few else []
    for number in [*others, *windows.at_fault[:_MOST_WINDOWS]]:
        top, left = windows.corner(number)
        is_inside = rows.start <= top and top + windows.size[0] <= rows.stop
        is_inside &= columns.start <= left and left + windows.size[1] <= columns.stop
        if is_whole or is_inside:
            yield Outline(
                top=top - rows.start,
                left=left - columns.start,
                height=windows.size[0],
                width=windows.size[1],
                number=number,
                is_at_fault=number in windows.at_fault,
            )


def _answer_grids(failure: Failure, drawing: _Drawing) -> Iterator[Grid]:
    """Give expected and got in pairs; of several returned values only those that differ."""
    if not failure.has_values:
        return
    wanted, given = dict(leaves_of(failure.expected)), dict(leaves_of(failure.actual))
    if list(wanted) != list(given):
        yield from _all_grids("expected", wanted, drawing)
        yield from _all_grids("got", given, drawing)
        return
    differing = differing_places(wanted, given, failure.mismatch)
    for place in differing or wanted:
        mask = difference_mask(wanted[place], given[place], failure.mismatch)
        digits = digits_needed(wanted[place], given[place], mask)
        is_pair = cell_by_cell(wanted[place], given[place]) is not None
        for name, value in (("expected", wanted[place]), ("got", given[place])):
            is_actual = name == "got"
            yield _answer_grid(
                name + place, value, drawing, mask if is_pair else None, digits, is_actual=is_actual
            )


def _all_grids(name: str, leaves: Mapping[str, object], drawing: _Drawing) -> Iterator[Grid]:
    for place, leaf in leaves.items():
        yield _answer_grid(name + place, leaf, drawing, None, FEW_DIGITS, is_actual=False)


def _answer_grid(
    label: str, value: object, drawing: _Drawing, mask: Mask | None, digits: int, *, is_actual: bool
) -> Grid:
    if not isinstance(value, np.ndarray) or not value.size:
        text = cut(literal(value, digits), _LONGEST_VALUE)
        if isinstance(value, np.ndarray):
            text = f"empty, shape {value.shape}"
        alone = frozenset({(0, 0)})
        return Grid(
            label=cut(label, _LONGEST_LABEL),
            rows=((text,),),
            framed=alone,
            wrong=alone if is_actual else frozenset(),
        )
    plane, name = _plane(label, value, drawing)
    marks: frozenset[Pair] = frozenset()
    if mask is not None:
        marked = (
            plane_of(mask, drawing.axes(value), drawing.place(value))
            if mask.ndim > 1
            else (mask.reshape(1, -1))
        )
        marks = frozenset((int(r), int(c)) for r, c in np.argwhere(marked))
    rows, columns = _seen(plane, min(marks, default=(0, 0)))
    moved = _moved(marks, rows, columns)
    return Grid(
        label=name + _cropped(plane, rows, columns),
        rows=_texts(plane, rows, columns, digits),
        framed=moved,
        wrong=moved if is_actual else frozenset(),
    )


def _plane(label: str, array: Array, drawing: _Drawing) -> tuple[Array, str]:
    """Give the plane to draw and its name, such as x[0, 2] or, channels last, x[0, :, :, 2]."""
    label = cut(label, _LONGEST_LABEL)
    if array.ndim < 2:
        return array.reshape(1, -1), label
    if array.ndim == 2:
        return array, label
    axes, place = drawing.axes(array), drawing.place(array)
    shown = [str(n) for n in place]
    if axes == (-3, -2):
        shown = [*shown[:-1], ":", ":", shown[-1]]
    more = array.size // max(array.shape[axes[0]] * array.shape[axes[1]], 1) - 1
    note = f" ({more} more planes)" if more else ""
    return plane_of(array, axes, place), f"{label}[{', '.join(shown)}]{note}"


def _seen(plane: Array, at: Pair) -> tuple[range, range]:
    rows, columns = (
        window(count, index, count if count <= _WHOLE else _CROPPED)
        for count, index in zip(plane.shape, at, strict=True)
    )
    return rows, columns


def _cropped(plane: Array, rows: range, columns: range) -> str:
    if (len(rows), len(columns)) == plane.shape:
        return ""
    return f" [{rows.start}:{rows.stop}, {columns.start}:{columns.stop}] of {plane.shape}"


def _texts(plane: Array, rows: range, columns: range, digits: int) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(cut(number_text(plane[r, c], digits), _LONGEST_CELL) for c in columns) for r in rows
    )


def _moved(cells: frozenset[Pair], rows: range, columns: range) -> frozenset[Pair]:
    """Count cells from the corner of what is seen, and leave out the others."""
    return frozenset(
        (r - rows.start, c - columns.start) for r, c in cells if r in rows and c in columns
    )
