"""A failing input becomes small and readable, inside its domain and within its calls."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from max_pool_bugs import BUGS
from max_pool_question import SEED_DRAW, batch_part, is_accepted, make_domain, seed_part

from grader.core.domain import ArrayDraw
from grader.core.expression import parse_expression
from grader.core.question import Group
from grader.draw import Candidate, Shrinker, shrinker_of, size_of
from grader.draw.elements import bounds_of, is_inside
from grader.draw.frames import frame_of
from grader.draw.strategies import inputs_strategy

EVERY_DAY = ("feeds every maximum", "starts at zero")
PAIRS = [
    pytest.param(name, group, marks=() if name in EVERY_DAY else pytest.mark.slow)
    for name, (_, groups) in BUGS.items()
    for group in sorted(groups)
]


def no_clock() -> float:
    return 0.0


def shrink(
    domain: Any, where: Any, inputs: Any, fails: Callable[[Any], bool], **bounds: Any
) -> Mapping[str, object]:
    """Shrink by a condition that is asked of one candidate after the other."""

    def first_failing(candidates: Sequence[Candidate]) -> int | None:
        return next((at for at, found in enumerate(candidates) if fails(found.inputs)), None)

    return shrinker_of(domain, where).shrink(inputs, first_failing, **bounds)


def group_of(part: Any, name: str) -> Group:
    (group,) = [group for group in part.groups if group.id == name]
    assert isinstance(group, Group)
    return group


def some_failing(group: Group, fails: Callable[[Any], bool], least: int) -> Any:
    """Find a failing input of at least so many cells, unshrunk."""

    def is_wanted(inputs: Any) -> bool:
        return inputs["x"].size >= least and fails(inputs)

    return hypothesis.find(
        inputs_strategy(group.domain, group.where),
        is_wanted,
        settings=quiet(phases=[Phase.generate]),
    )


def quiet(**changes: Any) -> settings:
    return settings(
        max_examples=20_000,
        database=None,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        **changes,
    )


def wrong(name: str) -> Callable[[Any], bool]:
    bug = BUGS[name][0]
    return lambda inputs: not is_accepted(inputs, bug(inputs))


def when(condition: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Give the condition, typed for inputs of any kind."""
    return condition


def cells(inputs: Any) -> int:
    return sum(np.size(v) for v in inputs.values() if isinstance(v, np.ndarray))


def lies_inside(group: Group, inputs: Any) -> bool:
    scalars = {name: v for name, v in inputs.items() if not isinstance(v, np.ndarray)}
    frame = frame_of(group.domain, group.where, scalars)
    return frame is not None and all(
        inputs[d.name].shape == frame.shapes[d.name]
        and is_inside(d.draw, bounds_of(d.draw, scalars), inputs[d.name])
        for d in group.domain
        if isinstance(d.draw, ArrayDraw)
    )


@pytest.mark.parametrize(("name", "group_id"), PAIRS)
def test_shrinking_finds_inputs_as_small_as_hypothesis_does(name: str, group_id: str) -> None:
    group, fails = group_of(seed_part(), group_id), wrong(name)
    strategy = inputs_strategy(group.domain, group.where)
    theirs = hypothesis.find(strategy, fails, settings=quiet())

    ours = shrink(group.domain, group.where, some_failing(group, fails, 12), fails, clock=no_clock)

    assert fails(ours)
    assert lies_inside(group, ours)
    assert cells(ours) <= cells(theirs)


@pytest.mark.parametrize(
    ("name", "group_id", "x", "delta_f"),
    [
        ("assigns", "overlapping", [[2, 3, 4], [5, 6, 1]], [[1, 2]]),
        ("feeds every maximum", "ties", [[1, 2], [3, 3]], [[1]]),
        ("takes minimum", "overlapping", [[1, 2], [3, 4]], [[1]]),
        ("starts at zero", "non-overlapping", [[-1]], [[1]]),
        ("ignores stride", "non-overlapping", [[1, 2, 3]], [[1, 2]]),
        ("ignores upstream", "overlapping", [[1, 2], [3, 4]], [[2]]),
        ("scans columns", "overlapping", [[1, 2], [4, 3]], [[1]]),
    ],
)
def test_shrunk_input_is_what_a_teacher_would_write(
    name: str, group_id: str, x: list[list[float]], delta_f: list[list[float]]
) -> None:
    group, fails = group_of(seed_part(), group_id), wrong(name)

    shrunk: Any = shrink(
        group.domain, group.where, some_failing(group, fails, 20), fails, clock=no_clock
    )

    assert shrunk["x"].tolist() == x
    assert shrunk["delta_f"].tolist() == delta_f


@pytest.mark.parametrize(("name", "group_id"), PAIRS)
def test_batches_are_shrunk_to_one_plane(name: str, group_id: str) -> None:
    group, fails = group_of(batch_part(), group_id), wrong(name)
    start = some_failing(group, fails, 24)

    shrunk: Any = shrink(group.domain, group.where, start, fails, clock=no_clock)

    assert (shrunk["N"], shrunk["C"]) == (1, 1)
    assert shrunk["x"].size <= 6


def test_always_failing_answer_shrinks_to_the_smallest_input() -> None:
    group = group_of(seed_part(), "overlapping")

    shrunk: Any = shrink(
        group.domain, group.where, some_failing(group, bool, 30), bool, clock=no_clock
    )

    assert shrunk["x"].tolist() == [[1, 2], [3, 4]]
    assert shrunk["delta_f"].tolist() == [[1]]


def test_zeros_are_kept_only_where_they_are_the_cause() -> None:
    domain = make_domain({"n": "int 1..4", "x": "floats[n, n]"})
    start = {"n": 3, "x": np.zeros((3, 3))}

    shrunk: Any = shrink(domain, None, start, when(lambda v: 0 in v["x"]), clock=no_clock)
    spread: Any = shrink(domain, None, start, when(lambda v: v["n"] > 1), clock=no_clock)

    assert shrunk["x"].tolist() == [[0]]
    assert np.unique(spread["x"]).size == 4


@pytest.mark.parametrize("calls", [0, 1, 7])
def test_no_more_calls_are_made_than_allowed(calls: int) -> None:
    group = group_of(seed_part(), "overlapping")
    start = some_failing(group, bool, 30)
    asked = []

    def fails(inputs: Any) -> bool:
        asked.append(inputs)
        return False

    shrunk: Any = shrink(group.domain, group.where, start, fails, calls=calls, clock=no_clock)

    assert len(asked) == calls
    assert np.array_equal(shrunk["x"], start["x"])


def test_seconds_are_a_net() -> None:
    group = group_of(seed_part(), "overlapping")
    asked = []
    ticks = itertools.count()

    def first_failing(candidates: Sequence[Candidate]) -> int | None:
        asked.append(candidates)
        return None

    shrinker_of(group.domain, group.where).shrink(
        some_failing(group, bool, 30),
        first_failing,
        seconds=5,
        clock=lambda: float(next(ticks)),
    )

    assert len(asked) == 5


def test_same_start_gives_the_same_result() -> None:
    group, fails = group_of(seed_part(), "ties"), wrong("assigns")
    start = some_failing(group, fails, 12)

    first, second = (
        shrink(group.domain, group.where, start, fails, clock=no_clock) for _ in range(2)
    )

    assert size_of(first) == size_of(second)


@pytest.mark.parametrize("group_id", ["non-overlapping", "overlapping", "ties"])
def test_every_candidate_is_simpler_and_inside(group_id: str) -> None:
    for part in (seed_part(), batch_part()):
        group = group_of(part, group_id)
        start = some_failing(group, bool, 16)

        simpler = shrinker_of(group.domain, group.where).simpler(start)
        candidates = [candidate.inputs for candidate in simpler]

        assert len(candidates) > 20
        assert all(size_of(candidate) < size_of(start) for candidate in candidates)
        assert all(lies_inside(group, candidate) for candidate in candidates)


def test_candidates_are_made_once_for_all_who_fail_on_the_same_input() -> None:
    group = group_of(seed_part(), "ties")
    start = some_failing(group, bool, 16)
    shrinker = Shrinker(group.domain, group.where)

    first, second = (list(shrinker.simpler(start)) for _ in range(2))

    assert all(one is other for one, other in zip(first, second, strict=True))
    assert len({candidate.key for candidate in first}) == len(first)


def test_submissions_that_fail_at_the_same_time_shrink_as_if_alone() -> None:
    group, fails = group_of(seed_part(), "ties"), wrong("feeds every maximum")
    start = some_failing(group, fails, 16)
    alone = shrink(group.domain, group.where, start, fails, clock=no_clock)
    shrinker = Shrinker(group.domain, group.where)

    def first_failing(candidates: Sequence[Candidate]) -> int | None:
        return next((at for at, found in enumerate(candidates) if fails(found.inputs)), None)

    with ThreadPoolExecutor(4) as threads:
        jobs = [
            threads.submit(shrinker.shrink, start, first_failing, clock=no_clock) for _ in range(8)
        ]
        together = [job.result() for job in jobs]

    assert all(size_of(found) == size_of(alone) for found in together)


def test_fixed_case_outside_of_the_domain_can_be_shrunk_into_it() -> None:
    domain = make_domain(SEED_DRAW)
    start = {"x": np.eye(9), "delta_f": np.ones((2, 2)), "kernel": 4, "stride": 5}

    shrunk: Any = shrink(domain, None, start, when(lambda v: v["x"].size > 1), clock=no_clock)

    assert shrunk["x"].size == 2
    assert set(shrunk) == set(SEED_DRAW)


def test_words_and_bounds_of_every_kind_are_kept() -> None:
    lines = {
        "mode": "one of same, valid",
        "n": "int 1..5",
        "p": "float 0.1..0.9",
        "t": "text 1..4",
        "u": "floats[n, 3] unit rows",
        "c": "ints[n] 0..2",
        "s": "floats[n] nan",
        "b": "bools[n]",
    }
    domain = make_domain(lines)
    where = parse_expression("n > 1", list(lines))
    inputs = {
        "mode": "valid", "n": 4, "p": 0.7, "t": "dcba", "u": np.full((4, 3), [0.5, 0.25, 0.25]),
        "c": np.array([2, 0, 1, 2]), "s": np.array([math.nan, 1, 2, 3]), "b": np.ones(4, bool),
    }  # fmt: skip

    shrunk: Any = shrink(
        domain, where, inputs, when(lambda v: bool(np.isnan(v["s"]).any())), clock=no_clock
    )

    assert shrunk["n"] == 2
    assert np.isnan(shrunk["s"]).sum() == 1
    assert (shrunk["u"].sum(axis=1) == 1).all()
    assert shrunk["c"].max() <= 2
