"""Whether the server can do its work now: each check with a sentence for whoever operates it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from grader.service.clock import Clock
from grader.service.database import Database
from grader.service.migrations import is_up_to_date
from grader.service.tables import submission, worker

_LEAST_FREE_BYTES = 1 << 30
_LONGEST_WAIT_MS = 30 * 60_000
_HEARTBEAT_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold."""

    name: str
    holds: bool
    said: str


def checks(database: Database, clock: Clock) -> list[Check]:
    """Try each thing that must hold; none of them writes, so anybody may ask."""
    free = shutil.disk_usage(database.path.parent).free
    found = [
        Check(name="disk", holds=free >= _LEAST_FREE_BYTES, said=f"{free >> 20} MiB are free"),
    ]
    try:
        return found + _of_database(database, clock.now_ms())
    except SQLAlchemyError as error:
        said = f"cannot be used ({type(error).__name__})"
        return [*found, Check(name="database", holds=False, said=said)]


def _of_database(database: Database, now_ms: int) -> list[Check]:
    with database.writing() as connection:  # takes the lock that each submission needs
        is_current = is_up_to_date(connection)
        oldest = connection.execute(
            select(func.min(submission.c.received_ms)).where(submission.c.state == "queued")
        ).scalar_one()
        beat = connection.execute(select(func.max(worker.c.heartbeat_ms))).scalar_one()
    waits_ms = 0 if oldest is None else now_ms - oldest
    is_alive = beat is not None and now_ms - beat < _HEARTBEAT_MS
    return [
        Check(name="database", holds=True, said="can be written"),
        Check(
            name="schema",
            holds=is_current,
            said="up to date" if is_current else "of another version of grader",
        ),
        Check(
            name="queue",
            holds=waits_ms < _LONGEST_WAIT_MS,
            said=f"the oldest waits for {waits_ms // 1000} s",
        ),
        Check(name="workers", holds=is_alive, said="alive" if is_alive else "none gave a sign"),
    ]
