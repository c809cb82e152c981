"""Whatever bytes a worker sends, the grader comes to a verdict: no other error, bounded work."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.core import codec
from grader.core.call import Failed, Returned
from grader.core.limits import Limits
from grader.core.verdict import Verdict
from grader.sandbox.jail import frames
from grader.sandbox.jail.frames import Kind
from grader.sandbox.worker import awaited_answer

from .fake_worker import fake_worker, frame

GOOD = codec.encode(((), 1))
REQUESTS = [codec.encode({"x": number}) for number in range(4)]
AWAITED = [awaited_answer(1)] * 4
BIG = codec.encode(((), {str(number): {} for number in range(90_000)}))


def batch(raw: bytes) -> list[Returned | Failed]:
    with fake_worker(lambda kind, number: frame(Kind.ANSWERS, number, raw)) as worker:
        return worker.call_batch(REQUESTS, 5.0, AWAITED)


def test_batch_of_answers_is_read() -> None:
    answers = batch(codec.encode(((Kind.OK + 0, GOOD), (4, codec.encode(((), [2]))))))

    assert [a.value for a in answers if isinstance(a, Returned)] == [1, [2]]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(((4, {}),), id="dict-for-bytes"),
        pytest.param(((4, np.zeros(3, np.uint8)),), id="array-for-bytes"),
        pytest.param(((4, "N"),), id="text-for-bytes"),
        pytest.param(((4, [78]),), id="list-for-bytes"),
        pytest.param(((np.zeros(2), GOOD),), id="array-for-kind"),
        pytest.param((({}, GOOD),), id="dict-for-kind"),
        pytest.param(((float("nan"), GOOD),), id="nan-for-kind"),
        pytest.param(((10**300, GOOD),), id="huge-kind"),
        pytest.param(((99, GOOD),), id="unknown-kind"),
        pytest.param(((-1, GOOD),), id="negative-kind"),
        pytest.param(({},), id="dict-for-pair"),
        pytest.param(({0: 4, 1: GOOD},), id="dict-with-members"),
        pytest.param(("ab",), id="text-for-pair"),
        pytest.param((np.zeros(2),), id="array-for-pair"),
        pytest.param((4, GOOD), id="pair-for-pairs"),
        pytest.param(((4, GOOD, 1),), id="three-for-two"),
        pytest.param(([4, GOOD],), id="list-for-pair"),
        pytest.param([(4, GOOD)], id="list-for-tuple"),
        pytest.param((), id="nothing"),
        pytest.param(((4, GOOD),) * 5, id="more-than-asked"),
        pytest.param(((4, b""),), id="empty-bytes"),
        pytest.param(((4, GOOD + b"N"),), id="trailing-bytes"),
        pytest.param(((5, codec.encode(("x", (1,)))),), id="location-of-numbers"),
        pytest.param(((4, codec.encode(((1,), 1))),), id="changed-of-numbers"),
        pytest.param(((4, BIG),) * 3, id="more-than-a-batch-holds"),
        pytest.param(None, id="none"),
        pytest.param({"a": 1}, id="dict"),
    ],
)
def test_answers_of_another_form_are_no_answers(answers: Any) -> None:
    """Regression: dicts and arrays where bytes should be raised KeyError and ValueError in us."""
    assert batch(codec.encode(answers)) == []


def test_answers_that_would_grow_when_decoded_cost_little() -> None:
    """Regression: 64 MiB of answers to a batch became 770 MB in the grader, in 4.5 s."""
    raw = codec.encode(tuple((4, BIG) for _ in range(40)))
    tracemalloc.start()
    started = time.process_time()

    found = batch(raw)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == []
    assert peak < 3 * len(raw)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda n: frame(4, n, b""), id="empty"),
        pytest.param(lambda n: frame(4, n, b"N"), id="no-pair"),
        pytest.param(lambda n: frame(4, n, codec.encode({})), id="dict"),
        pytest.param(lambda n: frame(4, n, codec.encode(((1,), 1))), id="changed-of-numbers"),
        pytest.param(lambda n: frame(4, n, codec.encode((np.zeros(2), 1))), id="changed-array"),
        pytest.param(lambda n: frame(4, n, codec.encode("ab")), id="text-of-two"),
        pytest.param(lambda n: frame(4, n, codec.encode(np.zeros(2))), id="array-of-two"),
        pytest.param(lambda n: frame(4, n, GOOD) * 2, id="twice"),
        pytest.param(lambda n: frame(4, n, GOOD) + b"x", id="a-byte-more"),
        pytest.param(lambda n: frame(4, n + 1, GOOD), id="other-number"),
        pytest.param(lambda n: frame(4, 0, GOOD), id="number-of-ready"),
        pytest.param(lambda n: frame(3, n, b""), id="ready"),
        pytest.param(lambda n: frame(1, n, GOOD), id="a-load"),
        pytest.param(lambda n: frame(2, n, GOOD), id="a-call"),
        pytest.param(lambda n: frame(10, n, codec.encode(((4, GOOD),))), id="a-batch"),
        pytest.param(lambda n: frame(10, n, b""), id="an-empty-batch"),
        pytest.param(lambda n: frame(200, n, GOOD), id="unknown-kind"),
        pytest.param(lambda n: frame(5, n, GOOD), id="raised-without-text"),
        pytest.param(lambda n: frame(8, n, codec.encode(("x", ()))), id="unreadable-to-a-call"),
        pytest.param(
            lambda n: struct.pack("<4sB3xQQ", b"GrD1", 4, n, 1 << 63), id="announces-an-exabyte"
        ),
        pytest.param(lambda n: struct.pack("<4sB3xQQ", b"GrD2", 4, n, 0), id="other-magic"),
        pytest.param(lambda n: b"\0" * 24, id="zeros"),
        pytest.param(lambda n: b"HTTP/1.1 200 OK\r\n\r\n{}      ", id="another-protocol"),
    ],
)
def test_frame_that_is_no_answer_is_a_protocol_error(answer: Any) -> None:
    with fake_worker(lambda kind, number: answer(number)) as worker:
        found = worker.call(REQUESTS[0])

    assert isinstance(found, Failed)
    assert found.verdict is Verdict.PE


def test_claimed_memory_is_not_taken_before_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Limits, "wall_seconds", staticmethod(lambda cpu_seconds: 0.3))
    most = frames.MAX_PAYLOAD_BYTES

    def announce(kind: int, number: int) -> bytes:
        return frames.header(4, number, most) + b"t"

    with fake_worker(announce) as worker:
        found = worker.call(REQUESTS[0])

    assert isinstance(found, Failed)
    assert found.verdict is Verdict.TLE


def test_idle_time_of_many_calls_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Regression: each call had a wall limit and all of them together had none."""
    from grader.sandbox import channel

    monkeypatch.setattr(channel, "IDLE_SECONDS", 0.3)

    def dawdle(kind: int, number: int) -> bytes:
        time.sleep(0.2)
        return frame(4, number, GOOD)

    with fake_worker(dawdle) as worker:
        answers = []
        for _ in range(10):
            answers.append(worker.call(REQUESTS[0]))
            if not worker.is_alive:
                break

    assert 2 <= len(answers) < 8
    assert isinstance(answers[-1], Failed)
    assert answers[-1].verdict is Verdict.TLE
    assert "in all its calls together" in answers[-1].message
    assert 0.3 <= worker.idle_seconds < 2


def test_batch_that_sleeps_is_given_up_sooner_than_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again call by call, so that nobody is wronged; a sleeper cost 10 s more."""
    from grader.sandbox import channel

    monkeypatch.setattr(channel, "_BATCH_WALL_SECONDS", 0.3)

    def doze(kind: int, number: int) -> bytes:
        time.sleep(1)
        return frame(4, number, GOOD)

    with fake_worker(doze) as worker:
        assert worker.call_batch(REQUESTS, 5.0, AWAITED) == []

    assert worker.idle_seconds < 0.9


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None, database=None)
def test_any_bytes_come_to_a_verdict(data: bytes) -> None:
    with fake_worker(lambda kind, number: frame(4, number, data)) as worker:
        found = worker.call(REQUESTS[0])

    assert isinstance(found, (Failed, Returned))
    assert batch(data) == [] or data[:1] == b"t"


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=5)
    | st.binary(max_size=20)
    | st.sampled_from([np.zeros(3, np.uint8), np.zeros((2, 2)), np.float32(1), np.zeros((0, 9))]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.tuples(st.integers(0, 12), inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values, st.integers(0, 12))
@settings(max_examples=100, deadline=None, database=None)
def test_any_value_as_an_answer_comes_to_a_verdict(value: object, kind: int) -> None:
    data = codec.encode(value)
    with fake_worker(lambda _, number: frame(kind, number, data)) as worker:
        found = worker.call(REQUESTS[0])

    assert isinstance(found, (Failed, Returned))
    with fake_worker(lambda _, number: frame(Kind.ANSWERS, number, data)) as worker:
        assert isinstance(worker.call_batch(REQUESTS, 5.0, AWAITED), list)


def messages() -> list[bytes]:
    inner = {"x": np.ones((2, 3)), "k": [1, 2.0, None, ("a", b"b", 1j)], 3: np.bool_(True)}
    return [
        codec.encode(((), inner)),
        codec.encode(((), np.asfortranarray(np.ones((3, 4, 5), np.float32)))),
        codec.encode(((), {(1, "a"): [[[[10**40, -1]]]], None: "text" * 20})),
        codec.encode(tuple((4, codec.encode(((), [number, inner]))) for number in range(3))),
    ]


def mutate(data: bytes, source: random.Random) -> bytes:
    mutated = bytearray(data)
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(mutated))
        match source.randrange(5):
            case 0:
                mutated[at] = source.randrange(256)
            case 1:
                mutated[at] = source.choice(b"NTFiIdcsbltman")
            case 2:
                mutated[at : at + 4] = struct.pack("<I", source.choice((0, 1, 2**31, 2**32 - 1)))
            case 3:
                mutated[at:at] = mutated[: source.randrange(40)]
            case _:
                del mutated[at + 1 : at + 1 + source.randrange(20)]
    return bytes(mutated)


def fuzz(data: bytes, count: int) -> None:
    source = random.Random(len(data))
    tracemalloc.start()
    try:
        for _ in range(count):
            mutated = mutate(data, source)
            started = time.process_time()
            try:
                value = codec.decode(mutated)
            except codec.CodecError:
                continue
            finally:
                assert time.process_time() - started < 0.5
            assert codec.encode(value) is not None  # what is read can be kept and shown
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("number", range(4))
def test_mutated_messages_are_read_or_refused(number: int) -> None:
    fuzz(messages()[number], 2000)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", range(4))
def test_very_many_mutated_messages_are_read_or_refused(number: int) -> None:
    fuzz(messages()[number], 100_000)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_very_many_mutated_frames_come_to_a_verdict() -> None:
    source = random.Random(7)
    for data in messages():
        for _ in range(1000):
            mutated = mutate(data, source)
            assert isinstance(batch(mutated), list)
