"""Backups are whole while others write, are kept by the rule, and a failed one stops nothing."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from stage import Stage

from grader.core.errors import UsageError
from grader.service import backups, health
from grader.service.backup_keeper import BackupKeeper, Backups
from grader.service.backups import (
    DAY_MS,
    HOUR_MS,
    Backup,
    Reason,
    backup_named,
    backups_in,
    folder_of,
    superfluous,
    write_backup,
)
from grader.service.copying import opened_to_read, quick_check
from grader.service.database import Database

NOON_MS = 20_000 * DAY_MS + 12 * HOUR_MS


def made(hours_ago: float, reason: Reason = Reason.HOURLY) -> Backup:
    return Backup(made_ms=NOON_MS - int(hours_ago * HOUR_MS), reason=reason)


def backups_check(stage: Stage) -> health.Check:
    (found,) = [c for c in health.checks(stage.database, stage.clock) if c.name == "backups"]
    return found


@pytest.mark.parametrize(
    ("ages", "kept"),
    [
        pytest.param([], [], id="none"),
        pytest.param([0, 1, 5, 23.9], [0, 1, 5, 23.9], id="all-of-the-last-day"),
        pytest.param([0, 24.5, 30, 35.9], [0, 24.5], id="the-last-one-of-yesterday"),
        pytest.param([0, 13 * 24, 13.9 * 24], [0, 13 * 24, 13.9 * 24], id="each-of-two-weeks"),
        pytest.param([0, 14 * 24, 15 * 24], [0], id="nothing-older-than-two-weeks"),
        pytest.param([400 * 24, 401 * 24], [400 * 24], id="the-newest-however-old"),
        pytest.param([-3, 0, 30], [-3, 0, 30], id="made-before-the-clock-went-back"),
    ],
)
def test_rule_of_what_is_kept(ages: list[float], kept: list[float]) -> None:
    every = {made(age) for age in ages}

    assert every - superfluous(every, NOON_MS) == {made(age) for age in kept}


@pytest.mark.parametrize("reason", [Reason.REGRADE, Reason.MIGRATION])
@pytest.mark.parametrize(("days", "is_kept"), [(3, True), (13, True), (15, False)])
def test_backup_before_something_is_kept_beside_the_daily_one(
    reason: Reason, days: int, is_kept: bool
) -> None:
    special, daily = made(days * 24 + 2, reason), made(days * 24)

    gone = superfluous([special, daily, made(0)], NOON_MS)

    assert (special not in gone) is is_kept


@pytest.mark.parametrize("reason", list(Reason))
def test_name_says_when_and_what_for(reason: Reason) -> None:
    backup = Backup(made_ms=NOON_MS + 7, reason=reason)

    assert backup.name == f"2024-10-04T12-00-00.007Z-{reason.value}.sqlite"
    assert backup_named(backup.name) == backup


@pytest.mark.parametrize(
    "name",
    [
        ".2024-10-04T12-00-00.007Z-hourly.sqlite.partial",
        "2024-10-04T12-00-00.007Z-mine.sqlite",
        "2024-13-04T12-00-00.007Z-hourly.sqlite",
        "2024-10-04T12-00-00.007Z-hourly.sqlite\n",
        "notes.txt",
    ],
)
def test_other_files_are_no_backups_and_are_left_alone(stage: Stage, name: str) -> None:
    keeper = Backups(stage.database, stage.clock)
    keeper.tend()
    other = folder_of(stage.database.path) / name
    other.write_bytes(b"")

    assert backup_named(name) is None
    stage.clock.pass_by(seconds=30 * 24 * 3600)
    keeper.tend()
    assert other.exists() or name.endswith(".partial")


def test_one_backup_is_made_each_hour_and_old_ones_go(stage: Stage) -> None:
    keeper = Backups(stage.database, stage.clock)

    for _ in range(3 * 24 * 4):
        keeper.tend()
        stage.clock.pass_by(seconds=15 * 60)

    kept = backups_in(folder_of(stage.database.path))
    newest_ms = kept[-1].made_ms
    recent = [backup for backup in kept if newest_ms - backup.made_ms < DAY_MS]
    assert len(recent) == 24
    assert len({backup.day for backup in kept} - {backup.day for backup in recent}) == len(
        kept
    ) - len(recent)
    assert newest_ms - kept[0].made_ms > DAY_MS


def test_server_that_starts_again_makes_no_second_backup_within_the_hour(stage: Stage) -> None:
    for _ in range(3):
        Backups(stage.database, stage.clock).tend()
        stage.clock.pass_by(seconds=60)

    assert len(backups_in(folder_of(stage.database.path))) == 1


def test_backup_of_the_future_does_not_keep_others_from_being_made(stage: Stage) -> None:
    Backups(stage.database, stage.clock).tend()
    stage.clock.pass_by(seconds=-7200)

    Backups(stage.database, stage.clock).tend()
    Backups(stage.database, stage.clock).tend()

    assert len(backups_in(folder_of(stage.database.path))) == 2


def test_backups_are_whole_while_writers_write(stage: Stage) -> None:
    people = [stage.person() for _ in range(2)]
    receipts: list[str] = []
    stop = threading.Event()

    def write(person: Any) -> None:
        while not stop.is_set():
            receipts.append(stage.hand_in(person).id)

    writers = [threading.Thread(target=write, args=(person,)) for person in people]
    for writer in writers:
        writer.start()
    before: list[set[str]] = []
    paths = []
    for number in range(5):
        while len(receipts) < 10 * (number + 1):
            time.sleep(0.001)
        before.append(set(receipts))
        paths.append(write_backup(stage.database.path, Reason.HOURLY, NOON_MS + number))
    stop.set()
    for writer in writers:
        writer.join()

    for path, known in zip(paths, before, strict=True):
        with opened_to_read(path) as raw:
            held = {row[0] for row in raw.execute("SELECT receipt FROM submission")}
            (files,) = raw.execute("SELECT count(*) FROM submission_file").fetchone()
        assert known <= held, "a receipt that was given before the backup is not in it"
        assert files == len(held)
        assert quick_check(path) == "ok"
        assert path.stat().st_mode & 0o777 == 0o600
    assert len(receipts) > len(before[-1]), "nobody wrote during the last backup"


def _no_room(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    usage = type("Usage", (), {"free": 5 << 20})
    monkeypatch.setattr(backups.shutil, "disk_usage", lambda _: usage)


def _a_file_is_in_the_way(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> None:
    folder_of(stage.database.path).write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        pytest.param(_no_room, "it would leave . MiB free", id="no-room"),
        pytest.param(_a_file_is_in_the_way, r"could be made \(.+\)$", id="no-folder"),
    ],
)
def test_failed_backup_is_logged_and_told_and_grading_goes_on(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    spoil: Callable[[pytest.MonkeyPatch, Stage], None],
    message: str,
) -> None:
    spoil(monkeypatch, stage)
    keeper = BackupKeeper(Backups(stage.database, stage.clock), seconds=0.01)

    with caplog.at_level(logging.ERROR, "grader.service"):
        keeper.start()
        while len(caplog.records) < 2:  # it tries again
            time.sleep(0.001)
        keeper.close()

    assert "no backup" in caplog.records[0].getMessage()
    check = backups_check(stage)
    assert (check.holds, check.is_vital) == (False, False)
    assert re.search(message, check.said)
    assert str(stage.database.path.parent) not in check.said, "anybody may read it"
    stage.hand_in(stage.person())
    held = stage.claim()
    assert held is not None
    assert stage.finish(held)


def test_failure_is_forgotten_with_the_next_backup(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Backups(stage.database, stage.clock)
    with monkeypatch.context() as spoilt:
        _no_room(spoilt, stage)
        with pytest.raises(UsageError, match="make room"):
            keeper.tend()
    assert "it would leave" in backups_check(stage).said

    keeper.tend()

    assert backups_check(stage).holds
    assert backups_check(stage).said == "1, the newest 0 min old"
    stage.clock.pass_by(seconds=3 * 3600)
    assert not backups_check(stage).holds


def test_regrade_gets_a_backup_or_is_told_that_there_is_none(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Backups(stage.database, stage.clock)

    assert keeper.take(Reason.REGRADE).name.endswith("Z-before-regrade.sqlite")

    _no_room(monkeypatch, stage)
    with pytest.raises(UsageError, match="no backup was made"):
        keeper.take(Reason.REGRADE)


def test_leftover_of_a_killed_server_goes_after_an_hour(stage: Stage) -> None:
    keeper = Backups(stage.database, stage.clock)
    keeper.tend()
    left = folder_of(stage.database.path) / ".some.sqlite.partial"
    left.write_bytes(b"half")
    stage.clock.at_ms = int(left.stat().st_mtime * 1000)

    keeper.tend()
    assert left.exists()
    stage.clock.pass_by(seconds=3601)
    keeper.tend()
    assert not left.exists()


def test_database_is_backed_up_before_it_is_migrated_with_what_is_still_in_the_journal(
    stage: Stage, newer_grader: str
) -> None:
    """Copying the file alone, as was done first, loses what was committed last."""
    receipt = stage.hand_in(stage.person())
    ((older,),) = stage.rows("SELECT version_num FROM alembic_version")
    database = stage.database.path
    assert database.with_name("grader.sqlite-wal").stat().st_size > 0

    Database.open(database).close()

    (backup,) = backups_in(folder_of(database))
    assert backup.reason is Reason.MIGRATION
    with opened_to_read(folder_of(database) / backup.name) as raw:
        found = raw.execute("SELECT receipt, version_num FROM submission, alembic_version")
        assert found.fetchall() == [(receipt.id, older)]
    assert stage.rows("SELECT version_num FROM alembic_version") == [(newer_grader,)]
    assert stage.rows("SELECT count(*) FROM of_a_newer_grader") == [(0,)]
