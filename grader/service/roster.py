"""A class list as CSV becomes persons, each with a sign-in link of their own."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from sqlalchemy import Connection, select

from grader.core.errors import UsageError
from grader.service.access import Person, Role
from grader.service.people import NewPerson, add_person, make_link
from grader.service.tables import person

_MOST_ROWS, _LONGEST = 10_000, 200
#: what a column may be called, whatever system exported the file
_HEADS = {
    "name": ("name", "student", "full name", "student name"),
    "email": ("email", "e-mail", "email address", "mail"),
    "external_id": ("id", "student id", "student_id", "number", "external_id", "sis user id"),
    "role": ("role",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A person of the roster; link is the secret of a new link, empty for who was there already."""

    person: Person
    link: str


def read_roster(text: str) -> list[NewPerson]:
    """Read a class list; UsageError names the line that cannot be used, and nothing is added."""
    sample = text[:4096]
    delimiter = max(",;\t", key=sample.split("\n", 1)[0].count)
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter, strict=True)
    try:
        heads = [head.strip().casefold() for head in next(rows, [])]
        columns = {
            field: next((heads.index(name) for name in names if name in heads), None)
            for field, names in _HEADS.items()
        }
        if columns["name"] is None:
            raise UsageError(
                where="roster:1", what="no column 'name'", hint="name,email,id,role; a line each"
            )
        people = []
        for row in rows:
            if any(cell.strip() for cell in row):
                people.append(_person(row, columns, rows.line_num))
            if len(people) > _MOST_ROWS:
                raise UsageError(where="roster", what=f"more than {_MOST_ROWS} persons")
    except csv.Error as error:
        where = f"roster:{rows.line_num}"
        raise UsageError(where=where, what=f"is no CSV: {error}") from error
    _refuse_doubles(people)
    return people


def _person(row: list[str], columns: dict[str, int | None], line: int) -> NewPerson:
    cells = {
        field: row[at].strip() if at is not None and at < len(row) else ""
        for field, at in columns.items()
    }
    if not cells["name"] or any(len(cell) > _LONGEST for cell in cells.values()):
        raise UsageError(where=f"roster:{line}", what="a name is empty or a cell is too long")
    try:
        role = Role(cells["role"].lower() or "student")
    except ValueError as error:
        known = ", ".join(known.value for known in Role)
        raise UsageError(
            where=f"roster:{line}", what=f"no role {cells['role']!r}", hint=f"one of {known}"
        ) from error
    return NewPerson(
        name=cells["name"], email=cells["email"], external_id=cells["external_id"], role=role
    )


def _refuse_doubles(people: list[NewPerson]) -> None:
    for field in ("email", "external_id"):
        seen: set[str] = set()
        for new in people:
            value = str(getattr(new, field)).casefold()
            if value and value in seen:
                raise UsageError(where="roster", what=f"{getattr(new, field)!r} is there twice")
            seen.add(value)


def add_roster(
    connection: Connection, people: list[NewPerson], now_ms: int, author: Person
) -> list[Invited]:
    """Add who is new, with a link each; who is known by e-mail or number stays as they are."""
    invited = []
    for new in people:
        known = _known(connection, new)
        if known is not None:
            invited.append(Invited(person=known, link=""))
            continue
        added = add_person(connection, new, now_ms, author.pseudonym)
        invited.append(Invited(person=added, link=make_link(connection, added.id, now_ms)))
    return invited


def _known(connection: Connection, new: NewPerson) -> Person | None:
    for column, value in (("email", new.email), ("external_id", new.external_id)):
        if value:
            found = (
                connection.execute(
                    select(person).where(person.c[column] == value, person.c.deleted_ms.is_(None))
                )
                .mappings()
                .first()
            )
            if found is not None:
                return Person(
                    id=found["id"],
                    name=found["name"],
                    pseudonym=found["pseudonym"],
                    role=Role(found["role"]),
                )
    return None


def everybody(connection: Connection, role: Role | None = None) -> list[Person]:
    """Give all persons, or those of a role, by name."""
    statement = select(person).where(person.c.deleted_ms.is_(None)).order_by(person.c.name)
    if role is not None:
        statement = statement.where(person.c.role == role.value)
    return [
        Person(id=row["id"], name=row["name"], pseudonym=row["pseudonym"], role=Role(row["role"]))
        for row in connection.execute(statement).mappings()
    ]
