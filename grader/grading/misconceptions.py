"""Which known mistake a submission makes, by what it answers; a name is given only when it fits.

Three sources, in this order: a declared wrong solution that answers alike on every case of the
corpus, right and wrong ones; the built-in library, where one mistake explains every case that is
wrong; a declared wrong solution that answers alike in nearly all cases in which either is wrong,
which is then said with the number of cases. Cases that both get right count for nothing there: on
those all submissions agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np

from grader.core.call import Failed, Program, Returned
from grader.core.comparison import Comparison
from grader.core.question import KnownAnswer, PropertyKind
from grader.core.report import MatchedMisconception
from grader.grading.answer_mistakes import answer_mistakes
from grader.grading.behaviours import behaviour_of, raised_name
from grader.grading.input_mistakes import library_of
from grader.grading.judge import same_answer
from grader.grading.memory_mistakes import memory_mistakes, remembers_calls
from grader.grading.mistakes import Mistake, Situation, as_numbers, same_numbers
from grader.grading.plan import Behaviour, PartPlan
from grader.grading.run import PartRun
from grader.sandbox import Sandbox

#: how many cases must be wrong before a pattern is seen in them
LEAST_CASES = 5
#: the share of the wrong cases in which a declared mistake must answer alike to be named at all
LEAST_SHARE = 0.9
#: wrong cases that are looked at first: few mistakes explain as many, and those meet all cases
_SAMPLE = 40

_SAME = Comparison(rtol=1e-6, atol=1e-9)


def find_misconception(
    plan: PartPlan, run: PartRun, sandbox: Sandbox, program: Program | None = None
) -> MatchedMisconception | None:
    """Give the mistake that fits what a failing submission answered; None when none is sure.

    program: the submission, for calls in a new process; without it nothing is said about memory.
    """
    if not run.is_complete or not run.failed:
        return None
    for known in plan.code.wrong:
        agreed = _agreed_cases(behaviour_of(plan, known, sandbox), run)
        if agreed:
            return _declared(known, agreed, agreed)
    sample = list(islice(_wrong_cases(plan, run), _SAMPLE))
    if len(sample) < LEAST_CASES:
        return None
    found = _built_in(plan, run, sample) or _nearly_declared(plan, run, sample, sandbox)
    if found is None and program is not None:
        found = remembers_calls(plan, run, sample, program, sandbox)
    return found


def _declared(known: KnownAnswer, agreed: int, compared: int) -> MatchedMisconception:
    return MatchedMisconception(
        name=known.name, hint=known.hint, agreed_cases=agreed, compared_cases=compared
    )


def _agreed_cases(behaviour: Behaviour, run: PartRun) -> int:
    """Give the number of cases compared, or 0 at the first disagreement."""
    for at, (kind, known) in enumerate(behaviour):
        result = run.results.get(at)
        if result is None or not _is_alike(result, kind, known):
            return 0
    return len(behaviour)


def _is_alike(result: Returned | Failed, kind: str, known: object) -> bool:
    """Tell whether a submission raised the same type of exception, or gave the same answer."""
    if isinstance(result, Failed):
        return kind == "raised" and known == raised_name(result)
    return kind == "value" and same_answer(result.value, known, _SAME)


# -- the built-in library ------------------------------------------------------------------------


def _wrong_cases(plan: PartPlan, run: PartRun) -> Iterator[int]:
    """Give the positions that are wrong; with ties, also right answers of a rule of their own."""
    kinds = {prop.kind for prop in plan.code.properties}
    must_keep_inputs = PropertyKind.INPUTS_UNCHANGED in kinds
    for at in sorted(run.results):
        result, awaited = run.results[at], plan.awaited[at]
        is_awaited = awaited is not None and result is awaited[1]
        if not is_awaited and not _is_right(plan, at, result, must_keep_inputs):
            yield at


def _is_right(plan: PartPlan, at: int, result: Returned | Failed, must_keep_inputs: bool) -> bool:
    """Tell whether an answer is one that the corpus holds as right, in form and values."""
    if isinstance(result, Failed) or (must_keep_inputs and result.changed_inputs):
        return False
    case = plan.corpus.cases[at]
    given = plan.judge.answers_by_name(result.value)
    return any(
        all(same_answer(given.get(name), right, _SAME) for name, right in known.items())
        and all(_dtype(given.get(name)) == _dtype(right) for name, right in known.items())
        for known in (case.expected, *case.accepted)
    )


def _dtype(value: object) -> object:
    return value.dtype if isinstance(value, np.ndarray) else None


def _built_in(plan: PartPlan, run: PartRun, sample: list[int]) -> MatchedMisconception | None:
    """Give the first mistake that explains a sample of wrong cases, and then all of them."""
    if not plan.has_reference or any(isinstance(run.results[at], Failed) for at in sample):
        return None  # an exception is no changed answer
    names = _wrong_names(plan, run, sample)
    told = [_situation(plan, run, at, names) for at in sample]
    for mistake in _library(plan, told):
        if all(map(mistake.explains, told)) and (found := _confirmed(plan, run, mistake, names)):
            return found
    return None


def _confirmed(
    plan: PartPlan, run: PartRun, mistake: Mistake, names: frozenset[str]
) -> MatchedMisconception | None:
    """Look at every case: the mistake must explain each wrong one, and the right ones or say so."""
    wrong = set(_wrong_cases(plan, run))
    if any(isinstance(run.results[at], Failed) for at in wrong):
        return None
    if not all(mistake.explains(_situation(plan, run, at, names)) for at in wrong):
        return None
    # where a tie leaves a choice, a right answer need not be the one that the mistake starts from
    right = [at for at in run.results if at not in wrong and not plan.corpus.cases[at].accepted]
    holds = all(mistake.explains(_situation(plan, run, at, names)) for at in right)
    if not holds and mistake.must_hold_everywhere:
        return None
    count = len(run.results) if holds else len(wrong)
    return MatchedMisconception(
        name=mistake.name if holds else f"{mistake.name}, in every case that is wrong",
        hint=mistake.hint,
        agreed_cases=count,
        is_declared=False,
    )


def _wrong_names(plan: PartPlan, run: PartRun, sample: list[int]) -> frozenset[str]:
    """Give the names of the answers that are wrong in some of the cases."""
    names: set[str] = set()
    for at in sample:
        each = _situation(plan, run, at, frozenset())
        names |= {
            name
            for name, right in each.expected.items()
            if not same_numbers(each.actual.get(name), right)
        }
    return frozenset(names)


def _situation(plan: PartPlan, run: PartRun, at: int, names: frozenset[str]) -> Situation:
    result, case = run.results[at], plan.corpus.cases[at]
    assert isinstance(result, Returned)
    return Situation(
        at=at,
        inputs=case.inputs,
        expected=case.expected,
        actual=plan.judge.answers_by_name(result.value),
        wrong=names,
        changed_inputs=result.changed_inputs,
        previous=run.previous.get(at),
    )


def _library(plan: PartPlan, told: list[Situation]) -> Iterator[Mistake]:
    telling = max(told, key=_variety)
    yield from memory_mistakes(plan, told)
    yield from answer_mistakes(telling)
    yield from library_of(plan).mistakes


def _variety(situation: Situation) -> int:
    """Count the different numbers other than 0 of a right answer: with few, much looks alike."""
    arrays = [as_numbers(right) for right in situation.expected.values()]
    return sum(np.unique(a[a != 0]).size for a in arrays if a is not None)


# -- nearly declared -----------------------------------------------------------------------------


def _nearly_declared(
    plan: PartPlan, run: PartRun, sample: list[int], sandbox: Sandbox
) -> MatchedMisconception | None:
    """Give the declared mistake that agrees in most of the cases that either gets wrong."""
    best: MatchedMisconception | None = None
    wrong: set[int] | None = None
    for known in plan.code.wrong:
        behaviour = behaviour_of(plan, known, sandbox)
        if not _may_agree(run, sample, behaviour):
            continue
        wrong = wrong or set(_wrong_cases(plan, run))
        found = _mostly_agreed(run, wrong, behaviour)
        if found and (
            best is None or found[0] * best.compared_cases > best.agreed_cases * found[1]
        ):
            best = _declared(known, *found)
    return best


def _may_agree(run: PartRun, sample: list[int], behaviour: Behaviour) -> bool:
    """Tell by a few wrong cases whether all are worth comparing."""
    if len(behaviour) < len(run.results):
        return False
    differing = 0
    for at in sample:
        differing += not _is_alike(run.results[at], *behaviour[at])
        if differing > 2 * (1 - LEAST_SHARE) * len(sample):
            return False
    return True


def _mostly_agreed(run: PartRun, wrong: set[int], behaviour: Behaviour) -> tuple[int, int] | None:
    """Give agreed and compared cases, of those that either gets wrong; None for too few agreed.

    A case in which they differ is wrong in at least one of them.
    """
    alike = {at for at in run.results if _is_alike(run.results[at], *behaviour[at])}
    agreed = len(alike & wrong)
    compared = agreed + len(run.results) - len(alike)
    return (agreed, compared) if agreed >= max(LEAST_SHARE * compared, LEAST_CASES) else None
