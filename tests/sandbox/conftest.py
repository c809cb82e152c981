"""One sandbox for all tests of this folder, and the marker for what needs this host's isolation."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from grader.core.call import Isolation
from grader.core.errors import IsolationError
from grader.sandbox import Sandbox, available_level, features, probe
from grader.sandbox.features import level_for


def why_not_isolated() -> str:
    """What this host lacks for L1, '' when it lacks nothing."""
    if available_level() is Isolation.SELF_CHECK:
        missing = [f for f in probe() if not f.is_present and f.level is Isolation.L1]
        return ", ".join(feature.name for feature in missing)
    return ""


def need_walls() -> None:
    """Skip where L3 cannot be had; fail instead where GRADER_REQUIRE_L3=1 says that it must."""
    try:
        level_for(Isolation.L3)
    except IsolationError as error:
        if os.environ.get("GRADER_REQUIRE_L3") == "1":
            pytest.fail(f"this host must give L3, and does not: {error}", pytrace=False)
        pytest.skip(f"NOT TESTED: {error}")


@pytest.fixture(scope="module")
def walls() -> Iterator[None]:
    """Every sandbox that a test starts without a requirement is one at L3."""
    need_walls()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(features, "available_level", lambda: Isolation.L3)
        yield


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
