"""The built-in library of mistakes, second half: what the reference gives for changed inputs.

"The stride is taken to be 1" needs no knowledge of strides: the reference is asked with stride = 1.
Changed inputs stay inside the declared ranges of whole numbers, so the reference is asked nothing
that the author did not foresee; an input that it refuses explains nothing. Two changes use that a
part is linear in an input (its property `linear_in`): the shares of single entries are added up, or
overwrite each other.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import permutations

import numpy as np

from grader.core.comparison import TieRule
from grader.core.domain import ArrayDraw, NumberDraw
from grader.core.errors import QuestionError
from grader.core.expression import DrawError
from grader.core.question import PropertyKind
from grader.draw import tied_names
from grader.grading.changed_inputs import (
    Inputs,
    changed_array,
    exchanged,
    ties_broken,
    without_negative,
)
from grader.grading.mistakes import Array, Mistake, Situation, is_changed_by
from grader.grading.plan import PartPlan

Answers = Mapping[str, object]
Ask = Callable[[Inputs], Answers | None]
#: entries of a linear input whose shares are computed one by one
_MOST_SHARES = 64
_TO_ALL = "the right answer, but each of several equal maxima gets the whole gradient"
_RULE_NAMES = {
    TieRule.FIRST: "the first of several equal maxima counts",
    TieRule.LAST: "the last of several equal maxima counts",
    TieRule.SPLIT: "equal maxima share in equal parts",
}


class InputMistakes:
    """The mistakes of one part that are found by asking its reference again; answers are kept."""

    def __init__(self, plan: PartPlan) -> None:
        # not the plan itself: who keeps this by the plan would keep the plan for ever
        self._judge, self._code = plan.judge, plan.code
        self._declared = {each.name: each.draw for each in plan.code.domain}
        for group in plan.code.groups:
            self._declared |= {each.name: each.draw for each in group.domain}
        self._kept: dict[tuple[str, int], Answers | None] = {}
        self.mistakes = tuple(self._all())

    def _all(self) -> Iterator[Mistake]:
        yield from self._of_ties()
        yield from self._of_numbers()
        yield from self._of_arrays()
        yield from self._of_shares()

    def _asked(self, name: str, hint: str, ask: Ask) -> Mistake:
        def explains(situation: Situation) -> bool:
            found = self._answers(name, situation.at, situation.inputs, ask)
            return found is not None and is_changed_by(situation, found.get)

        return Mistake(name=name, hint=hint, explains=explains, must_hold_everywhere=True)

    def _answers(self, name: str, at: int, inputs: Inputs, ask: Ask) -> Answers | None:
        key = (name, at)
        if key not in self._kept:
            try:
                self._kept[key] = ask(inputs)
            except (QuestionError, DrawError):
                self._kept[key] = None  # the reference refuses such an input
        return self._kept[key]

    def to_every_maximum(self, at: int, inputs: Inputs) -> Answers | None:
        """Give the answer that hands a gradient on to each of several maxima; at: its case."""
        linear = self._linear
        if linear is None or self._code.ties is None:
            return None
        return self._answers(_TO_ALL, at, inputs, lambda v: self._to_every_maximum(v, linear))

    @property
    def _linear(self) -> str | None:
        """Give the input in which the only answer is linear."""
        names = [p.argument for p in self._code.properties if p.kind is PropertyKind.LINEAR_IN]
        return names[0] if names and len(self._code.expected) == 1 else None

    def _with(self, changes: Callable[[Inputs], Inputs | None]) -> Ask:
        def ask(inputs: Inputs) -> Answers | None:
            changed = changes(inputs)
            return None if changed is None else self._judge.expected({**inputs, **changed})

        return ask

    # -- whole numbers -----------------------------------------------------------------------

    def _of_numbers(self) -> Iterator[Mistake]:
        """Give one number in the place of another, two exchanged, or one left at 1 or 0."""
        names = [
            name
            for name, draw in self._declared.items()
            if isinstance(draw, NumberDraw) and draw.is_int and name in self._asked_names
        ]
        hint = "is every argument used, each for what it is?"
        for one, other in permutations(names, 2):
            yield self._asked(
                f"the right answer if {one} were {other}",
                hint,
                self._with(partial(self._set, one, other)),
            )
            if one < other:
                yield self._asked(
                    f"the right answer with {one} and {other} exchanged",
                    hint,
                    self._with(partial(self._exchanged_numbers, one, other)),
                )
        for name in names:
            for number in (1, 0):
                yield self._asked(
                    f"the right answer if {name} were {number}",
                    f"is {name} used at all?",
                    self._with(partial(self._fixed, name, number)),
                )

    @property
    def _asked_names(self) -> set[str]:
        """Give the names that the reference is called with."""
        if not self._code.expected:
            return set(self._code.input_names)
        calls = self._code.expected.values()
        return {name for call in calls for each in call.arguments for name in each.names}

    def _set(self, name: str, other: str, inputs: Inputs) -> Inputs | None:
        return self._numbers(inputs, {name: inputs[other]})

    def _exchanged_numbers(self, one: str, other: str, inputs: Inputs) -> Inputs | None:
        return self._numbers(inputs, {one: inputs[other], other: inputs[one]})

    def _fixed(self, name: str, number: int, inputs: Inputs) -> Inputs | None:
        return self._numbers(inputs, {name: number})

    def _numbers(self, inputs: Inputs, changes: Inputs) -> Inputs | None:
        """Give the changes if they are inside their declared ranges."""
        for name, value in changes.items():
            draw = self._declared[name]
            assert isinstance(draw, NumberDraw)
            low, high = draw.low.evaluate(inputs), draw.high.evaluate(inputs)
            if not low <= value <= high:  # type: ignore[operator]  # numbers, as declared
                return None
        return changes

    # -- arrays ------------------------------------------------------------------------------

    def _of_arrays(self) -> Iterator[Mistake]:
        names = [
            name
            for name, draw in self._declared.items()
            if isinstance(draw, ArrayDraw) and name in self._asked_names
        ]
        for name in names:
            for text, hint, change in (
                ("were 1 everywhere", f"is {name} used at all?", np.ones_like),
                (
                    "had 0 instead of its negative numbers",
                    "a maximum that starts at 0, or runs over a border of zeros, is never "
                    "negative; start from the first cell or from minus infinity",
                    without_negative,
                ),
                ("had no signs", "is a magnitude (abs) taken somewhere?", np.abs),
                ("had the opposite sign", "is the smallest taken for the largest?", np.negative),
                ("were cut to whole numbers", "is an array of whole numbers made?", np.trunc),
            ):
                yield self._asked(
                    f"the right answer if {name} {text}",
                    hint,
                    self._with(partial(changed_array, name, change)),
                )
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                yield self._asked(
                    f"the right answer with {one} and {other} exchanged",
                    "is every argument used, each for what it is?",
                    self._with(partial(exchanged, one, other)),
                )

    # -- ties --------------------------------------------------------------------------------

    def _of_ties(self) -> Iterator[Mistake]:
        """Give the other tie rules, where the question asks for one."""
        if self._code.ties is TieRule.ANY:
            return
        hint = "which of several equal maxima does the question ask for?"
        if self._code.ties is not None:
            for rule, text in _RULE_NAMES.items():
                if rule is not self._code.ties:
                    yield self._asked(
                        f"the right answer if {text}",
                        hint,
                        partial(self._judge.under, rule),
                    )
        tied = {name for group in self._code.groups for name in tied_names(group.domain)}
        for down, text in ((False, "row by row"), (True, "column by column")):
            for sign, which in ((-1.0, "first"), (1.0, "last")):
                yield self._asked(
                    f"the right answer if the {which} of several equal values counts, {text}",
                    hint,
                    self._with(partial(ties_broken, tied, sign, down)),
                )

    # -- shares ------------------------------------------------------------------------------

    def _of_shares(self) -> Iterator[Mistake]:
        """Give what becomes of sums of shares, for a single answer that is linear in an input."""
        name = self._linear
        if name is None:
            return
        yield self._asked(
            "the right answer, but what is put into a cell replaces what was there",
            "several entries may go to the same cell: add them up (+=), do not assign (=)",
            lambda v: self._overwritten(v, name),
        )
        if self._code.ties is not None:
            yield self._asked(
                _TO_ALL,
                "a maximum has one value to hand on, so its gradient is handed on once",
                lambda v: self._to_every_maximum(v, name),
            )

    def _overwritten(self, inputs: Inputs, name: str) -> Answers | None:
        result: Array | None = None
        for entry, share in self._shares(inputs, name, TieRule.FIRST):
            result = np.zeros_like(share) if result is None else result
            result[share != 0] = (share * entry)[share != 0]
        return None if result is None else {"": result}

    def _to_every_maximum(self, inputs: Inputs, name: str) -> Answers | None:
        total: Array | None = None
        for entry, share in self._shares(inputs, name, TieRule.SPLIT):
            part = (share != 0) * share.dtype.type(entry)
            total = part if total is None else total + part
        return None if total is None else {"": total}

    def _shares(self, inputs: Inputs, name: str, rule: TieRule) -> Iterator[tuple[float, Array]]:
        """Give each entry of the linear input, and the right answer if it alone were 1."""
        linear = inputs[name]
        if not isinstance(linear, np.ndarray) or not 0 < linear.size <= _MOST_SHARES:
            return
        for at in np.ndindex(linear.shape):
            alone = np.zeros_like(linear)
            alone[at] = 1
            changed = {**inputs, name: alone}
            rules = rule if self._code.ties is not None else None
            (share,) = self._judge.under(rules, changed).values()
            if not isinstance(share, np.ndarray):
                return
            yield float(linear[at]), share


_lock = threading.Lock()
_libraries: weakref.WeakKeyDictionary[PartPlan, InputMistakes] = weakref.WeakKeyDictionary()


def library_of(plan: PartPlan) -> InputMistakes:
    """Give the mistakes of a part, made at the first failure and kept for all submissions."""
    with _lock:
        if plan not in _libraries:
            _libraries[plan] = InputMistakes(plan)
        return _libraries[plan]
