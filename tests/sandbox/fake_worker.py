"""A worker that speaks whatever bytes a test wants, over a real socket and a real pipe."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator

from grader.core import codec
from grader.core.call import Entry, Program
from grader.core.limits import Limits
from grader.sandbox.jail import frames
from grader.sandbox.jail.frames import Kind
from grader.sandbox.worker import Worker

#: kind and id of a request -> the bytes that are sent for it
Script = Callable[[int, int], bytes]
PROGRAM = Program(files={"a.py": b""}, entries=(Entry(name="f", parameters=("x",)),))


def frame(kind: int, request_id: int, payload: bytes) -> bytes:
    return frames.header(kind, request_id, len(payload)) + payload


class FakeChild:
    """Loads as it should, then answers each request by the script, from a thread of its own."""

    def __init__(self, script: Script) -> None:
        self.data, self._theirs = socket.socketpair()
        self.data.setblocking(False)
        self.output, self._their_output = os.pipe()
        os.set_blocking(self.output, False)
        self._script = script
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            self._theirs.sendall(frame(Kind.READY, 0, b""))
            _, request_id = self._read()
            self._theirs.sendall(frame(Kind.OK, request_id, codec.encode(("a.py", ()))))
            while True:
                self._theirs.sendall(self._script(*self._read()))

    def _read(self) -> tuple[int, int]:
        parsed = frames.parse(self._take(frames.HEADER_BYTES))
        assert parsed is not None
        kind, request_id, length = parsed
        self._take(length)
        return kind, request_id

    def _take(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._theirs.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def cpu_seconds(self) -> float:
        return 0.0

    def has_ended(self) -> bool:
        return False

    def finish(self) -> tuple[int, float]:
        return 9, self.release()

    def release(self) -> float:
        self.data.close()
        os.close(self.output)
        self._theirs.close()
        self._thread.join(5)
        os.close(self._their_output)
        return 0.0


@contextlib.contextmanager
def fake_worker(script: Script) -> Iterator[Worker]:
    worker = Worker(FakeChild(script), PROGRAM, Limits(), is_trusted=True)
    try:
        yield worker
    finally:
        worker.close()
