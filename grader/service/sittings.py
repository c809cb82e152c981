"""Exams on the server: windows, time limits, accommodations, drafts, late credit.

The server's clock decides, and the time of receipt, never the time of grading. When a sitting ends,
what was last saved of each question is handed in.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from grader.core.exam import Exam
from grader.core.question import Question
from grader.service import audit
from grader.service.access import Person
from grader.service.drafts import draft_of
from grader.service.exam_clock import (
    GRACE_MS,
    Allowance,
    closing_ms,
    late_percent,
    limit_ms,
    ms_of,
    until_ms,
)
from grader.service.people import find_person
from grader.service.submissions import HandIn, Receipt, Refused, find_receipt, hand_in
from grader.service.tables import accommodation, result, sitting, submission

#: how long before an end nobody is told to wait
_NEAR_MS = 10 * 60_000


class Phase(enum.Enum):
    """Where a student stands in an exam."""

    NOT_OPEN = "not open yet"
    OPEN = "open"
    RUNNING = "running"
    LATE = "late"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One student's clock in one exam. ends_ms is None where nothing ends."""

    phase: Phase
    opens_ms: int | None
    closes_ms: int | None
    ends_ms: int | None
    percent: Fraction

    @property
    def accepts(self) -> bool:
        """Tell whether an answer that comes now counts for anything."""
        return self.phase in (Phase.OPEN, Phase.RUNNING, Phase.LATE)


def allowance_of(connection: Connection, person: Person, exam: Exam) -> Allowance:
    """Give what a student was granted in an exam."""
    found = (
        connection.execute(
            select(accommodation).where(
                accommodation.c.person == person.id, accommodation.c.exam == exam.id
            )
        )
        .mappings()
        .first()
    )
    if found is None:
        return Allowance()
    return Allowance(
        time_percent=found["time_percent"],
        extra_ms=found["extra_ms"],
        extra_attempts=found["extra_attempts"],
    )


def grant(
    connection: Connection,
    person: Person,
    exam: Exam,
    allowance: Allowance,
    now_ms: int,
    author: Person,
) -> None:
    """Set what a student is granted; a sitting that runs is lengthened with it."""
    before = allowance_of(connection, person, exam)
    values = {
        "time_percent": allowance.time_percent,
        "extra_ms": allowance.extra_ms,
        "extra_attempts": allowance.extra_attempts,
    }
    row = insert_or(accommodation).values(person=person.id, exam=exam.id, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["person", "exam"], set_=values))
    running = connection.execute(_sitting(person, exam)).mappings().first()
    if running is not None and running["ended_ms"] is None:
        ends_ms = limit_ms(exam, allowance, running["started_ms"])
        connection.execute(
            update(sitting).where(sitting.c.id == running["id"]).values(ends_ms=ends_ms)
        )
    about = f"{exam.id}/{person.pseudonym}"
    audit.record(
        connection, now_ms, author.pseudonym, "accommodate", about,
        before={"time_percent": before.time_percent, "extra_ms": before.extra_ms,
                "extra_attempts": before.extra_attempts},
        after=values,
    )  # fmt: skip


def situation(connection: Connection, person: Person, exam: Exam, now_ms: int) -> Situation:
    """Give where a student stands now."""
    allowance = allowance_of(connection, person, exam)
    opens_ms, closes_ms = ms_of(exam.opens), closing_ms(exam, allowance)
    running = connection.execute(_sitting(person, exam)).mappings().first()
    ends_ms = running["ends_ms"] if running is not None else closes_ms
    percent = Fraction(100)
    if opens_ms is not None and now_ms < opens_ms:
        phase = Phase.NOT_OPEN
    elif running is not None and running["ended_ms"] is not None:
        phase = Phase.OVER
    elif ends_ms is None or now_ms <= ends_ms + GRACE_MS:
        phase = Phase.RUNNING if running is not None else Phase.OPEN
    else:
        percent = late_percent(exam, allowance, now_ms)
        is_late = percent > 0 and exam.duration is None
        phase = Phase.LATE if is_late else Phase.OVER
    if phase is Phase.OVER:
        percent = Fraction(0)
    return Situation(
        phase=phase, opens_ms=opens_ms, closes_ms=closes_ms, ends_ms=ends_ms, percent=percent
    )


def begin(connection: Connection, person: Person, exam: Exam, now_ms: int) -> Situation:
    """Start a student's sitting, once; Refused when the exam is not open."""
    now = situation(connection, person, exam, now_ms)
    if now.phase is Phase.NOT_OPEN:
        raise Refused("the exam is not open yet", status=409)
    if now.phase is Phase.OPEN and exam.duration is not None:
        ends_ms = limit_ms(exam, allowance_of(connection, person, exam), now_ms)
        connection.execute(
            insert(sitting).values(
                person=person.id, exam=exam.id, started_ms=now_ms, ends_ms=ends_ms
            )
        )
        audit.record(connection, now_ms, person.pseudonym, "begin", exam.id)
    return situation(connection, person, exam, now_ms)


def attempts_left(connection: Connection, person: Person, exam: Exam, question: str) -> int | None:
    """Give how many attempts are left; None for any number. What was ungradable or ours is free."""
    if exam.attempts is None:
        return None
    free = ("ungradable", "infrastructure_error")
    used = (
        select(func.count())
        .select_from(submission)
        .outerjoin(
            result,
            (result.c.submission == submission.c.id)
            & (result.c.grading_run == submission.c.published_run),
        )
        .where(submission.c.person == person.id, submission.c.question == question)
        .where(submission.c.exam == exam.id, submission.c.kind == "submit")
        .where(result.c.status.is_(None) | result.c.status.not_in(free))
    )
    most = exam.attempts + allowance_of(connection, person, exam).extra_attempts
    return max(most - int(connection.execute(used).scalar_one()), 0)


def hand_in_for_exam(
    connection: Connection, person: Person, exam: Exam, given: HandIn, now_ms: int
) -> Receipt:
    """Hand in inside an exam; Refused outside of its time or beyond the attempts.

    What was received before is acknowledged again at any time.
    """
    known = find_receipt(connection, person, given)
    if known is not None:
        return known
    now = situation(connection, person, exam, now_ms)
    if now.phase is Phase.OPEN and exam.duration is not None:
        raise Refused("the exam has not been begun", "begin it first", status=409)
    if not now.accepts:
        raise Refused(f"the exam is {now.phase.value}", status=409)
    if given.kind == "submit" and attempts_left(connection, person, exam, given.question.id) == 0:
        raise Refused("no attempts are left for this question", status=409)
    return hand_in(connection, person, given, now_ms)


def is_near_an_end(connection: Connection, person: Person, exam: Exam, now_ms: int) -> bool:
    """Tell whether a student's time, or a step of late credit, is about to run out, or just has."""
    allowance = allowance_of(connection, person, exam)
    running = connection.execute(_sitting(person, exam)).mappings().first()
    ends = [closing_ms(exam, allowance), running["ends_ms"] if running is not None else None]
    ends += [until_ms(credit, allowance) for credit in exam.late]
    return any(end is not None and end - _NEAR_MS <= now_ms <= end + GRACE_MS for end in ends)


def close_overdue(
    connection: Connection, exam: Exam, questions: dict[str, Question], now_ms: int
) -> int:
    """End the sittings whose time is up and hand in their drafts; gives how many ended."""
    overdue = connection.execute(
        select(sitting).where(
            sitting.c.exam == exam.id,
            sitting.c.ended_ms.is_(None),
            sitting.c.ends_ms + GRACE_MS < now_ms,
        )
    ).mappings()
    ended = list(overdue)
    for found in ended:
        _hand_in_drafts(connection, found["person"], exam, questions, found["ends_ms"])
        connection.execute(
            update(sitting).where(sitting.c.id == found["id"]).values(ended_ms=now_ms)
        )
    return len(ended)


def _hand_in_drafts(
    connection: Connection, owner: int, exam: Exam, questions: dict[str, Question], ends_ms: int
) -> None:
    person = find_person(connection, owner)
    if person is None:
        return
    for question in exam.questions:
        text = draft_of(connection, person, question.id, exam.id)
        if text is None or not text.strip() or question.id not in questions:
            continue
        key = hashlib.sha256(f"{exam.id}\0{question.id}\0{text}".encode()).hexdigest()
        given = HandIn(
            question=questions[question.id],
            files={"solution.py": text.encode("utf-8", "replace")},
            key=f"end-{key}",
            exam=exam.id,
        )
        if attempts_left(connection, person, exam, question.id) != 0:
            hand_in(connection, person, given, ends_ms)


def _sitting(person: Person, exam: Exam):  # type: ignore[no-untyped-def]  # a Select of any columns
    return select(sitting).where(sitting.c.person == person.id, sitting.c.exam == exam.id)
