"""Verify a question on the server: in the background, one at a time, kept per version.

Reference, known wrong solutions and mutants run in the sandbox that grades hand-ins, each in a
worker of its own; at most one verification runs, so at most one worker less serves students.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from grader.core.question import Question
from grader.grading.plan import PlanSetting
from grader.grading.verify import Verification, verify
from grader.sandbox import Sandbox
from grader.service.catalogue import Catalogue

_log = logging.getLogger("grader.service")
_MOST_KEPT = 200
Advance = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifying:
    """How far a verification is. result is None while it runs, and where it failed by our fault."""

    steps: int = 0
    step: str = ""
    result: Verification | None = None
    has_failed: bool = False

    @property
    def is_running(self) -> bool:
        """Tell whether there is something to wait for."""
        return self.result is None and not self.has_failed


class Verifier:
    """Verifies questions; run does one of them, telling each step."""

    def __init__(self, run: Callable[[Question, Advance], Verification]) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._found: dict[str, Verifying] = {}
        self._thread: threading.Thread | None = None

    @classmethod
    def of(cls, catalogue: Catalogue, sandbox: Sandbox) -> Verifier:
        """Give one that runs the questions of a course in a sandbox."""

        def run(question: Question, advance: Advance) -> Verification:
            setting = PlanSetting(cache=catalogue.cache)
            return verify(question, catalogue.course, setting, sandbox, advance)

        return cls(run)

    def state(self, question: Question) -> Verifying | None:
        """Give how far this version of a question is; None when nobody asked yet."""
        with self._lock:
            return self._found.get(question.version)

    def start(self, question: Question) -> bool:
        """Begin to verify a question; False while another one runs. A running one just goes on."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                known = self._found.get(question.version)
                return known is not None and known.is_running
            self._found.pop(question.version, None)
            for version in list(self._found)[: -_MOST_KEPT + 1]:  # the oldest go
                del self._found[version]
            self._found[question.version] = Verifying()
            self._thread = threading.Thread(
                target=self._verify, args=(question,), name="verify", daemon=True
            )
            self._thread.start()
            return True

    def wait(self, seconds: float) -> None:
        """Wait for what runs, so long at most."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _verify(self, question: Question) -> None:
        def advance(step: str) -> None:
            with self._lock:
                known = self._found[question.version]
                self._found[question.version] = replace(known, steps=known.steps + 1, step=step)

        try:
            result = self._run(question, advance)
        except Exception:  # noqa: BLE001 -- the edge of the thread: logged, and told as our fault
            _log.exception("a question could not be verified")
            found = Verifying(has_failed=True)
        else:
            found = Verifying(steps=len(result.checks), result=result)
        with self._lock:
            self._found[question.version] = found
