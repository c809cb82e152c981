"""The first persons of a server: its instructor, and for a demonstration three students."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from grader.service.access import Person, Role
from grader.service.catalogue import Catalogue
from grader.service.clock import Clock
from grader.service.database import Database
from grader.service.people import NewPerson, add_person, find_person, make_link
from grader.service.queue import LANE_LATER
from grader.service.submissions import HandIn, hand_in
from grader.service.tables import person, submission, token

_INSTRUCTOR = NewPerson(name="Instructor", external_id="first-instructor", role=Role.INSTRUCTOR)
_STUDENTS = tuple(
    NewPerson(name=name, external_id=f"demo-{number}")
    for number, name in enumerate(("Ada Sample", "Emil Sample", "Noor Sample"), 1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Whom to greet at the start: name and the secret of a new sign-in link."""

    links: tuple[tuple[str, str], ...]


def welcome(database: Database, catalogue: Catalogue, clock: Clock, *, is_demo: bool) -> Welcome:
    """Make sure that somebody can sign in: the instructor, until they have; for a demo everybody.

    Who has signed in once gets no link here any more: what a server prints ends in logs.
    """
    now_ms = clock.now_ms()
    links = []
    with database.writing() as connection:
        instructor, _ = _ensure(connection, _INSTRUCTOR, now_ms)
        if is_demo or not _has_signed_in(connection, instructor):
            links.append((instructor.name, make_link(connection, instructor.id, now_ms)))
        for number, new in enumerate(_STUDENTS if is_demo else ()):
            student, is_new = _ensure(connection, new, now_ms)
            links.append((student.name, make_link(connection, student.id, now_ms)))
            if is_new:
                _hand_in_samples(connection, catalogue, student, number, now_ms)
    return Welcome(links=tuple(links))


def _ensure(connection: Connection, new: NewPerson, now_ms: int) -> tuple[Person, bool]:
    known = select(person.c.id).where(person.c.external_id == new.external_id)
    number = connection.execute(known).scalar_one_or_none()
    found = None if number is None else find_person(connection, number)
    return (found, False) if found else (add_person(connection, new, now_ms), True)


def _has_signed_in(connection: Connection, who: Person) -> bool:
    used = select(token.c.id).where(token.c.person == who.id, token.c.kind == "session")
    return connection.execute(used).first() is not None


def _hand_in_samples(
    connection: Connection, catalogue: Catalogue, student: Person, number: int, now_ms: int
) -> None:
    """Hand in solutions that the questions know: the first student's are right, others wrong."""
    for question in [each for each in catalogue.questions.values() if len(each.code_parts) == 1][
        :3
    ]:
        code = question.code_parts[0].code
        assert code is not None
        known = code.right if number == 0 else code.wrong[number - 1 :]
        if known:
            files = {"solution.py": known[0].source.encode()}
            given = HandIn(question=question, files=files, key=f"sample {question.id}")
            receipt = hand_in(connection, student, given, now_ms)
            sample = submission.c.id == receipt.submission
            # whoever tries the server does not wait behind its samples
            connection.execute(update(submission).where(sample).values(lane=LANE_LATER))
