"""Running untrusted submissions: bytes in, values or verdicts out, and nothing else gets out.

Names are imported when they are first used: a sandbox starts its zygote before numpy is imported
here, so that the two processes do that at the same time.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.sandbox.features import Feature, available_level, probe
    from grader.sandbox.sandbox import Sandbox
    from grader.sandbox.worker import Awaited, Worker, awaited_answer

_HOMES = {
    "Awaited": "worker",
    "Feature": "features",
    "Sandbox": "sandbox",
    "Worker": "worker",
    "available_level": "features",
    "awaited_answer": "worker",
    "probe": "features",
}

__all__ = [
    "Awaited",
    "Feature",
    "Sandbox",
    "Worker",
    "available_level",
    "awaited_answer",
    "probe",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
