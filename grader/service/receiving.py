"""What reaches the server by page, API or command line is received here: one transaction each.

Whatever refuses a hand-in does so before its receipt exists, and then nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from grader.core.exam import Exam
from grader.core.question import Question
from grader.service import queue, rates
from grader.service.access import Person
from grader.service.catalogue import Catalogue
from grader.service.clock import Clock
from grader.service.database import Database
from grader.service.dispatcher import Dispatcher
from grader.service.drafts import save_draft
from grader.service.feedback import held_back, held_back_from
from grader.service.sittings import (
    Phase,
    hand_in_for_exam,
    is_near_an_end,
    require_begun,
    situation,
)
from grader.service.submissions import HandIn, Receipt, Refused, hand_in

KINDS = ("submit", "check")
NO_QUESTION = "There is no such question."


class TooOften(Refused):
    """Handed in too often for now; nothing was stored."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "that was a lot within a short time, and nothing was stored",
            f"try again in {seconds} s",
            status=429,
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where hand-ins are received."""

    database: Database
    catalogue: Catalogue
    clock: Clock
    dispatcher: Dispatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What was sent, as its sender names it. typed: what stood in an editor, kept as a draft too.

    key makes a repeated sending harmless. exam is '' for practice.
    """

    question: str
    files: Mapping[str, bytes]
    key: str
    kind: str = "submit"
    exam: str = ""
    typed: str | None = None


def receive(desk: Desk, person: Person, parcel: Parcel) -> Receipt:
    """Store a hand-in and have it graded; Refused, or TooOften, and nothing is stored.

    When this returns the submission is committed to disk.
    """
    if parcel.kind not in KINDS:
        raise Refused("what was sent did not say whether to check or to hand in")
    now_ms = desk.clock.now_ms()
    with desk.database.writing() as connection:
        exam = _exam(connection, desk, person, parcel)
        question = _question(connection, desk, person, parcel.question, exam)
        if not question.code_parts:
            raise Refused("this question is not graded here")
        given = HandIn(
            question=question,
            files=parcel.files,
            key=parcel.key,
            kind=parcel.kind,
            exam=parcel.exam,
        )
        if exam is None:
            receipt = hand_in(connection, person, given, now_ms)
        else:
            receipt = hand_in_for_exam(connection, person, exam, given, now_ms)
        if receipt.is_new:
            _take_turn(connection, person, exam, given, now_ms)
            queue.put_off_older(connection, receipt.submission)
            desk.dispatcher.announce(connection, receipt.submission)
            if parcel.typed is not None and _keeps_drafts(connection, person, exam, now_ms):
                save_draft(connection, person, question.id, parcel.exam, parcel.typed, now_ms)
    desk.dispatcher.wake()
    return receipt


def _question(
    connection: Connection, desk: Desk, person: Person, name: str, exam: Exam | None
) -> Question:
    """Give a question; Refused where the person may not answer it now."""
    exams, now_ms = desk.catalogue.exams.values(), desk.clock.now_ms()
    if exam is None:
        hidden = held_back(connection, person, exams, now_ms)
    else:
        hidden = held_back_from(connection, person, exam, exams, now_ms)
    found = desk.catalogue.questions.get(name)
    if found is None or name in hidden:
        raise Refused(NO_QUESTION, status=404)
    return found


def _exam(connection: Connection, desk: Desk, person: Person, parcel: Parcel) -> Exam | None:
    """Give the exam; of one that is not begun not even told which questions are in it."""
    if not parcel.exam:
        return None
    exam = desk.catalogue.exams.get(parcel.exam)
    if exam is None:
        raise Refused("there is no such exam", status=404)
    require_begun(situation(connection, person, exam, desk.clock.now_ms()))
    if parcel.question not in {question.id for question in exam.questions}:
        raise Refused(NO_QUESTION, status=404)
    return exam


def _keeps_drafts(connection: Connection, person: Person, exam: Exam | None, now_ms: int) -> bool:
    """Tell whether a draft may change: late ones must not replace what was kept in time."""
    return exam is None or situation(connection, person, exam, now_ms).phase is not Phase.LATE


def _take_turn(
    connection: Connection, person: Person, exam: Exam | None, given: HandIn, now_ms: int
) -> None:
    """Raise TooOften where somebody hands in faster than a person can; never near an end."""
    if exam is not None:
        now = situation(connection, person, exam, now_ms)
        if is_near_an_end(now, exam, now_ms):
            return
    bucket = given.question.id if given.kind == "submit" else f"check {given.question.id}"
    seconds = rates.take(connection, person, bucket, now_ms)
    if seconds is not None:
        raise TooOften(seconds)
