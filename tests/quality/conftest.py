"""One sandbox for all variants, and the questions of this course with their plans."""

from __future__ import annotations

import pytest
from variant_bench import Bench

from grader.sandbox import Sandbox
from tests.sandbox.conftest import pytest_runtest_setup, sandbox

__all__ = ["pytest_runtest_setup", "sandbox"]


@pytest.fixture(scope="session")
def bench(sandbox: Sandbox) -> Bench:
    """Run variants in the best sandbox of this host."""
    return Bench(sandbox)
