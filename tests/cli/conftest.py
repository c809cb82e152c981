"""The command line in this process and in one of its own, and a small course to grade in."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from command_line import Course, Run, run_here

from tests.sandbox.conftest import pytest_runtest_setup

__all__ = ["pytest_runtest_setup"]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of corpora for all tests: the small question is drawn once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def model_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course that `new-course` makes; tests get copies."""
    folder = tmp_path_factory.mktemp("model") / "course"
    made = run_here(["new-course", str(folder)])
    assert made.code == 0, made.stderr
    return folder


@pytest.fixture
def course(
    tmp_path: Path, model_course: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> Course:
    """A fresh copy of the small course, with the current folder inside it."""
    root = tmp_path / "course"
    shutil.copytree(model_course, root)
    monkeypatch.chdir(root)
    monkeypatch.setenv("GRADER_CACHE", str(cache))
    monkeypatch.delenv("GRADER_DEBUG", raising=False)
    return Course(root)


@pytest.fixture
def run(course: Course) -> Run:
    """Run a command in this process, inside the course."""
    return run_here


@pytest.fixture(autouse=True)
def no_files_left_behind(tmp_path: Path) -> object:
    """Every test leaves no half-written file: temporary names start with a dot."""
    yield
    left = [name for _, folders, files in os.walk(tmp_path) for name in (*folders, *files)]
    assert [name for name in left if name.startswith(".") and name != "..py"] == []
