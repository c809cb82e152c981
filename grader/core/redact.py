"""Cut a Report to what its reader may see; the one place where this is decided.

Two questions are asked, one after the other. *May this reader see the group at all?* A learner sees
of a hidden group its id, points and outcome, the verdicts it came to and the author's hint: nothing
that tells an input, an expected value or how many cases there are. *How much is told at this
attempt?* The stages of `core/reveal.py` hold values and hints of every group back until their time.

What redaction cannot mend: a submission that remembers the inputs of hidden groups could print them
while a shown group runs. So whoever grades runs shown groups first, or in a fresh worker.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

import numpy as np

from grader.core.compare import Aspect
from grader.core.report import Failure, GroupReport, Outcome, PartReport, Report, Status
from grader.core.reveal import Stage
from grader.core.verdict import Verdict

_LONGEST_TYPE = 80


class Audience(enum.Enum):
    """For whom a report is rendered."""

    INSTRUCTOR = "instructor"  # everything
    LEARNER = "learner"  # what an exam lets out


def redact(report: Report, audience: Audience, stage: Stage = Stage.HINT) -> Report:
    """Give the report as the audience may see it; redacting twice changes nothing more.

    stage: how much a learner is told at this attempt. An instructor is told everything.
    """
    match audience:
        case Audience.INSTRUCTOR:
            return report
        case Audience.LEARNER:
            return _for_learner(report, stage)
        case _:
            assert_never(audience)


def _for_learner(report: Report, stage: Stage) -> Report:
    parts = tuple(_part(part, stage) for part in report.parts)
    if report.status is Status.ERROR:
        # the message of a fault quotes the question, its reference or their inputs
        return replace(report, parts=parts, message="", location=(), notes=(), stdout="")
    if any(not group.shown for part in report.parts for group in part.groups):
        return replace(report, parts=parts, stdout="")
    return replace(report, parts=parts)


def _part(part: PartReport, stage: Stage) -> PartReport:
    groups = tuple(_at_stage(_group(group), stage) for group in part.groups)
    if stage.tells(Stage.HINT):
        return replace(part, groups=groups)
    return replace(part, groups=groups, misconception=None, tie_rule=None)


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


def _at_stage(group: GroupReport, stage: Stage) -> GroupReport:
    match stage:
        case Stage.HINT:
            return group
        case Stage.VALUES:
            return replace(group, hint="")
        case Stage.SHAPE:
            return replace(group, hint="", failures=tuple(map(_outlined, group.failures)))
        case Stage.NAME:
            return replace(group, hint="", failures=(), cases=0)
        case _:
            assert_never(stage)


def _outlined(failure: Failure) -> Failure:
    """Keep the verdict, the learner's own lines, and of what kind the values at fault are."""
    mismatch = failure.mismatch
    is_of_form = mismatch is not None and mismatch.aspect in (Aspect.SHAPE, Aspect.DTYPE)
    return Failure(
        property=failure.property,
        verdict=failure.verdict,
        message=_outlined_message(failure),
        mismatch=mismatch if is_of_form else None,
        location=failure.location,
        outline=failure.outline or _outline(failure.counterexample or {}),
    )


def _outlined_message(failure: Failure) -> str:
    """Give what was said as far as it holds no value: of an exception its type."""
    match failure.verdict:
        case Verdict.WA:
            return ""
        case Verdict.RTE:
            return failure.message.partition(":")[0][:_LONGEST_TYPE]
        case _:
            return failure.message


def _outline(inputs: Mapping[str, object]) -> dict[str, str]:
    return {name: _kind(value) for name, value in inputs.items()}


def _kind(value: object) -> str:
    """Say what a value is without telling it: its type, and the shape of an array."""
    if isinstance(value, np.ndarray):
        return f"array of {value.dtype}, shape {value.shape}"
    if isinstance(value, list | tuple | dict | str):
        return f"{type(value).__name__} of {len(value)}"
    return type(value).__name__
