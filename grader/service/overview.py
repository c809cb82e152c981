"""Submissions at a glance: how far each is, and its score where its owner may know it now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from grader.service.access import Permission, Person, require
from grader.service.catalogue import Catalogue
from grader.service.feedback import feedback_for
from grader.service.results import Entry, Wanted, entries_like, find_entry, hides_score
from grader.service.showing import Reader
from grader.service.submissions import Refused
from grader.service.tables import person
from grader.service.waiting import Waiting, waiting_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """One submission without its report. hides_result: even the score waits for the closing."""

    entry: Entry
    pseudonym: str
    waiting: Waiting
    hides_result: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a glance is taken in: the course, and how many are graded at a time."""

    catalogue: Catalogue
    workers: int


def glance_at(
    connection: Connection, around: Around, receipt: str, reader: Reader
) -> Glance | None:
    """Give how a submission stands; None when there is none that the reader may see."""
    entry = find_entry(connection, receipt, reader.person)
    return None if entry is None else _glances(connection, around, [entry], reader.now_ms)[0]


def glance_at_many(
    connection: Connection, around: Around, wanted: Wanted, reader: Reader
) -> list[Glance]:
    """Give how submissions stand that are wanted; NotAllowed to read those of others."""
    if wanted.owner != reader.person.id:
        require(reader.person, Permission.READ_ALL)
    return _glances(connection, around, entries_like(connection, wanted), reader.now_ms)


def owner_of(connection: Connection, viewer: Person, of: str | None) -> int | None:
    """Give the number of the person whose submissions are asked for; None for everybody's.

    of: a pseudonym, 'everybody', or None for one's own. NotAllowed for who may read their own only.
    """
    if of in (None, viewer.pseudonym):
        return viewer.id
    require(viewer, Permission.READ_ALL)
    if of == "everybody":
        return None
    found = select(person.c.id).where(person.c.pseudonym == of)
    owner = connection.execute(found).scalar_one_or_none()
    if owner is None:
        raise Refused("there is no such person", status=404)
    return int(owner)


def _glances(
    connection: Connection, around: Around, entries: list[Entry], now_ms: int
) -> list[Glance]:
    waiting = waiting_of(connection, [entry.number for entry in entries], around.workers)
    pseudonyms = _pseudonyms(connection, {entry.person for entry in entries})
    exams = around.catalogue.exams
    return [
        Glance(
            entry=entry,
            pseudonym=pseudonyms[entry.person],
            waiting=waiting[entry.number],
            hides_result=hides_score(feedback_for(connection, entry, exams, now_ms), entry),
        )
        for entry in entries
    ]


def _pseudonyms(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    rows = connection.execute(
        select(person.c.id, person.c.pseudonym).where(person.c.id.in_(list(numbers)))
    )
    return {row.id: row.pseudonym for row in rows}
