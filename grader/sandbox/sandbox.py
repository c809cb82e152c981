"""The sandbox: a zygote kept warm, replaced when it fails or is worn out, and checked by attack.

Theory of operation. start() only spawns; the first open() waits for the zygote, then runs one
worker that tries what a submission must not be able to do (read the grader's own files, open a
socket, start a process). If any of it succeeds nothing is graded. A fault of ours is retried once
with a new zygote and a new worker; the second one is told as SandboxFault, never as a verdict.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from typing import TYPE_CHECKING

from grader.core.call import Isolation, Program
from grader.core.errors import IsolationError, QuestionError, SandboxFault
from grader.core.limits import Limits
from grader.sandbox import features
from grader.sandbox import layout as layouts
from grader.sandbox.processes import Child, ColdChild
from grader.sandbox.zygote import Zygote

if TYPE_CHECKING:
    from grader.sandbox.worker import Worker

#: a zygote showed no growth over 2600 workers; a new one costs 0.1 s
_WORKERS_PER_ZYGOTE = 5000


class Sandbox:
    """Opens workers at one level of isolation. Thread-safe; a context manager."""

    isolation: Isolation

    def __init__(self, isolation: Isolation, packages: tuple[str, ...]) -> None:
        """Use start(), which picks the level."""
        self.isolation = isolation
        self._layout = layouts.find(packages)
        self._lock = threading.Lock()
        self._is_checked = False
        self._is_closed = False
        self._zygote = Zygote(self._layout) if self._is_forking else None
        # while the caller reads a question, the zygote is awaited and attacked
        self._warming = threading.Thread(target=self._warm, name="warm-sandbox", daemon=True)
        if self._is_forking:
            self._warming.start()

    @classmethod
    def start(
        cls, *, required: Isolation | None = None, packages: tuple[str, ...] = ("numpy",)
    ) -> Sandbox:
        """A sandbox of the best level of this host; IsolationError when it does not reach required.

        Returns at once: the zygote imports packages while the caller does something else.
        """
        if sys.platform == "win32":
            raise IsolationError(
                where="sandbox",
                what="workers cannot be started on Windows",
                hint="run grader inside WSL2, where it works as on Linux",
            )
        available = features.available_level()
        if required is not None and not available.covers(required):
            raise features.refusal(required)
        return cls(available, packages)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    @property
    def _is_forking(self) -> bool:
        return self.isolation is not Isolation.SELF_CHECK

    def open(self, program: Program, limits: Limits) -> Worker:
        """A worker with program loaded, or with the reason why it is not, in Worker.loaded.

        QuestionError when the program's own texts do not compile: that is not the learner's fault.
        """
        _check_own_texts(program)
        if self._is_forking:
            self._warming.join()
        try:
            self.self_test()
            return self._open(program, limits)
        except SandboxFault:
            self._replace_zygote()
            self.self_test()
            return self._open(program, limits)

    def _warm(self) -> None:
        """Get ready before anyone asks; what fails here fails again, and is told, in open()."""
        with contextlib.suppress(SandboxFault, IsolationError, ValueError, OSError):
            self.self_test()
            with self._lock:
                zygote = self._zygote
            if zygote is not None:
                zygote.prepare(Limits())

    def rest(self) -> None:
        """Let go of all but the zygote and open workers: nothing killed is left, and no spare."""
        if self._is_forking:
            self._warming.join()
        with self._lock:
            zygote = self._zygote
        if zygote is not None:
            zygote.rest()

    def close(self) -> None:
        """End the zygote and every worker that is still open."""
        with self._lock:
            self._is_closed = True
            if self._zygote is not None:
                self._zygote.close()
                self._zygote = None

    def _open(self, program: Program, limits: Limits) -> Worker:
        from grader.sandbox.worker import Worker  # with numpy: after the zygote has started

        return Worker(self._spawn(limits), program, limits, is_trusted=self._is_forking)

    def _spawn(self, limits: Limits) -> Child:
        if not self._is_forking:
            return ColdChild(self._layout, limits)
        with self._lock:
            if self._is_closed:
                raise ValueError("the sandbox is closed")
            if self._zygote is not None and self._zygote.spawned >= _WORKERS_PER_ZYGOTE:
                self._zygote.retire()
                self._zygote = None
            if self._zygote is None:
                self._zygote = Zygote(self._layout)
            zygote = self._zygote
        zygote.await_ready()
        return zygote.spawn(limits)

    def _replace_zygote(self) -> None:
        with self._lock:
            if self._zygote is not None:
                self._zygote.retire()
            self._zygote = None

    def self_test(self) -> None:
        """Attack ourselves, once, before the first submission; IsolationError if it succeeds."""
        if self._is_checked or not self._is_forking:
            return
        with self._open(features.attack_program(), Limits()) as worker:
            broken = features.broken_promises(worker)
        if broken:
            raise IsolationError(
                where="sandbox",
                what=f"a worker could {', '.join(broken)}",
                hint="nothing was graded; run `grader doctor` and report this",
            )
        self._is_checked = True


def _check_own_texts(program: Program) -> None:
    """Compile what the author wrote here, where a mistake can be told as theirs."""
    texts = (
        dict(program.modules) if program.call is None else {**program.modules, "call": program.call}
    )
    for name, text in texts.items():
        try:
            compile(text, name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise QuestionError(where=name, what=f"it does not compile: {error}") from error
