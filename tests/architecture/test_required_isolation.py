"""Where isolation is required, a run that skipped a test of it fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from page import ROOT

_TEST = """
import pytest

@pytest.mark.needs_isolation
def test_of_isolation():
    pytest.skip("this host has none")

def test_of_something_else():
    pytest.skip("not here")
"""


@pytest.mark.parametrize(
    ("environment", "chosen", "expected"),
    [
        pytest.param({}, "isolation", 0, id="not-required"),
        pytest.param({"GRADER_REQUIRE_ISOLATION": "1"}, "isolation", 1, id="required"),
        pytest.param({"GRADER_REQUIRE_ISOLATION": "1"}, "something", 0, id="another-test"),
    ],
)
def test_skipped_isolation_test_fails_the_run_where_it_is_required(
    tmp_path: Path, environment: dict[str, str], chosen: str, expected: int
) -> None:
    (tmp_path / "test_it.py").write_text(_TEST)
    base = {k: v for k, v in os.environ.items() if k != "GRADER_REQUIRE_ISOLATION"}
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-q"]
    markers = ["-o", "markers=needs_isolation: as in the project", "-k", chosen]

    run = subprocess.run(
        [*command, *markers, "--rootdir", str(tmp_path), str(tmp_path / "test_it.py")],
        env={**base, "PYTHONPATH": str(ROOT / "tests"), **environment},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
    )

    assert run.returncode == expected, run.stdout + run.stderr
    assert ("were skipped where isolation is required" in run.stdout) is bool(expected)


def test_tests_do_not_use_the_cache_of_the_user() -> None:
    from grader.draw import cache_folder

    folder = cache_folder()

    assert folder is not None
    assert folder.parent.name.startswith("grader-tests-")
