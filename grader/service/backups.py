"""Backups: what they are called, how one is written, and how long each is kept."""

from __future__ import annotations

import enum
import re
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.core.errors import UsageError
from grader.service.copying import copy_database

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_KEPT_DAYS = 14
#: while submissions come in, a backup leaves them this much room
LEAST_FREE_BYTES = 1 << 30
_STAMP = "%Y-%m-%dT%H-%M-%S"


class Reason(enum.Enum):
    """What a backup was made for."""

    HOURLY = "hourly"
    MIGRATION = "before-migration"
    REGRADE = "before-regrade"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup: when it was made, and what for."""

    made_ms: int
    reason: Reason

    @property
    def name(self) -> str:
        """Give the name of its file."""
        made = datetime.fromtimestamp(self.made_ms // 1000, UTC)
        return f"{made:{_STAMP}}.{self.made_ms % 1000:03}Z-{self.reason.value}.sqlite"

    @property
    def day(self) -> int:
        """Give the day it was made on, UTC."""
        return self.made_ms // DAY_MS


_NAME = re.compile(
    rf"(\d{{4}}-\d\d-\d\dT\d\d-\d\d-\d\d)\.(\d{{3}})Z-({'|'.join(r.value for r in Reason)})\.sqlite"
)


def backup_named(name: str) -> Backup | None:
    """Give the backup that a file name says; None for another file's."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        made = datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return Backup(made_ms=int(made.timestamp()) * 1000 + int(found[2]), reason=Reason(found[3]))


def superfluous(backups: Iterable[Backup], now_ms: int) -> set[Backup]:
    """Give those that need not be kept any longer.

    Kept are: all of the last 24 hours; for 14 days the last one of each day (UTC), and those made
    before a migration or a regrade; and the newest, however old.
    """
    every = sorted(backups, key=lambda backup: backup.made_ms)
    last_of_day = {backup.day: backup for backup in every}

    def is_kept(backup: Backup) -> bool:
        age_ms = now_ms - backup.made_ms
        if age_ms < DAY_MS or backup == every[-1]:
            return True
        is_special = backup.reason is not Reason.HOURLY or backup == last_of_day[backup.day]
        return is_special and age_ms < _KEPT_DAYS * DAY_MS

    return {backup for backup in every if not is_kept(backup)}


def folder_of(database: Path) -> Path:
    """Give the folder of a database's backups."""
    return database.parent / "backups"


def backups_in(folder: Path) -> list[Backup]:
    """Give the backups of a folder, oldest first; none where there is no folder."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    found = [backup for name in names if (backup := backup_named(name)) is not None]
    return sorted(found, key=lambda backup: backup.made_ms)


def write_backup(database: Path, reason: Reason, now_ms: int) -> Path:
    """Back a database up beside it; UsageError when that cannot be done."""
    folder = folder_of(database)
    target = folder / Backup(made_ms=now_ms, reason=reason).name
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        room = shutil.disk_usage(folder).free - database.stat().st_size
        if room < LEAST_FREE_BYTES and reason is not Reason.MIGRATION:
            raise UsageError(
                where=str(folder),
                what=f"no backup was made: it would leave {max(room, 0) >> 20} MiB free",
                hint="make room on this disk",
            )
        copy_database(database, target)
    except (OSError, sqlite3.Error) as error:
        reason_given = error.strerror if isinstance(error, OSError) else str(error)
        what = f"no backup could be made ({reason_given})"  # anybody may read it: no paths
        raise UsageError(where=str(folder), what=what) from error
    return target
