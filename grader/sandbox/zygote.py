"""Starting the zygote and having it fork workers: the grader's side of the control socket.

Theory of operation. The zygote is a fresh interpreter with an empty environment (spawn.command),
never a fork of the grader. It is trusted only after its READY report was checked: one thread (more
than one makes the first large matmul of a child hang), an unprivileged user, no modules but the
standard library, the packages and our own.

Inside bubblewrap the process we start only watches the zygote, so the pid of the zygote is taken
from the kernel's credentials on its first message.

Orders are answered one by one and in order, so an answer may be fetched later than its order was
given: that is how a worker is forked and locked while the one before still works (the spare), and
how a killed one is reaped while nobody waits. Every order first fetches the answers still open.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
import subprocess
import threading
from collections import deque
from dataclasses import dataclass

from grader.core.errors import IsolationError, SandboxFault
from grader.core.limits import Limits
from grader.sandbox import spawn
from grader.sandbox.layout import Layout
from grader.sandbox.processes import ForkedChild, worker_ends, worker_limits

_START_SECONDS = 60.0
_END_SECONDS = 5.0
_ORDER_SECONDS = 20.0
_CONTROL_BYTES = 1 << 18
_MOST_OPEN_ORDERS = 16
#: who opens this many workers will open more: from then on there is a spare
_WORKERS_BEFORE_SPARES = 3
#: struct ucred: pid, uid, gid
_CREDENTIALS = struct.Struct("3i")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fork:
    """A worker that was ordered: our ends, and the limits it was ordered with."""

    id: int
    limits: dict[str, int]
    data: socket.socket
    output: int


class Zygote:
    """A running zygote. Thread-safe: the control socket carries one order at a time."""

    def __init__(self, layout: Layout, bwrap: str = "") -> None:
        """Start one, inside the walls of this bwrap program if given."""
        self._layout = layout
        self._has_walls = bool(bwrap)
        self._lock = threading.RLock()
        self._next_id = 0
        self._is_ready = False
        self._refusal: IsolationError | None = None
        self._open_orders: deque[_Fork | int] = deque()  # a fork, or the number of one to reap
        self._spare: tuple[dict[str, int], ForkedChild] | None = None
        self.is_retired = False
        self.spawned = 0
        self._open_children = 0
        self._last_words: str | None = None
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        settings = {"mode": "zygote", "control": theirs.fileno()}
        try:
            command = spawn.command(layout, settings, bwrap)
            self._process = spawn.start(command, theirs.fileno(), must_stay=self._has_walls)
        finally:
            theirs.close()
        #: its process id as seen from here, once it is ready
        self.pid = self._process.pid

    def await_ready(self) -> None:
        """Return once the zygote has locked itself and its report is as it must be."""
        with self._lock:
            if self._is_ready:
                return
            if self._refusal is not None:  # it reports once: who asks again would wait in vain
                raise self._refusal
            self._control.settimeout(_START_SECONDS)
            try:
                spawn.check_report(self._layout, json.loads(self._receive_report()))
            except IsolationError as refusal:
                self._refusal = refusal
                raise
            self._control.settimeout(_ORDER_SECONDS)
            self._is_ready = True

    def _receive_report(self) -> bytes:
        """Its first message, with the pid that the kernel says has sent it."""
        room = socket.CMSG_SPACE(_CREDENTIALS.size)
        try:
            data, extra, _, _ = self._control.recvmsg(_CONTROL_BYTES, room)
        except OSError as error:
            raise SandboxFault(f"the zygote does not start: {error}") from error
        if not data:
            raise spawn.refusal(self._words()) or self._ended()
        # from here on the messages bring descriptors, for which credentials would leave no room
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
        for level, kind, value in extra:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
                self.pid = _CREDENTIALS.unpack(value)[0]
        return data

    def _receive(self) -> bytes:
        try:
            data = self._control.recv(_CONTROL_BYTES)
        except OSError as error:
            raise SandboxFault(f"the zygote does not answer: {error}") from error
        if not data:
            raise self._ended()
        return data

    def _ended(self) -> SandboxFault:
        words = self._words()
        return SandboxFault("the zygote ended" + (f": {words[-1000:]}" if words else ""))

    def _words(self) -> str:
        """What it said on its way out."""
        if self._last_words is None:
            try:
                _, errors = self._process.communicate(timeout=2)
            except (subprocess.TimeoutExpired, ValueError):
                return ""
            self._last_words = errors.decode(errors="replace").strip()
        return self._last_words

    # -- workers ---------------------------------------------------------------------------

    def spawn(self, limits: Limits) -> ForkedChild:
        """A worker, unlocked yet by any request; SandboxFault when there can be none."""
        wanted = worker_limits(limits)
        with self._lock:
            self._fetch_answers()
            child = self._take_spare(wanted)
            if child is None:
                self._order_fork(wanted)
                self._fetch_answers()
                child = self._take_spare(wanted)
            assert child is not None
            self.spawned += 1
            if self.spawned > _WORKERS_BEFORE_SPARES and not self.is_retired:
                self._order_fork(wanted)
            return child

    def prepare(self, limits: Limits) -> None:
        """Have a worker forked for later."""
        with self._lock:
            self._fetch_answers()
            if self._spare is None:
                self._order_fork(worker_limits(limits))

    def _take_spare(self, wanted: dict[str, int]) -> ForkedChild | None:
        if self._spare is None:
            return None
        (limits, child), self._spare = self._spare, None
        if limits == wanted:
            return child
        child.release()
        return None

    def _order_fork(self, wanted: dict[str, int]) -> None:
        ours, theirs, output, their_output = worker_ends()
        self._next_id += 1
        order = {"order": "spawn", "id": self._next_id, "limits": wanted}
        descriptors = [theirs.fileno(), their_output]
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
        except OSError as error:
            ours.close()
            os.close(output)
            raise SandboxFault(f"the zygote cannot be reached: {error}") from error
        finally:
            theirs.close()
            os.close(their_output)
        os.set_blocking(output, False)
        ours.setblocking(False)
        self._open_children += 1
        fork = _Fork(id=self._next_id, limits=wanted, data=ours, output=output)
        self._open_orders.append(fork)

    def _fetch_answers(self) -> None:
        """Take the answers to all orders that were given and not waited for."""
        while self._open_orders:
            order = self._open_orders.popleft()
            if isinstance(order, int):
                self._check_reaped(order, self._receive())
                continue
            try:
                child = self._forked(order)
            except BaseException:
                order.data.close()
                os.close(order.output)
                self._open_children -= 1
                raise
            if self._spare is not None:
                self._spare[1].release()
            self._spare = (order.limits, child)

    def _forked(self, fork: _Fork) -> ForkedChild:
        try:
            data, received, _, _ = socket.recv_fds(self._control, _CONTROL_BYTES, 1)
        except OSError as error:
            raise SandboxFault(f"the zygote cannot be reached: {error}") from error
        if len(received) != 1 or not data or json.loads(data) != {"id": fork.id}:
            for descriptor in received:
                os.close(descriptor)
            raise SandboxFault("the zygote did not fork") from self._ended()
        os.set_inheritable(received[0], False)
        return ForkedChild(self, fork.id, received[0], fork.data, fork.output)

    def reap(self, child_id: int) -> tuple[int, float]:
        """Wait status and CPU time of a killed worker."""
        with self._lock:
            self._fetch_answers()
            self._order_reap(child_id)
            self._open_orders.pop()
            answer = self._check_reaped(child_id, self._receive())
        self._close_if_done()
        return int(answer["status"]), float(answer["cpu_seconds"])

    def forget(self, child_id: int) -> None:
        """Have a killed worker reaped; a fault here is met, and told, by the next order."""
        with self._lock, contextlib.suppress(SandboxFault):
            if len(self._open_orders) >= _MOST_OPEN_ORDERS or self.is_retired:
                self._fetch_answers()
            self._order_reap(child_id)
        self._close_if_done()

    def _order_reap(self, child_id: int) -> None:
        self._open_children -= 1
        try:
            self._control.send(json.dumps({"order": "reap", "id": child_id}).encode())
        except OSError as error:
            raise SandboxFault(f"the zygote cannot be reached: {error}") from error
        self._open_orders.append(child_id)

    @staticmethod
    def _check_reaped(child_id: int, data: bytes) -> dict[str, float]:
        answer: dict[str, float] = json.loads(data)
        if answer["id"] != child_id:  # a late answer to an order that was given up
            raise SandboxFault("the zygote answers another question")
        return answer

    def rest(self) -> None:
        """Reap what was killed, and let go of the spare."""
        with self._lock:
            self._fetch_answers()
            self._drop_spare()
            self._fetch_answers()

    # -- the end ---------------------------------------------------------------------------

    def retire(self) -> None:
        """Close as soon as the last worker is reaped."""
        with self._lock:
            self.is_retired = True
            with contextlib.suppress(SandboxFault):
                self._fetch_answers()
            self._drop_spare()
        self._close_if_done()

    def _drop_spare(self) -> None:
        if self._spare is not None:
            (_, child), self._spare = self._spare, None
            child.release()

    def _close_if_done(self) -> None:
        if self.is_retired and not self._open_children:
            self.close()

    def close(self) -> None:
        """End it, and with it every worker it still has."""
        with self._lock:
            for order in self._open_orders:
                if isinstance(order, _Fork):
                    order.data.close()
                    os.close(order.output)
            self._open_orders.clear()
            self._control.close()
            self._drop_spare()
        if self._has_walls and self._is_ready:
            # it ends by itself, and at once; a watcher that is killed could not reap it
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()
