"""A database of its own for each test, a clock that stands still, and persons."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from stage import Stage, StillClock

from grader.bank import find_course
from grader.service.catalogue import Catalogue
from grader.service.database import Database
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
    database = Database.open(tmp_path / "state" / "grader.sqlite")
    yield Stage(database=database, catalogue=catalogue, clock=StillClock())
    database.close()
