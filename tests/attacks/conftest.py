"""The marker for what needs this host's isolation, taken from the folder of the sandbox by path."""

from __future__ import annotations

import importlib.util
from pathlib import Path

_spec = importlib.util.spec_from_file_location(
    "sandbox_conftest", Path(__file__).parents[1] / "sandbox" / "conftest.py"
)
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
pytest_runtest_setup = _module.pytest_runtest_setup
