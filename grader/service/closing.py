"""The end of a sitting: what was last saved of each question is handed in, as of that moment."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, func, select, update

from grader.core.exam import Exam
from grader.service import audit
from grader.service.access import Person
from grader.service.drafts import kept_of
from grader.service.exam_clock import GRACE_MS
from grader.service.people import find_person
from grader.service.receiving import Desk
from grader.service.sittings import Phase, attempts_left, sitting_of, situation
from grader.service.submissions import HandIn, Refused, hand_in
from grader.service.tables import sitting, submission


def finish(connection: Connection, desk: Desk, person: Person, exam: Exam) -> None:
    """End a sitting before its time, because its student is done; Refused when none runs."""
    now_ms = desk.clock.now_ms()
    now = situation(connection, person, exam, now_ms)
    if exam.duration is None or now.phase is not Phase.RUNNING:
        raise Refused(f"there is nothing to finish: the exam is {now.phase.value}", status=409)
    ends_ms = now_ms if now.ends_ms is None else min(now_ms, now.ends_ms)
    _end(connection, desk, person, exam, ends_ms)
    audit.record(connection, now_ms, person.pseudonym, "finish", exam.id)


def close_overdue(desk: Desk, exam: Exam) -> int:
    """End the sittings whose time is up, each by itself; gives how many ended."""
    running = select(sitting.c.person).where(
        sitting.c.exam == exam.id, sitting.c.ended_ms.is_(None)
    )
    with desk.database.reading() as connection:
        people = [find_person(connection, number) for number in connection.scalars(running)]
        late = [
            person
            for person in people
            if person and _overdue_since(connection, desk, person, exam) is not None
        ]
    for person in late:
        with desk.database.writing() as connection:
            if (ends_ms := _overdue_since(connection, desk, person, exam)) is not None:
                _end(connection, desk, person, exam, ends_ms)
        desk.dispatcher.wake()
    return len(late)


def _overdue_since(connection: Connection, desk: Desk, person: Person, exam: Exam) -> int | None:
    """Give when a sitting ended that nobody has ended yet; None for all others."""
    begun = sitting_of(connection, person, exam)
    now_ms = desk.clock.now_ms()
    ends_ms = situation(connection, person, exam, now_ms).ends_ms
    is_open = begun is not None and begun.ended_ms is None
    is_late = ends_ms is not None and ends_ms + GRACE_MS < now_ms
    return ends_ms if is_open and is_late else None


def _end(connection: Connection, desk: Desk, person: Person, exam: Exam, at_ms: int) -> None:
    begun = sitting_of(connection, person, exam)
    assert begun is not None
    for question in exam.questions:
        _hand_in_draft(connection, desk, person, exam, question.id, at_ms)
    values = {"ended_ms": at_ms, "ends_ms": at_ms}
    connection.execute(update(sitting).where(sitting.c.id == begun.id).values(**values))


def _hand_in_draft(
    connection: Connection, desk: Desk, person: Person, exam: Exam, name: str, at_ms: int
) -> None:
    """Hand in what was saved after the last hand-in; what was handed in already stays as it is."""
    question, kept = desk.catalogue.questions.get(name), kept_of(connection, person, name, exam.id)
    if question is None or kept is None or not question.code_parts or not kept.content.strip():
        return
    is_untouched = kept.content.strip() == desk.catalogue.starter(question).strip()
    if is_untouched or kept.saved_ms <= _last_received_ms(connection, person, exam, name):
        return
    if attempts_left(connection, person, exam, name) == 0:
        return
    digest = hashlib.sha256(f"{exam.id}\0{name}\0{kept.content}".encode("utf-8", "replace"))
    given = HandIn(
        question=question,
        files={"solution.py": kept.content.encode("utf-8", "replace")},
        key=f"end-{digest.hexdigest()}",
        exam=exam.id,
    )
    receipt = hand_in(connection, person, given, at_ms)
    desk.dispatcher.announce(connection, receipt.submission)


def _last_received_ms(connection: Connection, person: Person, exam: Exam, name: str) -> int:
    last = select(func.max(submission.c.received_ms)).where(
        submission.c.person == person.id,
        submission.c.question == name,
        submission.c.exam == exam.id,
        submission.c.kind == "submit",
    )
    return int(connection.execute(last).scalar_one() or 0)
