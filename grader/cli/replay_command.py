"""`grader replay REPORT`: does a stored report still come out the same?"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.cli.common import (
    add_course_option,
    add_isolation_option,
    course_of,
    print_text,
    required_isolation,
    submission_path,
)
from grader.core.errors import UsageError
from grader.report.from_json import StoredReport

if TYPE_CHECKING:
    from grader.core.report import Report
    from grader.grading.intake import Submission
    from grader.grading.plan import QuestionPlan
    from grader.grading.replay import StoredInput
    from grader.sandbox import Sandbox

_MOST_LINES = 20


@dataclass(slots=True, kw_only=True)
class _Replayed:
    """What one report came to: lines of differences, notes, and whether it is our fault."""

    differs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_our_fault: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `replay`."""
    parser.add_argument("report", metavar="REPORT", help="a JSON file of one or more reports")
    parser.add_argument(
        "--submission",
        metavar="FILE",
        help="what was handed in, or a folder of it (default: found beside the report by sha256)",
    )
    add_isolation_option(parser)
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Grade again as each report says it was graded; 0 when every verdict is the same, else 1."""
    from grader.cli.main import EXIT_BELOW, EXIT_GRADED, EXIT_OUR_FAULT
    from grader.cli.stored import Plans, read_reports
    from grader.sandbox import Sandbox

    with Sandbox.start(required=required_isolation(options)) as sandbox:
        reports = read_reports(submission_path(options.report))
        submissions = _submissions(options, reports)
        plans = Plans(course_of(options))
        planned = [(report, plans.of(report)) for report in reports]
        stored = [_stored_inputs(report, plan) for report, plan in planned]
        results = []
        for (report, plan), submission, inputs in zip(planned, submissions, stored, strict=True):
            results.append(_replayed(report, plan, submission, inputs, sandbox))
            print_text(_as_text(report, results[-1]))
    if any(result.is_our_fault for result in results):
        return EXIT_OUR_FAULT
    return EXIT_BELOW if any(result.differs for result in results) else EXIT_GRADED


def _submissions(options: argparse.Namespace, reports: list[StoredReport]) -> list[Submission]:
    """Give what each report is of; UsageError when one is not found, before any is graded."""
    from grader.cli.stored import HandedIn

    given = options.submission
    place = Path(options.report).parent if given is None else submission_path(given)
    handed_in = HandedIn(place, {report.submission_sha256 for report in reports})
    found = []
    for report in reports:
        submission = handed_in.of(report)
        if submission is None:
            digest = report.submission_sha256[:16]
            where = f"in {place}" if given is None or place.is_dir() else f"{place} is another file"
            raise UsageError(
                where=report.place,
                what=f"what was handed in (sha256 {digest}…) is not found: {where}",
                hint="name it with --submission",
            )
        found.append(submission)
    return found


def _stored_inputs(report: StoredReport, plan: QuestionPlan) -> dict[str, StoredInput | str]:
    """Give the failing input of each group of a report, or why it cannot be used any more.

    UsageError when the question is the very same one: then the report was damaged.
    """
    from grader.grading.replay import ReplayError, stored_input

    found: dict[str, StoredInput | str] = {}
    for part in report.content["parts"]:
        for group in part["groups"]:
            for failure in group["failures"]:
                if not failure["replay"]:
                    continue  # redacted for a learner
                try:
                    given = stored_input(plan, failure["replay"])
                    if (given.plan.part.id, given.group.id) != (part["id"], group["id"]):
                        raise ReplayError("it is of another group")
                    found[f"{part['id']}/{group['id']}"] = given
                except ReplayError as error:
                    if plan.question.version == report.question_version:
                        raise UsageError(
                            where=report.place,
                            what=f"is damaged: the replay text of group {group['id'][:60]!r} "
                            f"cannot be used, {error}",
                        ) from error
                    found[f"{part['id']}/{group['id']}"] = str(error)
    return found


def _replayed(
    report: StoredReport,
    plan: QuestionPlan,
    submission: Submission,
    inputs: dict[str, StoredInput | str],
    sandbox: Sandbox,
) -> _Replayed:
    from grader.core.report import Status
    from grader.grading.grade import grade
    from grader.report.changes import circumstances, verdict_differences

    graded = grade(plan, submission, sandbox)
    views = [(view, verdict_differences(report.content, view)) for view in _views(report, graded)]
    again, differences = min(views, key=lambda pair: len(pair[1]))
    result = _Replayed(
        notes=[f"another {one.line}" for one in circumstances(report.content, again)],
        differs=[one.line for one in differences],
        is_our_fault=graded.status is Status.ERROR and report.status is not Status.ERROR,
    )
    if result.differs:
        result.notes += _asked_again(inputs, submission, sandbox)
    return result


def _views(report: StoredReport, graded: Report) -> list[dict[str, Any]]:
    """Give the new report as the old one may have been cut: it does not say for whom it was."""
    from grader.core.redact import Audience, redact
    from grader.core.reveal import Stage
    from grader.report.as_json import report_as_json

    seen = [redact(graded, Audience.INSTRUCTOR)]
    if report.is_for_learner:
        seen += [redact(graded, Audience.LEARNER, stage) for stage in Stage]
    return [report_as_json(one) for one in seen]


def _asked_again(
    inputs: dict[str, StoredInput | str], submission: Submission, sandbox: Sandbox
) -> list[str]:
    """Say what the submission does now on the very inputs that the report names."""
    from grader.core.verdict import Verdict
    from grader.grading.replay import ask_again

    lines = []
    for name, stored in inputs.items():
        if isinstance(stored, str):
            lines.append(f"the stored input of {name} cannot be asked: {stored}")
            continue
        verdict = ask_again(stored, submission, sandbox)
        came_to = "is accepted" if verdict is Verdict.AC else f"comes to {verdict.value}"
        lines.append(f"on the stored input of {name} the submission now {came_to}")
    return lines


def _as_text(report: StoredReport, result: _Replayed) -> str:
    from grader.report.visible import name_text, one_line

    head = f"{name_text(report.submission_name, 60)}  {report.question_id}"
    said = "DIFFERS" if result.differs else "the same verdict"
    lines = [f"{head}: {said} (seed {report.seed})"]
    lines += [f"  {one_line(line, 300)}" for line in result.differs[:_MOST_LINES]]
    if len(result.differs) > _MOST_LINES:
        lines.append(f"  … {len(result.differs) - _MOST_LINES} more differences")
    lines += [f"  note: {one_line(line, 300)}" for line in result.notes]
    return "\n".join(lines)
