"""The properties a question may ask for: statements that relate several answers to each other.

Each check gets a few cases of a group, spread from the smallest to the largest, the answers already
given for them, and a way to ask for more. `same_as_reference`, `shape_and_dtype` and
`inputs_unchanged` need no second call and are decided case by case in judge.py and runner.py.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.core.call import Failed, Returned
from grader.core.comparison import Comparison
from grader.core.corpus import Case
from grader.core.question import Property, PropertyKind
from grader.grading.judge import Finding, Judge, same_answer

Array = npt.NDArray[Any]
#: makes the calls in order; after a fatal one it may stop
Ask = Callable[[Sequence[Mapping[str, object]]], Iterable[Returned | Failed]]

#: cases of a group on which each property is tried
SAMPLE = 8
_TOLERANCE = Comparison(rtol=1e-7, atol=1e-8)
_STEP = 2.0**-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Probe:
    """One case with the learner's answer to it."""

    case: Case
    answer: object


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Broken:
    """A property that does not hold: on which inputs, and what the second answer was."""

    case: Case
    finding: Finding
    actual: object
    failed: Failed | None = None


def sample(positions: Sequence[int], most: int = SAMPLE) -> list[int]:
    """Give at most `most` of the positions, evenly spread, first and last included."""
    if len(positions) <= most:
        return list(positions)
    if most < 2:
        return list(positions[: max(most, 0)])
    return [positions[round(at * (len(positions) - 1) / (most - 1))] for at in range(most)]


def check_property(
    prop: Property, probes: Sequence[Probe], ask: Ask, judge: Judge
) -> Broken | None:
    """Give the first probe on which the property does not hold."""
    trials = [(probe, *trial) for probe in probes for trial in _trials(prop, probe)]
    results = ask([inputs for _, inputs, _ in trials])
    for (probe, inputs, wrong), result in zip(trials, results, strict=False):
        message = result.message if isinstance(result, Failed) else wrong(result.value)
        if message is not None:
            return Broken(
                case=_case_with(probe.case, inputs),
                finding=Finding(property=prop.text, message=message),
                actual=None if isinstance(result, Failed) else result.value,
                failed=result if isinstance(result, Failed) else None,
            )
    for probe in probes:
        found = _authored(prop, probe, ask, judge) or _about_the_answer(prop, probe, judge)
        if found is not None:
            finding = Finding(property=prop.text, message=found)
            return Broken(case=probe.case, finding=finding, actual=probe.answer)
    return None


Wrong = Callable[[object], str | None]
Trials = Iterator[tuple[Mapping[str, object], Wrong]]


def _trials(prop: Property, probe: Probe) -> Trials:
    match prop.kind:
        # where the question leaves a choice, the second call may choose again
        case PropertyKind.DETERMINISTIC if not probe.case.accepted:
            yield (
                probe.case.inputs,
                _same(probe.answer, "the same call gave another answer the second time"),
            )
        case PropertyKind.LINEAR_IN if not probe.case.accepted:
            yield from _linear_trials(prop.argument, probe)
        case PropertyKind.ZERO_FOR:
            zeros = np.zeros_like(np.asarray(probe.case.inputs[prop.argument]))
            changed = {**probe.case.inputs, prop.argument: zeros}
            yield changed, _all_zero(f"the answer for {prop.argument} = 0 is not zero")
        case PropertyKind.INVARIANT_TO:
            yield from _invariance_trials(prop.argument, probe)
        case _:
            return


def _linear_trials(name: str, probe: Probe) -> Trials:
    """f(2v) = 2f(v), f(-3v) = -3f(v), f(v + w) = f(v) + f(w), w = v reversed: exact on dyadic v."""
    value = np.asarray(probe.case.inputs[name])
    for factor in (2, -3):
        changed = {**probe.case.inputs, name: value * value.dtype.type(factor)}
        wanted = _scaled(probe.answer, factor)
        yield (
            changed,
            _same(
                wanted,
                f"the answer is not linear in {name}: {factor} {name} gives no {factor} answers",
            ),
        )
    reversed_value = np.ascontiguousarray(value[(slice(None, None, -1),) * value.ndim])
    second: list[object] = []

    def keep(answer: object) -> str | None:
        second.append(answer)
        return None

    yield {**probe.case.inputs, name: reversed_value}, keep
    yield (
        {**probe.case.inputs, name: value + reversed_value},
        lambda answer: _same(
            _added(probe.answer, second[0]),
            f"the answer is not linear in {name}: a sum of {name} does not give the sum of answers",
        )(answer),
    )


def _invariance_trials(argument: str, probe: Probe) -> Trials:
    """`shift v`: v + 1/2; `scale v`: 2 v; both exact on dyadic values and order preserving."""
    change, _, name = argument.partition(" ")
    value = np.asarray(probe.case.inputs[name])
    changed = value + value.dtype.type(0.5) if change == "shift" else value * value.dtype.type(2)
    said = "adding a constant to" if change == "shift" else "doubling"
    yield (
        {**probe.case.inputs, name: changed},
        _same(probe.answer, f"{said} {name} changes the answer"),
    )


def _about_the_answer(prop: Property, probe: Probe, judge: Judge) -> str | None:
    """Properties of one answer that need no second call."""
    answer = next(iter(judge.answers_by_name(probe.answer).values()), None)
    if prop.kind is PropertyKind.CONSERVES:
        return _not_conserved(prop.argument, probe, answer)
    if prop.kind is PropertyKind.GRADIENT_OF and not probe.case.accepted:
        return _not_gradient(prop.argument, probe, answer, judge)
    return None


def _not_conserved(name: str, probe: Probe, answer: object) -> str | None:
    given = np.asarray(probe.case.inputs[name], dtype=float).sum()
    if not isinstance(answer, np.ndarray):
        return f"there is no array whose sum could be that of {name}"
    total = float(np.asarray(answer.sum(dtype=float if answer.dtype.kind in "iub" else None)).real)
    if abs(total - given) <= 1e-8 + 1e-7 * abs(given):
        return None
    return f"the answer sums to {total:g}, but {name} sums to {given:g}"


def _not_gradient(forward: str, probe: Probe, answer: object, judge: Judge) -> str | None:
    """Compare with central differences of <upstream, forward(x)>; skip cells where a kink is near.

    Pooling is piecewise linear, so the difference is exact as long as both step sizes agree.
    """
    names = list(inspect.signature(judge.the_reference.function(forward)).parameters)
    inputs = probe.case.inputs
    given = {name: inputs[name] for name in names if name in inputs}
    at = next((name for name in given if isinstance(given[name], np.ndarray)), None)
    if at is None or not isinstance(answer, np.ndarray):
        return None
    x = np.array(given[at], dtype=float)
    shape = np.shape(judge.the_reference.call(forward, **given))
    upstream = next(
        (
            v
            for n, v in inputs.items()
            if n != at and isinstance(v, np.ndarray) and v.shape == shape
        ),
        None,
    )
    if upstream is None or answer.shape != x.shape:
        return None

    def loss(cell: tuple[int, ...], step: float) -> float:
        moved = x.copy()
        moved[cell] += step
        return float((judge.the_reference.call(forward, **{**given, at: moved}) * upstream).sum())

    for cell in np.ndindex(x.shape):
        wide = (loss(cell, _STEP) - loss(cell, -_STEP)) / (2 * _STEP)
        narrow = (loss(cell, _STEP / 2) - loss(cell, -_STEP / 2)) / _STEP
        if abs(wide - narrow) > 1e-9 * max(1.0, abs(wide)):
            continue
        if not abs(complex(answer[cell]) - narrow) <= 1e-6 * max(1.0, abs(narrow)):
            return (
                f"central differences of {forward} give {narrow:g} at {list(cell)}, "
                f"the answer is {answer[cell]}"
            )
    return None


def _authored(prop: Property, probe: Probe, ask: Ask, judge: Judge) -> str | None:
    """Call a `property_…` of the reference: (answer, **inputs), or (call, …) to ask for more."""
    if prop.kind is not PropertyKind.AUTHORED:
        return None
    parameters = list(inspect.signature(judge.the_reference.function(prop.argument)).parameters)
    inputs = {name: probe.case.inputs[name] for name in parameters if name in probe.case.inputs}
    available: dict[str, object] = {"answer": probe.answer, **inputs}
    failures: list[Failed] = []

    def call(**changed: object) -> object:
        result = next(iter(ask([{**probe.case.inputs, **changed}])))
        if isinstance(result, Failed):
            failures.append(result)
            return None
        return result.value

    if "call" in parameters:
        available["call"] = call
    fault = judge.the_reference.call(prop.argument, **available)
    if failures:
        return failures[0].message
    return None if fault is None else str(fault)


def _same(wanted: object, message: str) -> Wrong:
    return lambda answer: None if same_answer(answer, wanted, _TOLERANCE) else message


def _all_zero(message: str) -> Wrong:
    def wrong(answer: object) -> str | None:
        return None if same_answer(answer, _scaled(answer, 0), _TOLERANCE) else message

    return wrong


def _scaled(answer: object, factor: int) -> object:
    if isinstance(answer, (list, tuple)):
        return [_scaled(value, factor) for value in answer]
    if isinstance(answer, np.ndarray):
        with np.errstate(all="ignore"):
            return (
                answer * answer.dtype.type(factor) if answer.dtype.kind in "fc" else answer * factor
            )
    return answer * factor if isinstance(answer, (int, float, complex, np.number)) else answer


def _added(one: object, other: object) -> object:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return [_added(a, b) for a, b in zip(one, other, strict=False)]
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.shape == other.shape:
        with np.errstate(all="ignore"):
            return np.logical_or(one, other) if one.dtype.kind == "b" else one + other
    if isinstance(one, (int, float, complex)) and isinstance(other, (int, float, complex)):
        return one + other
    return None


def _case_with(case: Case, inputs: Mapping[str, object]) -> Case:
    return Case(inputs=inputs, groups=case.groups, expected=case.expected, name=case.name)
