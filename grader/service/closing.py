"""The end of a sitting: what was last saved of each question is handed in, as of that moment."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from grader.core.exam import Exam
from grader.service import audit
from grader.service.access import Person
from grader.service.drafts import kept_of
from grader.service.feedback import held_back_from
from grader.service.people import find_person
from grader.service.receiving import Desk
from grader.service.sittings import (
    Phase,
    are_all_settled,
    attempts_left,
    sitting_of,
    situation,
)
from grader.service.submissions import HandIn, Refused, hand_in
from grader.service.tables import sitting, submission

#: the clock ends a sitting this much later: what was received within the grace is stored by then
_PATIENCE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """One person's sitting that ends. at_ms: what was saved until then counts."""

    person: Person
    exam: Exam
    at_ms: int
    ends_ms: int


def finish(connection: Connection, desk: Desk, person: Person, exam: Exam) -> None:
    """End a sitting before its time, because its student is done; Refused when none runs."""
    now_ms = desk.clock.now_ms()
    now = situation(connection, person, exam, now_ms)
    if exam.duration is None or now.phase is not Phase.RUNNING:
        raise Refused(f"there is nothing to finish: the exam is {now.phase.value}", status=409)
    ends_ms = now_ms if now.ends_ms is None else now.ends_ms
    ending = _Ending(person=person, exam=exam, at_ms=min(now_ms, ends_ms), ends_ms=ends_ms)
    _end(connection, desk, ending)
    audit.record(connection, now_ms, person.pseudonym, "finish", exam.id)


def close_overdue(desk: Desk, exam: Exam) -> int:
    """End the sittings whose time is up, each by itself; gives how many ended."""
    with desk.database.reading() as connection:
        numbers = connection.scalars(select(sitting.c.person).where(sitting.c.exam == exam.id))
        people = [find_person(connection, number) for number in numbers]
        late = [each for each in people if each and _overdue(connection, desk, each, exam)]
    for person in late:
        with desk.database.writing() as connection:
            if (ending := _overdue(connection, desk, person, exam)) is not None:
                _end(connection, desk, ending)
        desk.dispatcher.wake()
    return len(late)


def _overdue(connection: Connection, desk: Desk, person: Person, exam: Exam) -> _Ending | None:
    """Give what a sitting ends with whose time is up and that nobody has ended there yet."""
    begun = sitting_of(connection, person, exam)
    if begun is None or begun.was_finished:
        return None
    now_ms = desk.clock.now_ms()
    ends_ms = situation(connection, person, exam, now_ms).ends_ms
    if ends_ms is None or ends_ms + _PATIENCE_MS >= now_ms:
        return None
    if begun.ended_ms is not None and begun.ended_ms >= ends_ms:
        return None
    return _Ending(person=person, exam=exam, at_ms=ends_ms, ends_ms=ends_ms)


def _end(connection: Connection, desk: Desk, ending: _Ending) -> None:
    begun = sitting_of(connection, ending.person, ending.exam)
    assert begun is not None
    exams = desk.catalogue.exams.values()
    held = held_back_from(connection, ending.person, ending.exam, exams, desk.clock.now_ms())
    for slot in ending.exam.slots:
        answered = {
            each.id
            for each in slot.questions
            if _last_received_ms(connection, ending.person, ending.exam, each.id)
        }
        for question in slot.questions:
            # of a choice that was answered a forgotten draft must not take the place
            is_wanted = question.id in answered or len(answered) < slot.pick
            is_wanted = is_wanted and question.id not in held
            if is_wanted and _hand_in_draft(connection, desk, ending, question.id):
                answered.add(question.id)
    values = {"ended_ms": ending.at_ms, "ends_ms": ending.ends_ms}
    connection.execute(update(sitting).where(sitting.c.id == begun.id).values(**values))


def _hand_in_draft(connection: Connection, desk: Desk, ending: _Ending, name: str) -> bool:
    """Hand in what was saved after the last hand-in; what was handed in already stays as it is."""
    person, exam = ending.person, ending.exam
    question, kept = desk.catalogue.questions.get(name), kept_of(connection, person, name, exam.id)
    if question is None or kept is None or not question.code_parts or not kept.content.strip():
        return False
    is_untouched = kept.content.strip() == desk.catalogue.starter(question).strip()
    if is_untouched or kept.saved_ms <= _last_received_ms(connection, person, exam, name):
        return False
    is_used_up = attempts_left(connection, person, exam, name) == 0
    if is_used_up and are_all_settled(connection, person, exam, name):
        return False
    digest = hashlib.sha256(f"{exam.id}\0{name}\0{kept.content}".encode("utf-8", "replace"))
    given = HandIn(
        question=question,
        files={"solution.py": kept.content.encode("utf-8", "replace")},
        key=f"end-{digest.hexdigest()}",
        exam=exam.id,
    )
    receipt = hand_in(connection, person, given, ending.at_ms)
    desk.dispatcher.announce(connection, receipt.submission)
    return receipt.is_new


def _last_received_ms(connection: Connection, person: Person, exam: Exam, name: str) -> int:
    last = select(func.max(submission.c.received_ms)).where(
        submission.c.person == person.id,
        submission.c.question == name,
        submission.c.exam == exam.id,
        submission.c.kind == "submit",
    )
    return int(connection.execute(last).scalar_one() or 0)
