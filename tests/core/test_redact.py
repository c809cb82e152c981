"""What a learner sees of a report in an exam, and what stays with the instructor."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest

from grader.core.compare import Mismatch
from grader.core.redact import Audience, redact
from grader.core.report import (
    Failure,
    GroupReport,
    MatchedMisconception,
    Outcome,
    PartReport,
    Report,
    Status,
)
from grader.core.verdict import Verdict

SECRET = "hidden-input-4711"


def secretive(verdict: Verdict = Verdict.WA) -> Failure:
    return Failure(
        property=f"linear_in {SECRET}",
        verdict=verdict,
        message=f"ValueError: {SECRET}",
        mismatch=Mismatch(path=SECRET, expected=SECRET, actual=SECRET),
        counterexample={SECRET: np.array([4711.0])},
        expected=SECRET,
        actual=SECRET,
        has_values=True,
        location=(SECRET,),
        stdout=SECRET,
        replay=SECRET,
    )


def group(*failures: Failure, shown: bool) -> GroupReport:
    return GroupReport(
        id="overlapping",
        score=Fraction(0),
        max_score=Fraction(2),
        outcome=Outcome.FAILED,
        cases=412,
        shown=shown,
        failures=failures,
        hint="count the windows",
    )


def report(*groups: GroupReport, status: Status = Status.GRADED) -> Report:
    found = MatchedMisconception(name="assigns", hint="gradients add up", agreed_cases=412)
    part = PartReport(
        id="code",
        answer="code",
        score=Fraction(0),
        max_score=Fraction(2),
        groups=groups,
        misconception=found,
    )
    return Report(
        status=status,
        question_id="q",
        question_version="v",
        question_title="t",
        submission_name="s.py",
        submission_sha256="0",
        score=Fraction(0) if status is Status.GRADED else None,
        max_score=Fraction(2),
        parts=(part,),
        stdout=f"printed {SECRET}",
    )


def test_instructor_sees_everything() -> None:
    whole = report(group(secretive(), shown=False))

    assert redact(whole, Audience.INSTRUCTOR) is whole


def test_hidden_inputs_are_nowhere_in_the_report_of_a_learner() -> None:
    seen = redact(report(group(secretive(), shown=False)), Audience.LEARNER)

    assert SECRET not in repr(seen)
    assert "4711" not in repr(seen)


def test_hidden_group_keeps_points_outcome_verdict_and_hint_and_nothing_else() -> None:
    hidden = group(secretive(), shown=False)

    (seen,) = redact(report(hidden), Audience.LEARNER).parts[0].groups

    kept = {"id", "score", "max_score", "outcome", "shown", "hint"}
    for field in fields(GroupReport):
        if field.name in kept:
            assert getattr(seen, field.name) == getattr(hidden, field.name)
    assert seen.cases == 0
    assert [each.verdict for each in seen.failures] == [Verdict.WA]
    blank = Failure(property="", verdict=Verdict.WA, message="")
    for field in fields(Failure):
        assert getattr(seen.failures[0], field.name) == getattr(blank, field.name)


def test_hidden_group_does_not_tell_how_many_properties_failed() -> None:
    hidden = group(secretive(), secretive(), secretive(Verdict.TLE), shown=False)

    (seen,) = redact(report(hidden), Audience.LEARNER).parts[0].groups

    assert [each.verdict for each in seen.failures] == [Verdict.WA, Verdict.TLE]


@pytest.mark.parametrize("outcome", [Outcome.PASSED, Outcome.NOT_RUN])
def test_hint_of_a_hidden_group_is_for_who_fails_it(outcome: Outcome) -> None:
    hidden = replace(group(shown=False), outcome=outcome)

    (seen,) = redact(report(hidden), Audience.LEARNER).parts[0].groups

    assert seen.hint == ""


def test_shown_group_keeps_everything_but_its_replay() -> None:
    failure = secretive()

    (seen,) = redact(report(group(failure, shown=True)), Audience.LEARNER).parts[0].groups

    assert seen.failures[0].replay == ""
    assert seen.cases == 412
    for field in fields(Failure):
        if field.name != "replay":
            assert getattr(seen.failures[0], field.name) is getattr(failure, field.name)


def test_misconception_is_kept() -> None:
    whole = report(group(secretive(), shown=False))

    assert redact(whole, Audience.LEARNER).parts[0].misconception == whole.parts[0].misconception


def test_output_is_kept_only_where_nothing_is_hidden() -> None:
    shown, hidden = group(shown=True), group(shown=False)

    assert redact(report(shown), Audience.LEARNER).stdout == f"printed {SECRET}"
    assert redact(report(shown, hidden), Audience.LEARNER).stdout == ""


def test_why_a_submission_cannot_be_read_is_told() -> None:
    unreadable = replace(
        report(status=Status.UNGRADABLE), message="line 3", location=("s.py line 3",), notes=("n",)
    )

    seen = redact(unreadable, Audience.LEARNER)

    assert (seen.message, seen.location, seen.notes) == ("line 3", ("s.py line 3",), ("n",))
    assert seen.stdout == unreadable.stdout


def test_fault_of_ours_is_told_without_its_details() -> None:
    broken = replace(
        report(group(secretive(), shown=False), status=Status.ERROR),
        verdict=Verdict.JE,
        message=f"the reference raised on {SECRET}",
        location=(SECRET,),
        notes=(SECRET,),
    )

    seen = redact(broken, Audience.LEARNER)

    assert SECRET not in repr(seen)
    assert (seen.status, seen.verdict) == (Status.ERROR, Verdict.JE)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("audience", Audience)
def test_redacting_twice_changes_nothing_more(audience: Audience, status: Status) -> None:
    whole = report(group(secretive(), shown=False), group(secretive(), shown=True), status=status)

    once = redact(whole, audience)

    assert repr(redact(once, audience)) == repr(once)
