"""Grade: one submission to one question → one Report that says whose fault it is."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

import numpy as np

import grader
from grader.core.call import Failed, Isolation, Loaded, Program
from grader.core.compare import Aspect
from grader.core.errors import QuestionError, SandboxFault
from grader.core.question import Part
from grader.core.report import Failure, GroupReport, Outcome, PartReport, Report, Status, Timing
from grader.core.verdict import Verdict
from grader.grading.diagnose import explain_group
from grader.grading.intake import Submission
from grader.grading.misconceptions import find_misconception
from grader.grading.plan import PartPlan, QuestionPlan
from grader.grading.runner import GroupRun, PartRunner
from grader.grading.session import Session
from grader.grading.tie_rule import find_tie_rule
from grader.sandbox import Sandbox

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _PartResult:
    report: PartReport
    loaded: Loaded | Failed | None
    cpu_seconds: float = 0.0


def grade(plan: QuestionPlan, submission: Submission, sandbox: Sandbox) -> Report:
    """Grade one submission; faults of learner, author and sandbox are told in the report."""
    started = time.monotonic()
    if submission.refusal:
        return _report(plan, submission, sandbox, started, message=submission.refusal)
    try:
        results = [_graded_part(plan, part, submission, sandbox) for part in plan.question.parts]
    except SandboxFault as fault:
        return _fault_report(plan, submission, sandbox, started, f"the sandbox failed: {fault}")
    except QuestionError as error:
        return _fault_report(
            plan, submission, sandbox, started, f"the question is at fault: {error}"
        )
    except Exception as error:  # noqa: BLE001 -- ours: no score for this one, and the class goes on
        said = f"internal fault: {type(error).__name__}: {str(error)[:200]}"
        return _fault_report(plan, submission, sandbox, started, said)
    return _combine(plan, submission, sandbox, started, results)


def _graded_part(
    plan: QuestionPlan, part: Part, submission: Submission, sandbox: Sandbox
) -> _PartResult:
    """Grade a part; a fault of ours is tried once more, the second one is told."""
    try:
        return _grade_part(plan, part, submission, sandbox)
    except SandboxFault:
        return _grade_part(plan, part, submission, sandbox)


def _grade_part(
    plan: QuestionPlan, part: Part, submission: Submission, sandbox: Sandbox
) -> _PartResult:
    part_plan = next((found for found in plan.parts if found.part is part), None)
    if part_plan is None:
        note = f"'{part.answer.value}' answers are not graded automatically yet"
        report = PartReport(
            id=part.id, answer=part.answer.value, score=None, max_score=part.points, note=note
        )
        return _PartResult(report=report, loaded=None)
    program = part_plan.program(submission.files)
    with Session(sandbox, program, part_plan.code.limits) as session:
        if isinstance(session.loaded, Failed):
            return _PartResult(report=_not_run(part_plan), loaded=session.loaded)
        runner = PartRunner(part_plan, session)
        report = _part_report(part_plan, runner, sandbox, program)
        return _PartResult(report=report, loaded=session.loaded, cpu_seconds=session.cpu_seconds)


def _part_report(
    plan: PartPlan, runner: PartRunner, sandbox: Sandbox, program: Program
) -> PartReport:
    failures: dict[str, Failure] = {}

    def explain(group: GroupRun) -> None:
        if group.fault is not None:
            failures[group.group.id] = explain_group(plan, runner, group)

    run = runner.run(explain)
    groups = tuple(_group_report(group, failures.get(group.group.id)) for group in run.groups)
    misconception = None
    notes: list[str] = []
    if run.failed:
        runner.collect()
        misconception = _named(lambda: find_misconception(plan, run, sandbox, program), notes)
    tie_rule = _named(lambda: find_tie_rule(plan, run), notes)
    return PartReport(
        id=plan.part.id,
        answer=plan.part.answer.value,
        score=sum((group.score for group in groups), Fraction(0)),
        max_score=plan.part.points,
        groups=groups,
        misconception=misconception,
        tie_rule=tie_rule,
        note="; ".join(notes),
        speed=run.speed,
    )


def _named(find: Callable[[], Found], notes: list[str]) -> Found | None:
    """Look for a name for what was found wrong; where that fails, by our fault, a note says so."""
    try:
        return find()
    except (SandboxFault, QuestionError):
        raise
    except Exception as error:  # noqa: BLE001 -- the verdict stands by itself, nobody is wronged
        notes.append(f"the mistake was not looked for: our fault, {type(error).__name__}")
        return None


def _group_report(run: GroupRun, failure: Failure | None) -> GroupReport:
    return GroupReport(
        id=run.group.id,
        score=run.group.points if run.outcome is Outcome.PASSED else Fraction(0),
        max_score=run.group.points,
        outcome=run.outcome,
        cases=run.cases,
        shown=run.group.shown,
        failures=(failure,) if failure is not None else (),
        # an exception or a wrong form says itself what is wrong
        hint=run.group.hint if failure is not None and _is_wrong_value(failure) else "",
    )


def _is_wrong_value(failure: Failure) -> bool:
    """Tell whether the answer had the right form and a wrong value."""
    if failure.verdict is not Verdict.WA:
        return False
    return failure.mismatch is None or failure.mismatch.aspect is Aspect.VALUE


def _not_run(plan: PartPlan) -> PartReport:
    groups = tuple(
        GroupReport(
            id=group.id,
            score=Fraction(0),
            max_score=group.points,
            outcome=Outcome.NOT_RUN,
            cases=0,
            shown=group.shown,
        )
        for group in plan.code.groups
    )
    return PartReport(
        id=plan.part.id,
        answer=plan.part.answer.value,
        score=Fraction(0),
        max_score=plan.part.points,
        groups=groups,
    )


def _combine(
    plan: QuestionPlan,
    submission: Submission,
    sandbox: Sandbox,
    started: float,
    results: list[_PartResult],
) -> Report:
    loads = [result.loaded for result in results if result.loaded is not None]
    failures = [load for load in loads if isinstance(load, Failed)]
    parts = tuple(result.report for result in results)
    if failures and len(failures) == len(loads):
        first = failures[0]
        return _report(
            plan,
            submission,
            sandbox,
            started,
            message=first.message,
            location=first.location,
            stdout=first.stdout,
        )
    if not loads:
        message = "no part of this question is graded automatically yet"
        return _report(
            plan, submission, sandbox, started, message=message, parts=parts, verdict=None
        )
    notes = dict.fromkeys(note for load in loads if isinstance(load, Loaded) for note in load.notes)
    score = sum((part.score for part in parts if part.score is not None), Fraction(0))
    cpu_seconds = sum(result.cpu_seconds for result in results)
    return _report(
        plan,
        submission,
        sandbox,
        started,
        status=Status.GRADED,
        score=score,
        parts=parts,
        notes=(*(load.message for load in failures), *notes),
        student_seconds=cpu_seconds,
    )


def _fault_report(
    plan: QuestionPlan, submission: Submission, sandbox: Sandbox, started: float, message: str
) -> Report:
    return _report(
        plan, submission, sandbox, started, status=Status.ERROR, verdict=Verdict.JE, message=message
    )


def _report(
    plan: QuestionPlan,
    submission: Submission,
    sandbox: Sandbox,
    started: float,
    *,
    status: Status = Status.UNGRADABLE,
    student_seconds: float = 0.0,
    **fields: object,
) -> Report:
    """Give a report with all that is the same for every outcome; ungradable by default."""
    question = plan.question
    if status is Status.UNGRADABLE:
        fields.setdefault("verdict", Verdict.CE)
    return Report(
        status=status,
        question_id=question.id,
        question_version=question.version,
        question_title=question.title,
        submission_name=submission.name,
        submission_sha256=submission.sha256,
        max_score=question.max_score,
        isolation=sandbox.isolation.value,
        is_official=sandbox.isolation.covers(Isolation.L1),
        seed=plan.setting.seed,
        versions=versions(),
        timing=Timing(total_seconds=time.monotonic() - started, student_seconds=student_seconds),
        **{"score": None, **fields},  # type: ignore[arg-type]  # fields of Report, by name
    )


def versions() -> Mapping[str, str]:
    """Give the versions a grade depends on."""
    return {
        "grader": grader.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }
