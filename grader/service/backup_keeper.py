"""The backups of a server: one each hour, one when a regrade asks, old ones deleted.

One that fails is logged, and told by `/readyz` and `grader doctor`; grading goes on. Only a regrade
is not applied without one.
"""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from grader.core.errors import UsageError
from grader.service.backups import (
    HOUR_MS,
    Reason,
    backups_in,
    folder_of,
    superfluous,
    write_backup,
)
from grader.service.clock import Clock
from grader.service.database import Database
from grader.service.tables import setting

_log = logging.getLogger("grader.service")
_ROUND_SECONDS = 60.0
_FAILURE = "backup failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The last backup did not come about."""

    at_ms: int
    what: str


def last_failure(connection: Connection) -> Failure | None:
    """Give why the last backup failed; None when it did not."""
    row = select(setting.c.value).where(setting.c.key == _FAILURE)
    found = connection.execute(row).scalar_one_or_none()
    return None if found is None else Failure(**json.loads(found))


class Backups:
    """Backs one database up, and forgets old backups."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._folder = folder_of(database.path)

    def take(self, reason: Reason) -> Path:
        """Back up now; UsageError when that failed, which the next one that succeeds forgets."""
        now_ms = self._clock.now_ms()
        try:
            target = write_backup(self._database.path, reason, now_ms)
        except UsageError as error:
            self._note(Failure(at_ms=now_ms, what=error.what))
            raise
        self._note(None)
        return target

    def tend(self) -> None:
        """Back up when the last hour has no backup, and delete what is superfluous."""
        now_ms = self._clock.now_ms()
        kept = backups_in(self._folder)
        if not any(0 <= now_ms - backup.made_ms < HOUR_MS for backup in kept):
            self.take(Reason.HOURLY)
            kept = backups_in(self._folder)
        for backup in superfluous(kept, now_ms):
            (self._folder / backup.name).unlink(missing_ok=True)
        for left in self._folder.glob(".*.partial"):  # of a server that was killed in the middle
            if now_ms - left.stat().st_mtime * 1000 > HOUR_MS:
                left.unlink(missing_ok=True)

    def _note(self, failure: Failure | None) -> None:
        known = delete(setting).where(setting.c.key == _FAILURE)
        try:
            with self._database.writing() as connection:
                connection.execute(known)
                if failure is not None:
                    value = json.dumps({"at_ms": failure.at_ms, "what": failure.what})
                    connection.execute(insert(setting).values(key=_FAILURE, value=value))
        except SQLAlchemyError:  # then the database itself is what /readyz complains of
            _log.exception("a backup could not be noted")


class BackupKeeper:
    """A thread that has the backups tended for as long as the server runs."""

    def __init__(self, backups: Backups, seconds: float = _ROUND_SECONDS) -> None:
        self._backups, self._seconds = backups, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backups", daemon=True)

    def start(self) -> None:
        """Begin; the first backup is made at once where it is due."""
        self._thread.start()

    def close(self, seconds: float = 10.0) -> None:
        """Stop; a backup in the making is left as a partial file, which is no backup."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=seconds)

    def _run(self) -> None:
        while True:
            try:
                self._backups.tend()
            except UsageError as error:
                _log.error("backup: %s", error)
            except Exception:  # noqa: BLE001 -- backups must not end with one fault, nor grading
                _log.exception("backups were not tended")
            if self._stop.wait(self._seconds):
                return
