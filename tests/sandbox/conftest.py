"""One sandbox for all tests of this folder, and the marker for what needs this host's isolation."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from grader.core.call import Isolation
from grader.core.errors import IsolationError
from grader.sandbox import Sandbox, available_level, probe


def why_not_isolated() -> str:
    """What this host lacks for L1, '' when it lacks nothing."""
    if available_level() is Isolation.SELF_CHECK:
        return ", ".join(f.name for f in probe() if not f.is_present and f.name != "bubblewrap")
    return ""


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("needs_isolation") is None:
        return
    missing = why_not_isolated()
    if missing and os.environ.get("GRADER_REQUIRE_ISOLATION") == "1":
        pytest.fail(f"this host must have {missing}, and has not", pytrace=False)
    if missing:
        pytest.skip(f"NOT TESTED: this host has no {missing}")


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """The best sandbox of this host."""
    try:
        opened = Sandbox.start()
    except IsolationError as error:
        pytest.skip(f"NOT TESTED: {error}")
    with opened:
        yield opened
