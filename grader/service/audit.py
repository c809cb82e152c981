"""The audit: who did what, in a chain of hashes: a row that was changed or taken out shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from grader.service.tables import audit

_START = "0" * 64
_COLUMNS = ("at_ms", "actor", "action", "object", "before", "after", "previous_hash")


def record(
    connection: Connection,
    at_ms: int,
    actor: str,
    action: str,
    about: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Add a row, in the transaction of what it records. actor is a pseudonym or 'system'."""
    last = select(audit.c.sha256).order_by(audit.c.id.desc()).limit(1)
    row = {
        "at_ms": at_ms,
        "actor": actor,
        "action": action,
        "object": about,
        "before": _text(before),
        "after": _text(after),
        "previous_hash": connection.execute(last).scalar_one_or_none() or _START,
    }
    connection.execute(insert(audit).values(**row, sha256=_digest(row)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One row of the audit; before and after are JSON, or ''."""

    number: int
    at_ms: int
    actor: str
    action: str
    about: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows to show: of an actor, of an action; '' for any. below: older than this number."""

    actor: str = ""
    action: str = ""
    below: int | None = None


def deeds(connection: Connection, wanted: Wanted, most: int) -> list[Deed]:
    """Give the newest rows that are wanted, newest first."""
    statement = select(audit).order_by(audit.c.id.desc()).limit(most)
    if wanted.actor:
        statement = statement.where(audit.c.actor == wanted.actor)
    if wanted.action:
        statement = statement.where(audit.c.action == wanted.action)
    if wanted.below is not None:
        statement = statement.where(audit.c.id < wanted.below)
    return [
        Deed(
            number=row["id"],
            at_ms=row["at_ms"],
            actor=row["actor"],
            action=row["action"],
            about=row["object"],
            before=row["before"],
            after=row["after"],
        )
        for row in connection.execute(statement).mappings()
    ]


def actions(connection: Connection) -> list[str]:
    """Give what was ever done, by name."""
    return list(
        connection.execute(select(audit.c.action).distinct().order_by(audit.c.action)).scalars()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenLink:
    """The first row that does not follow from the one before it."""

    row: int
    what: str


def find_broken_link(connection: Connection) -> BrokenLink | None:
    """Check the whole chain; None when it holds. Rows cut off at the end cannot be seen."""
    previous = _START
    for found in connection.execute(select(audit).order_by(audit.c.id)).mappings():
        if found["previous_hash"] != previous:
            return BrokenLink(row=found["id"], what="a row before it is missing or was changed")
        if found["sha256"] != _digest({name: found[name] for name in _COLUMNS}):
            return BrokenLink(row=found["id"], what="it was changed")
        previous = found["sha256"]
    return None


def _text(value: Mapping[str, object] | None) -> str:
    return json.dumps(dict(value), sort_keys=True) if value is not None else ""


def _digest(row: Mapping[str, object]) -> str:
    content = json.dumps([row[name] for name in _COLUMNS])
    return hashlib.sha256(content.encode()).hexdigest()
