"""The built-in library of mistakes, first half: right answers, changed in one way.

Order matters: a change that says more stands before one that it implies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
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
from grader.grading.moved_answers import moved_answers

_MOST_AXES = 4
_LARGEST_DENOMINATOR = 64
_COMPARE = "compare the factors and terms of your formula with those of the question"


def answer_mistakes(first: Situation) -> Iterator[Mistake]:
    """Give the changes of answers worth trying on a submission of which this is one wrong case."""
    yield changed_answer(
        "the right answer with the opposite sign",
        "look for a minus sign that is missing, or one too many",
        np.negative,
    )
    yield from _of_values()
    yield from _of_form()
    yield from moved_answers(first)
    yield from _of_numbers(first)
    yield changed_answer("zero", "is the result ever filled in?", np.zeros_like)


def _of_values() -> Iterator[Mistake]:
    whole = "an array of whole numbers cuts off what is put into it; make it one of floats"
    yield changed_answer("the right answer cut to whole numbers", whole, np.trunc)
    yield changed_answer("the right answer rounded to whole numbers", whole, np.rint)
    yield changed_answer("the right answer rounded down to whole numbers", whole, np.floor)
    yield changed_answer(
        "the right answer with 0 instead of its negative numbers",
        "a maximum that starts at 0, or runs over a border of zeros, is never negative; "
        "start from the first cell or from minus infinity",
        lambda right: np.maximum(right, 0) if right.dtype.kind in "iuf" else None,
    )
    yield changed_answer(
        "the right answer without its signs", "is a magnitude (abs) taken somewhere?", np.abs
    )


def _of_form() -> Iterator[Mistake]:
    yield Mistake(
        name="the right values in another number type",
        hint="an array gets its type when it is made: give dtype, or use np.zeros_like(x)",
        explains=_has_other_dtype,
    )
    yield Mistake(
        name="the right numbers in another shape",
        hint="compare the shape of the result with the one asked for: reshape, or keep the axes",
        explains=_has_other_shape,
    )
    yield Mistake(
        name="the right numbers in a list",
        hint="return an array: np.array(result)",
        explains=_is_list,
    )
    yield Mistake(
        name="the right answers in another order",
        hint="several values are returned in the order that the question names",
        explains=_is_other_order,
    )


def _has_other_dtype(situation: Situation) -> bool:
    is_other = False
    for name, right in situation.expected.items():
        given = situation.actual.get(name)
        if not (isinstance(given, np.ndarray) and isinstance(right, np.ndarray)):
            return False
        rough = 1e-3 if given.dtype == np.float16 else 1e-5
        if not same_numbers(given, right, rtol=rough, atol=rough):
            return False
        is_other |= given.dtype != right.dtype
    return is_other


def _has_other_shape(situation: Situation) -> bool:
    def wanted(name: str) -> object:
        given = as_numbers(situation.actual.get(name))
        right = as_numbers(situation.expected[name])
        if given is None or right is None or given.size != right.size:
            return None
        return right.reshape(given.shape)

    return is_changed_by(situation, wanted)


def _is_list(situation: Situation) -> bool:
    return all(
        isinstance(right, np.ndarray)
        and same_numbers(_from_lists(situation.actual.get(name)), right)
        for name, right in situation.expected.items()
    )


def _from_lists(value: object) -> Array | None:
    """Give lists of lists of numbers as an array; None for anything else, and for ragged ones."""
    if not isinstance(value, list | tuple) or _depth(value) > _MOST_AXES:
        return None
    try:
        return np.array(value, dtype=float)
    except (ValueError, TypeError, OverflowError):
        return None


def _depth(value: object) -> int:
    """Count how lists are nested, as far as it matters."""
    depth = 0
    while isinstance(value, list | tuple) and value and depth <= _MOST_AXES:
        value, depth = value[0], depth + 1
    return depth


def _is_other_order(situation: Situation) -> bool:
    given, names = situation.actual, list(situation.expected)
    if not 1 < len(names) <= _MOST_AXES or list(given) != names:
        return False
    return any(
        all(
            same_numbers(given[name], situation.expected[other])
            for name, other in zip(names, order, strict=True)
        )
        for order in permutations(names)
    )


def _of_numbers(first: Situation) -> Iterator[Mistake]:
    """Give constant factors and offsets as one case has them, then factors that are sizes."""
    factor = _constant(first, lambda given, right: given[right != 0] / right[right != 0])
    if factor is not None and factor not in (0.0, 1.0, -1.0):
        yield changed_answer(
            f"{_number_text(factor)} times the right answer",
            _COMPARE,
            lambda right: right * factor,
        )
    for name, size in _sizes(first).items():
        for text, power in (("divided by", -1), ("times", 1)):
            for exponent, mark in ((1, ""), (2, "²")):
                if factor is not None and np.isclose(factor, float(size) ** (power * exponent)):
                    yield _sized(f"the right answer {text} {name}{mark}", name, power * exponent)
    offset = _constant(first, lambda given, right: given - right)
    if offset:
        sign = "plus" if offset > 0 else "minus"
        yield changed_answer(
            f"the right answer {sign} {_number_text(abs(offset))}",
            COUNT if offset == int(offset) else _COMPARE,
            lambda right: right + offset,
        )


def _constant(situation: Situation, measure: Callable[[Array, Array], Array]) -> float | None:
    """Give the number that a measure of answer and right answer comes to in every cell."""
    for name, right in situation.expected.items():
        given, numbers = as_numbers(situation.actual.get(name)), as_numbers(right)
        if given is None or numbers is None or given.shape != numbers.shape:
            return None
        if same_numbers(given, numbers):
            continue
        if "c" in (given.dtype.kind, numbers.dtype.kind):
            return None
        with np.errstate(all="ignore"):
            found = measure(given.astype(float), numbers.astype(float)).ravel()
        if not found.size or not np.isfinite(found).all():
            return None
        return float(found[0]) if np.allclose(found, found[0], rtol=1e-6, atol=1e-9) else None
    return None


def _number_text(number: float) -> str:
    fraction = Fraction(number).limit_denominator(_LARGEST_DENOMINATOR)
    if abs(float(fraction) - number) <= 1e-9 * max(1.0, abs(number)):
        return str(fraction)
    return f"{number:.4g}"


def _sizes(situation: Situation) -> Mapping[str, int]:
    """Give the whole numbers above 1 among the inputs, and the sizes of the arrays."""
    found: dict[str, int] = {}
    for name, value in situation.inputs.items():
        if type(value) is int and value > 1:
            found[name] = value
        elif isinstance(value, np.ndarray) and value.size > 1:
            found[f"the number of cells of {name}"] = value.size
            for axis, length in enumerate(value.shape):
                if value.ndim > 1 and length > 1:
                    found[f"the length of axis {axis} of {name}"] = length
    return found


def _sized(title: str, size: str, power: int) -> Mistake:
    def explains(situation: Situation) -> bool:
        number = _sizes(situation).get(size, 1)

        def wanted(name: str) -> object:
            right = as_numbers(situation.expected[name])
            return None if right is None else right * float(number) ** power

        return is_changed_by(situation, wanted)

    return Mistake(
        name=title, hint="is a mean taken for a sum, or a sum for a mean?", explains=explains
    )
