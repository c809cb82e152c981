"""A server of its own for each test, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import chromium
from visitor import Server

from grader.bank import find_course
from grader.service.catalogue import Catalogue
from tests.sandbox.conftest import pytest_runtest_setup, sandbox
from tests.service.stage import Stage, StillClock, empty_database

__all__ = ["pytest_runtest_setup", "sandbox"]

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The course of this repository."""
    return Catalogue(find_course(ROOT, ROOT), tmp_path_factory.mktemp("corpora"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser of the system; skips, or fails where one is required."""
    with chromium() as found:
        yield found


@pytest.fixture
def server(tmp_path: Path, catalogue: Catalogue) -> Iterator[Server]:
    """A server on an empty database, without workers."""
    database = empty_database(tmp_path / "state")
    yield Server(stage=Stage(database=database, catalogue=catalogue, clock=StillClock()))
    database.close()
