"""Say why a submission failed: the smallest input that shows it, and its misconception.

A misconception is named only when the submission gave the very same answers as a known wrong
solution on every case of the corpus that both answered, right and wrong ones alike.
"""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping, Sequence

from grader.core.call import Failed, Returned
from grader.core.codec import CodecError, decode, encode
from grader.core.comparison import Comparison
from grader.core.corpus import Case
from grader.core.question import KnownAnswer
from grader.core.report import Failure, MatchedMisconception
from grader.draw import read_cached, write_cached
from grader.grading.judge import same_answer
from grader.grading.plan import Behaviour, PartPlan
from grader.grading.runner import Fault, GroupRun, PartRun, PartRunner
from grader.grading.session import Session
from grader.sandbox import Sandbox

#: bounds of the search for a smaller input: calls first, so that the same submission gives the same
#: report; CPU seconds, not the host's clock, catch submissions that are slow on every call
SHRINK_CALLS = 400
SHRINK_SECONDS = 1.0

_SAME = Comparison(rtol=1e-6, atol=1e-9)


def explain_group(plan: PartPlan, runner: PartRunner, run: GroupRun) -> Failure:
    """Give the failure of a group on the smallest input found that shows it."""
    fault = run.fault
    assert fault is not None
    if fault.is_shrinkable and plan.has_reference:
        fault = _shrunk(plan, runner, run, fault)
    returned = fault.result if isinstance(fault.result, Returned) else None
    return Failure(
        property=fault.finding.property,
        verdict=fault.verdict,
        message=fault.finding.message,
        mismatch=fault.finding.mismatch,
        counterexample=_shown_inputs(plan, fault.case),
        expected=_view(fault.case.expected),
        actual=_view(plan.judge.answers_by_name(returned.value)) if returned else None,
        has_values=returned is not None,
        location=fault.result.location if isinstance(fault.result, Failed) else (),
        stdout=fault.result.stdout,
        replay=_replay_text(plan, run, fault.case),
    )


def _shrunk(plan: PartPlan, runner: PartRunner, run: GroupRun, fault: Fault) -> Fault:
    from grader.draw import Candidate, shrinker_of  # not needed for a right submission

    def first_failing(candidates: Sequence[Candidate]) -> int | None:
        posed = [plan.pose(candidate.key, candidate.inputs) for candidate in candidates]
        return runner.first_like(fault, posed)

    best = shrinker_of(run.group.domain, run.group.where).shrink(
        fault.case.inputs,
        first_failing,
        calls=SHRINK_CALLS,
        seconds=SHRINK_SECONDS,
        clock=lambda: time.thread_time() + runner.cpu_seconds,
    )
    # once more by itself: what one call prints is kept
    last = plan.pose(encode(dict(best)), best)
    found = runner.judge(last.case, runner.ask(best))
    if found is None or not found.is_like(fault) or not found.is_shrinkable:
        return fault  # it depends on the calls before it: only the first place found is sure
    return found


def _view(answers: Mapping[str, object]) -> object:
    """Give a single answer as itself and several ones by their names."""
    return answers[""] if tuple(answers) == ("",) else dict(answers)


def _shown_inputs(plan: PartPlan, case: Case) -> dict[str, object]:
    return {name: case.inputs[name] for name in plan.code.input_names if name in case.inputs}


def _replay_text(plan: PartPlan, run: GroupRun, case: Case) -> str:
    content = {"part": plan.part.id, "group": run.group.id, "inputs": dict(case.inputs)}
    return base64.b64encode(encode(content)).decode("ascii")


def find_misconception(
    plan: PartPlan, run: PartRun, sandbox: Sandbox
) -> MatchedMisconception | None:
    """Give the first known wrong solution that agrees with the submission on every case."""
    if not run.is_complete or not run.failed:
        return None
    for known in plan.code.wrong:
        behaviour = behaviour_of(plan, known, sandbox)
        agreed = _agreed_cases(behaviour, run)
        if agreed:
            return MatchedMisconception(name=known.name, hint=known.hint, agreed_cases=agreed)
    return None


def _agreed_cases(behaviour: Behaviour, run: PartRun) -> int:
    """Give the number of cases compared, or 0 at the first disagreement."""
    for at, (kind, known) in enumerate(behaviour):
        result = run.results.get(at)
        if result is None:
            return 0
        if isinstance(result, Failed):
            if kind != "raised" or known != _raised_name(result):
                return 0
        elif kind != "value" or not same_answer(result.value, known, _SAME):
            return 0
    return len(behaviour)


def behaviour_of(plan: PartPlan, known: KnownAnswer, sandbox: Sandbox) -> Behaviour:
    """Give what a known answer comes to on every case; kept, as it never changes."""
    if known.name not in plan.behaviours:
        plan.behaviours[known.name] = _stored_behaviour(plan, known, sandbox)
    return plan.behaviours[known.name]


def _stored_behaviour(plan: PartPlan, known: KnownAnswer, sandbox: Sandbox) -> Behaviour:
    key = hashlib.sha256(f"{plan.key}\0{known.source}".encode()).hexdigest()
    stored = read_cached(f"behaviour-{key}", plan.cache)
    if stored is not None:
        try:
            return _checked(decode(stored), len(plan.corpus.cases))
        except CodecError:
            pass  # a damaged file is made again
    behaviour = _observe(plan, known, sandbox)
    write_cached(f"behaviour-{key}", encode([list(pair) for pair in behaviour]), plan.cache)
    return behaviour


def _checked(stored: object, cases: int) -> Behaviour:
    if not isinstance(stored, list) or len(stored) > cases:
        raise CodecError("not the answers of this corpus")
    pairs = []
    for pair in stored:
        if not isinstance(pair, list) or len(pair) != 2 or pair[0] not in ("value", "raised"):
            raise CodecError("not an answer")
        pairs.append((str(pair[0]), pair[1]))
    return pairs


def _observe(plan: PartPlan, known: KnownAnswer, sandbox: Sandbox) -> Behaviour:
    """Run a known answer on the corpus, up to the first call that kills its worker."""
    program = plan.program({known.file: known.source.encode()})
    observed: list[tuple[str, object]] = []
    with Session(sandbox, program, plan.code.limits) as session:
        if isinstance(session.loaded, Failed):
            return observed
        for request in plan.corpus.requests:
            result = session.ask(request)
            if isinstance(result, Returned):
                observed.append(("value", result.value))
            elif result.is_alive:
                observed.append(("raised", _raised_name(result)))
            else:
                break
    return observed


def _raised_name(result: Failed) -> str:
    return result.message.partition(":")[0][:80]
