"""The embedded store: one SQLite file, durable at each commit, opened by every thread for itself.

Writers begin with BEGIN IMMEDIATE, so that a transaction never fails half way for want of the lock;
`synchronous=FULL` means that what was committed is on disk. The file must lie on a local disk: WAL
needs shared memory, which network file systems do not have.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from grader.core.errors import UsageError
from grader.service.copying import copy_database
from grader.service.migrations import bring_up_to_date, revision_of

_BUSY_SECONDS = 10
_NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs")


class Database:
    """A migrated database; reading() and writing() give a connection with a transaction."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine, self.path = engine, path
        self._one_writer = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open or make the database; UsageError when its place or its content cannot be used."""
        _refuse_network_disk(path)
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)  # the journal gets the mode of the file
            engine, found = _checked(path)
            bring_up_to_date(engine, path, found)
        return cls(engine, path)

    @classmethod
    def open_as_it_is(cls, path: Path) -> Database:
        """Open a database that is there, and do not migrate it: for who asks how it is."""
        if not path.exists():
            hint = "name the folder of a server with --state"
            raise UsageError(where=str(path), what="there is no database", hint=hint)
        with _told(path):
            engine, _ = _checked(path)
        return cls(engine, path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that holds the write lock; it commits at its end.

        The threads of this process queue for it here: SQLite lets those who wait sleep for up to a
        tenth of a second and try again, so that at 16 writers some waited for four seconds.
        """
        engine = self._engine.execution_options(is_writer=True)
        with self._one_writer, engine.connect() as connection, connection.begin():
            yield connection

    def back_up(self, target: Path) -> None:
        """Write a consistent copy while readers and writers go on; target must not exist."""
        copy_database(self.path, target)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Have what SQLite and the disk say become a UsageError."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise UsageError(where=str(path), what=f"cannot be opened ({error})") from error
    except Exception as error:
        if isinstance(error.__cause__, sqlite3.Error):  # as SQLAlchemy wraps it
            what = f"cannot be opened ({error.__cause__})"
            raise UsageError(where=str(path), what=what) from error
        raise


def _checked(path: Path) -> tuple[Engine, str | None]:
    """Give an engine and the revision of a database that is not damaged."""
    engine = _engine(path)
    with engine.connect() as connection:
        said = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        found = revision_of(connection)
    if said != "ok":
        raise UsageError(
            where=str(path),
            what=f"the database is damaged: {said}",
            hint="move it elsewhere and restore a backup: grader serve --restore FILE",
        )
    return engine, found


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
