"""Does a tie decide anything? Most do not, and a group about ties must be full of those that do.

Whether a tie matters is asked of the reference, so that no word about windows is needed here: the
tied array is moved by hair's breadths upwards along its cells, and then downwards. The answers jump
apart exactly where a tie was resolved; a function that is continuous there moves by a hair.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.core.domain import ArrayDraw, Domain, Element, Word
from grader.core.errors import QuestionError
from grader.draw.answer import Judge

_JUMP = 1e-2
_NUDGE = 2.0**-24
_NUDGE_FLOAT32 = 2.0**-16


def tied_names(domain: Domain) -> tuple[str, ...]:
    """Give the float arrays that are drawn with ties."""
    return tuple(
        declaration.name
        for declaration in domain
        if isinstance(declaration.draw, ArrayDraw)
        and declaration.draw.element is Element.FLOATS
        and Word.TIES in declaration.draw.words
    )


def tie_decides(names: tuple[str, ...], inputs: Mapping[str, object], answer: Judge) -> bool:
    """Tell whether the right answer depends on how the ties of the named arrays are broken."""
    try:
        given = answer(inputs)
        if any(_differ(given.expected, other) for other in given.accepted):
            return True
        upward = answer(_nudged(names, inputs, 1.0)).expected
        downward = answer(_nudged(names, inputs, -1.0)).expected
    except QuestionError:
        return False  # the nudged input is outside of what the reference takes
    return _differ(upward, downward)


def _nudged(
    names: tuple[str, ...], inputs: Mapping[str, object], direction: float
) -> dict[str, object]:
    moved = dict(inputs)
    for name in names:
        array = np.asarray(inputs[name])
        step = _NUDGE_FLOAT32 if array.dtype == np.float32 else _NUDGE
        ramp = (np.arange(array.size) * (direction * step)).astype(array.dtype)
        moved[name] = array + ramp.reshape(array.shape)
    return moved


def _differ(one: object, other: object) -> bool:
    """Tell whether two answers are further apart than nudging explains."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() != other.keys() or any(_differ(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) != len(other) or any(map(_differ, one, other))
    first, second = np.asarray(one), np.asarray(other)
    if first.dtype.kind not in "biuf" or second.dtype.kind not in "biuf":
        return bool(one != other)
    if first.shape != second.shape:
        return True
    gap = np.abs(first.astype(np.float64) - second.astype(np.float64))
    return bool((gap > _JUMP).any())
