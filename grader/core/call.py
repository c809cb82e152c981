"""What is asked of a worker, and what comes back: plain values that cross between rooms."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.core.verdict import Verdict


class Isolation(enum.Enum):
    """What stands between the learner's code and the host, weakest first."""

    SELF_CHECK = "self-check"
    L1 = "L1"
    L3 = "L3"

    def covers(self, required: Isolation) -> bool:
        """Tell whether this level is at least the required one."""
        order = list(Isolation)
        return order.index(self) >= order.index(required)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A name the submission must define; parameters is None for a class or anything uncounted."""

    name: str
    parameters: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What a worker loads: the upload as it came, and how to call it.

    files: relative name -> raw bytes, hostile (.py, .ipynb, .zip); names are data, never opened.
    entries: what the submission must define; the file that defines all of them is the solution.
    call: snippet run for each call over the submission's globals and the inputs; when None,
    entries[0] is called with the inputs in the order of its parameters.
    returns: names the snippet yields; the answer is their values, one value when there is one name.
    modules: importable trusted sources by dotted name ('reference.pooling'), for verify only.
    """

    files: Mapping[str, bytes]
    entries: tuple[Entry, ...]
    call: str | None = None
    returns: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The submission is ready; notes are for the learner ('cell 3: removed %matplotlib inline')."""

    file: str
    notes: tuple[str, ...] = ()
    stdout: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """One well-formed answer; right or wrong is decided elsewhere. The value is hostile data."""

    value: object
    changed_inputs: tuple[str, ...] = ()
    stdout: str = ""
    cpu_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """No answer. is_alive tells whether the worker can take another call (after an exception).

    message: one or two sentences for the learner, at most 2000 characters, unescaped data.
    location: the learner's own place ('solution.py line 12', 'cell 3 line 2') with source lines.
    """

    verdict: Verdict
    message: str
    location: tuple[str, ...] = ()
    stdout: str = ""
    is_alive: bool = False
