"""The worker's loop: one LOAD, then calls; one answer each. Nothing it says is believed.

Theory of operation. The grader writes one request at a time, so that a read never runs into the
next. Everything that an error path needs is imported and bound before the first LOAD: learner's
code may use up all descriptors, break builtins or empty sys.modules. Exceptions are formatted here,
under the grader's deadline, because str() of a hostile one may never return.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from typing import Any

from grader.core import codec

from . import answers, frames, loading, places, standins
from .frames import Kind

DATA = 3
_READ_BYTES = 1 << 16
_WRITE_BYTES = 1 << 17
_WARNINGS = "ignore"


def run() -> None:
    """Serve until the grader closes the socket; it ends this process by SIGKILL anyway."""
    output = _open_output()
    _hide_ourselves()
    warnings.simplefilter(_WARNINGS)  # type: ignore[arg-type]  # one of its literal names
    _write(Kind.READY, 0, b"")
    submission: loading.Submission | None = None
    while True:
        request = _read()
        if request is None:
            return
        kind, request_id, payload = request
        if submission is None:
            answer_kind, answer, submission = _load(payload)
        elif kind == Kind.BATCH:
            answer_kind, answer = _call_all(submission, payload)
        else:
            answer_kind, answer = _call(submission, payload)
        del payload, request
        _flush(output)
        _write(answer_kind, request_id, answer)


def _open_output() -> io.TextIOWrapper:
    """Streams on 1 and 2 that never fail to encode, and lose nothing when the process is killed."""
    os.set_blocking(1, True)
    raw = io.FileIO(1, "w", closefd=False)
    buffered = io.BufferedWriter(raw)
    output = io.TextIOWrapper(buffered, "utf-8", "backslashreplace", line_buffering=True)
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = output  # type: ignore[misc]
    sys.stdin = sys.__stdin__ = io.TextIOWrapper(  # type: ignore[misc]  # final by typeshed
        io.BufferedReader(io.FileIO(0, "r", closefd=False))
    )
    return output


def _hide_ourselves() -> None:
    """A submission may have a file named grader.py; our own modules stay alive by reference."""
    for name in [name for name in sys.modules if name.split(".")[0] == "grader"]:
        del sys.modules[name]


def _flush(output: io.TextIOWrapper) -> None:
    for stream in (sys.stdout, output):
        with contextlib.suppress(BaseException):  # the learner may have replaced or closed it
            stream.flush()


def _load(payload: bytes | bytearray) -> tuple[Kind, bytes, loading.Submission | None]:
    try:
        program: Any = codec.decode(payload)
        submission = loading.load(program)
    except loading.Unreadable as error:
        return Kind.UNREADABLE, answers.failure(str(error), error.location), None
    except MemoryError:
        return Kind.MEMORY, answers.failure("loading it needs more memory than allowed", ()), None
    return Kind.OK, codec.encode((submission.file, tuple(submission.notes))), submission


def _call(submission: loading.Submission, payload: bytes | bytearray) -> tuple[Kind, bytes]:
    standins.STATE.is_call = True
    try:
        inputs: Any = codec.decode(payload)
        value = submission.call(inputs)
        return Kind.OK, answers.encode(value, answers.changed(inputs, payload))
    except codec.CodecError as error:
        return Kind.UNSENDABLE, answers.failure(answers.unsendable(error), ())
    except BaseException as error:  # noqa: BLE001 -- SystemExit and the like are answers too
        is_memory = isinstance(error, MemoryError)
        location = places.of(error, submission.sources)
        message = places.message(error)
    if is_memory:
        return Kind.MEMORY, answers.failure(message, location)
    return Kind.RAISED, answers.failure(message, location)


def _call_all(submission: loading.Submission, payload: bytes | bytearray) -> tuple[Kind, bytes]:
    answered: list[tuple[int, bytes]] = []
    size = 0
    for request in codec.decode(payload):  # type: ignore[attr-defined]  # the grader's tuple
        kind, answer = _call(submission, request)
        size += len(answer)
        if size > frames.BATCH_ANSWER_BYTES and answered:
            break
        answered.append((int(kind), answer))
    return Kind.ANSWERS, codec.encode(tuple(answered))


def _read() -> tuple[int, int, bytes | bytearray] | None:
    data: bytes | bytearray = os.read(DATA, _READ_BYTES)
    if not data:
        return None
    while len(data) < frames.HEADER_BYTES:
        more = os.read(DATA, _READ_BYTES)
        if not more:
            return None
        data = bytes(data) + more
    parsed = frames.parse(data)
    if parsed is None:
        return None
    kind, request_id, length = parsed
    payload: bytes | bytearray = data[frames.HEADER_BYTES :]
    if len(payload) < length:
        have, payload = payload, bytearray(length)
        payload[: len(have)] = have
        at = len(have)
        view = memoryview(payload)
        while at < length:
            count = os.readv(DATA, [view[at:]])
            if not count:
                return None
            at += count
        view.release()
    return kind, request_id, payload


def _write(kind: int, request_id: int, payload: bytes) -> None:
    head = frames.header(kind, request_id, len(payload))
    if len(payload) < _READ_BYTES:
        head, payload = head + payload, b""
    for part in (head, payload):
        view = memoryview(part)
        while view:
            view = view[os.write(DATA, view[:_WRITE_BYTES]) :]
