"""One request and its one answer, under one deadline: the grader's side of a worker's data socket.

Theory of operation. Everything is non-blocking: a worker that stops reading, stops writing or
trickles bytes meets the same deadline as one that computes. The loop sends what is left of the
request, takes what has come of the answer, and drains the output pipe, so that a worker never waits
for us. CPU time is read from the worker's own clock; wall time catches sleepers, also those that
sleep a little in each of many calls. The answer must be exactly one frame with the id of the
request (63 random bits): a byte more, or one written earlier, is a protocol error. Nothing here
decodes a payload; of the answers to a batch only the outline is looked at, before anyone does.
"""

from __future__ import annotations

import enum
import os
import select
import struct
import time

from grader.core.limits import Limits
from grader.sandbox.jail import frames
from grader.sandbox.processes import Child

_CHUNK_BYTES = 1 << 16
_SENT_BYTES = 1 << 17
#: how often the CPU clock is looked at
_TICK_SECONDS = 0.25
# POLLIN, POLLERR, POLLHUP: by number, since this module is imported where there is no poll()
_READABLE = 0x01 | 0x08 | 0x10
#: what a worker may idle away in all its calls together, beyond what a busy host explains: the
#: wall limit of one call, three times over; without it, 600 calls of 9 s each were within bounds
IDLE_SECONDS = 30.0
#: wall seconds of a batch, which is given up without blame and asked again call by call: a sleeper
#: costs this before the wall limit of its first call begins
_BATCH_WALL_SECONDS = 3.0
_IDLE_SECONDS_EACH = 0.1
_BUSY_FACTOR = 5.0
# the wire form of an answer in a batch: a tuple of a kind and bytes; see core/codec.py
_COUNT = struct.Struct("<cI")
_PAIR = struct.Struct("<cIcqcI")


class Reason(enum.Enum):
    """Why there is no answer, and the worker must be killed."""

    CPU = "cpu"
    WALL = "wall"
    IDLE = "idle"
    FLOOD = "flood"
    CLOSED = "closed"
    PROTOCOL = "protocol"


class Stopped(Exception):
    """The exchange ended without an answer."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class Channel:
    """The data socket and the output pipe of one worker."""

    def __init__(self, child: Child, limits: Limits) -> None:
        self._child = child
        self._socket = child.data
        self._limits = limits
        self._data_fd = child.data.fileno()
        self._output_fd = child.output
        self._poll = select.poll()
        # in this order: a poll that sees the answer also sees all output that was written before it
        self._poll.register(self._data_fd, select.POLLIN)
        self._poll.register(self._output_fd, select.POLLIN)
        self._kept: list[bytes] = []
        self._kept_bytes = 0
        self._output_bytes = 0
        #: wall seconds that no CPU time of the worker explains, in all exchanges so far
        self.idle_seconds = 0.0
        #: CPU time of the worker at the end of the last exchange
        self.cpu_seconds = 0.0

    def take_output(self) -> str:
        """What was printed since the last time, as far as it is kept."""
        if not self._kept:
            return ""
        text = b"".join(self._kept).decode("utf-8", "replace")
        self._kept, self._kept_bytes = [], 0
        return text

    def exchange(
        self, kind: int, request_id: int, payload: bytes, cpu_seconds: float
    ) -> tuple[int, bytes | bytearray]:
        """Kind and payload of the answer; Stopped when there is none within the CPU budget."""
        head = frames.header(kind, request_id, len(payload))
        if len(payload) < _CHUNK_BYTES:
            head, payload = head + payload, b""
        wall_seconds = Limits.wall_seconds(cpu_seconds)
        if kind == frames.Kind.BATCH:
            wall_seconds = min(wall_seconds, _BATCH_WALL_SECONDS)
        unsent = [memoryview(head), memoryview(payload)]
        return self._run(unsent, request_id, cpu_seconds, wall_seconds)

    def await_ready(self, seconds: float) -> bool:
        """Tell whether the worker says, within the time, that it has locked itself in."""
        kind, payload = self._run([], 0, seconds, Limits.wall_seconds(seconds))
        return kind == frames.Kind.READY and not payload

    def _run(
        self,
        unsent: list[memoryview],
        request_id: int,
        cpu_seconds: float,
        wall_seconds: float,
    ) -> tuple[int, bytes | bytearray]:
        before = self.cpu_seconds
        started = time.monotonic()
        stop_at = started + wall_seconds
        unsent = self._send(unsent)
        if unsent:
            self._poll.modify(self._data_fd, select.POLLIN | select.POLLOUT)
        answer = _Answer(request_id)
        timeout = min(_TICK_SECONDS, cpu_seconds)
        while not answer.is_complete:
            events = self._poll.poll(timeout * 1000 + 0.5)
            for descriptor, event in events:
                if descriptor == self._output_fd:
                    self._drain()
                    continue
                if event & select.POLLOUT and unsent:
                    unsent = self._send(unsent)
                    if not unsent:
                        self._poll.modify(self._data_fd, select.POLLIN)
                if event & _READABLE:
                    self._receive(answer)
            if not answer.is_complete:
                timeout = self._time_left(before, cpu_seconds, started, stop_at)
        if unsent or (answer.kind == frames.Kind.ANSWERS and not _are_answers(answer.payload)):
            raise Stopped(Reason.PROTOCOL)
        self.cpu_seconds = self._child.cpu_seconds()
        self.idle_seconds += self._idled(started, self.cpu_seconds - before)
        if self.idle_seconds > IDLE_SECONDS:
            raise Stopped(Reason.IDLE)
        return answer.kind, answer.payload

    def _time_left(
        self, before: float, cpu_seconds: float, started: float, stop_at: float
    ) -> float:
        left = stop_at - time.monotonic()
        spent = self._child.cpu_seconds() - before
        if spent >= cpu_seconds:
            raise Stopped(Reason.CPU)
        idled = self._idled(started, spent)
        idle_left = IDLE_SECONDS - self.idle_seconds - idled
        if left <= 0 or idle_left <= 0:
            self.idle_seconds += idled
            raise Stopped(Reason.WALL if left <= 0 else Reason.IDLE)
        return min(_TICK_SECONDS, left, idle_left, cpu_seconds - spent)

    @staticmethod
    def _idled(started: float, spent: float) -> float:
        """Wall seconds of one exchange that neither its CPU time nor a busy host explains."""
        waited = time.monotonic() - started
        return max(0.0, waited - _BUSY_FACTOR * spent - _IDLE_SECONDS_EACH)

    def _send(self, unsent: list[memoryview]) -> list[memoryview]:
        while unsent:
            try:
                count = self._socket.send(unsent[0][:_SENT_BYTES])
            except BlockingIOError:
                return unsent
            except OSError:
                raise Stopped(Reason.CLOSED) from None
            rest = unsent[0][count:]
            unsent = [rest, *unsent[1:]] if rest else unsent[1:]
            if unsent and not unsent[0]:
                unsent = unsent[1:]
        return unsent

    def _receive(self, answer: _Answer) -> None:
        room = answer.room
        try:
            if room is None:
                data = self._socket.recv(_CHUNK_BYTES)
                count = len(data)
            else:
                count = self._socket.recv_into(room)
        except BlockingIOError:
            return
        except OSError:
            raise Stopped(Reason.CLOSED) from None
        if not count:
            raise Stopped(Reason.CLOSED)
        if room is None:
            answer.take(data)
        else:
            answer.fill(count)

    def _drain(self) -> None:
        """Take what is in the output pipe: keep the first part, count the rest, stop a flood."""
        while True:
            try:
                data = os.read(self._output_fd, _CHUNK_BYTES)
            except BlockingIOError:
                return
            if not data:  # the worker closed it
                self._poll.unregister(self._output_fd)
                return
            self._output_bytes += len(data)
            room = self._limits.kept_output_bytes - self._kept_bytes
            if room > 0:
                self._kept.append(data[:room])
                self._kept_bytes += min(room, len(data))
            if self._output_bytes > self._limits.flood_output_bytes:
                raise Stopped(Reason.FLOOD)
            if len(data) < _CHUNK_BYTES:
                return


def _are_answers(payload: bytes | bytearray) -> bool:
    """Tell whether it is one (kind, bytes) after the other, not too large, and nothing else.

    Decoded unseen, 64 MiB of answers would become 1 GiB of small objects; and what is no bytes
    would be compared with bytes, which arrays and dicts answer in ways of their own.
    """
    if len(payload) < _COUNT.size:
        return False
    tag, count = _COUNT.unpack_from(payload)
    if tag != b"t" or (count > 1 and len(payload) > 2 * frames.BATCH_ANSWER_BYTES):
        return False
    at = _COUNT.size
    for _ in range(count):
        if len(payload) - at < _PAIR.size:
            return False
        pair, members, kind, _, text, length = _PAIR.unpack_from(payload, at)
        if (pair, members, kind, text) != (b"t", 2, b"i", b"b"):
            return False
        at += _PAIR.size + length
    return at == len(payload)


class _Answer:
    """The one frame that is awaited, as far as it has come."""

    def __init__(self, request_id: int) -> None:
        self._request_id = request_id
        self._head = b""
        self.kind = 0
        self.payload: bytes | bytearray = b""
        #: where the rest of a payload goes that did not come with its header
        self.room: memoryview | None = None
        self.is_complete = False

    def take(self, data: bytes) -> None:
        """Add the first bytes; Stopped(PROTOCOL) as soon as they are not the one answer."""
        data = self._head + data
        if len(data) < frames.HEADER_BYTES:
            self._head = data
            return
        parsed = frames.parse(data)
        if parsed is None or parsed[1] != self._request_id:
            raise Stopped(Reason.PROTOCOL)
        self.kind, _, length = parsed
        data = data[frames.HEADER_BYTES :]
        if len(data) == length:
            self.payload, self.is_complete = data, True
            return
        if len(data) > length:
            raise Stopped(Reason.PROTOCOL)
        self.payload = bytearray(length)
        self.payload[: len(data)] = data
        self.room = memoryview(self.payload)[len(data) :]

    def fill(self, count: int) -> None:
        """Note that count more bytes have come into room; one too many meets the next request."""
        assert self.room is not None
        self.room = self.room[count:]
        self.is_complete = not self.room
