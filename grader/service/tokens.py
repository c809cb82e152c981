"""API tokens of a person: which there are, a new one within what the role can use, their end.

A token is shown once; what is listed here signs nobody in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from grader.service import audit
from grader.service.access import SCOPES, Person, scopes_of
from grader.service.people import hash_of, make_api_token
from grader.service.submissions import Refused
from grader.service.tables import token

DAY_MS = 24 * 3600 * 1000
USUAL_DAYS, MOST_DAYS = 90, 365
LONGEST_NAME = 60
_MOST_TOKENS = 50
_NOTED_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What somebody asks for."""

    name: str
    scopes: Sequence[str]
    days: int = USUAL_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as its owner sees it; used_ms is None before its first use."""

    number: int
    name: str
    scopes: tuple[str, ...]
    created_ms: int
    expires_ms: int | None
    used_ms: int | None

    def is_expired(self, now_ms: int) -> bool:
        """Tell whether it is of no use any more."""
        return self.expires_ms is not None and self.expires_ms <= now_ms


def tokens_of(connection: Connection, owner: Person) -> list[Token]:
    """Give a person's tokens that were not revoked, newest first."""
    rows = connection.execute(
        select(token)
        .where(token.c.person == owner.id, token.c.kind == "api", token.c.revoked_ms.is_(None))
        .order_by(token.c.id.desc())
    ).mappings()
    return [
        Token(
            number=row["id"],
            name=row["name"],
            scopes=tuple(row["scopes"].split()),
            created_ms=row["created_ms"],
            expires_ms=row["expires_ms"],
            used_ms=row["used_ms"],
        )
        for row in rows
    ]


def make_token(connection: Connection, owner: Person, new: NewToken, now_ms: int) -> str:
    """Give the secret of a new token, once; Refused where it would be of no use or too mighty."""
    name = " ".join(new.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Refused(f"a name has 1 to {LONGEST_NAME} characters", "such as 'my laptop'")
    if not 1 <= new.days <= MOST_DAYS:
        raise Refused(f"a token is good for 1 to {MOST_DAYS} days")
    if not new.scopes:
        raise Refused("a token without permissions is of no use", "choose at least one")
    if beyond := [scope for scope in new.scopes if scope not in scopes_of(owner.role)]:
        known = beyond[0] in SCOPES
        what = f"your account may not '{beyond[0]}'" if known else "there is no such permission"
        raise Refused(what, status=403 if known else 422)
    if len(tokens_of(connection, owner)) >= _MOST_TOKENS:
        raise Refused(f"there are {_MOST_TOKENS} tokens already", "revoke one that is not used")
    scopes = tuple(scope for scope in SCOPES if scope in new.scopes)
    return make_api_token(connection, owner, name, scopes, now_ms, now_ms + new.days * DAY_MS)


def revoke_token(connection: Connection, owner: Person, number: int, now_ms: int) -> None:
    """End a token of one's own; Refused when there is none of that number."""
    statement = (
        update(token)
        .where(token.c.id == number, token.c.person == owner.id, token.c.kind == "api")
        .where(token.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
        .returning(token.c.name)
    )
    name = connection.execute(statement).scalar_one_or_none()
    if name is None:
        raise Refused("you have no such token", status=404)
    audit.record(connection, now_ms, owner.pseudonym, "revoke token", owner.pseudonym)


def note_use(connection: Connection, secret: str, now_ms: int) -> None:
    """Remember when a token was last used."""
    statement = update(token).where(token.c.hash == hash_of(secret)).values(used_ms=now_ms)
    connection.execute(statement)


def is_use_noted(connection: Connection, secret: str, now_ms: int) -> bool:
    """Tell whether a use within the last minute is known: a request need not write each time."""
    used = select(token.c.used_ms).where(token.c.hash == hash_of(secret))
    used_ms = connection.execute(used).scalar_one_or_none()
    return used_ms is not None and now_ms - used_ms < _NOTED_MS


def end_other_sessions(connection: Connection, owner: Person, secret: str, now_ms: int) -> int:
    """Sign a person out everywhere but in the session of this secret; gives how many ended."""
    statement = (
        update(token)
        .where(token.c.person == owner.id, token.c.kind == "session")
        .where(token.c.revoked_ms.is_(None), token.c.hash != hash_of(secret))
        .where(token.c.expires_ms > now_ms)
        .values(revoked_ms=now_ms)
    )
    ended = connection.execute(statement).rowcount
    about = {"sessions": ended}
    audit.record(
        connection, now_ms, owner.pseudonym, "sign out elsewhere", owner.pseudonym, after=about
    )
    return ended
