"""The modules written for single questions agree with plain loops, and refuse what they cannot do."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.activations import relu_backward as relu_backward_of_any_slope
from reference.four_windows import pool_four_windows
from reference.pooling import max_pool, max_pool_backward, max_pool_with_indices
from reference.pooling_integers import max_pool_integers
from reference.relu_subgradients import explain_invalid_relu_gradient, relu_backward
from reference.stored_indices import gradient_from_indices

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_four_windows_are_max_pooling_with_windows_side_by_side(seed: int) -> None:
    x = np.random.default_rng(seed).integers(-9, 10, (4, 4)) / 4

    assert np.array_equal(pool_four_windows(x), max_pool(x, 2, 2))


@given(SEEDS, st.integers(1, 3), st.integers(1, 3))
def test_gradient_from_stored_indices_is_that_of_max_pooling(
    seed: int, kernel: int, stride: int
) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 4, (2, 3, 5, 4)) / 4
    y, index = max_pool_with_indices(x, kernel, stride)
    dout = rng.integers(-9, 10, y.shape) / 8

    dx = gradient_from_indices(dout, index, 5, 4)

    assert np.array_equal(dx, max_pool_backward(dout, x, kernel, stride))


@given(SEEDS)
def test_gradient_from_indices_adds_up_what_a_cell_gets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    dout, index = rng.integers(-9, 10, (2, 3, 3)) / 8, rng.integers(0, 6, (2, 3, 3))
    expected = np.zeros((2, 2, 3))
    for place in np.ndindex(dout.shape):
        expected[(place[0], *divmod(int(index[place]), 3))] += dout[place]

    assert np.array_equal(gradient_from_indices(dout, index, 2, 3), expected)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_gradient_from_indices_keeps_the_dtype(dtype: str) -> None:
    dout = np.ones((1, 1), dtype=dtype)

    assert gradient_from_indices(dout, np.array([[3]]), 2, 2).dtype == dtype


@pytest.mark.parametrize(
    ("dout", "index", "told"),
    [
        pytest.param(np.ones((1, 2)), np.array([[0, 4]]), "cells 0 to 4", id="beyond-the-plane"),
        pytest.param(np.ones((1, 2)), np.array([[-1, 0]]), "cells -1 to 0", id="below-zero"),
        pytest.param(np.ones((1, 2)), np.array([[0]]), "dout has (1, 2)", id="other-shape"),
        pytest.param(np.ones((1, 1)), np.array([[0.0]]), "index has dtype", id="float-index"),
        pytest.param(np.ones((1, 1), dtype=int), np.array([[0]]), "dout has dtype", id="int-dout"),
    ],
)
def test_gradient_from_indices_refuses(dout: Any, index: Any, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        gradient_from_indices(dout, index, 2, 2)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "int64"])
@pytest.mark.parametrize("padding", [0, 1])
def test_integers_are_pooled_in_their_own_dtype(dtype: str, padding: int) -> None:
    x = np.array([[0, 5, 2], [3, 1, 4], [6, 0, 7]])
    offset = 134_000_000_000_000_000 if dtype == "int64" else 0

    pooled = max_pool_integers(x, offset, dtype, 2, 1, padding)

    assert pooled.dtype == dtype
    cells = range(-padding, 3 + padding - 1)
    for (row, top), (column, left) in ((a, b) for a in enumerate(cells) for b in enumerate(cells)):
        window = x[max(top, 0) : top + 2, max(left, 0) : left + 2]
        assert int(pooled[row, column]) == offset + int(window.max())


@given(SEEDS)
def test_gradient_of_relu_is_the_one_with_slope_zero_at_the_kink(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, dout = rng.integers(-2, 3, (3, 4)) / 2, rng.integers(-9, 10, (3, 4)) / 8

    dx = relu_backward(dout, x)

    assert np.array_equal(dx, relu_backward_of_any_slope(dout, x, 0.0))
    assert explain_invalid_relu_gradient(dx, dout, x) is None
