"""The embedded store: one SQLite file, durable at each commit, opened by every thread for itself.

Writers begin with BEGIN IMMEDIATE, so that a transaction never fails half way for want of the lock;
`synchronous=FULL` means that what was committed is on disk. The file must lie on a local disk: WAL
needs shared memory, which network file systems do not have.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from grader.core.errors import UsageError
from grader.service.migrations import bring_up_to_date, revision_of

_BUSY_SECONDS = 10
_NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs")


class Database:
    """A migrated database; reading() and writing() give a connection with a transaction."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine, self.path = engine, path

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open or make the database; UsageError when its place or its content cannot be used."""
        _refuse_network_disk(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)  # the journal gets the mode of the file
            engine = _engine(path)
            with engine.connect() as connection:
                said = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
                found = revision_of(connection)
            if said != "ok":
                raise UsageError(
                    where=str(path),
                    what=f"the database is damaged: {said}",
                    hint="restore a backup",
                )
            bring_up_to_date(engine, path, found)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(where=str(path), what=f"cannot be opened ({error})") from error
        except Exception as error:
            if isinstance(error.__cause__, sqlite3.Error):  # as SQLAlchemy wraps it
                what = f"cannot be opened ({error.__cause__})"
                raise UsageError(where=str(path), what=what) from error
            raise
        return cls(engine, path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that holds the write lock; it commits at its end."""
        engine = self._engine.execution_options(is_writer=True)
        with engine.connect() as connection, connection.begin():
            yield connection

    def back_up(self, target: Path) -> None:
        """Write a consistent copy while readers and writers go on; target must not exist."""
        temporary = target.with_name(f".{target.name}.partial")
        temporary.unlink(missing_ok=True)
        raw = sqlite3.connect(self.path, timeout=_BUSY_SECONDS)
        try:
            raw.execute("VACUUM INTO ?", (str(temporary),))
        finally:
            raw.close()
        temporary.chmod(0o600)
        os.link(temporary, target)  # fails where a file of that name is
        temporary.unlink()

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
        pool_size=16,
        max_overflow=32,
        hide_parameters=True,  # a message of an error would carry them, student code too, into logs
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    # isolation_level=None: the driver opens no transaction by itself, it would not be IMMEDIATE
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={_BUSY_SECONDS * 1000}",
        "foreign_keys=ON",
        "trusted_schema=OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _refuse_network_disk(path: Path) -> None:
    """Refuse a path on a network file system, where the journal would not be safe."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return
    resolved = str(path.absolute().parent.resolve())
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, found, *_ = line.split(" ")
        point = point.encode().decode("unicode_escape")
        is_above = resolved == point or resolved.startswith(point.rstrip("/") + "/")
        if is_above and len(point) >= len(best):
            best, kind = point, found
    if kind in _NETWORK_FILE_SYSTEMS:
        raise UsageError(
            where=str(path),
            what=f"lies on a network file system ({kind})",
            hint="name a folder on a local disk with --state",
        )
