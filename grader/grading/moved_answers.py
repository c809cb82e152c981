"""Right numbers in the wrong places: other axes, reversed, shifted, one too many or too few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import numpy as np

from grader.grading.mistakes import (
    COUNT,
    Array,
    Mistake,
    Situation,
    as_numbers,
    changed_answer,
    is_changed_by,
    same_numbers,
)

_MOST_AXES = 4


def moved_answers(first: Situation) -> Iterator[Mistake]:
    """Give what moves numbers to other places, for as many axes as the answers have."""
    numbers = [as_numbers(right) for right in first.expected.values()]
    axes = max((right.ndim for right in numbers if right is not None), default=0)
    if not 1 <= axes <= _MOST_AXES:
        return
    for order in permutations(range(axes)):
        if list(order) != sorted(order):
            yield changed_answer(
                _order_name(order),
                "which index comes first? In NumPy a[i, j] is row i, column j",
                _only(axes, _reordered(order)),
            )
    for axis in range(max(axes - 2, 0), axes):
        along = _along(axis, axes)
        for change, name, hint in (
            (_flipped, f"the right answer in reverse order{along}", "an index runs backwards"),
            (_moved(1), f"the right answer moved on by one{along}", COUNT),
            (_moved(-1), f"the right answer moved back by one{along}", COUNT),
            (_without_last, f"the right answer without its last part{along}", COUNT),
        ):
            yield changed_answer(name, hint, _only(axes, _at_axis(change, axis)))
        yield Mistake(
            name=f"the right answer with one part too many{along}",
            hint=COUNT,
            explains=_with_more(axis),
        )
    yield Mistake(
        name="the right answer inside of a larger array",
        hint="is a border that was added cut off again?",
        explains=_is_inside_larger,
    )


def _order_name(order: tuple[int, ...]) -> str:
    if order == (1, 0):
        return "the right answer transposed"
    return f"the right answer with its axes in the order {order}"


def _along(axis: int, axes: int) -> str:
    if axes == 1:
        return ""
    return f" along its {'columns' if axis == axes - 1 else 'rows'}"


def _only(axes: int, change: Callable[[Array], object]) -> Callable[[Array], object]:
    return lambda right: change(right) if right.ndim == axes else None


def _at_axis(change: Callable[[Array, int], object], axis: int) -> Callable[[Array], object]:
    return lambda right: change(right, axis)


def _reordered(order: tuple[int, ...]) -> Callable[[Array], object]:
    return lambda right: right.transpose(order)


def _flipped(right: Array, axis: int) -> object:
    return np.flip(right, axis)


def _without_last(right: Array, axis: int) -> object:
    return np.delete(right, -1, axis) if right.shape[axis] else None


def _moved(by: int) -> Callable[[Array, int], object]:
    """Give what moves an array along an axis; zeros come in."""

    def move(right: Array, axis: int) -> object:
        if not right.shape[axis]:
            return None
        moved = np.roll(right, by, axis)
        np.moveaxis(moved, axis, 0)[0 if by > 0 else -1] = 0
        return moved

    return move


def _with_more(axis: int) -> Callable[[Situation], bool]:
    def explains(situation: Situation) -> bool:
        def wanted(name: str) -> object:
            given = as_numbers(situation.actual.get(name))
            right = as_numbers(situation.expected[name])
            if given is None or right is None or given.ndim != right.ndim or axis >= given.ndim:
                return None
            if given.shape[axis] != right.shape[axis] + 1:
                return None
            last = np.take(given, [-1], axis)
            return np.concatenate([right, last], axis) if _fits(right, last, axis) else None

        return is_changed_by(situation, wanted)

    return explains


def _fits(one: Array, other: Array, axis: int) -> bool:
    return one.shape[:axis] + one.shape[axis + 1 :] == other.shape[:axis] + other.shape[axis + 1 :]


def _is_inside_larger(situation: Situation) -> bool:
    """Tell whether the answers have the same border, of some cells, on every side."""
    for name, right in situation.expected.items():
        given, numbers = as_numbers(situation.actual.get(name)), as_numbers(right)
        if given is None or numbers is None or given.ndim != numbers.ndim or given.ndim < 1:
            return False
        wider = [more - less for more, less in zip(given.shape, numbers.shape, strict=True)]
        if not any(wider) or any(width < 0 or width % 2 for width in wider):
            return False
        middle = given[
            tuple(slice(w // 2, w // 2 + n) for w, n in zip(wider, numbers.shape, strict=True))
        ]
        if not same_numbers(middle, numbers):
            return False
    return True
