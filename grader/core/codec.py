"""The wire form of plain values: a typed tag, lengths, raw bytes. No pickle, no npy, no objects.

Theory of operation. A value is one tag byte and a body; containers hold a count and their members.
Both sides run this file: the grader by importing it, the jail by file path, so it imports numpy and
the standard library only. The decoder reads hostile bytes. Each limit is checked before anything is
allocated: the count of a container against the bytes left, the product of a shape against the bytes
left, a depth, a number of values, a number of dict keys that are not text (integers can be made to
collide, text cannot). Types are exact both ways: what is a subclass, lazy or an object dtype is
refused, and a decoded array is a base ndarray that owns its writable memory.

Encoding is canonical: encode(decode(data)) == data for every data that encode made. The jail relies
on it to see which inputs a call has changed.
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
_LARGE_BYTES = 1 << 14

_NONE, _TRUE, _FALSE, _INT, _BIG, _FLOAT, _COMPLEX = b"N", b"T", b"F", b"i", b"I", b"d", b"c"
_TEXT, _BYTES, _LIST, _TUPLE, _DICT, _ARRAY, _SCALAR = b"s", b"b", b"l", b"t", b"m", b"a", b"n"

# the position in this list is the code on the wire: append only
_DTYPES = [np.dtype(name) for name in ("?", "<i1", "<i2", "<i4", "<i8")]
_DTYPES += [np.dtype(name) for name in ("<u1", "<u2", "<u4", "<u8")]
_DTYPES += [np.dtype(name) for name in ("<f2", "<f4", "<f8", "<c8", "<c16")]
# keyed by type number, because C long and long long are two types of one size
_CODES: dict[int, int] = {int(dtype.num): code for code, dtype in enumerate(_DTYPES)}
_CODES.update((int(np.dtype(c).num), _DTYPES.index(np.dtype(c).newbyteorder("<"))) for c in "lqLQ")
_BOOL = 0

_Q = struct.Struct("<q")
_D = struct.Struct("<d")
_C = struct.Struct("<dd")
_U = struct.Struct("<I")
_TEXT_HEAD = struct.Struct("<cI")
_INT_HEAD = struct.Struct("<cq")
_ARRAY_HEAD = struct.Struct("<cBBB")
_SHAPES = [struct.Struct(f"<{ndim}Q") for ndim in range(MAX_NDIM + 1)]


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


_Put = Callable[[list[bytes], Any, int, list[int]], None]


def _put(parts: list[bytes], value: Any, depth: int, state: list[int]) -> None:
    put = _PUT.get(type(value))
    if put is None:
        raise CodecError(f"{_described(value)} cannot be transferred")
    state[0] -= 1
    if state[0] < 0:
        raise CodecError(f"more than {MAX_VALUES} values")
    put(parts, value, depth, state)


def _described(value: object) -> str:
    kind = type(value)
    name = kind.__qualname__
    if kind.__module__ not in ("builtins", "__main__", "submission"):
        name = f"{kind.__module__.split('.')[0]}.{name}"
    return f"a value of type {name}"


def _put_int(parts: list[bytes], value: int, depth: int, state: list[int]) -> None:
    if -0x8000000000000000 <= value < 0x8000000000000000:
        parts.append(_INT_HEAD.pack(_INT, value))
        return
    size = value.bit_length() // 8 + 1
    if size > MAX_INTEGER_BYTES:
        raise CodecError(f"an integer of {size} bytes (at most {MAX_INTEGER_BYTES})")
    parts += (_TEXT_HEAD.pack(_BIG, size), value.to_bytes(size, "little", signed=True))


def _put_text(parts: list[bytes], value: str, depth: int, state: list[int]) -> None:
    try:
        data = value.encode()
    except UnicodeEncodeError:
        raise CodecError("text that is not valid Unicode") from None
    if len(data) > MAX_TEXT_BYTES:
        raise CodecError(f"text of {len(data)} bytes (at most {MAX_TEXT_BYTES})")
    parts += (_TEXT_HEAD.pack(_TEXT, len(data)), data)


def _put_bytes(parts: list[bytes], value: bytes, depth: int, state: list[int]) -> None:
    if len(value) > 0xFFFFFFFF:
        raise CodecError("too many bytes")
    parts += (_TEXT_HEAD.pack(_BYTES, len(value)), value)


def _put_items(parts: list[bytes], value: Any, depth: int, state: list[int]) -> None:
    if not depth:
        raise CodecError(f"nesting deeper than {MAX_DEPTH}")
    tag = _LIST if type(value) is list else _TUPLE
    parts.append(_TEXT_HEAD.pack(tag, len(value)))
    at = -1
    try:
        for at, item in enumerate(value):  # noqa: B007 -- the handler names the place
            _put(parts, item, depth - 1, state)
    except CodecError as error:
        error.path = f"[{at}]{error.path}"
        raise


def _put_dict(parts: list[bytes], value: dict[Any, Any], depth: int, state: list[int]) -> None:
    if not depth:
        raise CodecError(f"nesting deeper than {MAX_DEPTH}")
    parts.append(_TEXT_HEAD.pack(_DICT, len(value)))
    key: object = None
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
    flags = value.flags
    fortran = flags.f_contiguous and not flags.c_contiguous
    parts += (
        _ARRAY_HEAD.pack(_ARRAY, code, fortran, ndim),
        _SHAPES[ndim].pack(*shape),
        _raw(value.T if fortran else value),
    )


def _raw(value: Any) -> Any:
    """The bytes of an array in C order; a large one is joined from its own memory, not copied."""
    if value.nbytes > _LARGE_BYTES and value.flags.c_contiguous:
        return value
    return value.tobytes()


def _put_scalar(parts: list[bytes], value: Any, depth: int, state: list[int]) -> None:
    parts += (_SCALAR, bytes((_CODES[value.dtype.num],)), value.tobytes())


_PUT: dict[type, _Put] = {
    type(None): lambda parts, value, depth, state: parts.append(_NONE),
    bool: lambda parts, value, depth, state: parts.append(_TRUE if value else _FALSE),
    int: _put_int,
    float: lambda parts, value, depth, state: parts.append(_FLOAT + _D.pack(value)),
    complex: lambda parts, value, depth, state: parts.append(
        _COMPLEX + _C.pack(value.real, value.imag)
    ),
    str: _put_text,
    bytes: _put_bytes,
    list: _put_items,
    tuple: _put_items,
    dict: _put_dict,
    np.ndarray: _put_array,
} | {np.dtype(char).type: _put_scalar for char in "?bBhHiIlLqQefdFD"}


def decode(data: bytes | bytearray | memoryview) -> object:
    """The one value that data is; CodecError for anything else, before any large allocation."""
    view = bytes(data) if type(data) is memoryview else data
    state = [MAX_VALUES, MAX_PLAIN_KEYS]
    try:
        value, at = _get(view, 0, MAX_DEPTH, state)
    except (struct.error, IndexError):
        raise CodecError("the data ends too early") from None
    except (UnicodeDecodeError, ValueError, TypeError, OverflowError, MemoryError) as error:
        if isinstance(error, CodecError):
            raise
        raise CodecError(f"unreadable data: {type(error).__name__}") from None
    if at != len(view):
        raise CodecError("bytes after the end of the value")
    return value


_Data = bytes | bytearray
_Get = Callable[[_Data, int, int, list[int]], tuple[Any, int]]


def _get(data: _Data, at: int, depth: int, state: list[int]) -> tuple[Any, int]:
    state[0] -= 1
    if state[0] < 0:
        raise CodecError(f"more than {MAX_VALUES} values")
    get = _GET.get(data[at])
    if get is None:
        raise CodecError(f"unknown tag {data[at]}")
    return get(data, at + 1, depth, state)


def _end(data: _Data, at: int, size: int) -> int:
    end = at + size
    if end > len(data):
        raise CodecError("the data ends too early")
    return end


def _get_big(data: _Data, at: int, depth: int, state: list[int]) -> tuple[int, int]:
    (size,) = _U.unpack_from(data, at)
    if size > MAX_INTEGER_BYTES:
        raise CodecError(f"an integer of {size} bytes")
    end = _end(data, at + 4, size)
    return int.from_bytes(data[at + 4 : end], "little", signed=True), end


def _get_text(data: _Data, at: int, depth: int, state: list[int]) -> tuple[str, int]:
    (size,) = _U.unpack_from(data, at)
    if size > MAX_TEXT_BYTES:
        raise CodecError(f"text of {size} bytes")
    end = _end(data, at + 4, size)
    return data[at + 4 : end].decode(), end


def _get_bytes(data: _Data, at: int, depth: int, state: list[int]) -> tuple[bytes, int]:
    (size,) = _U.unpack_from(data, at)
    end = _end(data, at + 4, size)
    return bytes(data[at + 4 : end]), end


def _count(data: _Data, at: int, depth: int, each: int) -> int:
    """Members of a container, refused when so many cannot fit into the bytes left."""
    (count,) = _U.unpack_from(data, at)
    if not depth:
        raise CodecError(f"nesting deeper than {MAX_DEPTH}")
    if count * each > len(data) - at - 4 or count > MAX_VALUES:
        raise CodecError(f"a container of {count} values")
    return int(count)


def _get_list(data: _Data, at: int, depth: int, state: list[int]) -> tuple[list[Any], int]:
    count = _count(data, at, depth, 1)
    at += 4
    items = []
    for _ in range(count):
        item, at = _get(data, at, depth - 1, state)
        items.append(item)
    return items, at


def _get_tuple(data: _Data, at: int, depth: int, state: list[int]) -> tuple[Any, int]:
    items, at = _get_list(data, at, depth, state)
    return tuple(items), at


def _get_dict(data: _Data, at: int, depth: int, state: list[int]) -> tuple[dict[Any, Any], int]:
    count = _count(data, at, depth, 2)
    at += 4
    items: dict[Any, Any] = {}
    for _ in range(count):
        if data[at] == 0x73:
            key, at = _get_text(data, at + 1, depth, state)
        else:
            before = state[0]
            key, at = _get(data, at, depth - 1, state)
            _charge_key(before, state)
        items[key], at = _get(data, at, depth - 1, state)
    if len(items) != count:
        raise CodecError("a dict with a key twice")
    return items, at


def _get_array(data: _Data, at: int, depth: int, state: list[int]) -> tuple[Any, int]:
    code, fortran, ndim = data[at], data[at + 1], data[at + 2]
    if code >= len(_DTYPES) or ndim > MAX_NDIM or fortran > 1:
        raise CodecError("an array of unknown kind")
    layout = _SHAPES[ndim]
    shape = layout.unpack_from(data, at + 3)
    at += 3 + layout.size
    dtype = _DTYPES[code]
    end = _end(data, at, math.prod(shape) * dtype.itemsize)
    order: Any = "F" if fortran else "C"
    if code == _BOOL:
        raw = np.ndarray(shape, np.uint8, data, at, None, order)
        return np.not_equal(raw, 0, out=np.empty(shape, np.bool_, order)), end
    return np.ndarray(shape, dtype, data, at, None, order).copy(order), end


def _get_scalar(data: _Data, at: int, depth: int, state: list[int]) -> tuple[Any, int]:
    code = data[at]
    if code >= len(_DTYPES):
        raise CodecError("a number of unknown kind")
    dtype = _DTYPES[code]
    end = _end(data, at + 1, dtype.itemsize)
    if code == _BOOL:
        return np.bool_(data[at + 1] != 0), end
    return np.frombuffer(data, dtype, 1, at + 1)[0], end


_GET: dict[int, _Get] = {
    _NONE[0]: lambda data, at, depth, state: (None, at),
    _TRUE[0]: lambda data, at, depth, state: (True, at),
    _FALSE[0]: lambda data, at, depth, state: (False, at),
    _INT[0]: lambda data, at, depth, state: (_Q.unpack_from(data, at)[0], at + 8),
    _BIG[0]: _get_big,
    _FLOAT[0]: lambda data, at, depth, state: (_D.unpack_from(data, at)[0], at + 8),
    _COMPLEX[0]: lambda data, at, depth, state: (complex(*_C.unpack_from(data, at)), at + 16),
    _TEXT[0]: _get_text,
    _BYTES[0]: _get_bytes,
    _LIST[0]: _get_list,
    _TUPLE[0]: _get_tuple,
    _DICT[0]: _get_dict,
    _ARRAY[0]: _get_array,
    _SCALAR[0]: _get_scalar,
}
