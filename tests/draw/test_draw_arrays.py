"""Arrays keep the promises of their words, drawn by Hypothesis or enumerated to be read."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from max_pool_question import make_domain

from grader.core.domain import ArrayDraw
from grader.draw.elements import bounds_of, is_inside
from grader.draw.fillings import fillings
from grader.draw.strategies import array_strategy, inputs_strategy

SHAPES: list[tuple[int, ...]] = [(1,), (2, 2), (8, 8), (2, 3, 5, 4), (0, 3)]
DRAWS = [
    "floats[{}]",
    "floats[{}] distinct",
    "floats[{}] ties",
    "floats[{}] positive",
    "floats[{}] negative distinct",
    "floats[{}] ties positive",
    "floats[{}] nan",
    "floats[{}] inf distinct",
    "floats[{}] nan inf positive",
    "floats[{}] float32",
    "floats[{}] float32 distinct",
    "floats[{}] 0..1",
    "floats[{}] -0.1..0.3 distinct",
    "ints[{}]",
    "ints[{}] distinct",
    "ints[{}] 0..4",
    "ints[{}] 1..1000000 distinct",
    "ints[{}] 2..3 ties",
    "bools[{}]",
]


def array_draw(text: str, shape: tuple[int, ...]) -> ArrayDraw:
    sizes = ", ".join(map(str, shape))
    (declaration,) = make_domain({"x": text.format(sizes)})
    assert isinstance(declaration.draw, ArrayDraw)
    return declaration.draw


def draws_of(draw: ArrayDraw, shape: tuple[int, ...], count: int = 12) -> list[Any]:
    found: list[Any] = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(array_strategy(draw, shape, bounds_of(draw, {})))
    def keep(array: Any) -> None:
        found.append(array)

    keep()
    return found


@pytest.mark.parametrize("text", DRAWS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_drawn_and_readable_arrays_are_inside(text: str, shape: tuple[int, ...]) -> None:
    draw = array_draw(text, shape)
    bounds = bounds_of(draw, {})

    readable = fillings(draw, shape, bounds)
    drawn = draws_of(draw, shape, 4)

    assert readable
    for array in [*readable, *drawn]:
        assert array.shape == shape
        assert is_inside(draw, bounds, array)


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (2, 3, 4), (3, 16)], ids=str)
@pytest.mark.parametrize("words", ["unit rows", "unit rows positive", "unit rows float32"])
def test_unit_rows_sum_to_exactly_one(shape: tuple[int, ...], words: str) -> None:
    draw = array_draw("floats[{}] " + words, shape)

    for array in [*fillings(draw, shape, None), *draws_of(draw, shape)]:
        assert (array.sum(axis=-1) == 1).all()
        assert (array >= 0).all()


def test_upstream_gradients_have_both_signs_and_no_symmetry() -> None:
    arrays = draws_of(array_draw("floats[{}]", (3, 3)), (3, 3), 60)

    rectified = [array for array in arrays if array.min() >= 0]
    assert len(rectified) < len(arrays) / 2  # as after a ReLU: zeros for negatives
    assert not any((array == 1).all() for array in arrays)
    signed = [array for array in arrays if array.min() < 0 < array.max()]
    assert len(signed) > len(arrays) / 2
    assert not any((array == array.T).all() for array in signed)


@pytest.mark.parametrize("text", ["floats[{}] distinct", "floats[{}]", "floats[{}] ties"])
def test_sums_of_drawn_floats_are_exact(text: str) -> None:
    for array in draws_of(array_draw(text, (6, 6)), (6, 6), 40):
        values = array.ravel().tolist()

        assert sum(values) == math.fsum(values) == sum(reversed(values))


def test_tied_arrays_come_in_every_pattern() -> None:
    arrays = draws_of(array_draw("floats[{}] ties", (4, 4)), (4, 4), 150)

    assert any(np.unique(array).size == 1 for array in arrays)  # constant
    assert any(
        (array[:2, :2] == array[0, 0]).all() and np.unique(array).size > 1 for array in arrays
    )
    assert any(np.signbit(array[array == 0]).any() for array in arrays)  # signed zeros
    assert any(array.max() < 0 for array in arrays)
    assert any(np.unique(array).size == 3 for array in arrays)


@pytest.mark.parametrize("word", ["nan", "inf"])
def test_special_values_stand_in_every_cell_sooner_or_later(word: str) -> None:
    draw = array_draw("floats[{}] " + word, (2, 2))

    special = [~np.isfinite(array) for array in fillings(draw, (2, 2), None)]

    assert np.any(special, axis=0).all()
    assert any(mask.sum() == 0 for mask in special)


def test_near_ties_are_among_the_distinct_arrays() -> None:
    arrays = draws_of(array_draw("floats[{}] distinct", (3, 3)), (3, 3), 60)

    assert any(np.isclose(array.max(), array.min()) for array in arrays)


@pytest.mark.parametrize(
    ("text", "array"),
    [
        pytest.param("floats[2] distinct", np.array([1.0, 1.0]), id="repeated"),
        pytest.param("floats[2] distinct", np.array([0.0, -0.0]), id="signed-zeros"),
        pytest.param("floats[2] ties", np.array([1.0, 2.0]), id="no-tie"),
        pytest.param("floats[2] positive", np.array([0.0, 2.0]), id="zero-is-not-positive"),
        pytest.param("floats[2]", np.array([np.nan, 2.0]), id="nan"),
        pytest.param("floats[2] nan", np.array([np.inf, 2.0]), id="inf-for-nan"),
        pytest.param("floats[2]", np.array([1, 2]), id="ints"),
        pytest.param("floats[2]", np.array([1, 2], dtype=np.float32), id="float32"),
        pytest.param("ints[2] 0..3", np.array([1, 4]), id="above"),
        pytest.param("floats[2] unit rows", np.array([0.5, 0.25]), id="sum"),
        pytest.param("floats[2] unit rows", np.array([-0.5, 1.5]), id="negative-share"),
    ],
)
def test_array_that_breaks_a_word_is_outside(text: str, array: Any) -> None:
    draw = array_draw(text, (2,))

    assert not is_inside(draw, bounds_of(draw, {}), array)


@settings(database=None, deadline=None, max_examples=60)
@given(st.data())
def test_inputs_strategy_serves_property_tests(data: st.DataObject) -> None:
    lines = {"n": "int 1..4", "x": "floats[n, n + 1] distinct", "y": "ints[n] 0..n - 1"}

    inputs: dict[str, Any] = data.draw(inputs_strategy(make_domain(lines)))

    assert list(inputs) == ["n", "x", "y"]
    assert inputs["x"].shape == (inputs["n"], inputs["n"] + 1)
    assert inputs["y"].max() < inputs["n"]
