"""Comparing answers: tables of what is accepted and refused, both ways round."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from grader.core.compare import compare
from grader.core.comparison import Comparison, DtypePolicy

USUAL = Comparison()
EXACT = Comparison(rtol=0, atol=0)
NAN_EQUAL = Comparison(nan_equal=True)
SAME = Comparison(dtype=DtypePolicy.SAME)
INT_FOR_FLOAT = Comparison(dtype=DtypePolicy.INT_FOR_FLOAT)
ANY = Comparison(dtype=DtypePolicy.ANY)
LISTS = Comparison(list_for_array=True)
INF, NAN = math.inf, math.nan


def array(*cells: object, dtype: str | None = None) -> np.ndarray[Any, Any]:
    return np.array(cells, dtype=dtype)


def accepted(actual: object, expected: object, comparison: Comparison) -> bool:
    return compare(actual, expected, comparison) is None


# each pair is compared both ways round
EQUAL = [
    pytest.param(array(1.0, 2.0), array(1.0, 2.0), USUAL, id="floats"),
    pytest.param(array(1.0), array(1.0 + 5e-8), USUAL, id="within-rtol"),
    pytest.param(array(0.0), array(5e-10), USUAL, id="within-atol"),
    pytest.param(array(0.0), array(-0.0), EXACT, id="signed-zeros"),
    pytest.param(array(INF, -INF), array(INF, -INF), USUAL, id="infinities"),
    pytest.param(array(NAN, 1.0), array(NAN, 1.0), NAN_EQUAL, id="nan-where-allowed"),
    pytest.param(array(1.0, dtype="f4"), array(1.0, dtype="f8"), USUAL, id="float32"),
    pytest.param(array(0.1, dtype="f4"), array(0.1, dtype="f8"), USUAL, id="rounded-to-float32"),
    pytest.param(array(3, dtype="u1"), array(3, dtype="i8"), USUAL, id="unsigned"),
    pytest.param(array(3), array(3.0), ANY, id="any-dtype"),
    pytest.param(array(1 + 2j), array(1 + 2j), USUAL, id="complex"),
    pytest.param(array(complex(INF, 1)), array(complex(INF, 1)), USUAL, id="complex-infinity"),
    pytest.param(array(True, False), array(True, False), USUAL, id="bools"),
    pytest.param(np.empty((0, 3)), np.empty((0, 3)), USUAL, id="empty"),
    pytest.param(np.array(2.0), np.array(2.0), USUAL, id="no-dimensions"),
    pytest.param(np.array(2.0), 2.0, USUAL, id="scalar-in-an-array"),
    pytest.param(np.array(2.0), np.float64(2.0), USUAL, id="numpy-scalar-in-an-array"),
    pytest.param(np.array(1j), 1j, USUAL, id="complex-in-an-array"),
    pytest.param(np.array(True), True, USUAL, id="bool-in-an-array"),
    pytest.param(np.array(True), np.bool_(True), USUAL, id="numpy-bool-in-an-array"),
    pytest.param(2, np.int64(2), USUAL, id="numpy-integer"),
    pytest.param(0.5, np.float32(0.5), USUAL, id="numpy-float"),
    pytest.param(True, np.bool_(True), USUAL, id="numpy-bool"),
    pytest.param(10**400, 10**400, USUAL, id="huge-integers"),
    pytest.param(2**64 - 1, np.uint64(2**64 - 1), USUAL, id="largest-uint64"),
    pytest.param(NAN, NAN, NAN_EQUAL, id="nan-number-where-allowed"),
    pytest.param("ab", "ab", USUAL, id="texts"),
    pytest.param(b"ab", b"ab", USUAL, id="bytes"),
    pytest.param(None, None, USUAL, id="none"),
    pytest.param((1, [2.0]), [1, (2.0,)], USUAL, id="tuple-and-list"),
    pytest.param({"a": 1, "b": 2}, {"b": 2, "a": 1}, USUAL, id="dicts"),
    pytest.param([], (), USUAL, id="empty-sequences"),
    pytest.param(array(1.0, dtype="f8"), array(1.0, dtype="f8"), SAME, id="same-dtype"),
]

DIFFERENT = [
    pytest.param(array(1.0), array(1.0 + 1e-6), USUAL, id="beyond-rtol"),
    pytest.param(array(0.0), array(1e-8), USUAL, id="beyond-atol"),
    pytest.param(array(1.0), array(np.nextafter(1.0, 2.0)), EXACT, id="one-ulp-when-exact"),
    pytest.param(array(NAN), array(NAN), USUAL, id="nan-is-not-nan"),
    pytest.param(array(NAN), array(0.0), NAN_EQUAL, id="nan-is-no-number"),
    pytest.param(array(NAN), array(INF), NAN_EQUAL, id="nan-is-not-infinite"),
    pytest.param(array(INF), array(-INF), USUAL, id="other-infinity"),
    pytest.param(array(INF), array(1e308), USUAL, id="infinite-and-large"),
    pytest.param(array(1.7e308), array(-1.7e308), USUAL, id="difference-overflows"),
    pytest.param(array(1), array(1.0), USUAL, id="int-and-float"),
    pytest.param(array(True), array(1), USUAL, id="bool-and-int"),
    pytest.param(array(True), array(1.0), INT_FOR_FLOAT, id="bool-and-float"),
    pytest.param(array(1.0), array(1 + 0j), USUAL, id="float-and-complex"),
    pytest.param(array(1.0, dtype="f4"), array(1.0, dtype="f8"), SAME, id="another-float"),
    pytest.param(array(2, dtype="u8"), array(2, dtype="i8"), SAME, id="another-integer"),
    pytest.param(np.ones((2, 2)), np.ones((1, 1)), USUAL, id="would-broadcast"),
    pytest.param(np.ones((3,)), np.ones((1, 3)), USUAL, id="would-broadcast-a-row"),
    pytest.param(np.ones((2, 3)), np.ones((3, 2)), USUAL, id="transposed"),
    pytest.param(np.ones((2, 2)), np.empty((0, 0)), USUAL, id="empty"),
    pytest.param(np.empty((0, 3)), np.empty((3, 0)), USUAL, id="both-empty"),
    pytest.param(np.ones((1,)), np.array(1.0), USUAL, id="one-cell-and-no-dimensions"),
    pytest.param(np.ones((1, 1)), 1.0, USUAL, id="one-cell-and-number"),
    pytest.param(np.ones(2), [1.0, 1.0], USUAL, id="list"),
    pytest.param(np.ones(2), None, USUAL, id="none"),
    pytest.param(array(1 + 2j), array(1 - 2j), USUAL, id="conjugate"),
    pytest.param(array(complex(NAN, 1)), array(complex(NAN, 1)), USUAL, id="complex-nan"),
    pytest.param(array(2**53, dtype="i8"), array(2**53 + 1, dtype="i8"), USUAL, id="large-ints"),
    pytest.param(array(-1, dtype="i8"), array(2**64 - 1, dtype="u8"), USUAL, id="wrapped"),
    pytest.param(True, 1, USUAL, id="bool-and-number"),
    pytest.param(True, 1.0, ANY, id="bool-and-float-number"),
    pytest.param(True, False, USUAL, id="bools"),
    pytest.param(np.array(True), 1.0, USUAL, id="bool-in-an-array-and-number"),
    pytest.param(True, None, USUAL, id="bool-and-none"),
    pytest.param(10**400, 10**400 + 1, USUAL, id="huge-integers"),
    pytest.param(10**400, 1, USUAL, id="huge-and-small"),
    pytest.param(10**400, 1.0, USUAL, id="huge-and-float"),
    pytest.param(10**400, INF, ANY, id="huge-and-infinite"),
    pytest.param(2**64, -(2**64), USUAL, id="huge-and-negative"),
    pytest.param(1, "1", USUAL, id="number-and-text"),
    pytest.param(0, None, USUAL, id="zero-and-none"),
    pytest.param("a", "b", USUAL, id="texts"),
    pytest.param("a", b"a", USUAL, id="text-and-bytes"),
    pytest.param([1], [1, 2], USUAL, id="shorter"),
    pytest.param([], [None], USUAL, id="empty-sequence"),
    pytest.param([1], {0: 1}, USUAL, id="list-and-dict"),
    pytest.param({"a": 1}, {"a": 1, "b": 2}, USUAL, id="missing-key"),
    pytest.param({"a": 1}, {"b": 1}, USUAL, id="another-key"),
    pytest.param({"a": [1, 2]}, {"a": [1, 3]}, USUAL, id="nested"),
    pytest.param((np.ones(2), 1), (np.ones(2), 2), USUAL, id="second-of-two"),
]


@pytest.mark.parametrize(("one", "other", "comparison"), EQUAL)
def test_equal_answers_are_accepted_both_ways_round(
    one: object, other: object, comparison: Comparison
) -> None:
    assert compare(one, other, comparison) is None
    assert compare(other, one, comparison) is None


@pytest.mark.parametrize(("one", "other", "comparison"), DIFFERENT)
def test_different_answers_are_refused_both_ways_round(
    one: object, other: object, comparison: Comparison
) -> None:
    assert compare(one, other, comparison) is not None
    assert compare(other, one, comparison) is not None


# what is fair for an answer is not fair for the reference: accepted one way round only
ONE_WAY = [
    pytest.param(array(1), array(1.0), INT_FOR_FLOAT, id="int-array-for-float"),
    pytest.param(3, 3.0, USUAL, id="python-int-for-float"),
    pytest.param(3, np.float64(3), USUAL, id="python-int-for-numpy-float"),
    pytest.param(10**30, 1e30, USUAL, id="huge-python-int-for-float"),
    pytest.param([1.0, 2.0], array(1.0, 2.0), LISTS, id="list-for-array"),
    pytest.param([1, 2], array(1.0, 2.0), LISTS, id="list-of-ints-for-float-array"),
    pytest.param([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]]), LISTS, id="nested-list"),
    pytest.param([], np.empty(0), LISTS, id="empty-list"),
    pytest.param([], np.empty(0, dtype=int), LISTS, id="empty-list-for-ints"),
    pytest.param([[], []], np.empty((2, 0), dtype=bool), LISTS, id="empty-rows-for-bools"),
]


@pytest.mark.parametrize(("actual", "expected", "comparison"), ONE_WAY)
def test_lenient_spelling_is_accepted_of_the_learner_only(
    actual: object, expected: object, comparison: Comparison
) -> None:
    assert compare(actual, expected, comparison) is None
    assert compare(expected, actual, comparison) is not None


@pytest.mark.parametrize(
    ("actual", "expected", "comparison"),
    [
        pytest.param(np.int64(3), np.float64(3), USUAL, id="numpy-int-for-float"),
        pytest.param(3.0, 3, USUAL, id="float-for-int"),
        pytest.param(3, np.float64(3), SAME, id="python-int-where-the-dtype-counts"),
        pytest.param(10**30, 1e30, SAME, id="huge-int-where-the-dtype-counts"),
        pytest.param([1.0, 2.0], array(1, 2), LISTS, id="list-of-floats-for-ints"),
        pytest.param([True, False], array(1.0, 0.0), LISTS, id="list-of-bools-for-floats"),
        pytest.param([[1.0], [2.0, 3.0]], np.ones((2, 2)), LISTS, id="ragged-list"),
        pytest.param([1.0, "x"], np.ones(2), LISTS, id="list-with-text"),
        pytest.param([None], np.ones(1), LISTS, id="list-with-none"),
        pytest.param([10**400], np.ones(1), LISTS, id="list-with-a-huge-integer"),
        pytest.param([], np.ones(1), LISTS, id="empty-list"),
        pytest.param((1.0, 1.0), np.ones(2), LISTS, id="tuple"),
        pytest.param({}, np.ones(1), LISTS, id="dict"),
        pytest.param("1", np.ones(1), LISTS, id="text"),
        pytest.param([1.0], np.array(1.0), LISTS, id="list-for-a-number"),
    ],
)
def test_hostile_or_careless_answer_is_refused(
    actual: object, expected: object, comparison: Comparison
) -> None:
    assert compare(actual, expected, comparison) is not None


def test_texts_have_no_tolerance() -> None:
    expected = np.array(["a", "b"])

    assert accepted(expected, expected, USUAL)
    assert not accepted(np.array(["a", "c"]), expected, USUAL)


@pytest.mark.parametrize("rtol", [-1.0, 2.0, NAN, INF])
def test_tolerance_that_makes_no_sense_is_refused(rtol: float) -> None:
    with pytest.raises(ValueError, match="tolerances"):
        Comparison(rtol=rtol)
