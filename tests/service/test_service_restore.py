"""A backup is checked before it is used, restored whole or not at all, and grading goes on."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from stage import Stage

from grader.core.errors import UsageError
from grader.service.audit import find_broken_link
from grader.service.backups import Reason, write_backup
from grader.service.clock import SystemClock
from grader.service.database import Database
from grader.service.restore import restore


@pytest.fixture
def backup(stage: Stage) -> Path:
    """A backup with one submission that is graded and two that wait."""
    people = [stage.person() for _ in range(3)]
    for person in people:
        stage.hand_in(person)
    held = stage.claim()
    assert held is not None
    assert stage.finish(held, score=3)
    return write_backup(stage.database.path, Reason.HOURLY, stage.clock.now_ms())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where a database is to be."""
    return tmp_path / "elsewhere" / "grader.sqlite"


@contextmanager
def opened(stage: Stage, path: Path) -> Iterator[Stage]:
    database = Database.open(path)
    yield Stage(database=database, catalogue=stage.catalogue, clock=stage.clock)
    database.close()


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_restored_database_holds_every_receipt_and_grading_goes_on(
    stage: Stage, backup: Path, place: Path
) -> None:
    found = restore(backup, place, stage.clock)

    assert (found.submissions, found.newest_ms) == (3, stage.clock.now_ms())
    assert files_of(place.parent) == ["grader.sqlite"]
    assert place.stat().st_mode & 0o777 == 0o600
    with opened(stage, place) as again:
        assert again.rows("SELECT receipt FROM submission") == stage.rows(
            "SELECT receipt FROM submission"
        )
        while (held := again.claim()) is not None:
            assert again.finish(held, score=1)
        again.hand_in(again.person())
        assert again.rows("SELECT score FROM result ORDER BY submission") == [
            ("3",), ("1",), ("1",),
        ]  # fmt: skip


def test_restore_is_in_the_audit_and_the_chain_holds(
    stage: Stage, backup: Path, place: Path
) -> None:
    restore(backup, place, stage.clock)

    with opened(stage, place) as again, again.database.reading() as connection:
        assert find_broken_link(connection) is None
        rows = again.rows("SELECT action, after FROM audit ORDER BY id DESC LIMIT 1")
    assert rows[0][0] == "restore"
    assert backup.name in rows[0][1]


def test_backup_of_an_older_grader_is_migrated(
    stage: Stage, backup: Path, place: Path, newer_grader: str
) -> None:
    restore(backup, place, stage.clock)

    with opened(stage, place) as again:
        assert again.rows("SELECT version_num FROM alembic_version") == [(newer_grader,)]
        assert again.rows("SELECT count(*) FROM submission, of_a_newer_grader") == [(0,)]
        assert again.rows("SELECT count(*) FROM submission") == [(3,)]


@pytest.mark.parametrize("name", ["grader.sqlite", "grader.sqlite-wal", "grader.sqlite-journal"])
def test_place_that_has_a_database_or_its_journal_is_refused(
    stage: Stage, backup: Path, place: Path, name: str
) -> None:
    place.parent.mkdir()
    (place.parent / name).write_bytes(b"precious")

    with pytest.raises(UsageError, match=r"there already.*stop the server, move .*grader.sqlite\*"):
        restore(backup, place, stage.clock)

    assert files_of(place.parent) == [name]
    assert (place.parent / name).read_bytes() == b"precious"


def _in_the_middle(raw: bytes) -> bytes:
    middle = len(raw) // 8192 * 4096
    return raw[:middle] + b"\xff" * 8192 + raw[middle + 8192 :]


def _other_code(raw: bytes) -> bytes:
    """One letter of what a student handed in: no page is damaged, and SQLite sees nothing."""
    assert raw.count(b"return 0 * x") == 1
    return raw.replace(b"return 0 * x", b"return 1 * x")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(_in_the_middle, r"damaged|cannot be read as a backup", id="middle"),
        pytest.param(lambda raw: raw[: len(raw) // 2], r"damaged|cannot be read", id="cut-off"),
        pytest.param(lambda raw: b"text " * 500, "cannot be read as a backup", id="text"),
        pytest.param(lambda raw: b"", "is no backup of grader", id="empty"),
        pytest.param(_other_code, "is not what was handed in", id="other-code"),
    ],
)
def test_damaged_backup_is_refused_and_nothing_is_left(
    stage: Stage, backup: Path, place: Path, spoil: Callable[[bytes], bytes], message: str
) -> None:
    backup.write_bytes(spoil(backup.read_bytes()))

    with pytest.raises(UsageError, match=message) as caught:
        restore(backup, place, stage.clock)

    assert caught.value.where == str(backup)
    assert files_of(place.parent) == []


@pytest.mark.parametrize("is_newer", [True, False], ids=["newer-grader", "other-program"])
def test_database_that_is_no_backup_of_ours_is_refused(
    stage: Stage, backup: Path, place: Path, is_newer: bool
) -> None:
    with sqlite3.connect(backup) as raw:
        change = "UPDATE alembic_version SET version_num='9999'"
        raw.execute(change if is_newer else "DROP TABLE alembic_version")
    raw.close()

    with pytest.raises(UsageError, match="newer grader" if is_newer else "no backup of grader"):
        restore(backup, place, stage.clock)

    assert files_of(place.parent) == []


def test_backup_that_is_not_there_is_told(stage: Stage, place: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read as a backup"):
        restore(tmp_path / "none.sqlite", place, stage.clock)

    assert files_of(place.parent) == []


@pytest.mark.parametrize("moment", ["copy_database", "_prepared", "give_name"])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_restore_that_is_killed_leaves_no_database_or_a_whole_one(
    stage: Stage, backup: Path, place: Path, moment: str, is_after: bool
) -> None:
    program = f"""if True:
        import os, signal, sys
        from pathlib import Path
        from grader.service import restore as module
        from grader.service.clock import SystemClock
        step = module.{moment}
        def killed(*given):
            if {is_after}:
                step(*given)
            os.kill(os.getpid(), signal.SIGKILL)
        module.{moment} = killed
        module.restore(Path(sys.argv[1]), Path(sys.argv[2]), SystemClock())
    """
    ran = subprocess.run([sys.executable, "-c", program, str(backup), str(place)], timeout=60)
    assert ran.returncode == -signal.SIGKILL

    is_done = moment == "give_name" and is_after
    assert place.exists() is is_done
    if not is_done:
        restore(backup, place, SystemClock())
    with opened(stage, place) as again:
        assert again.rows("SELECT count(*) FROM submission") == [(3,)]
        assert again.rows("SELECT count(*) FROM audit WHERE action='restore'") == [(1,)]
