"""Which gradients are accepted at ties, and what a student reads about the others."""

from __future__ import annotations

import math
import re
from typing import Any

import definition
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from judging import judge
from pooling_inputs import TIES, Array, Layer, check, distinct, eighths, problems, quarters, tied

from reference.pooling import max_pool_backward
from reference.tie_gradients import distance_to_valid_gradient, explain_invalid_gradient

Problem = tuple[Array, Array, Layer]

FLAT = np.zeros((2, 2))
TWO = np.array([[2.0]])
PEAK = np.array([[0.0, 0, 0], [0, 5, 0], [0, 0, 0]])


@check(150)
@given(problems(tied), st.sampled_from(TIES))
def test_every_fixed_rule_is_valid(problem: Problem, ties: str) -> None:
    x, dout, layer = problem
    dx = max_pool_backward(dout, x, *layer.arguments, ties=ties)

    assert judge(dx, dout, x, *layer.arguments) == (0.0, None)


@check(150)
@given(problems(tied), st.randoms(use_true_random=False), st.booleans())
def test_every_window_may_break_ties_in_its_own_way(
    problem: Problem, random: Any, whole: bool
) -> None:
    x, dout, layer = problem
    dx = np.zeros_like(x)
    maxima = definition.maxima_of_windows(x.tolist(), layer.arguments)
    for gradient, cells in zip(dout.ravel(), maxima, strict=True):
        chosen = random.choice(cells)
        weights = [cell == chosen if whole else random.random() + 1e-3 for cell in cells]
        for cell, weight in zip(cells, weights, strict=True):
            dx[cell] += gradient * weight / sum(weights)

    assert judge(dx, dout, x, *layer.arguments) == (0.0, None)


@check(150)
@given(problems(distinct), st.data())
def test_without_ties_the_distance_is_the_sum_of_differences(
    problem: Problem, data: st.DataObject
) -> None:
    x, dout, layer = problem
    error = data.draw(quarters(layer.plane, largest=1))
    dx = max_pool_backward(dout, x, *layer.arguments) + error

    distance, _ = judge(dx, dout, x, *layer.arguments)

    assert distance == abs(error).sum()


@check(150)
@given(problems(tied), st.data())
def test_changed_sum_is_always_noticed(problem: Problem, data: st.DataObject) -> None:
    x, dout, layer = problem
    error = data.draw(quarters(layer.plane, largest=1))
    dx = max_pool_backward(dout, x, *layer.arguments) + error

    distance, _ = judge(dx, dout, x, *layer.arguments)

    assert abs(error.sum()) <= distance <= abs(error).sum()


@check()
@given(problems(lambda plane: tied((2, 2, *plane))), st.data())
def test_distances_of_planes_add_up(problem: Problem, data: st.DataObject) -> None:
    x, _, layer = problem
    dout = data.draw(eighths((2, 2, *layer.out)))
    dx = data.draw(eighths(x.shape))

    distance, _ = judge(dx, dout, x, *layer.arguments)

    alone = [judge(dx[n], dout[n], x[n], *layer.arguments)[0] for n in np.ndindex(2, 2)]
    assert distance == sum(alone)


EXPLANATIONS = [
    pytest.param(
        np.full((2, 2), 2.0), TWO, FLAT, (2,), 6.0,
        "the gradient sums to 8 but dout sums to 2: each of the 4 equal maxima got the whole "
        "gradient",
        id="whole-gradient-to-each",
    ),
    pytest.param(
        np.array([[3.0, -1], [0, 0]]), TWO, FLAT, (2,), 2.0,
        "cell [0, 1] got -1 although the windows whose maximum it is carry at least 0",
        id="part-of-the-other-sign",
    ),
    pytest.param(
        np.array([[1.0, 0], [0, 0]]), TWO, FLAT, (2,), 1.0,
        "cells [0, 0], [0, 1], [1, 0], [1, 1] got 1 but the window whose maximum they are "
        "carries 2",
        id="part-is-lost",
    ),
    pytest.param(
        np.diag([0.0, 8, 0]), np.array([[1.0, 2], [4, 8]]), PEAK, (2, 1), 7.0,
        "cell [1, 1] got 8 but the 4 windows whose maximum it is carry 1 + 2 + 4 + 8 = 15",
        id="assigned-instead-of-added",
    ),
    pytest.param(
        np.diag([1.0, 15, 0]), np.array([[1.0, 2], [4, 8]]), PEAK, (2, 1), 1.0,
        "cell [0, 0] is no window's maximum but got 1",
        id="no-maximum",
    ),
    pytest.param(
        np.diag([0.0, 0, 1]), np.array([[0.0]]), np.zeros((3, 3)), (2,), 1.0,
        "cell [2, 2] lies in no window but got 1",
        id="in-no-window",
    ),
    pytest.param(
        np.array([[2.75, 0.25, 0.25]]), np.array([[1.0, 2.25]]), np.zeros((1, 3)), ((1, 2), 1), 3.5,
        "cell [0, 0] got 2.75 although the windows whose maximum it is carry only 1",
        id="more-than-windows-carry",
    ),
    pytest.param(
        np.array([[0.25, 0.25, 2.75]]), np.array([[1.0, 2.25]]), np.zeros((1, 3)), ((1, 2), 1), 1.0,
        "cell [0, 2] got 2.75 although the windows whose maximum it is carry only 2.25",
        id="more-than-the-last-window-carries",
    ),
    pytest.param(
        np.zeros((1, 1, 1, 1)), np.ones((1, 1, 1, 1)), np.zeros((1, 1, 1, 1)), (1,), 1.0,
        "plane [0, 0]: cell [0, 0] got 0 but the window whose maximum it is carries 1",
        id="plane-is-named",
    ),
    pytest.param(
        np.array([[0.1 + 2**-50]]), np.array([[0.1]]), np.zeros((1, 1)), (1,), 2**-50,
        "cell [0, 0] got 0.1000000000000009 but the window whose maximum it is carries 0.1",
        id="numbers-that-look-alike-are-told-apart",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("dx", "dout", "x", "arguments", "distance", "text"), EXPLANATIONS)
def test_fault_is_measured_and_explained(
    dx: Array, dout: Array, x: Array, arguments: Any, distance: float, text: str
) -> None:
    assert judge(dx, dout, x, *arguments) == (distance, text)


@pytest.mark.parametrize(
    ("dx", "text"),
    [
        pytest.param([[2.0, 0], [0, 0]], "the gradient is of type list, not a NumPy array", id="l"),
        pytest.param(None, "the gradient is of type NoneType, not a NumPy array", id="none"),
        pytest.param(np.float64(2), "of type float64", id="scalar"),
        pytest.param(np.array(2.0), "the gradient has shape () but x has shape (2, 2)", id="0-d"),
        pytest.param(np.zeros((1, 2, 2)), "has shape (1, 2, 2)", id="more-axes"),
        pytest.param(np.zeros((4, 4)), "has shape (4, 4)", id="padded-size"),
        pytest.param(np.zeros((0, 0)), "has shape (0, 0)", id="empty"),
        pytest.param(FLAT + 0j, "has dtype complex128", id="complex"),
        pytest.param(FLAT > 0, "has dtype bool", id="bool"),
        pytest.param(FLAT.astype(object), "has dtype object", id="object"),
        pytest.param(FLAT.astype("U3"), "has dtype <U3", id="text"),
        pytest.param(FLAT.astype("M8[s]"), "has dtype datetime64[s]", id="time"),
        pytest.param(np.array([[2, 0], [np.nan, 0]]), "cell [1, 0] is nan", id="nan"),
        pytest.param(np.array([[2, -np.inf], [0, 0]]), "cell [0, 1] is -inf", id="inf"),
    ],
)
def test_gradient_that_cannot_be_measured_is_infinitely_far(dx: Any, text: str) -> None:
    distance, told = judge(dx, TWO, FLAT, 2)

    assert distance == math.inf
    assert told is not None
    assert text in told


@check(200)
@given(
    problems(tied),
    st.sampled_from(["f2", "f4", "f8", ">f8", "g", "i1", "i8", "u8", "?", "c8", "c16"]),
    st.data(),
)
def test_no_value_of_any_number_type_breaks_the_test(
    problem: Problem, dtype: str, data: st.DataObject
) -> None:
    x, dout, layer = problem
    if dtype == "g":
        dx = data.draw(hnp.arrays("f8", x.shape)).astype("g") * np.longdouble("1e-4900")
    else:
        dx = data.draw(hnp.arrays(dtype, x.shape))

    judge(dx, dout, x, *layer.arguments)


@pytest.mark.parametrize(
    "value",
    [1.7e308, -1.7e308, 5e-324, np.longdouble("1e4900"), np.longdouble("1e-4900")],
)
def test_extreme_numbers_are_measured(value: Any) -> None:
    dx = np.full((6, 6), value)

    distance, text = judge(dx, np.zeros((3, 3)), np.zeros((6, 6)), 2)

    assert 0 < distance < math.inf
    assert text is not None


def test_integer_planes_and_integer_gradients_are_read_by_value() -> None:
    x = np.zeros((2, 2), dtype=np.int8)

    assert judge(np.array([[2, 0], [0, 0]]), TWO, x, 2) == (0.0, None)
    assert judge(np.array([[2**63 - 1, 0], [0, 0]]), TWO, x, 2)[0] == float(2**63 - 3)


def test_empty_batch_is_valid() -> None:
    assert judge(np.zeros((0, 2, 2)), np.zeros((0, 1, 1)), np.zeros((0, 2, 2)), 2) == (0.0, None)


@pytest.mark.parametrize(
    ("dout", "x", "kernel", "message"),
    [
        pytest.param(TWO, FLAT > 0, 2, "x has dtype bool", id="x-bool"),
        pytest.param(TWO, FLAT, 3, "kernel is 3", id="kernel-too-large"),
        pytest.param(np.zeros((2, 2)), FLAT, 2, "dout has shape (2, 2)", id="dout-shape"),
        pytest.param(np.array([[2]]), FLAT, 2, "dout has dtype int64", id="dout-integer"),
        pytest.param([[2.0]], FLAT, 2, "dout is of type list", id="dout-list"),
    ],
)
def test_wrong_problem_is_refused_whatever_the_gradient(
    dout: Any, x: Any, kernel: int, message: str
) -> None:
    for function in (distance_to_valid_gradient, explain_invalid_gradient):
        with pytest.raises(ValueError, match=re.escape(message)):
            function(FLAT, dout, x, kernel)


@pytest.mark.slow
def test_large_plane_with_all_cells_tied_takes_less_than_a_second() -> None:
    x, dout = np.zeros((32, 32)), np.arange(784.0).reshape(28, 28) % 65 / 8 - 4

    for ties in TIES:
        dx = max_pool_backward(dout, x, 5, 1, ties=ties)
        assert judge(dx, dout, x, 5, 1) == (0.0, None)
