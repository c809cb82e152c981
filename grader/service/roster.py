"""A class list as CSV becomes persons, each with a sign-in link of their own."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from grader.core.errors import UsageError
from grader.service.access import Person, Role
from grader.service.people import NewPerson, add_person, make_link
from grader.service.tables import person

_MOST_ROWS, _LONGEST = 10_000, 200
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")
_IS_THERE = person.c.deleted_ms.is_(None)
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
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A person of a list, and the line; known: whom the course has under that e-mail or number.

    namesake: the course has somebody else of that name, which may be a mistake.
    """

    line: int
    new: NewPerson
    known: Person | None = None
    namesake: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a list would do: its rows, and each problem with its line. With a problem it may not."""

    rows: tuple[Row, ...]
    problems: tuple[UsageError, ...]

    @property
    def added(self) -> tuple[Row, ...]:
        """Give the rows that would add somebody."""
        return tuple(row for row in self.rows if row.known is None)


def read_roster(text: str) -> list[NewPerson]:
    """Read a class list; UsageError names the line that cannot be used, and nothing is added."""
    people, problems = _read(text)
    if problems:
        raise problems[0]
    return [new for _, new in people]


def preview(connection: Connection, text: str) -> Preview:
    """Tell what a list would add, and every line of it that cannot be used; nothing is written."""
    people, problems = _read(text)
    names = set(connection.execute(select(person.c.name).where(_IS_THERE)).scalars())
    rows = []
    for line, new in people:
        known = _known(connection, new)
        namesake = known is None and new.name in names
        rows.append(Row(line=line, new=new, known=known, namesake=namesake))
    return Preview(rows=tuple(rows), problems=tuple(problems))


def _read(text: str) -> tuple[list[tuple[int, NewPerson]], list[UsageError]]:
    text = text.removeprefix("\ufeff")
    delimiter = max(",;\t", key=text[:4096].split("\n", 1)[0].count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    people: list[tuple[int, NewPerson]] = []
    problems: list[UsageError] = []
    try:
        columns = _columns(next(rows, []))
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            try:
                people.append((rows.line_num, _person(row, columns, rows.line_num)))
            except UsageError as error:
                problems.append(error)
            if len(people) > _MOST_ROWS:
                raise UsageError(where="roster", what=f"more than {_MOST_ROWS} persons")
    except UsageError as error:
        problems.append(error)
    except csv.Error as error:
        where = f"roster:{max(rows.line_num, 1)}"
        problems.append(UsageError(where=where, what=f"is no CSV: {error}"))
    return people, problems + _doubles(people)


def _columns(head: list[str]) -> dict[str, int | None]:
    heads = [cell.strip().casefold() for cell in head]
    columns = {
        field: next((heads.index(name) for name in names if name in heads), None)
        for field, names in _HEADS.items()
    }
    if columns["name"] is None:
        raise UsageError(
            where="roster:1", what="no column 'name'", hint="name,email,id,role; a line each"
        )
    return columns


def _person(row: list[str], columns: dict[str, int | None], line: int) -> NewPerson:
    cells = {
        field: row[at].strip() if at is not None and at < len(row) else ""
        for field, at in columns.items()
    }
    return new_person(cells, f"roster:{line}")


def new_person(cells: Mapping[str, str], where: str) -> NewPerson:
    """Give a person of cells 'name', 'email', 'external_id' and 'role'; UsageError where unfit."""
    if not cells["name"] or any(len(cell) > _LONGEST for cell in cells.values()):
        raise UsageError(where=where, what="a name is empty or a cell is too long")
    if any(_UNFIT.search(cell) for cell in cells.values()):
        raise UsageError(where=where, what="a cell holds a line break or a control character")
    if cells["email"] and not _EMAIL.fullmatch(cells["email"]):
        raise UsageError(where=where, what=f"{cells['email']!r} is no e-mail address")
    try:
        role = Role(cells["role"].lower() or "student")
    except ValueError as error:
        known = ", ".join(known.value for known in Role)
        raise UsageError(
            where=where, what=f"no role {cells['role']!r}", hint=f"one of {known}"
        ) from error
    return NewPerson(
        name=cells["name"], email=cells["email"], external_id=cells["external_id"], role=role
    )


def _doubles(people: Iterable[tuple[int, NewPerson]]) -> list[UsageError]:
    found = []
    for field in ("email", "external_id"):
        seen: dict[str, int] = {}
        for line, new in people:
            value = str(getattr(new, field))
            if value and value.casefold() in seen:
                first = seen[value.casefold()]
                what = f"{value!r} is there twice, first on line {first}"
                found.append(UsageError(where=f"roster:{line}", what=what))
            seen.setdefault(value.casefold(), line)
    return found


def add_roster(
    connection: Connection, people: list[NewPerson], now_ms: int, author: Person
) -> list[Invited]:
    """Add who is new, with a link each; who is known by e-mail or number stays as they are."""
    invited = []
    for new in people:
        known = _known(connection, new)
        if known is not None:
            invited.append(Invited(person=known, link="", email=new.email))
            continue
        added = add_person(connection, new, now_ms, author.pseudonym)
        link = make_link(connection, added.id, now_ms)
        invited.append(Invited(person=added, link=link, email=new.email))
    return invited


def _known(connection: Connection, new: NewPerson) -> Person | None:
    for is_same, value in (
        (
            # SQLite's lower() knows ASCII only: the same letters are the same in any case
            (func.lower(person.c.email) == new.email.lower()) | (person.c.email == new.email),
            new.email,
        ),
        (person.c.external_id == new.external_id, new.external_id),
    ):
        if value:
            found = connection.execute(select(person).where(is_same, _IS_THERE)).mappings().first()
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
    statement = select(person).where(_IS_THERE).order_by(person.c.name)
    if role is not None:
        statement = statement.where(person.c.role == role.value)
    return [
        Person(id=row["id"], name=row["name"], pseudonym=row["pseudonym"], role=Role(row["role"]))
        for row in connection.execute(statement).mappings()
    ]
