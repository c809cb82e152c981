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

    An exam that is no longer in the course keeps its hidden groups hidden; and so does everything
    about a question that another exam asks, or will ask.
    """
    others = [exam for exam in exams.values() if exam.id != entry.exam]
    is_asked = entry.question in _asked(connection, others, now_ms)
    if not entry.exam:
        found = Feedback.ALL
    elif entry.exam not in exams:
        found = Feedback.SHOWN
    else:
        found = exam_feedback(connection, exams[entry.exam], now_ms)
    return Feedback.SHOWN if is_asked and found is Feedback.ALL else found


def exam_feedback(connection: Connection, exam: Exam, now_ms: int) -> Feedback:
    """Give what students see of an exam now: all, as soon as nothing they tell can be used."""
    return Feedback.ALL if is_over_for_all(connection, exam, now_ms) else exam.feedback


def held_back(
    connection: Connection, viewer: Person, exams: Iterable[Exam], now_ms: int
) -> frozenset[str]:
    """Give the questions of exams that somebody may still sit: no practice before, none during."""
    if viewer.may(Permission.READ_HIDDEN):
        return frozenset()
    return _asked(connection, exams, now_ms)


def _asked(connection: Connection, exams: Iterable[Exam], now_ms: int) -> frozenset[str]:
    """Give the questions of exams that somebody may still sit."""
    return frozenset(
        question.id
        for exam in exams
        if exam.kind is ExamKind.EXAM and not is_over_for_all(connection, exam, now_ms)
        for question in exam.questions
    )


def held_back_from(
    connection: Connection, viewer: Person, exam: Exam, exams: Iterable[Exam], now_ms: int
) -> frozenset[str]:
    """Give the questions of a sheet that have to wait for an exam that asks them too.

    Neither exercises nor an exam that is over may rehearse it; an exam that runs goes first.
    """
    if exam.kind is ExamKind.EXAM and not is_over_for_all(connection, exam, now_ms):
        return frozenset()
    others = [each for each in exams if each.id != exam.id]
    return held_back(connection, viewer, others, now_ms) & {each.id for each in exam.questions}


def is_over_for_all(connection: Connection, exam: Exam, now_ms: int) -> bool:
    """Tell whether no answer to an exam counts any more, whatever a student was granted."""
    granted = connection.execute(select(accommodation).where(accommodation.c.exam == exam.id))
    allowances = [Allowance()] + [
        Allowance(time_percent=row.time_percent, extra_ms=row.extra_ms) for row in granted
    ]
    ends = [over_ms(exam, allowance) for allowance in allowances]
    return all(end is not None and now_ms > end + GRACE_MS for end in ends)
