"""Frames of the data socket: what kind, which request, how long; the payload is codec bytes.

A header is 24 bytes `<4s B 3x Q Q`: magic, kind, request id (63 random bits), payload length. Each
request gets one answer with its id; anything else from a worker is a protocol error.

A BATCH holds several calls, which saves two system calls and two task switches for each. Its answer
holds one (kind, payload) per call, in order, and may stop early; what is missing is asked again.
"""

from __future__ import annotations

import enum
import struct

_HEADER = struct.Struct("<4sB3xQQ")
HEADER_BYTES = _HEADER.size
MAX_PAYLOAD_BYTES = 64 << 20
#: a batch answers no more calls once its answers are this large
BATCH_ANSWER_BYTES = 1 << 20
#: exit status of a worker that had no memory left to answer
OUT_OF_MEMORY = 71
_MAGIC = b"GrD1"


class Kind(enum.IntEnum):
    """Requests are LOAD, CALL and BATCH, all others are answers."""

    LOAD = 1
    CALL = 2
    READY = 3  # confined; sent once, with id 0, before the first request is read
    OK = 4  # (changed inputs, value), or what was loaded
    RAISED = 5  # the learner's code raised
    MEMORY = 6  # it ran out of memory, and the worker lives
    UNSENDABLE = 7  # the answer has no wire form
    UNREADABLE = 8  # the submission does not compile or import; to LOAD only
    BATCH = 9
    ANSWERS = 10  # to BATCH only


def header(kind: int, request_id: int, length: int) -> bytes:
    """The 24 bytes in front of a payload."""
    return _HEADER.pack(_MAGIC, kind, request_id, length)


def parse(data: bytes | bytearray) -> tuple[int, int, int] | None:
    """Kind, request id and payload length of a header, None when it is not one or too long."""
    magic, kind, request_id, length = _HEADER.unpack_from(data)
    if magic != _MAGIC or length > MAX_PAYLOAD_BYTES:
        return None
    return kind, request_id, length
