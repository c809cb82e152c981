"""The wire codec: exact both ways, and bounded whatever bytes it reads."""

from __future__ import annotations

import random
import re
import struct
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.core import codec

DTYPES = "?bBhHiIqQefdFD"
arrays = hnp.arrays(
    st.sampled_from([np.dtype(char) for char in DTYPES]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**2000), 2**2000)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
)
keys = st.text() | st.integers() | st.tuples(st.booleans(), st.text())
values = st.recursive(
    scalars | arrays | arrays.map(np.asfortranarray),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
@settings(deadline=None, max_examples=200, database=None)
def test_every_plain_value_comes_back_in_the_same_bytes(value: object) -> None:
    data = codec.encode(value)

    assert codec.encode(codec.decode(data)) == data


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(np.arange(6, dtype=char).reshape((2, 3), order=order), id=f"{char}-{order}")
        for char in "bBhHiIlLqQefdFD"
        for order in ("C", "F")
    ]
    + [
        pytest.param(np.array(True), id="bool-of-no-dimension"),
        pytest.param(np.zeros((0, 3)), id="empty"),
        pytest.param(np.ones((4, 6))[::2, ::3], id="strided"),
        pytest.param(np.arange(3, dtype=">i4"), id="big-endian"),
    ],
)
def test_array_comes_back_as_its_own_base_array(value: np.ndarray[Any, Any]) -> None:
    got = codec.decode(codec.encode(value))

    assert type(got) is np.ndarray
    assert (got.shape, got.dtype.kind, got.dtype.itemsize) == (
        value.shape,
        value.dtype.kind,
        value.dtype.itemsize,
    )
    assert got.flags.owndata
    assert got.flags.writeable
    np.testing.assert_array_equal(got, value)


def test_memory_layout_is_kept() -> None:
    value = np.asfortranarray(np.ones((2, 3)))

    got = codec.decode(codec.encode(value))

    assert isinstance(got, np.ndarray)
    assert got.flags.f_contiguous
    assert not got.flags.c_contiguous


@pytest.mark.parametrize("char", "?bhilqefdFD")
def test_numpy_number_keeps_its_type(char: str) -> None:
    value = np.dtype(char).type(1)

    got = codec.decode(codec.encode(value))

    assert type(got) is np.dtype(value.dtype.str).type
    assert got == value


def test_true_of_any_byte_is_the_one_true() -> None:
    data = codec.encode(np.array([True, False]))
    odd = data[:-2] + b"\x07\x00"

    got = codec.decode(odd)

    assert isinstance(got, np.ndarray)
    assert got.tobytes() == b"\x01\x00"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(np.ma.array([1]), "numpy.MaskedArray", id="subclass"),
        pytest.param(np.array([None]), "dtype object", id="object-dtype"),
        pytest.param(np.array(["a"]), "dtype <U1", id="text-dtype"),
        pytest.param(np.datetime64("2020-01-01"), "datetime64", id="datetime"),
        pytest.param(np.longdouble(1), "longdouble", id="long-double"),
        pytest.param(
            [1, {"a": (2, object())}], """object cannot be transferred at [1]['a'][1]""", id="path"
        ),
        pytest.param(10**1300, "an integer of", id="huge-integer"),
        pytest.param("a" * (codec.MAX_TEXT_BYTES + 1), "text of", id="huge-text"),
        pytest.param("\ud800", "not valid Unicode", id="surrogate"),
        pytest.param([0] * codec.MAX_VALUES, "more than 100000 values", id="many-values"),
        pytest.param(dict.fromkeys(range(1025)), "keys that are not text", id="many-keys"),
    ],
)
def test_what_has_no_wire_form_is_named(value: object, words: str) -> None:
    with pytest.raises(codec.CodecError, match=re.escape(words)):
        codec.encode(value)


def test_endless_nesting_is_refused() -> None:
    value: list[object] = []
    value.append(value)

    with pytest.raises(codec.CodecError, match="nesting deeper"):
        codec.encode(value)


def _array(code: int, order: int, *shape: int, data: bytes = b"") -> bytes:
    return b"a" + bytes((code, order, len(shape))) + struct.pack(f"<{len(shape)}Q", *shape) + data


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"?", id="unknown-tag"),
        pytest.param(b"NN", id="two-values"),
        pytest.param(b"i\0", id="short-integer"),
        pytest.param(b"I\xff\xff\xff\xff", id="long-integer"),
        pytest.param(b"s\xff\xff\xff\x7f", id="long-text"),
        pytest.param(b"s\x01\0\0\0\xff", id="text-not-utf-8"),
        pytest.param(b"b\xff\xff\xff\xff", id="long-bytes"),
        pytest.param(b"l\xff\xff\xff\xff", id="long-list"),
        pytest.param(b"l\x01\0\0\0" * 17 + b"N", id="nested"),
        pytest.param(b"m\x01\0\0\0l\0\0\0\0N", id="list-as-key"),
        pytest.param(b"m\x02\0\0\0NNNN", id="key-twice"),
        pytest.param(_array(99, 0, 1, data=bytes(8)), id="unknown-dtype"),
        pytest.param(_array(4, 2, 1, data=bytes(8)), id="unknown-order"),
        pytest.param(_array(4, 0, 1 << 62, data=bytes(8)), id="huge-shape"),
        pytest.param(_array(4, 0, 1 << 63, 1 << 63, 2), id="overflowing-shape"),
        pytest.param(_array(4, 0, 0, 1 << 63), id="empty-and-huge"),
        pytest.param(b"a\x04\0\x21" + bytes(8 * 33), id="33-dimensions"),
        pytest.param(b"n\x63\0", id="unknown-number"),
        pytest.param(b"n\x04\0", id="short-number"),
    ],
)
def test_bytes_that_are_no_value_are_refused(data: bytes) -> None:
    with pytest.raises(codec.CodecError):
        codec.decode(data)


def test_mutated_messages_raise_nothing_but_codec_errors() -> None:
    source = random.Random(0)
    value = {
        "x": np.ones((2, 2)),
        "k": [1, 2.0, None, ("a", b"b", 1j)],
        3: np.bool_(True),
        "b": 10**30,
    }
    data = codec.encode(value)
    for _ in range(20_000):
        mutated = bytearray(data)
        for _ in range(source.randint(1, 4)):
            mutated[source.randrange(len(mutated))] = source.randrange(256)
        del mutated[source.randrange(len(mutated) // 2, len(mutated) + 1) :]
        try:
            codec.decode(bytes(mutated))
        except codec.CodecError:
            continue


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([i * (2**61 - 1) for i in range(50_000)], id="integers"),
        pytest.param(
            [tuple(-1 - (i >> bit & 1) for bit in range(16)) for i in range(5000)], id="tuples"
        ),
    ],
)
def test_colliding_dict_keys_cost_nothing(keys: list[Any]) -> None:
    """Regression: 640 KB of colliding integers cost the decoder 7.7 s."""
    pairs = b"".join(codec.encode(key) + b"N" for key in keys)
    data = b"m" + struct.pack("<I", len(keys)) + pairs
    before = time.process_time()

    with pytest.raises(codec.CodecError, match="keys that are not text"):
        codec.decode(data)

    assert time.process_time() - before < 0.05


def test_answer_that_would_broadcast_costs_nothing() -> None:
    """Regression: a naive comparison of (n, 1) with (1, n) took 2 s and 1.4 GB in the grader."""
    from grader.core.compare import compare
    from grader.core.comparison import Comparison

    answer = codec.decode(codec.encode(np.zeros((7000, 1))))
    before = time.process_time()

    mismatch = compare(answer, np.zeros((1, 7000)), Comparison())

    assert mismatch is not None
    assert time.process_time() - before < 0.05
