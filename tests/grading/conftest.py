"""One sandbox for all tests of this folder, and small courses to grade in."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import Small

from grader.sandbox import Sandbox
from tests.sandbox.conftest import pytest_runtest_setup, sandbox

__all__ = ["pytest_runtest_setup", "sandbox"]


@pytest.fixture
def small(tmp_path: Path, sandbox: Sandbox, cache: Path) -> Small:
    """An empty course; inputs of the same question are drawn once for all tests."""
    return Small(tmp_path / "course", sandbox, cache)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of corpora for all tests of this folder."""
    return tmp_path_factory.mktemp("corpora")
