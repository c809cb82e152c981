"""A database made from a backup: checked, brought to the tables of today, then put in its place.

All is done on a copy beside the place, which gets the database's name last. Who is killed half way
leaves a state folder without a database, as it was.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from grader.core.errors import UsageError
from grader.service import audit
from grader.service.clock import Clock
from grader.service.copying import COMPANIONS, copy_database, give_name, opened_to_read, quick_check
from grader.service.database import Database
from grader.service.tables import blob, submission

_HAS_REVISION = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a backup held: how many submissions, and when the newest was received."""

    submissions: int
    newest_ms: int | None


def restore(backup: Path, path: Path, clock: Clock) -> Restored:
    """Make the database at path; UsageError, and nothing is changed, where one is or was there."""
    _refuse_used(path)
    beside = path.with_name(f".{path.name}.restoring")
    _forget(beside)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _refuse_damaged(backup)
        copy_database(backup, beside)
        found = _prepared(beside, backup, clock)
        give_name(beside, path)
    except FileExistsError as error:
        raise UsageError(where=str(path), what="somebody made it meanwhile") from error
    except OSError as error:
        raise UsageError(where=str(path), what=f"cannot be written ({error})") from error
    finally:
        _forget(beside)
    return found


def _refuse_used(path: Path) -> None:
    """Refuse a place that has a database, or what would be played into it: an old one's journal."""
    for ending in ("", *COMPANIONS):
        found = path.with_name(path.name + ending)
        if found.exists():
            raise UsageError(
                where=str(found),
                what="is there already, and a backup is restored into an empty place only",
                hint=f"stop the server, move {path}* elsewhere, and try again; or name another "
                "folder with --state",
            )


def _refuse_damaged(backup: Path) -> None:
    try:
        said = quick_check(backup)
        with opened_to_read(backup) as raw:
            (is_ours,) = raw.execute(_HAS_REVISION).fetchone()
    except sqlite3.Error as error:
        what = f"cannot be read as a backup ({error})"
        raise UsageError(where=str(backup), what=what, hint="choose another one") from error
    if said != "ok":
        what = f"the backup is damaged: {said}"
        raise UsageError(where=str(backup), what=what, hint="choose another one")
    if not is_ours:
        raise UsageError(where=str(backup), what="is no backup of grader")


def _prepared(beside: Path, backup: Path, clock: Clock) -> Restored:
    """Migrate the copy, check what students handed in, and have the audit say what was done."""
    try:
        database = Database.open(beside)
    except UsageError as error:
        raise UsageError(where=str(backup), what=error.what, hint=error.hint) from error
    try:
        with database.writing() as connection:
            if (damaged := _damaged_blob(connection)) is not None:
                raise UsageError(
                    where=str(backup),
                    what=f"the backup is damaged: file {damaged} is not what was handed in",
                    hint="choose another one",
                )
            about = select(func.count(), func.max(submission.c.received_ms))
            count, newest_ms = connection.execute(about.select_from(submission)).one()
            told = {"backup": backup.name, "submissions": count}
            audit.record(connection, clock.now_ms(), "system", "restore", "database", after=told)
    finally:
        database.close()
    return Restored(submissions=count, newest_ms=newest_ms)


def _damaged_blob(connection: Connection) -> str | None:
    """Give the hash of the first file whose bytes are others now."""
    for row in connection.execute(select(blob)):
        if hashlib.sha256(row.content).hexdigest() != row.sha256:
            return str(row.sha256)
    return None


def _forget(path: Path) -> None:
    for ending in ("", *COMPANIONS):
        path.with_name(path.name + ending).unlink(missing_ok=True)
