"""Candidates that are simpler than an input: smaller frames, then more readable values."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from itertools import combinations, islice

import numpy as np

from grader.core.domain import ArrayDraw, Domain, Element, Scalar
from grader.core.expression import DrawError, Expression
from grader.draw.elements import Array, bounds_of, dtype_of, is_inside
from grader.draw.fillings import fillings
from grader.draw.frames import Frame, frame_of, smallest_of_each
from grader.draw.group import readable_inputs
from grader.draw.order import AnswerCells, no_answer_cells

Values = dict[str, object]
_SWEPT_FRAMES = 40
_READABLE = 4  # readable inputs tried in each frame of the sweep
_FILLINGS = 12  # readable arrays tried for each name
_MOST_CELLS = 64  # of an array whose cells are tried one by one


class Reducer:
    """Candidates inside one domain and condition; frames are its valid ones, smallest first."""

    def __init__(
        self,
        domain: Domain,
        where: Expression | None,
        frames: list[Frame],
        answer_cells: AnswerCells = no_answer_cells,
    ) -> None:
        self._domain, self._where, self._answer_cells = domain, where, answer_cells
        self._arrays = {
            declaration.name: declaration.draw
            for declaration in domain
            if isinstance(declaration.draw, ArrayDraw)
        }
        self._smallest_frames = smallest_of_each(frames)[:_SWEPT_FRAMES]
        self._readable: dict[int, list[Values]] = {}

    def candidates(self, inputs: Mapping[str, object]) -> Iterator[Values]:
        """Give simpler inputs, some of them perhaps no smaller than these; best first.

        Scalars are lowered one at a time, then every small frame is swept, because a smaller input
        that fails need not be reachable by steps that all fail; then values are made readable.
        """
        yield from self._lowered(inputs)
        yield from self._swept(inputs)
        frame = self.frame_of(inputs)
        if frame is not None:
            yield from self._renumbered(frame, inputs)
            yield from self._refilled(frame, inputs)
            yield from self._retouched(frame, inputs)

    def frame_of(self, inputs: Mapping[str, object]) -> Frame | None:
        """Give the frame of inputs, or None when their scalars are outside of the domain."""
        names = [name for name in self._domain.names if name not in self._arrays]
        if any(name not in inputs for name in names):
            return None
        scalars = {name: inputs[name] for name in names}
        return frame_of(self._domain, self._where, scalars)

    def _lowered(self, inputs: Mapping[str, object]) -> Iterator[Values]:
        """Lower one number (to 1, half way, by one), or two by one, which sizes may need."""
        scalars = {name: value for name, value in inputs.items() if name not in self._arrays}
        whole = {name: value for name, value in scalars.items() if type(value) is int}
        for name, value in whole.items():
            for lower in dict.fromkeys((1, value // 2, value - 1)):
                if lower < value:
                    yield from self._moved(inputs, {**scalars, name: lower})
        for one, other in combinations(whole, 2):
            both = {one: whole[one] - 1, other: whole[other] - 1}
            yield from self._moved(inputs, {**scalars, **both})

    def _moved(
        self, inputs: Mapping[str, object], scalars: Mapping[str, object]
    ) -> Iterator[Values]:
        """Give the inputs cropped to the frame of other scalars, and one readable input of it."""
        frame = frame_of(self._domain, self._where, scalars)
        if frame is not None:
            yield from self._cropped(frame, inputs)
            yield from islice(readable_inputs(self._domain, frame), 1)

    def _swept(self, inputs: Mapping[str, object]) -> Iterator[Values]:
        """Visit the smallest frames, with these values cropped and with readable ones."""
        given = sum(np.asarray(inputs[name]).size for name in self._arrays if name in inputs)
        given += self._answer_cells(inputs)
        for frame, cells in self._swept_frames:
            if cells > given:
                return
            yield from self._cropped(frame, inputs)
            yield from self._readable_in(frame)

    @functools.cached_property
    def _swept_frames(self) -> list[tuple[Frame, int]]:
        """Give frames that differ with the cells of their inputs and answers, fewest first."""
        weighed = [
            (frame, frame.cells + self._answer_cells(made[0]))
            for frame in self._smallest_frames
            if (made := self._readable_in(frame))
        ]
        return sorted(weighed, key=lambda pair: (pair[1], pair[0].cells))

    def _readable_in(self, frame: Frame) -> list[Values]:
        if id(frame) not in self._readable:
            made = list(islice(readable_inputs(self._domain, frame), _READABLE))
            self._readable[id(frame)] = made
        return self._readable[id(frame)]

    def _cropped(self, frame: Frame, inputs: Mapping[str, object]) -> Iterator[Values]:
        """Keep the first cells of every axis, or the last ones."""
        for is_first in (True, False):
            arrays: dict[str, Array] = {}
            for name, shape in frame.shapes.items():
                array = np.asarray(inputs.get(name))
                if array.ndim != len(shape) or any(
                    old < new for old, new in zip(array.shape, shape, strict=True)
                ):
                    return
                arrays[name] = array[
                    tuple(
                        slice(new) if is_first else slice(old - new, None)
                        for old, new in zip(array.shape, shape, strict=True)
                    )
                ]
            if self._inside(frame, arrays):
                yield self._assembled(frame.scalars, arrays)

    def _inside(self, frame: Frame, arrays: Mapping[str, Array]) -> bool:
        for name, array in arrays.items():
            draw = self._arrays[name]
            try:
                bounds = bounds_of(draw, frame.scalars)
            except DrawError:
                return False
            if array.shape != frame.shapes[name] or not is_inside(draw, bounds, array):
                return False
        return True

    def _assembled(self, scalars: Mapping[str, Scalar], arrays: Mapping[str, Array]) -> Values:
        return {
            name: arrays[name] if name in arrays else scalars[name] for name in self._domain.names
        }

    def _replaced(
        self, frame: Frame, inputs: Mapping[str, object], changes: Mapping[str, Array]
    ) -> Iterator[Values]:
        """Give these inputs with some arrays replaced, when they stay inside the domain."""
        arrays = {name: np.asarray(inputs[name]) for name in self._arrays} | dict(changes)
        if self._inside(frame, arrays):
            yield self._assembled(frame.scalars, arrays)

    def _renumbered(self, frame: Frame, inputs: Mapping[str, object]) -> Iterator[Values]:
        """Replace values by their ranks, which keeps the order and the ties: 1, 2, 3, …"""
        for draws in (list(self._arrays), *([name] for name in self._arrays)):
            for renumber in (_ranked, _ranked_by_sign, np.rint):
                changes = {
                    name: renumber(np.asarray(inputs[name])).astype(dtype_of(self._arrays[name]))
                    for name in draws
                    if self._arrays[name].element is not Element.BOOLS
                    and np.isfinite(np.asarray(inputs[name])).all()
                }
                yield from self._replaced(frame, inputs, changes)

    def _refilled(self, frame: Frame, inputs: Mapping[str, object]) -> Iterator[Values]:
        """Replace one array by a readable one."""
        for name, draw in self._arrays.items():
            bounds = bounds_of(draw, frame.scalars)
            for array in fillings(draw, frame.shapes[name], bounds, most=_FILLINGS):
                yield from self._replaced(frame, inputs, {name: array})

    def _retouched(self, frame: Frame, inputs: Mapping[str, object]) -> Iterator[Values]:
        """Replace one cell by a small number, or exchange two neighbours that stand in disorder."""
        for name in self._arrays:
            array = np.asarray(inputs[name])
            if not 0 < array.size <= _MOST_CELLS:
                continue
            for at in range(array.size):
                for value in (1, 2, 3, 0, *range(4, min(array.size, 9) + 1), -1, -2, -3):
                    changed = array.copy()
                    changed.flat[at] = value
                    yield from self._replaced(frame, inputs, {name: changed})
            for at in range(array.size - 1):
                changed = array.copy()
                changed.flat[at], changed.flat[at + 1] = array.flat[at + 1], array.flat[at]
                yield from self._replaced(frame, inputs, {name: changed})


def _ranked(array: Array) -> Array:
    """Give dense ranks from 1: equal values share one."""
    _, ranks = np.unique(array, return_inverse=True)
    return ranks.reshape(array.shape) + 1


def _ranked_by_sign(array: Array) -> Array:
    """Give dense ranks that keep each sign: …, -2, -1, 0, 1, 2, …"""
    distinct, ranks = np.unique(array, return_inverse=True)
    below = int((distinct < 0).sum())  # type: ignore[operator]  # numbers, because they are finite
    has_zero = bool((distinct == 0).any())
    shifted = ranks.reshape(array.shape) - below
    return shifted if has_zero else shifted + (shifted >= 0)
