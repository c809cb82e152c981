"""One database file copied while others write to it: whole, checked and on disk, or not at all."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BUSY_SECONDS = 10
#: files that SQLite keeps beside a database
COMPANIONS = ("-wal", "-shm", "-journal")


def copy_database(source: Path, target: Path) -> None:
    """Write a consistent copy; FileExistsError where target is, sqlite3.Error for a bad source.

    Copying the file itself would miss what is still in the journal. What this makes is read again
    before it gets its name, so a copy that is there can be restored.
    """
    temporary = target.with_name(f".{target.name}.partial")
    temporary.unlink(missing_ok=True)
    try:
        _vacuum(source, temporary)
        temporary.chmod(0o600)
        if (said := quick_check(temporary)) != "ok":
            raise sqlite3.DatabaseError(said)
        _put_on_disk(temporary)
        give_name(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def quick_check(path: Path) -> str:
    """Give 'ok', or what SQLite finds wrong first; the file is not changed."""
    with opened_to_read(path) as raw:
        return str(raw.execute("PRAGMA quick_check(1)").fetchone()[0])


@contextmanager
def opened_to_read(path: Path) -> Iterator[sqlite3.Connection]:
    """Give a connection that cannot write and makes no file where there is none."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    raw = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)
    try:
        yield raw
    finally:
        raw.close()


def give_name(temporary: Path, target: Path) -> None:
    """Give a finished file its name, never in the place of another; on disk when this returns."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links, such as a memory stick's
        if target.exists():
            raise FileExistsError(f"{target} exists") from None
        os.rename(temporary, target)
    temporary.unlink(missing_ok=True)
    _put_on_disk(target.parent)


def _vacuum(source: Path, target: Path) -> None:
    with opened_to_read(source) as raw:
        raw.execute("VACUUM INTO ?", (str(target),))


def _put_on_disk(path: Path) -> None:
    """Wait until the disk has a file, or the names in a folder; VACUUM INTO does not."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
