"""What a learner sees of a report in an exam, and what stays with the instructor."""

from __future__ import annotations

from dataclasses import fields, replace
from fractions import Fraction

import numpy as np
import pytest

from grader.core.compare import Aspect, Mismatch
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
from grader.core.reveal import Reveal, Stage
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
@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("verdict", [Verdict.WA, Verdict.RTE, Verdict.TLE])
def test_redacting_twice_changes_nothing_more(
    audience: Audience, status: Status, stage: Stage, verdict: Verdict
) -> None:
    failure = secretive(verdict)
    whole = report(group(failure, shown=False), group(failure, shown=True), status=status)

    once = redact(whole, audience, stage)

    assert repr(redact(once, audience, stage)) == repr(once)


@pytest.mark.parametrize("stage", [Stage.NAME, Stage.SHAPE])
@pytest.mark.parametrize("verdict", [Verdict.WA, Verdict.RTE])
def test_no_value_is_told_before_its_stage(stage: Stage, verdict: Verdict) -> None:
    failure = replace(
        secretive(verdict),
        property="same_as_reference",
        counterexample={"x": np.array([4711.0]), "kernel": 4711, "name": SECRET},
        location=("solution.py line 3: return x",),
    )

    seen = redact(report(group(failure, shown=True)), Audience.LEARNER, stage)

    assert SECRET not in repr(seen.parts)
    assert "4711" not in repr(seen.parts)


def test_name_stage_tells_which_group_failed_and_its_points_only() -> None:
    whole = group(secretive(), shown=True)

    (seen,) = redact(report(whole), Audience.LEARNER, Stage.NAME).parts[0].groups

    assert (seen.id, seen.outcome, seen.score, seen.max_score, seen.shown) == (
        whole.id, whole.outcome, whole.score, whole.max_score, True,
    )  # fmt: skip
    assert (seen.failures, seen.hint, seen.cases) == ((), "", 0)


def test_shape_stage_tells_of_what_kind_the_input_is_and_what_was_raised() -> None:
    failure = replace(
        secretive(Verdict.RTE),
        message=f"IndexError: {SECRET}",
        counterexample={"x": np.zeros((2, 3)), "kernel": 2, "names": ["a", "b"]},
    )

    seen = redact(report(group(failure, shown=True)), Audience.LEARNER, Stage.SHAPE)

    (told,) = seen.parts[0].groups[0].failures
    assert told.message == "IndexError"
    assert told.location == failure.location
    assert told.outline == {
        "x": "array of float64, shape (2, 3)", "kernel": "int", "names": "list of 2",
    }  # fmt: skip
    assert (told.counterexample, told.has_values, told.stdout) == (None, False, "")


def test_wrong_shape_of_the_answer_is_told_with_the_shape() -> None:
    mismatch = Mismatch(path="", expected="(2,)", actual="(1,)", aspect=Aspect.SHAPE)
    failure = replace(secretive(), mismatch=mismatch)

    seen = redact(report(group(failure, shown=True)), Audience.LEARNER, Stage.SHAPE)

    assert seen.parts[0].groups[0].failures[0].mismatch == mismatch


@pytest.mark.parametrize(
    ("stage", "has_hint"), [(s, s is Stage.HINT) for s in Stage], ids=lambda v: str(v)
)
def test_hints_and_misconceptions_come_last(stage: Stage, has_hint: bool) -> None:
    seen = redact(report(group(secretive(), shown=True)), Audience.LEARNER, stage).parts[0]

    assert bool(seen.groups[0].hint) is has_hint
    assert bool(seen.misconception) is has_hint


@pytest.mark.parametrize("stage", Stage)
def test_instructor_is_told_everything_at_every_attempt(stage: Stage) -> None:
    whole = report(group(secretive(), shown=False))

    assert redact(whole, Audience.INSTRUCTOR, stage) is whole


@pytest.mark.parametrize(
    ("attempt", "stage"), [(1, Stage.NAME), (2, Stage.VALUES), (3, Stage.HINT), (99, Stage.HINT)]
)
def test_each_attempt_has_its_stage_and_the_last_one_stays(attempt: int, stage: Stage) -> None:
    reveal = Reveal(stages=(Stage.NAME, Stage.VALUES, Stage.HINT))

    assert reveal.at(attempt) is stage


def test_without_a_reveal_everything_is_told_at_once() -> None:
    assert Reveal().at(1) is Stage.HINT


@pytest.mark.parametrize("attempt", [0, -1])
def test_attempts_are_counted_from_one(attempt: int) -> None:
    with pytest.raises(ValueError, match="the first one is 1"):
        Reveal().at(attempt)


def test_reveal_without_a_stage_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one stage"):
        Reveal(stages=())
