"""Comparing answers: what holds of any two values, and against a slow oracle."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.core.compare import close_cells, compare
from grader.core.comparison import Comparison, DtypePolicy

USUAL = Comparison()
EXACT = Comparison(rtol=0, atol=0)
NAN_EQUAL = Comparison(nan_equal=True)
INF, NAN = math.inf, math.nan


def accepted(actual: object, expected: object, comparison: Comparison) -> bool:
    return compare(actual, expected, comparison) is None


SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
DTYPES = st.sampled_from(["f8", "f4", "i8", "u1", "?", "c16"]).map(np.dtype)
ARRAYS: st.SearchStrategy[np.ndarray[Any, Any]] = hnp.arrays(dtype=DTYPES, shape=SHAPES)
# few values, so that equal and nearly equal cells are drawn often
FLOATS = st.sampled_from([0.0, -0.0, 1.0, 1.0 + 1e-8, 1.0 + 1e-3, -1.0, 1e300, INF, -INF, NAN])
COMPARISONS = st.sampled_from([USUAL, EXACT, NAN_EQUAL, Comparison(rtol=1e-2, atol=1e-2)])


@given(answer=ARRAYS)
def test_every_array_equals_itself(answer: np.ndarray[Any, Any]) -> None:
    assert accepted(answer.copy(), answer, replace(NAN_EQUAL, dtype=DtypePolicy.SAME))


@given(one=ARRAYS, other=ARRAYS, comparison=COMPARISONS)
def test_answer_of_another_shape_is_never_accepted(
    one: np.ndarray[Any, Any], other: np.ndarray[Any, Any], comparison: Comparison
) -> None:
    if one.shape != other.shape:
        assert not accepted(one, other, replace(comparison, dtype=DtypePolicy.ANY))


@given(answer=ARRAYS.filter(lambda drawn: drawn.size > 0), at=st.integers(min_value=0))
def test_changed_cell_is_the_one_that_is_told(answer: np.ndarray[Any, Any], at: int) -> None:
    expected = np.zeros_like(answer)
    place = np.unravel_index(at % answer.size, answer.shape)
    actual = expected.copy()
    actual[place] = 1

    mismatch = compare(actual, expected, USUAL)

    assert mismatch is not None
    assert mismatch.path == (str([int(index) for index in place]) if answer.ndim else "")


def cell_is_right(actual: float, expected: float, comparison: Comparison) -> bool:
    """The rule, written for one cell and slowly."""
    if math.isnan(expected) or math.isnan(actual):
        return comparison.nan_equal and math.isnan(expected) and math.isnan(actual)
    if math.isinf(expected) or math.isinf(actual):
        return actual == expected
    return abs(actual - expected) <= comparison.atol + comparison.rtol * abs(expected)


@given(pairs=st.lists(st.tuples(FLOATS | st.floats(), FLOATS), max_size=6), comparison=COMPARISONS)
def test_cells_are_right_as_the_slow_rule_says(
    pairs: list[tuple[float, float]], comparison: Comparison
) -> None:
    actual = np.array([pair[0] for pair in pairs], dtype=float)
    expected = np.array([pair[1] for pair in pairs], dtype=float)
    right = [cell_is_right(*pair, comparison) for pair in pairs]

    assert close_cells(actual, expected, comparison).tolist() == right
    mismatch = compare(actual, expected, comparison)
    assert (mismatch is None) == all(right)
    if mismatch is not None:
        assert mismatch.path == f"[{right.index(False)}]"
    for pair, is_right in zip(pairs, right, strict=True):
        assert accepted(*pair, comparison) is is_right


@given(one=st.integers(), other=st.integers())
def test_integers_of_any_size_are_equal_or_not(one: int, other: int) -> None:
    assert accepted(one, one, EXACT)
    assert accepted(one, other, USUAL) is (one == other)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text()
    | st.binary() | ARRAYS,
    lambda inner: st.lists(inner, max_size=3)
    | st.tuples(inner, inner)
    | st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(
    actual=ANYTHING,
    expected=ANYTHING,
    policy=st.sampled_from(DtypePolicy),
    list_for_array=st.booleans(),
)
def test_no_answer_breaks_the_comparison(
    actual: object, expected: object, policy: DtypePolicy, list_for_array: bool
) -> None:
    comparison = Comparison(dtype=policy, nan_equal=True, list_for_array=list_for_array)

    mismatch = compare(actual, expected, comparison)
    assert mismatch is None or mismatch.sentence()
    assert accepted(expected, expected, comparison)
