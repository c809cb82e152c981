"""Starting the zygote and having it fork workers: the grader's side of the control socket.

Theory of operation. The zygote is a fresh interpreter with an empty environment (spawn.command),
never a fork of the grader. It is trusted only after its READY report was checked: one thread (more
than one makes the first large matmul of a child hang), an unprivileged user, no modules but the
standard library, the packages and our own. Each worker is reached by a pidfd, so that a kill can
never hit a reused pid; the zygote reaps it when it is told to, till then the pid stays its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Protocol

from grader.core.errors import SandboxFault
from grader.core.limits import Limits
from grader.sandbox import spawn
from grader.sandbox.layout import Layout

_START_SECONDS = 60.0
_ORDER_SECONDS = 20.0
_CONTROL_BYTES = 1 << 18
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


class Zygote:
    """A running zygote. Thread-safe: the control socket carries one order at a time."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._lock = threading.Lock()
        self._next_id = 0
        self._is_ready = False
        self.is_retired = False
        self.spawned = 0
        self._open_children = 0
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = subprocess.Popen(
                spawn.command(layout, {"mode": "zygote", "control": theirs.fileno()}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=spawn.ENVIRONMENT,
                cwd="/",
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """Its process id, for the tests that look at it from outside."""
        return self._process.pid

    def await_ready(self) -> None:
        """Return once the zygote has locked itself and its report is as it must be."""
        with self._lock:
            if self._is_ready:
                return
            self._control.settimeout(_START_SECONDS)
            spawn.check_report(self._layout, json.loads(self._receive()))
            self._control.settimeout(_ORDER_SECONDS)
            self._is_ready = True

    def _receive(self) -> bytes:
        try:
            data = self._control.recv(_CONTROL_BYTES)
        except OSError as error:
            raise SandboxFault(f"the zygote does not answer: {error}") from error
        if not data:
            raise SandboxFault(f"the zygote ended{self._last_words()}")
        return data

    def _last_words(self) -> str:
        try:
            _, errors = self._process.communicate(timeout=2)
        except (subprocess.TimeoutExpired, ValueError):
            return ""
        text = errors.decode(errors="replace").strip()
        return f": {text[-1000:]}" if text else ""

    def spawn(self, limits: Limits) -> ForkedChild:
        """Fork one worker, unlocked yet by any request; SandboxFault when that fails."""
        ours, theirs = data_sockets()
        output, their_output = os.pipe2(os.O_CLOEXEC)
        try:
            with self._lock:
                self._next_id += 1
                child_id = self._next_id
                order = {"order": "spawn", "id": child_id, "limits": worker_limits(limits)}
                pidfd = self._order_spawn(order, [theirs.fileno(), their_output])
                self.spawned += 1
                self._open_children += 1
        except BaseException:
            ours.close()
            os.close(output)
            raise
        finally:
            theirs.close()
            os.close(their_output)
        os.set_blocking(output, False)
        ours.setblocking(False)
        return ForkedChild(self, child_id, pidfd, ours, output)

    def _order_spawn(self, order: dict[str, object], descriptors: list[int]) -> int:
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
            data, received, _, _ = socket.recv_fds(self._control, _CONTROL_BYTES, 1)
        except OSError as error:
            raise SandboxFault(f"the zygote cannot be reached: {error}") from error
        if len(received) != 1 or not data or json.loads(data) != {"id": order["id"]}:
            for descriptor in received:
                os.close(descriptor)
            raise SandboxFault(f"the zygote did not fork{self._last_words()}")
        os.set_inheritable(received[0], False)
        return received[0]

    def reap(self, child_id: int) -> tuple[int, float]:
        """Wait status and CPU time of a killed worker."""
        with self._lock:
            try:
                self._control.send(json.dumps({"order": "reap", "id": child_id}).encode())
                answer = json.loads(self._receive())
            except OSError as error:
                raise SandboxFault(f"the zygote cannot be reached: {error}") from error
            finally:
                self._open_children -= 1
        if answer["id"] != child_id:  # a late answer to an order that was given up
            raise SandboxFault("the zygote answers another question")
        if self.is_retired and not self._open_children:
            self.close()
        return int(answer["status"]), float(answer["cpu_seconds"])

    def retire(self) -> None:
        """Close as soon as the last worker is reaped."""
        self.is_retired = True
        if not self._open_children:
            self.close()

    def close(self) -> None:
        """End it, and with it every worker it still has."""
        self._control.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()


class ForkedChild:
    """A worker forked by a zygote."""

    def __init__(
        self, zygote: Zygote, child_id: int, pidfd: int, data: socket.socket, output: int
    ) -> None:
        self._zygote = zygote
        self._id = child_id
        self._pidfd = pidfd
        self.data = data
        self.output = output
        self.pid = _pid_of(pidfd)
        self._clock = cpu_clock(self.pid)

    def cpu_seconds(self) -> float:
        """CPU time it has used; it stays readable until the worker is reaped."""
        return time.clock_gettime(self._clock)

    def has_ended(self) -> bool:
        """A pidfd is readable from the moment its process has ended."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(_ENDING_SECONDS * 1000))

    def finish(self) -> tuple[int, float]:
        """Kill, reap, release."""
        try:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            pass
        finally:
            os.close(self._pidfd)
            self.data.close()
            os.close(self.output)
        return self._zygote.reap(self._id)


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
