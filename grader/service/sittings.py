"""Exams on the server: windows, time limits, accommodations, drafts, late credit.

The server's clock decides, and the time of receipt, never the time of grading. When a sitting ends,
what was last saved of each question is handed in.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from grader.core.exam import Exam
from grader.core.question import Question
from grader.service import audit
from grader.service.access import Person
from grader.service.people import find_person
from grader.service.submissions import HandIn, Receipt, Refused, hand_in
from grader.service.tables import accommodation, draft, result, sitting, submission

#: what a slow network may take after the end
GRACE_MS = 15_000


class Phase(enum.Enum):
    """Where a student stands in an exam."""

    NOT_OPEN = "not open yet"
    OPEN = "open"
    RUNNING = "running"
    LATE = "late"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one student was granted: time in percent, extra milliseconds, extra attempts."""

    time_percent: int = 100
    extra_ms: int = 0
    extra_attempts: int = 0


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
        ends_ms = _limit_ms(exam, allowance, running["started_ms"])
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
    opens_ms, closes_ms = _ms(exam.opens), closing_ms(exam, allowance)
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


def late_percent(exam: Exam, allowance: Allowance, received_ms: int) -> Fraction:
    """Give what an answer received then is worth, in percent."""
    closes_ms = closing_ms(exam, allowance)
    if closes_ms is None or received_ms <= closes_ms + GRACE_MS:
        return Fraction(100)
    for credit in exam.late:
        until_ms = _ms(credit.until)
        assert until_ms is not None
        if received_ms <= until_ms + allowance.extra_ms:
            return credit.percent
    return Fraction(0)


def begin(connection: Connection, person: Person, exam: Exam, now_ms: int) -> Situation:
    """Start a student's sitting, once; Refused when the exam is not open."""
    now = situation(connection, person, exam, now_ms)
    if now.phase is Phase.NOT_OPEN:
        raise Refused("the exam is not open yet", status=409)
    if now.phase is Phase.OPEN and exam.duration is not None:
        ends_ms = _limit_ms(exam, allowance_of(connection, person, exam), now_ms)
        connection.execute(
            insert(sitting).values(
                person=person.id, exam=exam.id, started_ms=now_ms, ends_ms=ends_ms
            )
        )
        audit.record(connection, now_ms, person.pseudonym, "begin", exam.id)
    return situation(connection, person, exam, now_ms)


def save_draft(
    connection: Connection, person: Person, question: str, exam: str, content: str, now_ms: int
) -> None:
    """Keep what a student has typed; the newest replaces what was there."""
    if len(content.encode("utf-8", "replace")) > 256 << 10:
        raise Refused("the draft is larger than 256 KiB", status=413)
    values = {"content": content, "saved_ms": now_ms}
    row = insert_or(draft).values(person=person.id, question=question, exam=exam, **values)
    connection.execute(
        row.on_conflict_do_update(index_elements=["person", "question", "exam"], set_=values)
    )


def draft_of(connection: Connection, person: Person, question: str, exam: str = "") -> str | None:
    """Give what a student last typed, or None."""
    found = select(draft.c.content).where(
        draft.c.person == person.id, draft.c.question == question, draft.c.exam == exam
    )
    return connection.execute(found).scalar_one_or_none()


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
    """Hand in inside an exam; Refused outside of its time or beyond the attempts."""
    now = situation(connection, person, exam, now_ms)
    if now.phase is Phase.OPEN and exam.duration is not None:
        raise Refused("the exam has not been begun", "begin it first", status=409)
    if not now.accepts:
        raise Refused(f"the exam is {now.phase.value}", status=409)
    if given.kind == "submit" and attempts_left(connection, person, exam, given.question.id) == 0:
        raise Refused("no attempts are left for this question", status=409)
    return hand_in(connection, person, given, now_ms)


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


def _limit_ms(exam: Exam, allowance: Allowance, started_ms: int) -> int:
    """Give when a sitting ends: its length with what was granted, cut at closes."""
    assert exam.duration is not None
    length_ms = int(exam.duration.total_seconds() * 1000) * allowance.time_percent // 100
    ends_ms = started_ms + length_ms
    closes_ms = closing_ms(exam, allowance)
    return ends_ms if closes_ms is None else min(ends_ms, closes_ms)


def closing_ms(exam: Exam, allowance: Allowance) -> int | None:
    """Give when an exam closes for a student: more time moves the clock and the end together."""
    closes_ms = _ms(exam.closes)
    if closes_ms is None:
        return None
    longer_ms = 0
    if exam.duration is not None and allowance.time_percent > 100:
        more = allowance.time_percent - 100
        longer_ms = int(exam.duration.total_seconds() * 1000) * more // 100
    return closes_ms + allowance.extra_ms + longer_ms


def _ms(time: datetime | None) -> int | None:
    return None if time is None else int(time.timestamp() * 1000)
