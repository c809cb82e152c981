"""How much of a report its owner may see, and which questions practice has to leave alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from grader.core.exam import Exam, ExamKind, Feedback
from grader.service.access import Permission, Person
from grader.service.exam_clock import GRACE_MS, Allowance, over_ms
from grader.service.results import Entry
from grader.service.tables import accommodation


def feedback_for(
    connection: Connection, entry: Entry, exams: Mapping[str, Exam], now_ms: int
) -> Feedback:
    """Give what the owner sees of a submission: all in practice, and once nobody sits the exam.

    An exam that is no longer in the course keeps its hidden groups hidden.
    """
    if not entry.exam:
        return Feedback.ALL
    exam = exams.get(entry.exam)
    if exam is None:
        return Feedback.SHOWN
    return exam_feedback(connection, exam, now_ms)


def exam_feedback(connection: Connection, exam: Exam, now_ms: int) -> Feedback:
    """Give what students see of an exam now: all, as soon as nothing they tell can be used."""
    return Feedback.ALL if is_over_for_all(connection, exam, now_ms) else exam.feedback


def held_back(
    connection: Connection, viewer: Person, exams: Iterable[Exam], now_ms: int
) -> frozenset[str]:
    """Give the questions of exams that somebody may still sit: no practice before, none during."""
    if viewer.may(Permission.READ_HIDDEN):
        return frozenset()
    return frozenset(
        question.id
        for exam in exams
        if exam.kind is ExamKind.EXAM and not is_over_for_all(connection, exam, now_ms)
        for question in exam.questions
    )


def held_back_from(
    connection: Connection, viewer: Person, exam: Exam, exams: Iterable[Exam], now_ms: int
) -> frozenset[str]:
    """Give the questions of a sheet that have to wait: exercises must not rehearse an exam."""
    if exam.kind is ExamKind.EXAM:
        return frozenset()
    return held_back(connection, viewer, exams, now_ms) & {each.id for each in exam.questions}


def is_over_for_all(connection: Connection, exam: Exam, now_ms: int) -> bool:
    """Tell whether no answer to an exam counts any more, whatever a student was granted."""
    granted = connection.execute(select(accommodation).where(accommodation.c.exam == exam.id))
    allowances = [Allowance()] + [
        Allowance(time_percent=row.time_percent, extra_ms=row.extra_ms) for row in granted
    ]
    ends = [over_ms(exam, allowance) for allowance in allowances]
    return all(end is not None and now_ms > end + GRACE_MS for end in ends)
