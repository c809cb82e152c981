"""The marker for what needs this host's isolation, as in the folder of the sandbox."""

from tests.sandbox.conftest import pytest_runtest_setup

__all__ = ["pytest_runtest_setup"]
