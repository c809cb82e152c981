"""A formula on instances: its values, and the first place where they are not the expected ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.formula.domains import runs
from grader.formula.evaluate import Budget, Evaluator
from grader.formula.failure import Kind, Unreadable
from grader.formula.meaning import Meaning
from grader.formula.reading import Formula
from grader.formula.values import Grid, Index, Instance, Value, places

ABSOLUTE, RELATIVE = 1e-9, 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The first element that differs: which instance, which index (from base), both values.

    actual: more than one when the left side assigns several values, none when it assigns nothing.
    """

    instance: int
    index: Index
    actual: tuple[float, ...]
    expected: float

    @property
    def message(self) -> str:
        """Give the two values for a person."""
        yours = " and ".join(f"{value:.6g}" for value in self.actual) or "nothing"
        return f"gives {yours}, expected {self.expected:.6g}"


#: values of the formula by index, from 0; several where a left side assigns several
Results = Mapping[Index, tuple[float, ...]]


def evaluate(formula: Formula, instances: Sequence[Instance]) -> list[Results]:
    """Give the values on all instances; Unreadable when one of them has none.

    Nothing is compared here: whether a formula can be read never depends on the expected values.
    """
    budget = Budget()
    try:
        return [_evaluated(formula, instance, budget) for instance in instances]
    except RecursionError:
        raise Unreadable(Kind.DEPTH, "the formula is nested too deep") from None


def first_difference(
    results: Sequence[Results], expected: Sequence[Grid], base: int = 0
) -> Difference | None:
    """Give the first difference, instances in their order; None when all are equal."""
    for number, (result, wanted) in enumerate(zip(results, expected, strict=True)):
        for index in places(wanted.shape):
            values, right = result.get(index, ()), wanted.at(index)
            if len(values) != 1 or not is_equal(values[0], right):
                shown = tuple(at + base for at in index)
                return Difference(instance=number, index=shown, actual=values, expected=right)
    return None


def is_equal(actual: float, expected: float) -> bool:
    """Tell whether two values agree; NaN agrees with nothing."""
    if math.isnan(actual) or math.isnan(expected):
        return False
    return actual == expected or abs(actual - expected) <= ABSOLUTE + RELATIVE * abs(expected)


def _evaluated(formula: Formula, instance: Instance, budget: Budget) -> Results:
    declared = formula.declared
    evaluator = Evaluator(
        instance, budget, base=declared.base, outside_is_zero=declared.outside_is_zero
    )
    if formula.assigned:
        return _assigned(formula, instance, evaluator)
    members = [_members(formula, value, instance, evaluator) for value in formula.values]
    for other in members[:-1]:
        if any(not is_equal(other[index], value) for index, value in members[-1].items()):
            what = "two members of the chain of '=' have different values"
            raise Unreadable(Kind.SEVERAL, what, formula.values[-1].at)
    return {index: (value,) for index, value in members[-1].items()}


def _members(
    formula: Formula, value: Meaning, instance: Instance, evaluator: Evaluator
) -> dict[Index, float]:
    """Give one member of the chain at every index of the target."""
    found: dict[Index, float] = {}
    for index in places(instance.shape):
        for letter, at in zip(formula.letters, index, strict=False):
            evaluator.env[letter.number] = float(at + formula.declared.base)
        result: Value = evaluator.value(value)
        if isinstance(result, Grid) and result.shape != ():
            return _whole(formula, result, instance, value.at)
        if isinstance(result, tuple):
            what = "the formula gives a pair where a number is needed"
            raise Unreadable(Kind.TYPE, what, value.at)
        found[index] = result.values[0] if isinstance(result, Grid) else result
    return found


def _whole(formula: Formula, result: Grid, instance: Instance, at: int) -> dict[Index, float]:
    if formula.has_indices:
        what = "an array without indices stands where a number is needed"
        raise Unreadable(Kind.RANK, what, at, "write its indices: x_{ij}")
    if result.shape != instance.shape:
        what = f"the formula gives an array of shape {result.shape} instead of {instance.shape}"
        raise Unreadable(Kind.SHAPE, what, at)
    return {index: result.at(index) for index in places(result.shape)}


def _assigned(formula: Formula, instance: Instance, evaluator: Evaluator) -> Results:
    """Assign every value that a left side with computed indices says."""
    found: dict[Index, list[float]] = {}
    base = formula.declared.base
    for values in runs(evaluator, formula.binders):
        for letter, value in zip(formula.letters, values, strict=True):
            evaluator.env[letter.number] = value
        index = tuple(evaluator.whole(node) - base for node in formula.assigned)
        if not all(0 <= at < size for at, size in zip(index, instance.shape, strict=True)):
            written = ",".join(str(at + base) for at in index)
            what = f"the left side has an index {written} outside of the array"
            raise Unreadable(Kind.OUTSIDE, what, formula.assigned[0].at)
        one = evaluator.number(formula.values[-1])
        held = found.setdefault(index, [])
        if not any(is_equal(one, other) for other in held):
            held.append(one)
    return {index: tuple(held) for index, held in found.items()}
