"""What goes back after a call: the value, which inputs it changed, or why there is no answer."""

from __future__ import annotations

import collections
from typing import Any

from grader.core import codec

from . import frames

MAX_MESSAGE = 2000
_MAX_LOCATION = 12


def failure(message: str, location: tuple[str, ...]) -> bytes:
    """The payload of every answer that is not a value; text is made safe to encode, and cut."""
    lines = tuple(_safe(line)[:300] for line in location[:_MAX_LOCATION])
    return codec.encode((_safe(message)[:MAX_MESSAGE], lines))


def _safe(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def encode(value: object, changed: tuple[str, ...]) -> bytes:
    """The payload of an answer; CodecError when a part of the value has no wire form."""
    try:
        payload = codec.encode((changed, value))
    except codec.CodecError:
        payload = codec.encode((changed, _plain(value, codec.MAX_DEPTH)))
    if len(payload) > frames.MAX_PAYLOAD_BYTES:
        raise codec.CodecError(f"an answer of {len(payload) >> 20} MiB")
    return payload


def _plain(value: Any, depth: int) -> object:
    """Containers of the standard library that only add names, as what they are.

    np.linalg.svd and eigh return named tuples: a learner who returns one is not wrong. Subclasses
    of ndarray stay as they are and are refused, since they change what an operation means.
    """
    kind = type(value)
    if depth <= 0:
        return value
    if kind is list:
        return [_plain(item, depth - 1) for item in value]
    if kind is tuple or (issubclass(kind, tuple) and hasattr(kind, "_fields")):
        return tuple(_plain(item, depth - 1) for item in tuple.__iter__(value))
    if kind in (dict, collections.OrderedDict, collections.defaultdict, collections.Counter):
        return {key: _plain(item, depth - 1) for key, item in dict.items(value)}
    return value


def unsendable(error: codec.CodecError) -> str:
    """Why the answer cannot be graded, for the learner: 'returned a generator at [0]; …'."""
    path = error.path.removeprefix("[1]")  # the value is the second member of the answer
    what = error.what.removesuffix(" cannot be transferred")
    where = f" at {path}" if path else ""
    return (
        f"returned {what}{where}; an answer is made of plain NumPy arrays, numbers, text, "
        "None, and lists, tuples or dicts of these"
    )


def changed(inputs: dict[str, Any], request: bytes | bytearray) -> tuple[str, ...]:
    """Names of the inputs whose bytes are no longer those of the request."""
    try:
        if codec.encode(inputs) == request:
            return ()
    except codec.CodecError:
        pass
    before: Any = codec.decode(request)
    return tuple(name for name in before if not _is_same(before[name], inputs.get(name)))


def _is_same(before: object, after: object) -> bool:
    try:
        return codec.encode(before) == codec.encode(after)
    except codec.CodecError:
        return False
