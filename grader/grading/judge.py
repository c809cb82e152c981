"""Decide one answer: what the reference says, what else is right, and what is wrong with the rest.

With `ties: any` the set of right gradients is not one value. The quick path accepts the three rules
that almost everybody implements (first, last, split), which the corpus holds ready; any other
answer goes through the exact test of the reference library: every valid choice is accepted, and no
other.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from grader.core.codec import CodecError, encode
from grader.core.compare import Aspect, Mismatch, compare
from grader.core.comparison import Comparison, TieRule
from grader.core.corpus import Case
from grader.core.errors import QuestionError
from grader.core.question import CodePart, PropertyKind, ReferenceCall
from grader.grading.reference import Reference, arguments_of

_BUILT_IN_TIED = "max_pool_backward"
_BUILT_IN_EXPLANATION = "explain_invalid_gradient"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong with an answer: the property it breaks and a sentence for the learner."""

    property: str
    message: str
    mismatch: Mismatch | None = None


class Explains(Protocol):
    """Says what is wrong with a gradient given the reference call's arguments, or None."""

    def __call__(self, answer: Any, *arguments: Any) -> str | None: ...


class Judge:
    """The rules of one part: expected answers from the reference, the verdict on actual ones."""

    def __init__(
        self, part: CodePart, reference: Reference | None, ties_library: Reference | None
    ) -> None:
        self.part = part
        self._reference = reference
        self._ties_library = ties_library
        self._kinds = {checked.kind for checked in part.properties}
        self._explanations = self._find_explanations()
        self._validator_names = self._parameters(part.validator) if part.validator else ()

    @property
    def the_reference(self) -> Reference:
        """Give the reference; a handout is judged without one and never asks."""
        assert self._reference is not None, "a handout has no reference"
        return self._reference

    # -- what is right ---------------------------------------------------------------------

    def expected(self, inputs: Mapping[str, object]) -> dict[str, object]:
        """Give the reference's answer under the part's tie rule: name (or '') -> value."""
        rule = self.part.ties if self.part.ties is not TieRule.ANY else TieRule.FIRST
        return self.under(rule, inputs)

    def accepted(self, inputs: Mapping[str, object]) -> tuple[dict[str, object], ...]:
        """Give other answers known to be right, where they differ from the expected one."""
        if self.part.ties is not TieRule.ANY:
            return ()
        first = self.expected(inputs)
        others = (self.under(rule, inputs) for rule in (TieRule.LAST, TieRule.SPLIT))
        return tuple(other for other in others if _differs(other, first))

    def under(self, rule: TieRule | None, inputs: Mapping[str, object]) -> dict[str, object]:
        """Give the reference's answer under one tie rule, where its functions know several."""
        answers = self._through_snippet(inputs) or self._through_calls(rule, inputs)
        for name, answer in answers.items():
            self._check_is_value(name, answer)
        return answers

    def _check_is_value(self, name: str, answer: object) -> None:
        """Refuse what no submission could ever return: that would be a zero for everybody."""
        try:
            encode(answer)
        except CodecError as error:
            said = f"the reference's answer{f' {name!r}' if name else ''}"
            raise QuestionError(
                where=self.the_reference.place,
                what=f"{said} is of type {type(answer).__name__}: {error}",
                hint="return arrays, numbers, text, or lists, tuples and dicts of them",
            ) from error

    def _through_calls(
        self, rule: TieRule | None, inputs: Mapping[str, object]
    ) -> dict[str, object]:
        answers = {}
        for name, call in self.part.expected.items():
            keywords = {}
            if rule is not None and self.the_reference.accepts_keyword(call.function, "ties"):
                keywords["ties"] = rule.value
            arguments = arguments_of(call, inputs)
            answers[name] = self.the_reference.call(call.function, *arguments, **keywords)
        return answers

    def _through_snippet(self, inputs: Mapping[str, object]) -> dict[str, object]:
        """Run the part's own `call` over the reference module, as it runs over a submission."""
        if self.part.expected:
            return {}
        assert self.part.call is not None, "a plain entry always has a reference call"
        values = self.the_reference.run(self.part.call, inputs, self.part.returns)
        return (
            {"": values[0]}
            if len(values) == 1
            else dict(zip(self.part.returns, values, strict=True))
        )

    def _find_explanations(self) -> dict[str, Explains]:
        if self.part.ties is not TieRule.ANY:
            return {}
        found: dict[str, Explains] = {}
        for name, call in self.part.expected.items():
            own = f"explain_invalid_{call.function}"
            if self._reference is not None and self._reference.has(own):
                found[name] = self._reference.function(own)
            elif call.function == _BUILT_IN_TIED and self._ties_library is not None:
                found[name] = self._ties_library.function(_BUILT_IN_EXPLANATION)
        return found

    @property
    def has_tie_test(self) -> bool:
        """Tell whether `ties: any` can be decided exactly for this part."""
        return bool(self._explanations)

    # -- what is wrong ---------------------------------------------------------------------

    def answers_by_name(self, value: object) -> dict[str, object]:
        """Give the learner's answer under the names of expected; a whole answer is named ''."""
        if tuple(self.part.expected) == ("",) or len(self.part.returns) == 1:
            return {"": value}
        # the worker makes this tuple itself, one value for each name of returns
        values = value if isinstance(value, (list, tuple)) else ()
        return dict(zip(self.part.returns, values, strict=False))

    def find_fault(self, value: object, case: Case) -> Finding | None:
        """Compare an answer with what is right; None when it is accepted."""
        if PropertyKind.SAME_AS_REFERENCE in self._kinds or self.part.validator:
            return self._find_wrong_value(value, case)
        if PropertyKind.SHAPE_AND_DTYPE in self._kinds:
            return self._find_wrong_form(value, case)
        return None

    def _find_wrong_value(self, value: object, case: Case) -> Finding | None:
        actual = self.answers_by_name(value)
        if self.part.validator is not None:
            return self._find_wrong_form(value, case) or self._ask_validator(value, case)
        for name, wanted in case.expected.items():
            mismatch = compare(actual.get(name), wanted, self.part.compare, name)
            if mismatch is None:
                continue
            if mismatch.aspect is not Aspect.VALUE:
                return self._form_finding(mismatch)
            explanation = None
            if name in self._explanations:
                if any(
                    compare(actual.get(name), other[name], self.part.compare) is None
                    for other in case.accepted
                ):
                    continue
                explanation = self._explain(name, actual.get(name), case)
                if explanation is None:
                    continue
            message = "; ".join(filter(None, (mismatch.sentence(), explanation)))
            return Finding(property="same_as_reference", message=message, mismatch=mismatch)
        return None

    def _explain(self, name: str, actual: object, case: Case) -> str | None:
        call: ReferenceCall = self.part.expected[name]
        return self._explanations[name](actual, *arguments_of(call, case.inputs))

    def _find_wrong_form(self, value: object, case: Case) -> Finding | None:
        actual = self.answers_by_name(value)
        for name, wanted in case.expected.items():
            mismatch = compare(actual.get(name), wanted, self.part.compare, name)
            if mismatch is not None and mismatch.aspect is not Aspect.VALUE:
                return self._form_finding(mismatch)
        return None

    def _form_finding(self, mismatch: Mismatch) -> Finding:
        kind = PropertyKind.SHAPE_AND_DTYPE
        return Finding(
            property=kind.value if kind in self._kinds else PropertyKind.SAME_AS_REFERENCE.value,
            message=mismatch.sentence(),
            mismatch=mismatch,
        )

    def _ask_validator(self, value: object, case: Case) -> Finding | None:
        assert self.part.validator is not None
        inputs = {name: case.inputs[name] for name in self._validator_names if name in case.inputs}
        fault = self.the_reference.call(self.part.validator, value, **inputs)
        if fault is None:
            return None
        return Finding(property=self.part.validator, message=str(fault))

    def _parameters(self, function: str) -> tuple[str, ...]:
        return tuple(inspect.signature(self.the_reference.function(function)).parameters)


def same_answer(one: object, other: object, comparison: Comparison) -> bool:
    """Tell whether two answers, both hostile, are the same: form first, then values, NaN as NaN."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        if one.shape != other.shape or one.dtype.kind != other.dtype.kind:
            return False
        if one.tobytes() == other.tobytes():
            return True
        if one.dtype.kind in "iub":
            return bool((one == other).all())
        with np.errstate(invalid="ignore", over="ignore"):
            near = np.abs(one - other) <= comparison.atol + comparison.rtol * np.abs(other)
        return bool(((one == other) | near | (np.isnan(one) & np.isnan(other))).all())
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(same_answer(a, b, comparison) for a, b in pairs)
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other) and all(
            same_answer(one[key], other[key], comparison) for key in one
        )
    if isinstance(one, float) and isinstance(other, float) and one != one:
        return other != other
    return type(one) is type(other) and bool(one == other)


def _differs(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    exact = Comparison(rtol=0.0, atol=0.0)
    return any(not same_answer(one[name], other[name], exact) for name in one)
