"""Exams on pages: rules before they open, own clock, own questions, what is told and when."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import insert
from visitor import HOST, Server, Visitor, record, words

from grader.core.exam import Exam, ExamKind, ExamQuestion, Feedback, LateCredit, Slot
from grader.service.access import Role
from grader.service.closing import close_overdue
from grader.service.exam_clock import Allowance
from grader.service.sittings import grant
from grader.service.tables import score_override
from tests.report import examples
from tests.service.stage import QUESTION

OPENS = datetime(2027, 1, 15, 9, tzinfo=UTC)
EXAM = Exam(
    id="mid term 1",  # an id is any text
    title="Midterm <b>",
    path="questions/exams/midterm.md",
    kind=ExamKind.EXAM,
    slots=(
        Slot(questions=(ExamQuestion(id=QUESTION, points=Fraction(10)),), pick=1, where=""),
        Slot(
            questions=(ExamQuestion(id="max_pool_nchw"), ExamQuestion(id="max_pool_nhwc")),
            pick=1,
            where="",
        ),
    ),
    opens=OPENS,
    closes=OPENS + timedelta(hours=3),
    duration=timedelta(minutes=90),
    attempts=2,
    feedback=Feedback.SHOWN,
    instructions="Loops are fine.",
)
HOMEWORK = replace(
    EXAM,
    duration=None,
    late=(LateCredit(until=OPENS + timedelta(hours=27), percent=Fraction(80)),),
)
PAGE = "/exams/mid%20term%201"
ASKED = f"{PAGE}/questions/{QUESTION}"


def announce(server: Server, exam: Exam) -> None:
    """Have the course hold this exam."""
    server.stage.catalogue = copy(server.stage.catalogue)
    server.stage.catalogue.exams = {exam.id: exam}


def at(server: Server, hours: float) -> None:
    server.stage.clock.at_ms = int((OPENS + timedelta(hours=hours)).timestamp() * 1000)


def student(
    server: Server, exam: Exam = EXAM, hours: float = 1.0, *, begins: bool = True
) -> Visitor:
    announce(server, exam)
    at(server, hours)
    found = server.visitor(name="Ada")
    if begins:
        assert found.post(f"{PAGE}/begin").status_code == 303
    return found


def hand_in(visitor: Visitor, code: str = "x = 1", kind: str = "submit") -> str:
    answer = visitor.post(f"{ASKED}/submissions", code=code, kind=kind)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_rules_are_read_before_it_opens_and_the_questions_are_not(server: Server) -> None:
    visitor = student(server, hours=-1, begins=False)

    page = words(visitor.text(PAGE))

    assert "not open yet" in words(visitor.text("/exams"))
    assert "Midterm <b>" in page
    assert "opens 2027-01-15 09:00 UTC+00:00" in page
    assert "1 h 30 min from when you begin" in page
    assert "Loops are fine." in page
    assert "Max pooling" not in page
    assert visitor.get(ASKED).status_code == 409
    assert visitor.post(f"{PAGE}/begin").status_code == 409
    assert server.stage.rows("SELECT count(*) FROM sitting") == [(0,)]


def test_timed_exam_shows_its_questions_when_it_was_begun(server: Server) -> None:
    visitor = student(server, begins=False)
    assert "Begin now" in visitor.text(PAGE)
    assert "Max pooling" not in visitor.text(PAGE)
    assert visitor.get(ASKED).status_code == 409

    visitor.post(f"{PAGE}/begin")
    page = words(visitor.text(PAGE))

    assert "1:30:00 until 2027-01-15 11:30 UTC+00:00" in page
    assert "Max pooling, backward" in page
    assert "– / 10 2" in page
    assert "Answer 1 of these 2" in page
    assert visitor.get(ASKED).status_code == 200


def test_questions_of_an_exam_are_reached_by_the_exam_alone(server: Server) -> None:
    visitor = student(server)

    assert visitor.get(f"/questions/{QUESTION}").status_code == 404
    assert QUESTION not in visitor.text("/")
    assert visitor.get(f"{PAGE}/questions/relu").status_code == 404
    assert visitor.get("/exams/other").status_code == 404


def test_clock_is_the_servers(server: Server) -> None:
    visitor = student(server)
    server.stage.clock.pass_by(seconds=600)

    assert visitor.get(f"{PAGE}/clock").json() == {"phase": "running", "left_ms": 80 * 60_000}
    assert 'data-left="4800000"' in visitor.text(ASKED)


def test_granted_time_is_seen_and_moves_the_clock_of_who_sits_already(server: Server) -> None:
    visitor, boss = student(server), server.stage.person(Role.INSTRUCTOR)
    more, now_ms = Allowance(time_percent=150, extra_attempts=1), server.stage.clock.now_ms()
    with server.stage.database.writing() as connection:
        grant(connection, visitor.person, EXAM, more, now_ms, boss)

    page = words(visitor.text(PAGE))

    assert "2 h 15 min from when you begin (150 % of the usual time)" in page
    assert "3 for each question (1 more for you)" in page
    assert "2:15:00 until 2027-01-15 12:15" in page


def test_answer_is_handed_in_with_a_receipt_and_counts_on_the_scale_of_the_exam(
    server: Server,
) -> None:
    visitor = student(server)

    receipt = hand_in(visitor)
    assert "together being graded / 16" in words(visitor.text(PAGE))
    record(server.stage, examples.mixed())
    page = words(visitor.text(PAGE))
    report = examples.mixed()

    assert report.score is not None
    points = report.score * 10 / report.max_score
    assert f"{float(points):g} / 10" in page
    assert "1 attempt at" in page
    assert f'href="{ASKED}">Back to the question' in visitor.text(receipt)
    assert server.stage.rows("SELECT exam FROM submission") == [(EXAM.id,)]


def test_refusals_say_why_and_keep_what_was_typed(server: Server) -> None:
    visitor = student(server)
    for number in range(2):
        hand_in(visitor, f"x = {number}")

    answer = visitor.post(f"{ASKED}/submissions", code="precious = 3", kind="submit")

    assert answer.status_code == 409
    assert "no attempts are left" in answer.text
    assert "precious = 3" in answer.text
    at(server, 2.6)
    answer = visitor.post(f"{ASKED}/submissions", code="precious = 4", kind="submit")
    assert answer.status_code == 409
    assert "the exam is over" in answer.text
    assert server.stage.rows("SELECT count(*) FROM submission") == [(2,)]


def test_draft_is_kept_while_the_exam_runs_and_refused_afterwards(server: Server) -> None:
    visitor = student(server)
    assert visitor.post(f"{ASKED}/draft", code="kept = 1").status_code == 204
    assert "kept = 1" in visitor.text(ASKED)
    at(server, 2.6)

    answer = visitor.post(f"{ASKED}/draft", code="late = 1")

    assert answer.status_code == 409
    assert server.stage.rows("SELECT content FROM draft") == [("kept = 1",)]
    assert close_overdue(server.site.desk, EXAM) == 1
    page = words(visitor.text(PAGE))
    assert "Your time is over." in page
    assert "1 attempt at" in page


def test_who_is_done_is_asked_once_more_and_then_finishes(server: Server) -> None:
    visitor = student(server)
    visitor.post(f"{ASKED}/draft", code="kept = 1")

    page = visitor.text(f"{PAGE}/finish")
    assert "nothing can be changed" in page
    assert visitor.post(f"{PAGE}/finish").status_code == 303

    assert server.stage.rows("SELECT count(*) FROM submission") == [(1,)]
    assert server.stage.told.numbers == [1]
    assert 'class="answer"' not in visitor.text(ASKED)
    assert visitor.post(f"{PAGE}/finish").status_code == 409
    assert "nothing to finish" in visitor.text(f"{PAGE}/finish")


@pytest.mark.parametrize(
    ("feedback", "shows_points"),
    [(Feedback.ALL, True), (Feedback.SHOWN, True), (Feedback.NOTHING_UNTIL_CLOSE, False)],
)
def test_points_are_told_as_the_exam_says(
    server: Server, feedback: Feedback, shows_points: bool
) -> None:
    visitor = student(server, replace(EXAM, feedback=feedback))
    receipt = hand_in(visitor)
    record(server.stage, examples.mixed())
    score = examples.mixed().score
    assert score is not None
    pages = [PAGE, f"{ASKED}/history", receipt, ASKED]

    def told() -> list[bool]:
        pattern = r"\d+(\.\d+)? (/|of) (10|5|4|3)\b"
        found = []
        for path in pages:
            said = re.sub(r"\(.*?\)", "", words(visitor.text(path)))
            found.append(re.search(pattern, said.replace("2 h", "")) is not None)
        return found

    assert told() == [shows_points] * 4
    at(server, 3.1)

    assert told() == [True] * 4


def test_exam_that_tells_nothing_checks_nothing(server: Server) -> None:
    visitor = student(server, replace(EXAM, feedback=Feedback.NOTHING_UNTIL_CLOSE))

    answer = visitor.post(f"{ASKED}/submissions", code="x = 1", kind="check")

    assert answer.status_code == 409
    assert "tells nothing before it is over" in answer.text
    assert "Check the shown cases" not in visitor.text(ASKED)


def test_that_an_answer_cannot_be_read_is_told_at_once_and_is_free(server: Server) -> None:
    visitor = student(server, replace(EXAM, feedback=Feedback.NOTHING_UNTIL_CLOSE))
    receipt = hand_in(visitor, "def backward(:")
    record(server.stage, examples.ungradable())

    assert examples.ungradable().message in words(visitor.text(receipt))
    assert "2 attempts left" in words(visitor.text(ASKED))


def test_late_answers_say_what_they_are_worth(server: Server) -> None:
    visitor = student(server, HOMEWORK, hours=4, begins=False)

    hand_in(visitor)
    record(server.stage, examples.passed())
    page = words(visitor.text(PAGE))

    assert "What you hand in now is late and counts 80 %" in page
    assert "8 / 10" in page
    assert "late: 80 %" in page


def test_score_set_by_hand_stands_with_its_reason(server: Server) -> None:
    visitor = student(server)
    hand_in(visitor)
    record(server.stage, examples.mixed())
    with server.stage.database.writing() as connection:
        row = insert(score_override).values(
            person=visitor.person.id,
            question=QUESTION,
            exam=EXAM.id,
            score="19/2",
            reason="the <statement> was unclear",
            author=visitor.person.id,
            created_ms=1,
        )
        connection.execute(row)

    for path in (PAGE, f"{ASKED}/history"):
        said = words(visitor.text(path))
        assert "9.5" in said
        assert "the <statement> was unclear" in said
    assert "<statement>" not in visitor.text(PAGE)


def test_question_that_the_course_lost_is_named_and_breaks_nothing(server: Server) -> None:
    gone = Slot(questions=(ExamQuestion(id="gone", points=Fraction(3)),), pick=1, where="")
    visitor = student(server, replace(EXAM, slots=(*EXAM.slots, gone)))

    assert "gone is not in the course any more" in words(visitor.text(PAGE))
    assert visitor.get(f"{PAGE}/questions/gone").status_code == 404


def test_nobody_reads_the_questions_of_an_exam_they_missed_before_it_is_over_for_all(
    server: Server,
) -> None:
    visitor = student(server, begins=False, hours=1)
    other = server.visitor(name="Emil")
    with server.stage.database.writing() as connection:
        more = Allowance(extra_ms=3_600_000)
        now_ms = server.stage.clock.now_ms()
        grant(connection, other.person, EXAM, more, now_ms, other.person)
    at(server, 3.2)

    assert "you did not begin it" in visitor.text(PAGE)
    assert visitor.get(ASKED).status_code == 409
    at(server, 4.2)

    assert visitor.get(ASKED).status_code == 200


def test_exercise_sheet_without_times_is_answered_at_any_time(server: Server) -> None:
    sheet = replace(
        EXAM, kind=ExamKind.EXERCISES, opens=None, closes=None, duration=None, attempts=None
    )
    visitor = student(server, sheet, begins=False)

    hand_in(visitor)

    assert visitor.get(f"{PAGE}/clock").json() == {"phase": "open", "left_ms": None}
    assert 'class="clock"' not in visitor.text(ASKED)
    assert "any number" in words(visitor.text(PAGE))
    assert server.stage.rows("SELECT count(*) FROM sitting") == [(0,)]
    assert visitor.get(f"/questions/{QUESTION}").status_code == 200


def test_exercises_do_not_rehearse_an_exam_that_somebody_may_still_sit(server: Server) -> None:
    visitor = student(server)
    sheet = replace(
        EXAM, id="sheet", kind=ExamKind.EXERCISES, opens=None, closes=None, duration=None
    )
    server.stage.catalogue.exams = {EXAM.id: EXAM, "sheet": sheet}
    asked = f"/exams/sheet/questions/{QUESTION}"

    assert "an exam asks it now" in visitor.text("/exams/sheet")
    assert visitor.get(asked).status_code == 409
    assert visitor.post(f"{asked}/submissions", code="x = 1", kind="submit").status_code == 409
    assert server.stage.rows("SELECT count(*) FROM submission") == [(0,)]
    at(server, 3.1)

    assert visitor.get(asked).status_code == 200
    assert visitor.post(f"{asked}/submissions", code="x = 1", kind="submit").status_code == 303


def test_draft_of_another_site_is_refused(server: Server) -> None:
    visitor = student(server)
    headers = {"X-CSRF-Token": visitor.token(), "Origin": f"{HOST}.evil.example"}

    answer = visitor.client.post(f"{ASKED}/draft", data={"code": "x"}, headers=headers)

    assert answer.status_code == 403
    assert server.stage.rows("SELECT count(*) FROM draft") == [(0,)]
