"""Whether the server can do its work now: each check with a sentence for whoever operates it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from grader.service.backup_keeper import last_failure
from grader.service.backups import HOUR_MS, LEAST_FREE_BYTES, backups_in, folder_of
from grader.service.clock import Clock
from grader.service.database import Database
from grader.service.migrations import is_up_to_date
from grader.service.tables import audit, submission, worker

_LATEST_BACKUP_MS = 2 * HOUR_MS
_LONGEST_WAIT_MS = 30 * 60_000
_HEARTBEAT_MS = 60_000
#: corrections of a clock that is kept by the network are smaller
_CLOCK_STEP_MS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must hold; without what is not vital, work can still be done."""

    name: str
    holds: bool
    said: str
    is_vital: bool = True


def checks(database: Database, clock: Clock) -> list[Check]:
    """Try each thing that must hold; none of them writes, so anybody may ask."""
    free = shutil.disk_usage(database.path.parent).free
    found = [
        Check(name="disk", holds=free >= LEAST_FREE_BYTES, said=f"{free >> 20} MiB are free"),
    ]
    try:
        return found + _of_database(database, clock.now_ms())
    except SQLAlchemyError as error:
        said = f"cannot be used ({type(error).__name__})"
        return [*found, Check(name="database", holds=False, said=said)]


def _of_database(database: Database, now_ms: int) -> list[Check]:
    with database.writing():  # takes the lock that each submission needs, and gives it back
        pass
    with database.reading() as connection:
        is_current = is_up_to_date(connection)
        return [
            Check(name="database", holds=True, said="can be written"),
            Check(
                name="schema",
                holds=is_current,
                said="up to date" if is_current else "of another version of grader",
            ),
            _queue(connection, now_ms),
            _workers(connection, now_ms),
            _clock(connection, now_ms),
            _backups(connection, database, now_ms),
        ]


def _queue(connection: Connection, now_ms: int) -> Check:
    waiting = submission.c.state == "queued"
    about = select(func.count(), func.min(submission.c.received_ms)).where(waiting)
    count, oldest = connection.execute(about).one()
    waits_ms = 0 if oldest is None else now_ms - oldest
    said = f"{count} waiting, the oldest for {max(waits_ms, 0) // 1000} s"
    return Check(name="queue", holds=waits_ms < _LONGEST_WAIT_MS, said=said)


def _workers(connection: Connection, now_ms: int) -> Check:
    beat = connection.execute(select(func.max(worker.c.heartbeat_ms))).scalar_one()
    is_alive = beat is not None and now_ms - beat < _HEARTBEAT_MS
    return Check(name="workers", holds=is_alive, said="alive" if is_alive else "none gave a sign")


def _clock(connection: Connection, now_ms: int) -> Check:
    """Lateness is decided by this clock: one that went back would take late work as timely."""
    newest = select(audit.c.at_ms).order_by(audit.c.id.desc()).limit(1)
    last = connection.execute(newest).scalar_one_or_none()
    behind_ms = 0 if last is None else last - now_ms
    holds = behind_ms <= _CLOCK_STEP_MS
    said = f"{datetime.fromtimestamp(now_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if not holds:
        said += f", {behind_ms // 1000} s before what was recorded last"
    return Check(name="clock", holds=holds, said=said, is_vital=False)


def _backups(connection: Connection, database: Database, now_ms: int) -> Check:
    failure = last_failure(connection)
    try:
        kept = backups_in(folder_of(database.path))
    except OSError as error:
        said = f"cannot be looked at ({error.strerror})"
        return Check(name="backups", holds=False, said=said, is_vital=False)
    age_ms = now_ms - kept[-1].made_ms if kept else None
    said = "none yet" if age_ms is None else f"{len(kept)}, the newest {age_ms // 60_000} min old"
    if failure is not None:
        said += f"; {failure.what}"
    is_fresh = age_ms is not None and age_ms < _LATEST_BACKUP_MS
    return Check(name="backups", holds=is_fresh and failure is None, said=said, is_vital=False)
