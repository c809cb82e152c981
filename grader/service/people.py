"""Persons, and the secrets they sign in with: links for one use, sessions, API tokens.

A secret is 32 random bytes; the database keeps its SHA-256 only, so a stolen copy signs nobody in.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from grader.core.errors import UsageError
from grader.service import audit
from grader.service.access import SCOPES, Person, Role
from grader.service.tables import person, token

LINK_MS = 7 * 24 * 3600 * 1000
SESSION_MS = 14 * 24 * 3600 * 1000
_DAY_MS = 24 * 3600 * 1000
_API_PREFIX = "grader_"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """One row of a roster."""

    name: str
    email: str = ""
    external_id: str = ""
    role: Role = Role.STUDENT


def add_person(
    connection: Connection, new: NewPerson, now_ms: int, actor: str = "system"
) -> Person:
    """Add a person; UsageError when the e-mail or number is somebody's already."""
    for column, value in (("email", new.email), ("external_id", new.external_id)):
        if value:
            taken = select(person.c.id).where(person.c[column] == value)
            if connection.execute(taken).first() is not None:
                raise UsageError(where=value, what="is in the course already")
    pseudonym = f"p{secrets.token_hex(6)}"
    row = insert(person).values(
        name=new.name,
        email=new.email or None,
        external_id=new.external_id or None,
        pseudonym=pseudonym,
        role=new.role.value,
        created_ms=now_ms,
    )
    key = connection.execute(row).inserted_primary_key
    assert key is not None
    audit.record(connection, now_ms, actor, "add person", pseudonym, after={"role": new.role.value})
    return Person(id=int(key[0]), name=new.name, pseudonym=pseudonym, role=new.role)


def find_person(connection: Connection, number: int) -> Person | None:
    """Give a person by number; None when there is none any more."""
    found = (
        connection.execute(
            select(person).where(person.c.id == number, person.c.deleted_ms.is_(None))
        )
        .mappings()
        .first()
    )
    if found is None:
        return None
    return Person(
        id=found["id"], name=found["name"], pseudonym=found["pseudonym"], role=Role(found["role"])
    )


# -- secrets -------------------------------------------------------------------------------


def make_link(connection: Connection, person_id: int, now_ms: int) -> str:
    """Give the secret of a sign-in link: one use, within a week."""
    return _make(connection, person_id, "link", now_ms, expires_ms=now_ms + LINK_MS)


def use_link(connection: Connection, secret: str, now_ms: int) -> str | None:
    """Use a link up and give the secret of a new session; None when it is used, old or unknown."""
    statement = (
        update(token)
        .where(token.c.hash == hash_of(secret), token.c.kind == "link")
        .where(token.c.used_ms.is_(None), token.c.revoked_ms.is_(None))
        .where(token.c.expires_ms > now_ms)
        .values(used_ms=now_ms)
        .returning(token.c.person)
    )
    owner = connection.execute(statement).scalar_one_or_none()
    if owner is None or find_person(connection, owner) is None:
        return None
    return _make(connection, owner, "session", now_ms, expires_ms=now_ms + SESSION_MS)


def make_api_token(
    connection: Connection,
    owner: Person,
    name: str,
    scopes: tuple[str, ...],
    now_ms: int,
    expires_ms: int | None = None,
) -> str:
    """Give a new API token; it is shown once and cannot be read again."""
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        what = f"no scope {unknown[0]!r}" if unknown else "a token without scopes"
        raise UsageError(where="", what=what, hint="scopes are " + ", ".join(SCOPES))
    secret = _make(
        connection, owner.id, "api", now_ms, expires_ms=expires_ms, name=name, scopes=scopes
    )
    about = {"scopes": list(scopes)}  # its name may speak of the person, whom the audit outlives
    audit.record(connection, now_ms, owner.pseudonym, "make token", owner.pseudonym, after=about)
    return secret


def whose(connection: Connection, secret: str, kind: str, now_ms: int) -> Person | None:
    """Give the person of a session or API token; None when it is old, revoked or unknown."""
    found = (
        connection.execute(
            select(token)
            .where(token.c.hash == hash_of(secret), token.c.kind == kind)
            .where(token.c.revoked_ms.is_(None))
        )
        .mappings()
        .first()
    )
    if found is None or (found["expires_ms"] is not None and found["expires_ms"] <= now_ms):
        return None
    owner = find_person(connection, found["person"])
    if owner is None or kind == "session":
        return owner
    return Person(
        id=owner.id,
        name=owner.name,
        pseudonym=owner.pseudonym,
        role=owner.role,
        scopes=frozenset(found["scopes"].split()),
    )


def lengthen_session(connection: Connection, secret: str, now_ms: int) -> None:
    """Have a session last for two weeks from now: who comes back is not signed out in an exam."""
    statement = update(token).where(token.c.hash == hash_of(secret), token.c.kind == "session")
    connection.execute(statement.values(expires_ms=now_ms + SESSION_MS))


def is_session_old(connection: Connection, secret: str, now_ms: int) -> bool:
    """Tell whether a session was last lengthened more than a day ago."""
    ends = select(token.c.expires_ms).where(token.c.hash == hash_of(secret))
    expires_ms = connection.execute(ends).scalar_one_or_none()
    return expires_ms is not None and expires_ms < now_ms + SESSION_MS - _DAY_MS


def revoke(connection: Connection, secret: str, now_ms: int) -> None:
    """End a session or token."""
    connection.execute(
        update(token).where(token.c.hash == hash_of(secret)).values(revoked_ms=now_ms)
    )


def _make(
    connection: Connection,
    person_id: int,
    kind: str,
    now_ms: int,
    *,
    expires_ms: int | None,
    name: str = "",
    scopes: tuple[str, ...] = (),
) -> str:
    secret = (_API_PREFIX if kind == "api" else "") + secrets.token_urlsafe(32)
    connection.execute(
        insert(token).values(
            person=person_id,
            kind=kind,
            hash=hash_of(secret),
            name=name,
            scopes=" ".join(scopes),
            created_ms=now_ms,
            expires_ms=expires_ms,
        )
    )
    return secret


def hash_of(secret: str) -> str:
    """Give what the database keeps of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
