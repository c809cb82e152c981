"""What a student sees of a submission, and when; what practice leaves alone; who is greeted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stage import QUESTION, Stage

from grader.core.exam import Exam, ExamKind, ExamQuestion, Feedback, Slot
from grader.core.report import Report
from grader.core.reveal import Reveal
from grader.core.reveal import Stage as Told
from grader.service import practice, queue
from grader.service.access import Person, Role
from grader.service.demo import welcome
from grader.service.exam_clock import GRACE_MS, Allowance
from grader.service.feedback import held_back
from grader.service.people import use_link
from grader.service.practice import Learning
from grader.service.showing import Reader, Shown, show
from grader.service.sittings import grant
from grader.service.waiting import waiting_of
from grader.service.workers import finished_of
from tests.report import examples

HOUR_SECONDS = 3600
GRACE_SECONDS = GRACE_MS // 1000


def exam_of(stage: Stage, kind: ExamKind = ExamKind.EXAM, **fields: object) -> Exam:
    """Give an exam that opens now and closes in an hour."""
    opens = datetime.fromtimestamp(stage.clock.now_ms() / 1000, UTC)
    values = {
        "id": "final", "title": "Final", "path": "final.md", "kind": kind, "opens": opens,
        "closes": opens + timedelta(hours=1), "feedback": Feedback.SHOWN,
        "slots": (Slot(questions=(ExamQuestion(id=QUESTION),), pick=1, where=""),),
        **fields,
    }  # fmt: skip
    return Exam(**values)  # type: ignore[arg-type]  # the fields of an exam by name


def graded(stage: Stage, person: Person, report: Report, **fields: object) -> str:
    receipt = stage.hand_in(person, stage.given(**fields))
    held = stage.claim()
    assert held is not None
    with stage.database.writing() as connection:
        queue.finish(connection, held, finished_of(report, 0), stage.clock.now_ms())
        practice.note(connection, held.submission, stage.clock.now_ms())
    return receipt.id


def seen(stage: Stage, receipt: str, person: Person, exams: dict[str, Exam] | None = None) -> Shown:
    catalogue = stage.catalogue
    before, catalogue.exams = catalogue.exams, exams or {}
    try:
        with stage.database.reading() as connection:
            reader = Reader(person=person, now_ms=stage.clock.now_ms())
            found = show(connection, catalogue, receipt, reader, 1)
    finally:
        catalogue.exams = before
    assert found is not None
    return found


def counterexamples(shown: Shown) -> int:
    assert shown.report is not None
    groups = [group for part in shown.report.parts for group in part.groups]
    return sum(f.counterexample is not None for group in groups for f in group.failures)


def hidden_failure() -> Report:
    """Give a report whose failing group is hidden."""
    report = examples.mixed()
    groups = tuple(replace(group, shown=False) for group in report.parts[0].groups)
    return replace(report, parts=(replace(report.parts[0], groups=groups),))


def test_practice_shows_hidden_groups_too(stage: Stage) -> None:
    ada = stage.person()

    shown = seen(stage, graded(stage, ada, hidden_failure()), ada)

    assert shown.feedback is Feedback.ALL
    assert counterexamples(shown) > 0


@pytest.mark.parametrize(
    ("feedback", "has_report"),
    [
        pytest.param(Feedback.SHOWN, True, id="shown"),
        pytest.param(Feedback.NOTHING_UNTIL_CLOSE, False, id="nothing"),
    ],
)
def test_exam_hides_until_it_has_closed(stage: Stage, feedback: Feedback, has_report: bool) -> None:
    ada = stage.person()
    exams = {"final": exam_of(stage, feedback=feedback)}
    receipt = graded(stage, ada, hidden_failure(), exam="final")

    during = seen(stage, receipt, ada, exams)
    assert (during.report is not None) is has_report
    assert during.hides_result is not has_report
    assert during.report is None or counterexamples(during) == 0
    assert counterexamples(seen(stage, receipt, stage.person(Role.INSTRUCTOR), exams)) > 0
    stage.clock.pass_by(seconds=HOUR_SECONDS + GRACE_SECONDS + 1)

    assert counterexamples(seen(stage, receipt, ada, exams)) > 0


def test_exam_that_is_gone_from_the_course_keeps_its_secrets(stage: Stage) -> None:
    ada = stage.person()

    shown = seen(stage, graded(stage, ada, hidden_failure(), exam="gone"), ada)

    assert counterexamples(shown) == 0


def test_question_reveals_more_with_each_attempt(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = stage.person()
    question = stage.catalogue.questions[QUESTION]
    told = replace(question, reveal=Reveal(stages=(Told.NAME, Told.HINT)))
    monkeypatch.setattr(stage.catalogue, "questions", {QUESTION: told})
    receipts = [graded(stage, ada, examples.mixed()) for _ in range(2)]

    first, second = (seen(stage, receipt, ada) for receipt in receipts)

    assert counterexamples(first) == 0
    assert counterexamples(second) > 0


def test_questions_of_an_exam_are_no_practice_until_everybody_is_done(stage: Stage) -> None:
    ada, boss = stage.person(), stage.person(Role.INSTRUCTOR)
    exam = exam_of(stage)
    more = Allowance(extra_ms=HOUR_SECONDS * 1000)

    def held(person: Person) -> bool:
        with stage.database.reading() as connection:
            return QUESTION in held_back(connection, person, [exam], stage.clock.now_ms())

    with stage.database.writing() as connection:
        grant(connection, ada, exam, more, stage.clock.now_ms(), boss)
    other = stage.person()
    assert held(other)
    assert not held(boss)
    stage.clock.pass_by(seconds=HOUR_SECONDS + GRACE_SECONDS + 1)
    assert held(other)  # somebody still sits it
    stage.clock.pass_by(seconds=HOUR_SECONDS)

    assert not held(other)


def test_exercises_may_be_practised(stage: Stage) -> None:
    ada = stage.person()

    with stage.database.reading() as connection:
        exam = exam_of(stage, ExamKind.EXERCISES)
        assert held_back(connection, ada, [exam], stage.clock.now_ms()) == frozenset()


def test_attempts_in_practice_make_cards_and_exams_and_checks_do_not(stage: Stage) -> None:
    ada = stage.person()
    graded(stage, ada, examples.passed(), exam="final")
    graded(stage, ada, examples.passed(), kind="check")
    assert stage.rows("SELECT count(*) FROM practice_card") == [(0,)]

    graded(stage, ada, examples.mixed())

    ((name, due_ms),) = stage.rows("SELECT question, due_ms FROM practice_card")
    assert name == QUESTION
    assert due_ms > stage.clock.now_ms()
    with stage.database.reading() as connection:
        assert practice.standings(connection, ada) == {QUESTION: Learning.LEARNING}
        assert practice.due(connection, ada, stage.clock.now_ms()) == []
        assert practice.due(connection, ada, due_ms) != []


def test_who_waits_hears_how_many_are_before_and_about_how_long(stage: Stage) -> None:
    receipts = [stage.hand_in(stage.person()) for _ in range(3)]
    numbers = [receipt.submission for receipt in receipts]

    with stage.database.reading() as connection:
        found = waiting_of(connection, numbers, workers=2)

    assert [found[number].ahead for number in numbers] == [0, 1, 2]
    assert [found[number].seconds for number in numbers] == [1, 2, 3]
    held = stage.claim()
    assert held is not None
    assert stage.finish(held)
    with stage.database.reading() as connection:
        assert waiting_of(connection, numbers, workers=2)[held.submission].is_done


def test_instructor_is_greeted_with_a_link_until_it_was_used(stage: Stage) -> None:
    def links(*, is_demo: bool = False) -> list[str]:
        found = welcome(stage.database, stage.catalogue, stage.clock, is_demo=is_demo)
        return [name for name, _ in found.links]

    assert links() == ["Instructor"]
    ((_, secret),) = welcome(stage.database, stage.catalogue, stage.clock, is_demo=False).links
    with stage.database.writing() as connection:
        assert use_link(connection, secret, stage.clock.now_ms()) is not None
    assert links() == []
    assert links(is_demo=True) == ["Instructor", "Ada Sample", "Emil Sample", "Noor Sample"]
    assert links(is_demo=True) == ["Instructor", "Ada Sample", "Emil Sample", "Noor Sample"]
    assert stage.rows("SELECT count(*) FROM person") == [(4,)]
    assert stage.rows("SELECT count(*) FROM submission")[0][0] > 3
    assert stage.rows("SELECT DISTINCT lane FROM submission") == [(queue.LANE_LATER,)]


def test_database_can_be_read_by_its_owner_only(stage: Stage) -> None:
    found = {
        path.name: path.stat().st_mode & 0o077
        for path in Path(stage.database.path.parent).iterdir()
    }

    assert len(found) >= 1
    assert set(found.values()) == {0}


def test_question_that_an_exam_asks_keeps_its_hidden_cases_in_older_reports(stage: Stage) -> None:
    ada = stage.person()
    receipt = graded(stage, ada, hidden_failure())
    exam = exam_of(stage, feedback=Feedback.NOTHING_UNTIL_CLOSE)

    assert counterexamples(seen(stage, receipt, ada)) > 0
    assert counterexamples(seen(stage, receipt, ada, {exam.id: exam})) == 0
    stage.clock.pass_by(seconds=HOUR_SECONDS + GRACE_SECONDS + 1)

    assert counterexamples(seen(stage, receipt, ada, {exam.id: exam})) > 0
