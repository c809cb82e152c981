"""The first difference, in the words a learner reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.core.compare import Aspect, Mismatch, compare, describe
from grader.core.comparison import Comparison, DtypePolicy

USUAL = Comparison()
SAME = Comparison(dtype=DtypePolicy.SAME)


def array(*cells: object, dtype: str | None = None) -> np.ndarray[Any, Any]:
    return np.array(cells, dtype=dtype)


@pytest.mark.parametrize(
    ("actual", "expected", "comparison", "aspect", "sentence"),
    [
        pytest.param(
            np.zeros((1, 3)),
            np.zeros((2, 3)),
            USUAL,
            Aspect.SHAPE,
            "the shape is (1, 3), expected (2, 3) at dx",
            id="shape",
        ),
        pytest.param(
            array(1),
            array(1.0),
            USUAL,
            Aspect.DTYPE,
            "the dtype is int64, expected a float dtype at dx",
            id="dtype-kind",
        ),
        pytest.param(
            array(1.0),
            array(1),
            USUAL,
            Aspect.DTYPE,
            "the dtype is float64, expected an integer dtype at dx",
            id="integer-kind",
        ),
        pytest.param(
            array(1.0, dtype="f4"),
            array(1.0),
            SAME,
            Aspect.DTYPE,
            "the dtype is float32, expected float64 at dx",
            id="dtype",
        ),
        pytest.param(
            np.array([[1.0, 2.0], [4.0, 9.0]]),
            np.array([[1.0, 2.0], [3.0, 5.0]]),
            USUAL,
            Aspect.VALUE,
            "expected 3, got 4 at dx[1, 0]",
            id="first-cell-in-row-major-order",
        ),
        pytest.param(
            np.array(2.5), np.array(3.0), USUAL, Aspect.VALUE, "expected 3, got 2.5 at dx", id="0-d"
        ),
        pytest.param(
            [1, 2], array(1, 2), USUAL, Aspect.CONTAINER,
            "expected an array of shape (2,), got a list of 2 at dx", id="container",
        ),
        pytest.param(
            None, 1, USUAL, Aspect.CONTAINER, "expected a number, got None at dx", id="nothing"
        ),
        pytest.param(
            True, 1, USUAL, Aspect.CONTAINER,
            "expected a number, got the bool True at dx", id="bool",
        ),
        pytest.param(
            1, True, USUAL, Aspect.CONTAINER,
            "expected the bool True, got the number 1 at dx", id="number-for-a-bool",
        ),
        pytest.param(
            2.5, 2, USUAL, Aspect.DTYPE,
            "the dtype is 2.5 (float), expected an integer at dx", id="float-for-an-int",
        ),
        pytest.param(
            10**30, 3, USUAL, Aspect.VALUE, f"expected 3, got {10**30} at dx", id="huge-for-an-int"
        ),
        pytest.param(
            [1, [2, 4]], [1, [2, 3]], USUAL, Aspect.VALUE,
            "expected 3, got 4 at dx[1][1]", id="place-in-lists",
        ),
        pytest.param(
            {"a": np.zeros(2)}, {"a": np.array([0.0, 1.0])}, USUAL, Aspect.VALUE,
            "expected 1, got 0 at dx['a'][1]", id="place-in-a-dict",
        ),
        pytest.param(
            {"b": 1}, {"a": 1}, USUAL, Aspect.CONTAINER,
            "expected the keys ['a'], got ['b'] at dx", id="keys",
        ),
    ],
)  # fmt: skip
def test_first_difference_is_told(
    actual: object, expected: object, comparison: Comparison, aspect: Aspect, sentence: str
) -> None:
    mismatch = compare(actual, expected, comparison, "dx")

    assert mismatch is not None
    assert mismatch.aspect is aspect
    assert mismatch.sentence() == sentence


def test_sentence_without_place_has_none() -> None:
    assert Mismatch(path="", expected="3", actual="4").sentence() == "expected 3, got 4"


def test_form_is_told_before_values() -> None:
    mismatch = compare(np.ones((1, 2), dtype=int), np.zeros((2, 1)), USUAL)

    assert mismatch is not None
    assert mismatch.aspect is Aspect.SHAPE


@pytest.mark.parametrize("value", ["x" * 10**6, ["y" * 1000] * 1000, {"k" * 10**6: 1}])
def test_mismatch_of_a_large_answer_is_short(value: object) -> None:
    for expected in ("a", 1, np.ones(2), {"a": 1}, ["a"]):
        mismatch = compare(value, expected, USUAL)

        assert mismatch is not None
        assert len(mismatch.sentence()) < 400


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        (np.zeros((2, 2)), "an array of shape (2, 2)"),
        ([1], "a list of 1"),
        ({}, "a dict of 0"),
        (True, "the bool True"),
        (2.0, "the number 2"),
        ("x", "a str"),
    ],
)
def test_value_is_described(value: object, words: str) -> None:
    assert describe(value) == words
