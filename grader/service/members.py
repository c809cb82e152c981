"""The members of a course: who has come yet, new links, other roles, all sessions ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, select, update

from grader.service import audit
from grader.service.access import Person, Role
from grader.service.people import make_link
from grader.service.submissions import Refused
from grader.service.tables import person, token

_LAST = "somebody must be able to run the course, and this is its last instructor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person with what only those who run the course see.

    came_ms: their first sign-in, None before it. has_link: a link of theirs can still be used.
    """

    person: Person
    email: str
    external_id: str
    created_ms: int
    came_ms: int | None
    has_link: bool


def members(connection: Connection, now_ms: int) -> list[Member]:
    """Give everybody of the course: staff first, then by name."""
    rows = connection.execute(_members(now_ms).order_by(person.c.name)).mappings()
    found = [_member(row) for row in rows]
    return sorted(found, key=lambda member: member.person.role is Role.STUDENT)


def find_member(connection: Connection, pseudonym: str, now_ms: int) -> Member | None:
    """Give a member by pseudonym; None when there is none, or not any more."""
    statement = _members(now_ms).where(person.c.pseudonym == pseudonym)
    found = connection.execute(statement).mappings().first()
    return None if found is None else _member(found)


def _members(now_ms: int):  # type: ignore[no-untyped-def]  # a Select of these columns
    came = (
        select(func.min(token.c.created_ms))
        .where(token.c.person == person.c.id, token.c.kind == "session")
        .scalar_subquery()
    )
    links = (
        select(func.count())
        .where(token.c.person == person.c.id, token.c.kind == "link")
        .where(token.c.used_ms.is_(None), token.c.revoked_ms.is_(None))
        .where(token.c.expires_ms > now_ms)
        .scalar_subquery()
    )
    return select(person, came.label("came_ms"), links.label("links")).where(
        person.c.deleted_ms.is_(None)
    )


def _member(row: RowMapping) -> Member:
    return Member(
        person=Person(
            id=row["id"], name=row["name"], pseudonym=row["pseudonym"], role=Role(row["role"])
        ),
        email=row["email"] or "",
        external_id=row["external_id"] or "",
        created_ms=row["created_ms"],
        came_ms=row["came_ms"],
        has_link=bool(row["links"]),
    )


def new_link(connection: Connection, who: Person, now_ms: int, author: Person) -> str:
    """Give the secret of a new sign-in link; older ones that were not used are void."""
    _void(connection, who, now_ms, ("link",))
    audit.record(connection, now_ms, author.pseudonym, "make link", who.pseudonym)
    return make_link(connection, who.id, now_ms)


def new_links(
    connection: Connection, whom: Iterable[Member], now_ms: int, author: Person
) -> list[tuple[Member, str]]:
    """Give new links for those of these members who never signed in."""
    waited_for = [member for member in whom if member.came_ms is None]
    return [(each, new_link(connection, each.person, now_ms, author)) for each in waited_for]


def change_role(
    connection: Connection, who: Person, role: Role, now_ms: int, author: Person
) -> None:
    """Give somebody another role, from their next click on; Refused for the last instructor."""
    if role is who.role:
        return
    keep_an_instructor(connection, who)
    connection.execute(update(person).where(person.c.id == who.id).values(role=role.value))
    audit.record(
        connection, now_ms, author.pseudonym, "change role", who.pseudonym,
        before={"role": who.role.value}, after={"role": role.value},
    )  # fmt: skip


def end_sessions(connection: Connection, who: Person, now_ms: int, author: Person) -> int:
    """End whatever somebody is signed in by: sessions, unused links, API tokens; gives how many."""
    ended = _void(connection, who, now_ms, ("session", "link", "api"))
    about = {"ended": ended}
    audit.record(connection, now_ms, author.pseudonym, "end sessions", who.pseudonym, after=about)
    return ended


def keep_an_instructor(connection: Connection, without: Person) -> None:
    """Refuse what would leave the course without an instructor."""
    others = (
        select(func.count())
        .select_from(person)
        .where(person.c.role == Role.INSTRUCTOR.value, person.c.deleted_ms.is_(None))
        .where(person.c.id != without.id)
    )
    if without.role is Role.INSTRUCTOR and connection.execute(others).scalar_one() == 0:
        raise Refused(_LAST, "make somebody else an instructor first", status=409)


def _void(connection: Connection, who: Person, now_ms: int, kinds: tuple[str, ...]) -> int:
    done = connection.execute(
        update(token)
        .where(token.c.person == who.id, token.c.kind.in_(kinds))
        .where(token.c.revoked_ms.is_(None))
        .where((token.c.kind != "link") | token.c.used_ms.is_(None))
        .where(token.c.expires_ms.is_(None) | (token.c.expires_ms > now_ms))
        .values(revoked_ms=now_ms)
    )
    return done.rowcount
