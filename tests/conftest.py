"""For every test: a cache of its own, repeatable Hypothesis draws in CI, no isolation test missed.

GRADER_REQUIRE_ISOLATION=1 says that this host must have the isolation of official grades: then a
test marked `needs_isolation` that was skipped makes the whole run fail.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import configuration, settings

ROOT = Path(__file__).parents[1]
# last, so that the installed grader is tested and only `tests.…` is found here
sys.path.append(str(ROOT))

_missed = pytest.StashKey[list[str]]()
_folder = pytest.StashKey[Path]()


#: skips that say nothing about the host's isolation: CI runs these as root, and with SciPy
_OTHERWISE_TESTED = ("AS ROOT ONLY: ", "WITH SCIPY ONLY: ")


def pytest_configure(config: pytest.Config) -> None:
    """Give all tests, and what they start, a cache that is not the user's."""
    folder = Path(tempfile.mkdtemp(prefix="grader-tests-"))
    config.stash[_folder], config.stash[_missed] = folder, []
    os.environ["GRADER_CACHE"] = str(folder / "cache")
    settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
    settings.register_profile("here", deadline=None)
    settings.load_profile("ci" if os.environ.get("CI") else "here")
    if os.environ.get("CI"):
        configuration.set_hypothesis_home_dir(folder / "hypothesis")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the cache away again."""
    shutil.rmtree(config.stash[_folder], ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[pytest.TestReport]:
    """Remember skipped isolation tests."""
    report = yield
    if report.skipped and item.get_closest_marker("needs_isolation") is not None:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if not any(reason.startswith(f"Skipped: {word}") for word in _OTHERWISE_TESTED):
            item.config.stash[_missed].append(item.nodeid)
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when isolation was required and a test of it was skipped."""
    if os.environ.get("GRADER_REQUIRE_ISOLATION") == "1" and session.config.stash[_missed]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what GRADER_REQUIRE_ISOLATION found missing."""
    missed = terminalreporter.config.stash[_missed]
    if os.environ.get("GRADER_REQUIRE_ISOLATION") == "1" and missed:
        terminalreporter.write_line(
            f"{len(missed)} isolation tests were skipped where isolation is required:", red=True
        )
        for name in missed[:20]:
            terminalreporter.write_line(f"  {name}")
