"""Short ways to load a text as a submission and to call it."""

from __future__ import annotations

from typing import Any

from grader.core import codec
from grader.core.call import Entry, Failed, Loaded, Program, Returned
from grader.core.limits import Limits
from grader.sandbox import Sandbox

QUICK = Limits(cpu_seconds=0.5, load_cpu_seconds=1.0, total_cpu_seconds=4.0)


def program(source: str | bytes | dict[str, bytes], *entries: str, **more: Any) -> Program:
    """A program whose entries are written as 'f(x, y)' or, uncounted, as 'Name'; default 'f(x)'."""
    if isinstance(source, str):
        source = source.encode()
    files = source if isinstance(source, dict) else {"solution.py": source}
    return Program(files=files, entries=tuple(map(_entry, entries or ("f(x)",))), **more)


def _entry(text: str) -> Entry:
    name, bracket, rest = text.partition("(")
    names = tuple(part.strip() for part in rest.rstrip(")").split(",") if part.strip())
    return Entry(name=name, parameters=names if bracket else None)


def load(sandbox: Sandbox, what: Program | str, limits: Limits = QUICK) -> Loaded | Failed:
    """What opening a submission comes to; the worker is closed again."""
    what = program(what) if isinstance(what, str) else what
    with sandbox.open(what, limits) as worker:
        return worker.loaded


def call(
    sandbox: Sandbox, what: Program | str, limits: Limits = QUICK, **inputs: object
) -> Returned | Failed:
    """What one call comes to; inputs default to x=1."""
    what = program(what) if isinstance(what, str) else what
    with sandbox.open(what, limits) as worker:
        assert isinstance(worker.loaded, Loaded), worker.loaded
        return worker.call(codec.encode(inputs or {"x": 1}))
