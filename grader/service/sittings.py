"""Exams on the server: windows, time limits, accommodations, drafts, late credit.

The server's clock decides, and the time of receipt, never the time of grading. All times follow
from the exam's file and from what was granted, each time anew: a deadline that moves, moves all.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from grader.core.exam import Exam, Feedback
from grader.service import audit
from grader.service.access import Person
from grader.service.drafts import Typed, save_draft
from grader.service.exam_clock import (
    GRACE_MS,
    Allowance,
    closing_ms,
    end_ms,
    late_percent,
    ms_of,
    until_ms,
)
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
    """One student's clock in one exam. ends_ms is None where nothing ends.

    is_timed: whether it has a duration per student. must_begin: it waits for its student to begin.
    """

    phase: Phase
    opens_ms: int | None
    closes_ms: int | None
    ends_ms: int | None
    percent: Fraction
    allowance: Allowance
    is_timed: bool
    is_begun: bool
    must_begin: bool

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
    """Set what a student is granted; the clock of a sitting that runs moves with it."""
    before = allowance_of(connection, person, exam)
    values = {
        "time_percent": allowance.time_percent,
        "extra_ms": allowance.extra_ms,
        "extra_attempts": allowance.extra_attempts,
    }
    row = insert_or(accommodation).values(person=person.id, exam=exam.id, **values)
    connection.execute(row.on_conflict_do_update(index_elements=["person", "exam"], set_=values))
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
    begun = sitting_of(connection, person, exam)
    ends_ms = closes_ms if begun is None else end_ms(exam, allowance, begun.started_ms)
    percent = Fraction(100)
    if opens_ms is not None and now_ms < opens_ms:
        phase = Phase.NOT_OPEN
    elif begun is not None and begun.was_finished:
        phase, ends_ms = Phase.OVER, begun.ended_ms
    elif ends_ms is None or now_ms <= ends_ms + GRACE_MS:
        phase = Phase.OPEN if begun is None else Phase.RUNNING
    else:
        percent = late_percent(exam, allowance, now_ms)
        is_late = percent > 0 and exam.duration is None
        phase = Phase.LATE if is_late else Phase.OVER
    return Situation(
        phase=phase,
        opens_ms=opens_ms,
        closes_ms=closes_ms,
        ends_ms=ends_ms,
        percent=Fraction(0) if phase is Phase.OVER else percent,
        allowance=allowance,
        is_timed=exam.duration is not None,
        is_begun=begun is not None,
        must_begin=phase is Phase.OPEN and exam.duration is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One student's run through an exam. ended_ms: when it was ended, by them or by the clock.

    was_finished: by them, before its time; what the clock ended goes on when its end is moved.
    """

    id: int
    started_ms: int
    ended_ms: int | None
    was_finished: bool


def sitting_of(connection: Connection, person: Person, exam: Exam) -> Sitting | None:
    """Give a student's sitting; None before it was begun."""
    found = connection.execute(
        select(sitting).where(sitting.c.person == person.id, sitting.c.exam == exam.id)
    ).first()
    if found is None:
        return None
    return Sitting(
        id=found.id,
        started_ms=found.started_ms,
        ended_ms=found.ended_ms,
        was_finished=found.ended_ms is not None and found.ended_ms < found.ends_ms,
    )


def begin(connection: Connection, person: Person, exam: Exam, now_ms: int) -> Situation:
    """Start a student's sitting, once; Refused when the exam is not open.

    Without a duration it only notes who is to be looked at when the exam closes.
    """
    now = situation(connection, person, exam, now_ms)
    if now.phase is Phase.NOT_OPEN:
        raise Refused("the exam is not open yet", status=409)
    ends_ms = end_ms(exam, now.allowance, now_ms)
    if now.phase is not Phase.OPEN or ends_ms is None:
        return now
    row = insert(sitting).values(person=person.id, exam=exam.id, started_ms=now_ms, ends_ms=ends_ms)
    connection.execute(row)
    if exam.duration is not None:
        audit.record(connection, now_ms, person.pseudonym, "begin", exam.id)
    return situation(connection, person, exam, now_ms)


def save_exam_draft(
    connection: Connection, person: Person, exam: Exam, typed: Typed, now_ms: int
) -> None:
    """Keep what is typed in an exam; Refused outside of its time: it would not be handed in."""
    now = situation(connection, person, exam, now_ms)
    if now.must_begin or now.phase not in (Phase.OPEN, Phase.RUNNING):
        raise Refused(f"nothing can be kept: the exam is {now.phase.value}", status=409)
    begin(connection, person, exam, now_ms)
    save_draft(connection, person, typed.question, exam.id, typed.content, now_ms)


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


def are_all_settled(connection: Connection, person: Person, exam: Exam, question: str) -> bool:
    """Tell whether every attempt at a question has its result, and none may yet prove free."""
    open_ones = select(submission.c.id).where(
        submission.c.person == person.id,
        submission.c.question == question,
        submission.c.exam == exam.id,
        submission.c.kind == "submit",
        submission.c.published_run.is_(None),
    )
    return connection.execute(open_ones.limit(1)).first() is None


def require_begun(now: Situation) -> None:
    """Refuse what comes before an exam has opened, or before its student has begun it."""
    if now.phase is Phase.NOT_OPEN:
        raise Refused(f"the exam is {now.phase.value}", status=409)
    if now.must_begin:
        raise Refused("the exam has not been begun", "begin it first", status=409)


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
    require_begun(now)
    if not now.accepts:
        raise Refused(f"the exam is {now.phase.value}", status=409)
    begin(connection, person, exam, now_ms)
    if given.kind == "check" and exam.feedback is Feedback.NOTHING_UNTIL_CLOSE:
        raise Refused("this exam tells nothing before it is over", "hand in", status=409)
    if given.kind == "submit" and attempts_left(connection, person, exam, given.question.id) == 0:
        raise Refused("no attempts are left for this question", status=409)
    return hand_in(connection, person, given, now_ms)


def is_near_an_end(now: Situation, exam: Exam, now_ms: int) -> bool:
    """Tell whether a student's time, or a step of late credit, is about to run out, or just has."""
    ends = [now.closes_ms, now.ends_ms]
    ends += [until_ms(credit, now.allowance) for credit in exam.late]
    return any(end is not None and end - _NEAR_MS <= now_ms <= end + GRACE_MS for end in ends)
