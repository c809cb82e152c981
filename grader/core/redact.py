"""Cut a Report to what its reader may see; the one place where this is decided.

A learner in an exam sees of a hidden group its id, points and outcome, the verdicts it came to and
the author's hint: nothing that tells an input, an expected value or how many cases there are.

What redaction cannot mend: a submission that remembers the inputs of hidden groups could print them
while a shown group runs. So whoever grades runs shown groups first, or in a fresh worker.
"""

from __future__ import annotations

import enum
from dataclasses import replace
from typing import assert_never

from grader.core.report import Failure, GroupReport, Outcome, PartReport, Report, Status


class Audience(enum.Enum):
    """For whom a report is rendered."""

    INSTRUCTOR = "instructor"  # everything
    LEARNER = "learner"  # what an exam lets out


def redact(report: Report, audience: Audience) -> Report:
    """Give the report as the audience may see it; redacting twice changes nothing more."""
    match audience:
        case Audience.INSTRUCTOR:
            return report
        case Audience.LEARNER:
            return _for_learner(report)
        case _:
            assert_never(audience)


def _for_learner(report: Report) -> Report:
    parts = tuple(_part(part) for part in report.parts)
    if report.status is Status.ERROR:
        # the message of a fault quotes the question, its reference or their inputs
        return replace(report, parts=parts, message="", location=(), notes=(), stdout="")
    if any(not group.shown for part in report.parts for group in part.groups):
        return replace(report, parts=parts, stdout="")
    return replace(report, parts=parts)


def _part(part: PartReport) -> PartReport:
    return replace(part, groups=tuple(_group(group) for group in part.groups))


def _group(group: GroupReport) -> GroupReport:
    if group.shown:
        return replace(group, failures=tuple(replace(each, replay="") for each in group.failures))
    verdicts = dict.fromkeys(failure.verdict for failure in group.failures)
    return replace(
        group,
        cases=0,
        failures=tuple(Failure(property="", verdict=each, message="") for each in verdicts),
        hint=group.hint if group.outcome is Outcome.FAILED else "",
    )
