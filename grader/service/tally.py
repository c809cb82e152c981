"""What the graders of this process did since it started, counted for whoever watches them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from grader.core.report import Report
from grader.core.verdict import Verdict

_LIMITS = {Verdict.TLE: "time", Verdict.MLE: "memory", Verdict.OLE: "output"}


class Tally:
    """Counts; thread-safe. Nothing in it names a person or a submission."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claims: Counter[str] = Counter()
        self._limits: Counter[str] = Counter()
        self._reconciled = 0

    def claimed(self, claims: int, run: int, first_run: int) -> None:
        """Note a claim; claims: how many there were of this submission in this run, with it."""
        reason = "again" if claims > 1 else "first" if run == first_run else "regrade"
        with self._lock:
            self._claims[reason] += 1

    def reported(self, report: Report) -> None:
        """Note the limits that a submission ran into, each once."""
        found = {
            _LIMITS[failure.verdict]
            for part in report.parts
            for group in part.groups
            for failure in group.failures
            if failure.verdict in _LIMITS
        }
        with self._lock:
            self._limits.update(found)

    def reconciled(self, count: int) -> None:
        """Note submissions that were called done and had no result."""
        with self._lock:
            self._reconciled += count

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Give what was counted: claims by reason, limits by cause, reconciled under ''."""
        with self._lock:
            return {
                "claims": {name: self._claims[name] for name in ("first", "again", "regrade")},
                "limits": {name: self._limits[name] for name in _LIMITS.values()},
                "reconciled": {"": self._reconciled},
            }
