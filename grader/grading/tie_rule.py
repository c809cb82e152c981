"""What a submission does with ties, where the question leaves the choice: told, never graded."""

from __future__ import annotations

import numpy as np

from grader.core.call import Returned
from grader.core.comparison import Comparison
from grader.core.corpus import Case
from grader.core.report import MatchedTieRule
from grader.grading.input_mistakes import library_of
from grader.grading.judge import same_answer
from grader.grading.plan import PartPlan
from grader.grading.properties import sample
from grader.grading.run import PartRun

#: inputs with a deciding tie that are looked at, and of those the ones for a rule that is wrong
_MOST, _MOST_WRONG = 32, 8
_SAME = Comparison(rtol=1e-6, atol=1e-9)
#: the order in which a case holds the answers of other rules
_RULES = ("first", "last", "split")


def find_tie_rule(plan: PartPlan, run: PartRun) -> MatchedTieRule | None:
    """Give the rule by which every tie that was looked at is broken; None when there is none.

    Only cases in which the three right rules differ are looked at: on those at most one fits.
    """
    cases = plan.corpus.cases
    telling = [at for at in run.results if len(cases[at].accepted) == len(_RULES) - 1]
    looked_at = [at for at in sample(telling, _MOST) if isinstance(run.results[at], Returned)]
    if len(looked_at) < min(len(telling), 2):
        return None
    for place, rule in enumerate(_RULES):
        if looked_at and all(_follows(plan, run, at, place) for at in looked_at):
            return MatchedTieRule(rule=rule, cases=len(looked_at))
    if not run.failed or not plan.has_reference:
        return None
    few = sample(looked_at, _MOST_WRONG)
    if few and all(_feeds_all(plan, run, at) for at in few):
        return MatchedTieRule(rule="all", cases=len(few))
    return None


def _follows(plan: PartPlan, run: PartRun, at: int, place: int) -> bool:
    case = plan.corpus.cases[at]
    result, awaited = run.results[at], plan.awaited[at]
    assert isinstance(result, Returned)
    if place == 0 and awaited is not None and result is awaited[1]:
        return True
    known = (case.expected, *case.accepted)[place]
    given = plan.judge.answers_by_name(result.value)
    return all(
        same_answer(given.get(name), right, _SAME)
        for name, right in known.items()
        if _depends_on_rule(case, name)
    )


def _depends_on_rule(case: Case, name: str) -> bool:
    """Tell whether one of several answers is decided by the tie at all."""
    one, other = case.expected[name], case.accepted[0][name]
    return not (
        isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and np.array_equal(one, other)
    )


def _feeds_all(plan: PartPlan, run: PartRun, at: int) -> bool:
    result = run.results[at]
    assert isinstance(result, Returned)
    wanted = library_of(plan).to_every_maximum(at, plan.corpus.cases[at].inputs)
    given = plan.judge.answers_by_name(result.value)
    return wanted is not None and all(
        same_answer(given.get(name), wrong, _SAME) for name, wrong in wanted.items()
    )
