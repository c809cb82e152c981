"""One worker process as the grader holds it: its socket, its output, its clock, its end.

Theory of operation. A worker forked by a zygote is reached by a pidfd, so that a kill can never hit
a reused pid; the zygote reaps it when it is told to, till then the pid stays its own. The worker of
a self-check is a process of its own.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from typing import Protocol

from grader.core.errors import SandboxFault
from grader.core.limits import Limits
from grader.sandbox import spawn
from grader.sandbox.layout import Layout

_SEND_BUFFER_BYTES = 212_992
#: an ending process closes its sockets first and frees its memory after
_ENDING_SECONDS = 0.5


class Child(Protocol):
    """One worker process as the grader holds it."""

    data: socket.socket
    output: int

    def cpu_seconds(self) -> float:
        """CPU time it has used, read from its own clock, not told by it."""

    def has_ended(self) -> bool:
        """Whether it ends by itself within a moment."""

    def finish(self) -> tuple[int, float]:
        """Kill it if it lives, reap it; wait status and CPU time. Releases everything."""

    def release(self) -> float:
        """Kill it; CPU time. How it ended does not matter, so nobody waits for it."""


def worker_limits(limits: Limits) -> dict[str, int]:
    """What the worker sets for itself; RLIMIT_CPU is only the net under the grader's own clock."""
    return {
        "cpu_seconds": int(limits.total_cpu_seconds + limits.load_cpu_seconds) + 2,
        "memory_bytes": limits.memory_bytes,
    }


def cpu_clock(pid: int) -> int:
    """The id of the CPU clock of another process (the kernel's encoding of CPUCLOCK_SCHED)."""
    return (~pid << 3) | 2


def data_sockets() -> tuple[socket.socket, socket.socket]:
    """Both ends of a data socket, with room for more than one large write: fewer wake-ups."""
    pair = socket.socketpair()
    for end in pair:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
    return pair


def worker_ends() -> tuple[socket.socket, socket.socket, int, int]:
    """Both ends of a worker's data socket and of its output; SandboxFault when none is left."""
    try:
        ours, theirs = data_sockets()
    except OSError as error:
        raise SandboxFault(f"no socket for a worker: {error}") from error
    try:
        return ours, theirs, *os.pipe2(os.O_CLOEXEC)
    except OSError as error:
        ours.close()
        theirs.close()
        raise SandboxFault(f"no pipe for a worker: {error}") from error


class Reaper(Protocol):
    """The parent of a forked worker, which alone can wait for its end."""

    def reap(self, child_id: int) -> tuple[int, float]:
        """Wait status and CPU time of a killed worker."""

    def forget(self, child_id: int) -> None:
        """Have a killed worker reaped, without waiting for it."""


class ForkedChild:
    """A worker forked by a zygote."""

    def __init__(
        self, zygote: Reaper, child_id: int, pidfd: int, data: socket.socket, output: int
    ) -> None:
        self._zygote = zygote
        self._id = child_id
        self._pidfd = pidfd
        self.data = data
        self.output = output
        self.pid = _pid_of(pidfd)
        self._clock = cpu_clock(self.pid)
        self._cpu_seconds = 0.0

    def cpu_seconds(self) -> float:
        """CPU time it has used; readable until it is reaped, afterwards what was read last."""
        with contextlib.suppress(OSError):  # it went with its zygote
            self._cpu_seconds = time.clock_gettime(self._clock)
        return self._cpu_seconds

    def has_ended(self) -> bool:
        """A pidfd is readable from the moment its process has ended."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(_ENDING_SECONDS * 1000))

    def finish(self) -> tuple[int, float]:
        """Kill, reap, release."""
        self._kill()
        return self._zygote.reap(self._id)

    def release(self) -> float:
        """The same, without waiting for the end."""
        spent = self.cpu_seconds()
        self._kill()
        self._zygote.forget(self._id)
        return spent

    def _kill(self) -> None:
        try:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            os.close(self._pidfd)
            self.data.close()
            os.close(self.output)


def _pid_of(pidfd: int) -> int:
    """The pid in our own namespace, which need not be the one the zygote sees."""
    with open(f"/proc/self/fdinfo/{pidfd}") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


class ColdChild:
    """A worker of a self-check: its own fresh interpreter, with limits and nothing else."""

    def __init__(self, layout: Layout, limits: Limits) -> None:
        self.data, theirs = data_sockets()
        self.output, their_output = os.pipe()
        settings = {
            "mode": "single",
            "data": theirs.fileno(),
            "output": their_output,
            "limits": worker_limits(limits),
        }
        try:
            self._process = subprocess.Popen(
                spawn.command(layout, settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=their_output,
                env=spawn.ENVIRONMENT,
                cwd="/",
                pass_fds=(theirs.fileno(), their_output),
            )
        finally:
            theirs.close()
            os.close(their_output)
        os.set_blocking(self.output, False)
        self.data.setblocking(False)

    def cpu_seconds(self) -> float:
        """CPU time it has used; 0 where the system does not tell, then the wall limit holds."""
        if sys.platform != "linux":
            return 0.0
        try:
            return time.clock_gettime(cpu_clock(self._process.pid))
        except OSError:
            return 0.0

    def has_ended(self) -> bool:
        """Wait for it a moment."""
        try:
            self._process.wait(timeout=_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            return False
        return True

    def finish(self) -> tuple[int, float]:
        """Kill it with all it has started, reap, release."""
        spent = self.cpu_seconds()
        for kill in (os.killpg, os.kill):  # it leads its own session once it runs
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(self._process.pid, signal.SIGKILL)
        code = self._process.wait()
        self.data.close()
        os.close(self.output)
        return (code << 8) if code >= 0 else -code, spent

    def release(self) -> float:
        """Kill, reap, release."""
        return self.finish()[1]
