"""The wire form of plain values: a typed tag, lengths, raw bytes. No pickle, no npy, no objects.

Theory of operation. A value is one tag byte and a body; containers hold a count and their members.
Both sides run this file: the grader by importing it, the jail by file path, so it imports numpy and
the standard library only. The decoder reads hostile bytes. Each limit is checked before anything is
allocated: the count of a container against the bytes left, the product of a shape against the bytes
left, a depth, a number of values, a number of dict keys that are not text (integers can be made to
collide, text cannot). Types are exact both ways: what is a subclass, lazy or an object dtype is
refused, and a decoded array is a base ndarray that owns its writable memory.

Encoding is canonical, encode(decode(data)) == data: so the jail sees which inputs a call changed.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

MAX_DEPTH = 16
MAX_VALUES = 100_000
MAX_TEXT_BYTES = 1 << 20
MAX_INTEGER_BYTES = 512
MAX_NDIM = 32
#: 640 KB of colliding integer keys were measured to cost a decoder 7.7 s
MAX_PLAIN_KEYS = 1024
#: from here on an array is joined from its own memory rather than copied first
_LARGE_BYTES = 1 << 14
_TOO_MUCH = f"more than {MAX_VALUES} values, or nesting deeper than {MAX_DEPTH}"

_NONE, _TRUE, _FALSE, _INT, _BIG, _FLOAT, _COMPLEX = b"N", b"T", b"F", b"i", b"I", b"d", b"c"
_TEXT, _BYTES, _LIST, _TUPLE, _DICT, _ARRAY, _SCALAR = b"s", b"b", b"l", b"t", b"m", b"a", b"n"

# the position in this list is the code on the wire: append only
_DTYPES = [*map(np.dtype, ("?", "<i1", "<i2", "<i4", "<i8", "<u1", "<u2", "<u4", "<u8"))]
_DTYPES += [*map(np.dtype, ("<f2", "<f4", "<f8", "<c8", "<c16"))]
# keyed by type number, because C long and long long are two types of one size
_CODES: dict[int, int] = {int(dtype.num): code for code, dtype in enumerate(_DTYPES)}
_CODES.update((int(np.dtype(c).num), _DTYPES.index(np.dtype(c).newbyteorder("<"))) for c in "lqLQ")

_Q, _D, _C, _U = map(struct.Struct, ("<q", "<d", "<dd", "<I"))
_SIZED_HEAD, _INT_HEAD, _ARRAY_HEAD = map(struct.Struct, ("<cI", "<cq", "<cBBB"))
_SHAPES = [struct.Struct(f"<{ndim}Q") for ndim in range(MAX_NDIM + 1)]

# both take the depth that is left, and how many values and plain keys are left
_Put = Callable[[list[bytes], Any, int, list[int]], None]
_Data = bytes | bytearray
_Get = Callable[[_Data, int, int, list[int]], tuple[Any, int]]


class CodecError(ValueError):
    """What cannot be sent or read: what it is, and where in the value ('[0]["x"]')."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
        self.path = ""

    def __str__(self) -> str:
        return f"{self.what} at {self.path}" if self.path else self.what


def encode(value: object) -> bytes:
    """Bytes of one plain value; CodecError tells what in it has no wire form."""
    parts: list[bytes] = []
    state = [MAX_VALUES, MAX_PLAIN_KEYS]
    _put(parts, value, MAX_DEPTH, state)
    return b"".join(parts)


def _put(parts: list[bytes], value: Any, depth: int, state: list[int]) -> None:
    put = _PUT.get(type(value))
    if put is None:
        raise CodecError(f"{_described(value)} cannot be transferred")
    state[0] -= 1
    if state[0] < 0 or depth < 0:
        raise CodecError(_TOO_MUCH)
    put(parts, value, depth, state)


def _described(value: object) -> str:
    home, _, _ = type(value).__module__.partition(".")
    prefix = "" if home in ("builtins", "__main__", "submission") else f"{home}."
    return f"a value of type {prefix}{type(value).__qualname__}"


def _put_int(parts: list[bytes], value: int, depth: int, state: list[int]) -> None:
    if -0x8000000000000000 <= value < 0x8000000000000000:
        parts.append(_INT_HEAD.pack(_INT, value))
        return
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    _put_sized(parts, _BIG, raw, MAX_INTEGER_BYTES, "an integer")


def _put_sized(parts: list[bytes], tag: bytes, raw: bytes, most: int, what: str) -> None:
    if len(raw) > most:
        raise CodecError(f"{what} of {len(raw)} bytes (at most {most})")
    parts += (_SIZED_HEAD.pack(tag, len(raw)), raw)


def _put_text(parts: list[bytes], value: str, depth: int, state: list[int]) -> None:
    try:
        raw = value.encode()
    except UnicodeEncodeError:
        raise CodecError("text that is not valid Unicode") from None
    _put_sized(parts, _TEXT, raw, MAX_TEXT_BYTES, "text")


def _put_items(parts: list[bytes], value: Any, depth: int, state: list[int]) -> None:
    tag = _LIST if type(value) is list else _TUPLE
    parts.append(_SIZED_HEAD.pack(tag, len(value)))
    try:
        for at, item in enumerate(value):  # noqa: B007 -- the handler names the place
            _put(parts, item, depth - 1, state)
    except CodecError as error:
        error.path = f"[{at}]{error.path}"
        raise


def _put_dict(parts: list[bytes], value: dict[Any, Any], depth: int, state: list[int]) -> None:
    parts.append(_SIZED_HEAD.pack(_DICT, len(value)))
    try:
        for key, item in value.items():
            if type(key) is str:
                _put_text(parts, key, depth, state)
            else:
                before = state[0]
                _put(parts, key, depth - 1, state)
                _charge_key(before, state)
            _put(parts, item, depth - 1, state)
    except CodecError as error:
        shown = repr(key) if type(key) in (str, int) else type(key).__name__
        error.path = f"[{shown[:60]}]{error.path}"
        raise


def _charge_key(before: int, state: list[int]) -> None:
    """Count every value inside a key that is not text: tuples of -1 and -2 collide at will."""
    state[1] -= before - state[0]
    if state[1] < 0:
        raise CodecError(f"more than {MAX_PLAIN_KEYS} keys that are not text")


def _put_array(parts: list[bytes], value: Any, depth: int, state: list[int]) -> None:
    dtype = value.dtype
    code = _CODES.get(dtype.num)
    if code is None:
        raise CodecError(f"an array of dtype {dtype} cannot be transferred")
    if not dtype.isnative:
        value = value.astype(dtype.newbyteorder("="))
    shape = value.shape
    ndim = len(shape)
    if ndim > MAX_NDIM:
        raise CodecError(f"an array of {ndim} dimensions (at most {MAX_NDIM})")
    fortran = value.flags.f_contiguous and not value.flags.c_contiguous
    parts += (_ARRAY_HEAD.pack(_ARRAY, code, fortran, ndim), _SHAPES[ndim].pack(*shape))
    value = value.T if fortran else value
    is_raw = value.nbytes > _LARGE_BYTES and value.flags.c_contiguous
    parts.append(value if is_raw else value.tobytes())


def _put_scalar(parts: list[bytes], value: Any, depth: int, state: list[int]) -> None:
    parts += (_SCALAR, bytes((_CODES[value.dtype.num],)), value.tobytes())


_PUT: dict[type, _Put] = {
    type(None): lambda parts, value, depth, state: parts.append(_NONE),
    bool: lambda parts, value, depth, state: parts.append(_TRUE if value else _FALSE),
    float: lambda parts, value, depth, state: parts.append(_FLOAT + _D.pack(value)),
    complex: lambda parts, value, *_: parts.append(_COMPLEX + _C.pack(value.real, value.imag)),
    bytes: lambda parts, value, *_: _put_sized(parts, _BYTES, value, 0xFFFFFFFF, "bytes"),
}
_PUT |= {int: _put_int, str: _put_text, list: _put_items, tuple: _put_items, dict: _put_dict}
_PUT |= {np.ndarray: _put_array} | {np.dtype(c).type: _put_scalar for c in "?bBhHiIlLqQefdFD"}


def decode(data: bytes | bytearray) -> object:
    """The one value that data is; CodecError for anything else, before any large allocation."""
    state = [MAX_VALUES, MAX_PLAIN_KEYS]
    try:
        value, at = _get(data, 0, MAX_DEPTH, state)
    except CodecError:
        raise
    except (struct.error, IndexError, ValueError, TypeError, OverflowError) as error:
        raise CodecError(f"unreadable data: {error}") from None
    if at != len(data):
        raise CodecError("bytes after the end of the value")
    return value


def _get(data: _Data, at: int, depth: int, state: list[int]) -> tuple[Any, int]:
    state[0] -= 1
    if state[0] < 0 or depth < 0:
        raise CodecError(_TOO_MUCH)
    get = _GET.get(data[at])
    if get is None:
        raise CodecError(f"unknown tag {data[at]}")
    return get(data, at + 1, depth, state)


def _end(data: _Data, at: int, size: int) -> int:
    end = at + size
    if end > len(data):
        raise CodecError("the data ends too early")
    return end


def _span(data: _Data, at: int, most: int, what: str) -> tuple[bytes, int]:
    """The bytes behind a length, and where they end."""
    (size,) = _U.unpack_from(data, at)
    if size > most:
        raise CodecError(f"{what} of {size} bytes (at most {most})")
    end = _end(data, at + 4, size)
    return bytes(data[at + 4 : end]), end


def _get_big(data: _Data, at: int, depth: int, state: list[int]) -> tuple[int, int]:
    raw, end = _span(data, at, MAX_INTEGER_BYTES, "an integer")
    return int.from_bytes(raw, "little", signed=True), end


def _get_text(data: _Data, at: int, depth: int, state: list[int]) -> tuple[str, int]:
    raw, end = _span(data, at, MAX_TEXT_BYTES, "text")
    return raw.decode(), end


def _count(data: _Data, at: int, each: int) -> int:
    """Members of a container, refused when so many cannot fit into the bytes left."""
    (count,) = _U.unpack_from(data, at)
    if count * each > len(data) - at - 4 or count > MAX_VALUES:
        raise CodecError(f"a container of {count} values")
    return int(count)


def _get_items(data: _Data, at: int, depth: int, state: list[int]) -> tuple[Any, int]:
    count, tag = _count(data, at, 1), data[at - 1]
    at += 4
    items = []
    for _ in range(count):
        item, at = _get(data, at, depth - 1, state)
        items.append(item)
    return (tuple(items) if tag == _TUPLE[0] else items), at


def _get_dict(data: _Data, at: int, depth: int, state: list[int]) -> tuple[dict[Any, Any], int]:
    count = _count(data, at, 2)
    at += 4
    items: dict[Any, Any] = {}
    for _ in range(count):
        if data[at] == _TEXT[0]:
            key, at = _get_text(data, at + 1, depth, state)
        else:
            before = state[0]
            key, at = _get(data, at, depth - 1, state)
            _charge_key(before, state)
        items[key], at = _get(data, at, depth - 1, state)
    if len(items) != count:
        raise CodecError("a dict with a key twice")
    return items, at


def _take(data: _Data, at: int, code: int, shape: tuple[int, ...], order: Any) -> tuple[Any, int]:
    """An array of its own memory, of the bytes from at on; any byte but 0 is the one True."""
    if code >= len(_DTYPES):
        raise CodecError("numbers of an unknown kind")
    dtype = _DTYPES[code]
    end = _end(data, at, math.prod(shape) * dtype.itemsize)
    if dtype.kind == "b":
        raw = np.ndarray(shape, np.uint8, data, at, None, order)
        return np.not_equal(raw, 0, out=np.empty(shape, np.bool_, order)), end
    return np.ndarray(shape, dtype, data, at, None, order).copy(order), end


def _get_array(data: _Data, at: int, depth: int, state: list[int]) -> tuple[Any, int]:
    code, fortran, ndim = data[at], data[at + 1], data[at + 2]
    if ndim > MAX_NDIM or fortran > 1:
        raise CodecError("an array of an unknown kind")
    shape = _SHAPES[ndim].unpack_from(data, at + 3)
    return _take(data, at + 3 + 8 * ndim, code, shape, "F" if fortran else "C")


def _get_scalar(data: _Data, at: int, depth: int, state: list[int]) -> tuple[Any, int]:
    array, end = _take(data, at + 1, data[at], (), "C")
    return array[()], end


_GET: dict[int, _Get] = {
    _NONE[0]: lambda data, at, *_: (None, at),
    _TRUE[0]: lambda data, at, *_: (True, at),
    _FALSE[0]: lambda data, at, *_: (False, at),
    _INT[0]: lambda data, at, *_: (_Q.unpack_from(data, at)[0], at + 8),
    _BYTES[0]: lambda data, at, *_: _span(data, at, len(data), "bytes"),
    _FLOAT[0]: lambda data, at, *_: (_D.unpack_from(data, at)[0], at + 8),
    _COMPLEX[0]: lambda data, at, *_: (complex(*_C.unpack_from(data, at)), at + 16),
}
_GETTERS = (_get_big, _get_text, _get_items, _get_items, _get_dict, _get_array, _get_scalar)
_GET |= zip(b"Isltman", _GETTERS, strict=True)
