"""A database of its own for each test, a clock that stands still, and persons."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from stage import Stage, StillClock, empty_database

from grader.bank import find_course
from grader.service import migrations
from grader.service.catalogue import Catalogue
from tests.sandbox.conftest import pytest_runtest_setup, sandbox

__all__ = ["pytest_runtest_setup", "sandbox"]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The course of this repository."""
    return Catalogue(find_course(ROOT, ROOT), tmp_path_factory.mktemp("corpora"))


@pytest.fixture
def stage(tmp_path: Path, catalogue: Catalogue) -> Iterator[Stage]:
    """An empty server without workers."""
    database = empty_database(tmp_path / "state")
    yield Stage(database=database, catalogue=catalogue, clock=StillClock())
    database.close()


_STEP = """from alembic import op
import sqlalchemy as sa
revision, down_revision = "9001", "{head}"
branch_labels = depends_on = None
def upgrade():
    op.create_table("of_a_newer_grader", sa.Column("id", sa.Integer(), primary_key=True))
"""


@pytest.fixture
def newer_grader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have the migrations go one step further than they do; gives its revision."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, folder)
    versions = folder / "versions"
    head = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
    (versions / "9001_of_a_newer_grader.py").write_text(_STEP.format(head=head))
    monkeypatch.setattr(migrations, "_HERE", folder)
    return "9001"
