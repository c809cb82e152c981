"""For every test: a cache of its own, repeatable Hypothesis draws in CI, no isolation test missed.

GRADER_REQUIRE_ISOLATION=1 says that this host must have the isolation of official grades: then a
test marked `needs_isolation` that was skipped makes the whole run fail.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import configuration, settings

ROOT = Path(__file__).parents[1]
# last, so that the installed grader is tested and only `tests.…` is found here
sys.path.append(str(ROOT))

#: how the reason of a skip ends whose beginning is a package to install
NOT_COMPARED = " is not installed: the comparison with it did not run"

#: begins the reason of a skip for want of a browser
UNSEEN = "SEEN BY NO BROWSER: "
#: begins the reason of a skip for want of what checks a file of another system
UNLINTED = "LINTED BY NOTHING: "

_folder = pytest.StashKey[Path]()
_missed: list[str] = []
_missing_packages: set[str] = set()
_unseen: set[str] = set()

#: skips that say nothing about the host's isolation: CI runs these as root, and with SciPy
_OTHERWISE_TESTED = ("AS ROOT ONLY: ", "WITH SCIPY ONLY: ")


def pytest_configure(config: pytest.Config) -> None:
    """Give all tests, and what they start, a cache that is not the user's."""
    folder = Path(tempfile.mkdtemp(prefix="grader-tests-"))
    config.stash[_folder] = folder
    os.environ["GRADER_CACHE"] = str(folder / "cache")
    settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
    settings.register_profile("here", deadline=None)
    settings.load_profile("ci" if os.environ.get("CI") else "here")
    if os.environ.get("CI"):
        configuration.set_hypothesis_home_dir(folder / "hypothesis")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the cache away again."""
    shutil.rmtree(config.stash[_folder], ignore_errors=True)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped; in a run on several cores this hears of every process."""
    if not report.skipped or not isinstance(report.longrepr, tuple | list):
        return
    reason = str(report.longrepr[2]).removeprefix("Skipped: ")
    if reason.startswith((UNSEEN, UNLINTED)):
        _unseen.add(reason)
    if reason.endswith(NOT_COMPARED):
        _missing_packages.add(reason.removesuffix(NOT_COMPARED))
    if "needs_isolation" in report.keywords and not reason.startswith(_OTHERWISE_TESTED):
        _missed.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run when isolation was required and a test of it was skipped."""
    if os.environ.get("GRADER_REQUIRE_ISOLATION") == "1" and _missed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was not tested, also where pytest keeps the reasons of skips to itself."""
    for requirement in sorted(_missing_packages):
        terminalreporter.write_line(
            f"SKIPPED comparisons with {requirement}: pip install {requirement}", yellow=True
        )
    for reason in sorted(_unseen):
        terminalreporter.write_line(reason, yellow=True)
    if os.environ.get("GRADER_REQUIRE_ISOLATION") == "1" and _missed:
        terminalreporter.write_line(
            f"{len(_missed)} isolation tests were skipped where isolation is required:", red=True
        )
        for name in _missed[:20]:
            terminalreporter.write_line(f"  {name}")
