"""A class to look at: students with work of every kind in practice and in an exam, hostile names."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from visitor import Server, record

from grader.core.exam import Exam, ExamKind, ExamQuestion, Feedback, LateCredit, Slot
from grader.core.report import Report
from grader.service.access import Person
from grader.service.exam_clock import Allowance
from grader.service.overrides import Place, set_score
from grader.service.sittings import begin, grant
from tests.report import examples
from tests.service.stage import QUESTION

HOSTILE_NAMES = (
    "</td></table><script>alert(1)</script>",
    "=cmd|'/C calc'!A0",
    "\u202e\u2066drawkcab\u200f",
    "x" * 200,
    '"><img src=x onerror=alert(1)> {{ "z9q" * 3 }}',
    "Noor, Emil; 'Ada'",
)
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
    opens=datetime(2027, 1, 15, 7, tzinfo=UTC),
    closes=datetime(2027, 1, 15, 10, tzinfo=UTC),
    duration=timedelta(minutes=90),
    feedback=Feedback.SHOWN,
    late=(LateCredit(until=datetime(2027, 1, 16, 10, tzinfo=UTC), percent=Fraction(80)),),
)
EXAM_PAGE = "/class/exams/mid%20term%201"


def own_course(server: Server) -> None:
    """Give the server a course that a test may change: all tests share the other one."""
    server.stage.catalogue = copy(server.stage.catalogue)


def announce(server: Server, *exams: Exam) -> None:
    """Have the course hold these exams and no other, also for who has signed in since own_course."""
    server.stage.catalogue.exams = {exam.id: exam for exam in exams}


def work(server: Server, who: Person, report: Report | None, exam: str = "") -> str:
    """Have somebody hand in what comes to this report, or still waits; gives the receipt."""
    stage = server.stage
    receipt = stage.hand_in(who, stage.given(exam=exam))
    if report is not None:
        record(stage, replace(report, question_id=QUESTION))
    return receipt.id


def fill(server: Server, boss: Person) -> list[Person]:
    """Give a class of students with work of every kind; the boss granted and set something."""
    announce(server, EXAM)
    stage = server.stage
    students = [stage.person(name=name) for name in ("Ada", "Emil", *HOSTILE_NAMES)]
    reports = (
        examples.passed(), examples.mixed(), examples.raised(), examples.ungradable(),
        examples.error(), examples.slow(), examples.mixed(), examples.several_values(),
    )  # fmt: skip
    for exam in ("", EXAM.id):
        for student, report in zip(students, reports, strict=True):
            if exam:
                with stage.database.writing() as connection:
                    begin(connection, student, EXAM, stage.clock.now_ms())
            work(server, student, examples.mixed(), exam)
            work(server, student, report, exam)
    for exam in ("", EXAM.id):
        work(server, students[1], None, exam)
    with stage.database.writing() as connection:
        now_ms = stage.clock.now_ms()
        more = Allowance(time_percent=150, extra_ms=3_600_000, extra_attempts=1)
        grant(connection, students[1], EXAM, more, now_ms, boss)
        for exam in ("", EXAM.id):
            place = Place(who=students[2], question=QUESTION, exam=exam)
            reason = f"seen on paper {HOSTILE_NAMES[0]}"
            set_score(connection, place, Fraction(7, 2), reason, now_ms, boss)
    return students
