"""The distance to the valid gradients, against every valid gradient and a linear program."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling_inputs import check

from reference.tie_flow import Split, measure_imbalance, possible_sums

CELLS = 4

splits_of_cells = st.builds(
    lambda cells, gradient: Split(tuple(sorted(cells)), gradient),
    st.sets(st.integers(0, CELLS - 1), min_size=1, max_size=3),
    st.integers(-3, 3),
)
planes = st.lists(st.integers(-4, 4), min_size=CELLS, max_size=CELLS)
few_splits = st.lists(splits_of_cells, max_size=3)


def parts(total: int, count: int) -> Iterator[tuple[int, ...]]:
    """All ways to write a total as a sum of whole numbers of its sign, one for each receiver."""
    sign = 1 if total >= 0 else -1
    for head in product(range(abs(total) + 1), repeat=count - 1):
        if sum(head) <= abs(total):
            yield tuple(sign * part for part in (*head, abs(total) - sum(head)))


def every_valid_gradient(splits: list[Split]) -> set[tuple[int, ...]]:
    """All of them that are whole; a flow has a whole optimum, so no other can be nearer."""
    valid = set()
    for choice in product(*(parts(split.gradient, len(split.cells)) for split in splits)):
        dx = [0] * CELLS
        for split, gives in zip(splits, choice, strict=True):
            for cell, part in zip(split.cells, gives, strict=True):
                dx[cell] += part
        valid.add(tuple(dx))
    return valid


@check(300)
@given(planes, few_splits)
def test_distance_is_that_to_the_nearest_of_all_valid_gradients(
    dx: list[int], splits: list[Split]
) -> None:
    nearest = min(
        sum(abs(a - b) for a, b in zip(dx, valid, strict=True))
        for valid in every_valid_gradient(splits)
    )

    distance, _ = measure_imbalance(dx, splits, ())

    assert distance == nearest


@check(300)
@given(planes, few_splits)
def test_named_cells_hold_a_sum_that_no_valid_gradient_has(
    dx: list[int], splits: list[Split]
) -> None:
    distance, cells = measure_imbalance(dx, splits, ())

    least, most = possible_sums(cells, splits)
    assert (distance == 0) == (cells == [])
    assert (distance == 0) == (least <= sum(dx[cell] for cell in cells) <= most)


@check(300)
@given(st.sets(st.integers(0, CELLS - 1)), few_splits)
def test_possible_sums_are_those_of_all_valid_gradients(
    cells: set[int], splits: list[Split]
) -> None:
    sums = {sum(dx[cell] for cell in cells) for dx in every_valid_gradient(splits)}

    assert possible_sums(cells, splits) == (min(sums), max(sums))


def linear_program_distance(
    optimize: ModuleType, dx: list[int], splits: list[Split], cells: int
) -> float:
    """The least l1 distance by a linear program: parts of each window, and what is left over."""
    columns = [(w, cell) for w, split in enumerate(splits) for cell in split.cells]
    over, under = len(columns), len(columns) + cells
    equalities = np.zeros((len(splits) + cells, under + cells))
    for column, (w, cell) in enumerate(columns):
        equalities[w, column] = 1
        equalities[len(splits) + cell, column] = splits[w].gradient
    for cell in range(cells):
        equalities[len(splits) + cell, [over + cell, under + cell]] = 1, -1
    cost = np.r_[np.zeros(over), np.ones(2 * cells)]
    targets = np.r_[np.ones(len(splits)), dx]
    return float(optimize.linprog(cost, A_eq=equalities, b_eq=targets).fun)


def compare_with_linear_program(optimize: ModuleType, seed: int, cases: int) -> int:
    """Compare random cases of overlapping windows; return how many of them were valid."""
    rng = np.random.default_rng(seed)
    valid = 0
    for _ in range(cases):
        cells = int(rng.integers(2, 9))
        splits = [
            Split(
                tuple(sorted(rng.choice(cells, rng.integers(1, min(4, cells) + 1), replace=False))),
                int(rng.integers(-6, 7)),
            )
            for _ in range(rng.integers(1, 7))
        ]
        dx = [0] * cells
        for split in splits:
            for part in np.array_split(np.arange(abs(split.gradient)), len(split.cells)):
                dx[int(rng.choice(split.cells))] += len(part) * int(np.sign(split.gradient))
        if rng.random() < 0.5:
            dx[int(rng.integers(cells))] += int(rng.integers(-2, 3))

        distance, _ = measure_imbalance(dx, splits, ())

        expected = linear_program_distance(optimize, dx, splits, cells)
        assert distance == pytest.approx(expected, abs=1e-7)
        valid += distance == 0
    return valid


@pytest.mark.oracle
def test_distance_is_that_of_a_linear_program(scipy_optimize: ModuleType) -> None:
    assert compare_with_linear_program(scipy_optimize, seed=1, cases=150) > 40


@pytest.mark.slow
@pytest.mark.oracle
def test_distance_is_that_of_a_linear_program_on_many_cases(scipy_optimize: ModuleType) -> None:
    assert compare_with_linear_program(scipy_optimize, seed=2, cases=6000) > 2000


def test_open_cells_may_hold_anything() -> None:
    splits = [Split((0,), 2), Split((1, 2), 0)]

    assert measure_imbalance([2, 7, -5, 9], splits, {1, 2, 3}) == (0, [])
