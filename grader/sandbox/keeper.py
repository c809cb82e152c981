"""The zygotes of one set of packages: one at a time, replaced when it fails or is worn out.

Theory of operation. The first worker of a keeper is our own attack: it tries what a submission must
not be able to do (read the grader's files, open a socket, start a process). If any of it succeeds
nothing is graded. A fault of ours is retried once with a new zygote and a new worker; the second
one is told as SandboxFault, never as a verdict.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from grader.core.call import Isolation, Program
from grader.core.errors import IsolationError, SandboxFault
from grader.core.limits import Limits
from grader.sandbox import bubblewrap, features
from grader.sandbox.layout import Layout
from grader.sandbox.processes import Child
from grader.sandbox.zygote import Zygote

if TYPE_CHECKING:
    from grader.sandbox.worker import Worker

#: a zygote showed no growth over 2600 workers; a new one costs 0.1 s
WORKERS_PER_ZYGOTE = 5000


class Keeper:
    """Opens workers forked from a warm zygote. Thread-safe."""

    def __init__(self, layout: Layout, isolation: Isolation) -> None:
        """Start a zygote; it is awaited and attacked while the caller does something else."""
        self._layout = layout
        self._isolation = isolation
        self._bwrap = bubblewrap.find() if isolation is Isolation.L3 else ""
        self._lock = threading.Lock()
        self._is_checked = False
        self._is_closed = False
        self.zygote: Zygote | None = self._new_zygote()
        self._warming = threading.Thread(target=self._warm, name="warm-sandbox", daemon=True)
        self._warming.start()

    def _new_zygote(self) -> Zygote:
        try:
            return Zygote(self._layout, self._bwrap)
        except OSError as error:
            raise SandboxFault(f"a zygote cannot be started: {error}") from error

    def _warm(self) -> None:
        """Get ready before anyone asks; what fails here fails again, and is told, in open()."""
        with contextlib.suppress(SandboxFault, IsolationError, ValueError, OSError):
            self.self_test()
            self._current().prepare(Limits())

    def open(self, program: Program, limits: Limits) -> Worker:
        """A worker with program loaded, or with the reason why it is not."""
        self._warming.join()
        try:
            self.self_test()
            return self._open(program, limits)
        except SandboxFault:
            self._replace()
            self.self_test()
            return self._open(program, limits)

    def _open(self, program: Program, limits: Limits) -> Worker:
        from grader.sandbox.worker import Worker  # with numpy: after the zygote has started

        return Worker(self._spawn(limits), program, limits, is_trusted=True)

    def _spawn(self, limits: Limits) -> Child:
        zygote = self._current()
        zygote.await_ready()
        return zygote.spawn(limits)

    def _current(self) -> Zygote:
        """The zygote, a new one when the last is worn out or was replaced."""
        with self._lock:
            if self._is_closed:
                raise ValueError("the sandbox is closed")
            if self.zygote is not None and self.zygote.spawned >= WORKERS_PER_ZYGOTE:
                self.zygote.retire()
                self.zygote = None
            if self.zygote is None:
                self.zygote = self._new_zygote()
            return self.zygote

    def _replace(self) -> None:
        with self._lock:
            if self.zygote is not None:
                self.zygote.retire()
            self.zygote = None

    def self_test(self) -> None:
        """Attack ourselves, once, before the first submission; IsolationError if it succeeds."""
        if self._is_checked:
            return
        with self._open(features.attack_program(), Limits()) as worker:
            broken = features.broken_promises(worker, self._isolation)
        if broken:
            raise IsolationError(
                where="sandbox",
                what=f"a worker could {', '.join(broken)}",
                hint="nothing was graded; run `grader doctor` and report this",
            )
        self._is_checked = True

    def rest(self) -> None:
        """Let go of all but the zygote and open workers: nothing killed is left, and no spare."""
        self._warming.join()
        with self._lock:
            zygote = self.zygote
        if zygote is not None:
            zygote.rest()

    def close(self) -> None:
        """End the zygote and every worker that is still open."""
        with self._lock:
            self._is_closed = True
            if self.zygote is not None:
                self.zygote.close()
                self.zygote = None
