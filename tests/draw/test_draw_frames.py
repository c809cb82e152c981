"""Scalars and shapes are enumerated: all of them where they are few, ends and pairs where not."""

from __future__ import annotations

import random
from typing import Any

import pytest
from max_pool_question import BATCH_DRAW, SEED_DRAW, make_domain

from grader.core.expression import parse_expression
from grader.draw.frames import MAX_CELLS, enumerate_frames, frame_of, spread


def test_every_combination_of_the_seed_question_is_found() -> None:
    found = enumerate_frames(make_domain(SEED_DRAW), None)

    assert len(found.valid) == 3 * (36 + 25 + 16)
    assert found.is_complete


def test_condition_keeps_only_its_combinations() -> None:
    where = parse_expression("stride < kernel", list(SEED_DRAW))

    found = enumerate_frames(make_domain(SEED_DRAW), where)

    assert len(found.valid) == 25 + 2 * 16
    pairs: list[Any] = [(f.scalars["stride"], f.scalars["kernel"]) for f in found.valid]
    assert all(stride < kernel for stride, kernel in pairs)


def test_smallest_frames_come_first() -> None:
    cells = [frame.cells for frame in enumerate_frames(make_domain(SEED_DRAW), None).valid]

    assert cells == sorted(cells)


def test_invalid_combinations_are_skipped() -> None:
    domain = make_domain({"k": "int 1..9", "n": "int k..5", "x": "floats[n - k + 1]"})

    found = enumerate_frames(domain, None)

    assert {frame.scalars["k"] for frame in found.valid} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("lines", "where", "reason"),
    [
        pytest.param({"k": "int 5..9", "n": "int k..4"}, "", "'n' is empty", id="empty-range"),
        pytest.param({"k": "int 1..3", "x": "floats[k - 9]"}, "", "size 'k - 9'", id="negative"),
        pytest.param({"k": "int 1..3"}, "k > 5", "'k > 5' is false", id="condition"),
        pytest.param({"k": "int 0..0"}, "1 // k == 1", "has no value", id="division"),
        pytest.param({"k": "int 1..3", "x": "ints[9] 0..k distinct"}, "", "distinct", id="few"),
        pytest.param({"x": "floats[3] -2..-1 positive"}, "", "no value", id="no-sign"),
        pytest.param({"x": "floats[3] unit rows distinct"}, "", "unit rows", id="unit-distinct"),
        pytest.param({"x": "floats[1000, 1000]"}, "", f"at most {MAX_CELLS}", id="too-large"),
        pytest.param({"k": "int 0..3", "n": "int 0..9 // (k - k)"}, "", "no value", id="bound"),
        pytest.param({"t": "text 5..9000"}, "", "letters", id="long-text"),
    ],
)
def test_reason_is_told_when_nothing_can_be_drawn(
    lines: dict[str, str], where: str, reason: str
) -> None:
    condition = parse_expression(where, list(lines)) if where else None

    found = enumerate_frames(make_domain(lines), condition)

    assert not found.valid
    assert reason in found.why_empty()


def test_wide_range_keeps_its_ends_and_the_number_its_condition_names() -> None:
    domain = make_domain({"a": "int -500..100000", "b": "int 0..700"})

    everything = enumerate_frames(domain, None).valid
    narrow = enumerate_frames(domain, parse_expression("b == 77", ["a", "b"])).valid

    assert {-500, 100000} <= {frame.scalars["a"] for frame in everything}
    assert {frame.scalars["b"] for frame in narrow} == {77}


def test_many_scalars_do_not_explode() -> None:
    domain = make_domain({f"n{k}": "int 1..12" for k in range(12)})

    found = enumerate_frames(domain, None)

    assert 1000 < len(found.valid) < 30_000
    assert not found.is_complete


def test_scalars_of_every_kind_have_their_ends() -> None:
    lines = {"p": "float 0..0.5", "on": "one of true, false", "mode": "one of same, valid"}
    frames = enumerate_frames(make_domain(lines | {"t": "text 0..3"}), None).valid

    assert {0.0, 0.5} <= {frame.scalars["p"] for frame in frames}
    assert {frame.scalars["on"] for frame in frames} == {True, False}
    assert {frame.scalars["mode"] for frame in frames} == {"same", "valid"}
    assert {"", "abc"} <= {frame.scalars["t"] for frame in frames}


def test_enough_room_means_every_frame_is_planned() -> None:
    frames = enumerate_frames(make_domain(SEED_DRAW), None).valid

    planned = spread(frames, 250, random.Random(0))

    assert {id(frame) for frame in planned} == {id(frame) for frame in frames}


def test_a_sample_shows_every_pair_of_values() -> None:
    frames = enumerate_frames(make_domain(BATCH_DRAW), None).valid
    names = list(frames[0].scalars)

    planned = spread(frames, 150, random.Random(0))

    assert len(planned) == 150
    for one in names:
        for other in names:
            possible = {(frame.scalars[one], frame.scalars[other]) for frame in frames}
            shown = {(frame.scalars[one], frame.scalars[other]) for frame in planned}
            assert shown == possible


@pytest.mark.parametrize(
    "scalars",
    [
        pytest.param({"k": 4, "p": 0.5, "m": "a"}, id="above"),
        pytest.param({"k": True, "p": 0.5, "m": "a"}, id="bool-for-int"),
        pytest.param({"k": 1.0, "p": 0.5, "m": "a"}, id="float-for-int"),
        pytest.param({"k": 1, "p": 2.0, "m": "a"}, id="float-above"),
        pytest.param({"k": 1, "p": float("nan"), "m": "a"}, id="nan"),
        pytest.param({"k": 1, "p": 0.5, "m": "c"}, id="not-an-option"),
        pytest.param({"k": 3, "p": 0.5, "m": "a"}, id="condition"),
    ],
)
def test_scalars_outside_of_the_domain_have_no_frame(scalars: dict[str, object]) -> None:
    domain = make_domain({"k": "int 1..3", "p": "float 0..1", "m": "one of a, b"})
    where = parse_expression("k < 3", ["k"])

    assert frame_of(domain, where, {"k": 1, "p": 0.5, "m": "b"}) is not None
    assert frame_of(domain, where, scalars) is None
