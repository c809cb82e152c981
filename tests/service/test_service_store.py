"""The database: its migrations meet the tables, copies are whole, bad files are refused."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from stage import Stage

from grader.core.errors import UsageError
from grader.service.database import Database
from grader.service.tables import metadata


def test_migrations_give_the_tables_of_today(stage: Stage) -> None:
    with stage.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_database_that_is_opened_again_holds_what_it_held(stage: Stage) -> None:
    receipt = stage.hand_in(stage.person())
    stage.database.close()

    again = Database.open(stage.database.path)

    with again.reading() as connection:
        found = connection.exec_driver_sql("SELECT receipt FROM submission").scalar_one()
    again.close()
    assert found == receipt.id


def test_copy_is_a_whole_database(stage: Stage, tmp_path: Path) -> None:
    receipt = stage.hand_in(stage.person())

    stage.database.back_up(tmp_path / "copy.sqlite")

    copy = Database.open(tmp_path / "copy.sqlite")
    with copy.reading() as connection:
        found = connection.exec_driver_sql("SELECT receipt FROM submission").scalar_one()
    copy.close()
    assert found == receipt.id
    with pytest.raises(FileExistsError):
        stage.database.back_up(tmp_path / "copy.sqlite")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            b"not a database, but long enough to be looked at" * 30, "cannot be opened", id="text"
        ),
        pytest.param(None, "made by a newer grader", id="newer"),
    ],
)
def test_file_that_is_no_database_of_ours_is_refused(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "grader.sqlite"
    if content is not None:
        path.write_bytes(content)
    else:
        Database.open(path).close()
        with sqlite3.connect(path) as raw:
            raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.close()

    with pytest.raises(UsageError, match=message):
        Database.open(path)


def test_database_in_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(UsageError, match="cannot be opened"):
        Database.open(tmp_path / "file" / "grader.sqlite")


def test_damaged_database_is_refused(stage: Stage) -> None:
    for _ in range(50):
        stage.hand_in(stage.person())
    stage.database.close()
    path = stage.database.path
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    path.write_bytes(content)

    with pytest.raises(UsageError, match=r"damaged|cannot be opened"):
        Database.open(path)
