"""Mistakes that lie between calls: what was answered before, and inputs that are written into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.core.call import Failed, Program, Returned
from grader.core.report import MatchedMisconception
from grader.grading.mistakes import Mistake, Situation, is_changed_by, same_numbers
from grader.grading.plan import PartPlan
from grader.grading.run import PartRun
from grader.grading.session import Session
from grader.sandbox import Sandbox

_HINT = (
    "what one call computes must not stay for the next: "
    "look for a global variable, an attribute or a default argument that is kept"
)
#: wrong cases that are asked again, each as the first call of a new process
_ASKED_ALONE = 3


def memory_mistakes(plan: PartPlan, told: Sequence[Situation]) -> Iterator[Mistake]:
    """Give what a submission may do that remembers, or that writes into its inputs."""
    cases = plan.corpus.cases
    first = told[0]

    def is_answer_to(position: int, situation: Situation) -> bool:
        return is_changed_by(situation, cases[position].expected.get)

    # of the first case of a group it is not known which call came before
    if sum(situation.previous is None for situation in told) * 2 < len(told):
        yield Mistake(
            name="the right answer to the call before",
            hint=_HINT,
            explains=lambda each: each.previous is None or is_answer_to(each.previous, each),
            must_hold_everywhere=True,
        )
    start = first.previous
    if start is not None:
        yield Mistake(
            name="the right answer to the first call, again and again",
            hint=_HINT,
            explains=lambda each: is_answer_to(start, each),
            must_hold_everywhere=True,
        )
    names = first.changed_inputs
    if names:
        yield Mistake(
            name=f"the right answer, but it writes into its input {' and '.join(names[:4])}",
            hint="work on a copy: the caller still needs the input",
            explains=lambda each: each.changed_inputs == names and _is_right(each),
        )


def _is_right(situation: Situation) -> bool:
    return all(
        same_numbers(situation.actual.get(name), right)
        for name, right in situation.expected.items()
    )


def remembers_calls(
    plan: PartPlan, run: PartRun, wrong: Sequence[int], program: Program, sandbox: Sandbox
) -> MatchedMisconception | None:
    """Tell whether wrong cases are answered rightly by a process that has done nothing before."""
    alone = wrong[:_ASKED_ALONE]
    for at in alone:
        before = run.results[at]
        if isinstance(before, Returned) and _is_accepted(plan, at, before):
            return None  # right in a way of its own
        with Session(sandbox, program, plan.code.limits) as session:
            if isinstance(session.loaded, Failed):
                return None
            result = session.ask(plan.corpus.requests[at])
        if isinstance(result, Failed) or not _is_accepted(plan, at, result):
            return None
    return MatchedMisconception(
        name="right in the first call of a process, wrong after other calls",
        hint=_HINT,
        agreed_cases=len(alone),
        is_declared=False,
    )


def _is_accepted(plan: PartPlan, at: int, result: Returned) -> bool:
    return plan.judge.find_fault(result.value, plan.corpus.cases[at]) is None
