"""Where exactness ends: rounding that is allowed, and windows that have no right answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from judging import judge
from pooling_inputs import TIES, Array, Layer, check, problems

from reference.pooling import max_pool_backward

Problem = tuple[Array, Array, Layer]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("kernel", [2, 3, 5])
@pytest.mark.parametrize("levels", [1, 2, 4])
def test_rounded_shares_of_any_float_type_are_valid(dtype: str, kernel: int, levels: int) -> None:
    rng = np.random.default_rng(7)
    for _ in range(10):
        x = rng.integers(0, levels, (8, 8)).astype(dtype)
        dout = (rng.integers(-32, 33, (9 - kernel, 9 - kernel)) / 8).astype(dtype)

        dx = max_pool_backward(dout, x, kernel, 1, ties="split")

        assert judge(dx, dout, x, kernel, 1) == (0.0, None)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rounded_sums_in_any_order_are_valid(dtype: str) -> None:
    rng = np.random.default_rng(8)
    for _ in range(30):
        x = rng.normal(size=(8, 8)).astype(dtype)
        dout = rng.normal(size=(6, 6)).astype(dtype)
        backwards = max_pool_backward(dout[::-1, ::-1].copy(), x[::-1, ::-1].copy(), 3, 1)

        assert judge(backwards[::-1, ::-1], dout, x, 3, 1) == (0.0, None)


def test_exact_numbers_have_no_tolerance() -> None:
    dout, x = np.ones((1, 1), dtype=np.float16), np.zeros((2, 2), dtype=np.float16)
    dx = np.array([[0.5, 0.25], [0.25, 2.0**-8]], dtype=np.float16)

    assert judge(dx, dout, x, 2)[0] == 2.0**-8


def test_windows_with_nan_are_not_graded() -> None:
    x = np.zeros((2, 4))
    x[0, 0] = np.nan
    dout = np.array([[1.0, 2.0]])
    anywhere, lost = np.array([[np.nan, 7, 0, 2], [0, -3, 0, 0.0]]), np.zeros((2, 4))

    assert judge(anywhere, dout, x, 2) == (0.0, None)
    assert judge(lost, dout, x, 2)[1] == (
        "cells [0, 2], [0, 3], [1, 2], [1, 3] got 0 but the window whose maximum they are carries 2"
    )


def test_tied_window_that_shares_a_maximum_with_an_ungraded_one_is_not_graded() -> None:
    x = np.array([[np.nan, 1.0, 1.0, 0.0]])
    dout = np.array([[1.0, 2.0, 4.0]])

    assert judge(np.array([[0, 9.0, -9, 0]]), dout, x, (1, 2), 1) == (0.0, None)
    assert judge(np.array([[0, 9.0, -9, 1]]), dout, x, (1, 2), 1)[0] == 1.0


@pytest.mark.parametrize("upstream", [np.nan, np.inf, -np.inf])
def test_infinite_or_nan_gradient_may_spoil_its_maxima_only(upstream: float) -> None:
    x = np.arange(8.0).reshape(2, 4)
    dout = np.array([[upstream, 2.0]])
    right = max_pool_backward(dout, x, 2)

    assert judge(right, dout, x, 2) == (0.0, None)
    assert judge(np.where(right != 0, right, np.nan), dout, x, 2)[1] == "cell [0, 0] is nan"


@check(100)
@given(
    problems(lambda plane: hnp.arrays("f8", plane, elements=st.sampled_from([np.nan, 0.0, 1.0]))),
    st.sampled_from(TIES),
)
def test_the_reference_is_valid_also_where_x_has_nan(problem: Problem, ties: str) -> None:
    x, dout, layer = problem
    dx = max_pool_backward(dout, x, *layer.arguments, ties=ties)

    assert judge(dx, dout, x, *layer.arguments) == (0.0, None)
