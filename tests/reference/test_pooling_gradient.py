"""The gradient of max pooling: against the definition, by differences, and what must hold."""

from __future__ import annotations

import definition
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling_inputs import TIES, Array, Layer, check, distinct, eighths, problems, tied

from reference.pooling import max_pool, max_pool_backward, max_pool_with_indices

pytestmark = pytest.mark.usefixtures("form")

Problem = tuple[Array, Array, Layer]
rules = st.sampled_from(TIES)


@check(150)
@given(problems(), rules)
def test_gradient_is_that_of_the_definition(problem: Problem, ties: str) -> None:
    x, dout, layer = problem

    dx = max_pool_backward(dout, x, *layer.arguments, ties=ties)

    expected = definition.pool_backward(dout.ravel().tolist(), x.tolist(), layer.arguments, ties)
    np.testing.assert_allclose(dx, expected, rtol=0, atol=1e-13 if ties == "split" else 0)


@check()
@given(problems(distinct))
def test_without_ties_all_rules_agree(problem: Problem) -> None:
    x, dout, layer = problem

    first, last, split = (max_pool_backward(dout, x, *layer.arguments, ties=ties) for ties in TIES)

    assert (first == last).all()
    assert (first == split).all()


@check()
@given(problems(), rules)
def test_gradient_over_each_value_of_x_sums_to_dout_over_this_value_of_y(
    problem: Problem, ties: str
) -> None:
    x, dout, layer = problem
    y = max_pool(x, *layer.arguments)

    dx = max_pool_backward(dout, x, *layer.arguments, ties=ties)

    for value in np.unique(x):
        assert abs(dx[x == value].sum() - dout[y == value].sum()) < 1e-12
    assert abs((dx * x).sum() - (dout * y).sum()) < 1e-12


@check()
@given(problems(distinct), st.data())
def test_central_differences_give_the_gradient_where_the_gap_is_large(
    problem: Problem, data: st.DataObject
) -> None:
    x, dout, layer = problem  # neighbouring values differ by 1/4, and no cell moves by 1/32 or more
    step = data.draw(eighths(layer.plane)) / 256

    up, down = (max_pool(x + sign * step, *layer.arguments) for sign in (1, -1))

    dx = max_pool_backward(dout, x, *layer.arguments)
    assert (dout * (up - down)).sum() == 2 * (dx * step).sum()


def test_peak_under_all_windows_gets_all_gradients() -> None:
    x = np.zeros((5, 5))
    x[2, 2] = 1.0

    dx = max_pool_backward(np.ones((3, 3)), x, 3, 1)

    assert dx[2, 2] == 9
    assert np.count_nonzero(dx) == 1


def test_tied_window_follows_the_rule() -> None:
    x, dout = np.ones((2, 2)), np.array([[8.0]])

    first, last, split = (max_pool_backward(dout, x, 2, ties=ties).tolist() for ties in TIES)

    assert first == [[8, 0], [0, 0]]
    assert last == [[0, 0], [0, 8]]
    assert split == [[2, 2], [2, 2]]


def test_signed_zeros_tie() -> None:
    dx = max_pool_backward(np.array([[4.0]]), np.array([[-0.0, 0.0]]), (1, 2), ties="split")

    assert dx.tolist() == [[2, 2]]


def test_almost_equal_values_do_not_tie() -> None:
    x = np.array([[1.0, np.nextafter(1.0, 2.0)]])

    dx = max_pool_backward(np.array([[4.0]]), x, (1, 2), ties="split")

    assert dx.tolist() == [[0, 4]]


@pytest.mark.parametrize("ties", TIES)
def test_gradient_of_an_infinitely_low_plane_stays_on_the_plane(ties: str) -> None:
    x = np.full((3, 3), -np.inf)

    dx = max_pool_backward(np.ones((3, 3)), x, 3, 1, padding=1, ties=ties)

    assert dx.sum() == pytest.approx(9, abs=1e-14)


def test_split_counts_no_padding_among_the_maxima() -> None:
    x = np.full((2, 2), -np.inf)

    dx = max_pool_backward(np.full((3, 3), 4.0), x, 2, 1, padding=1, ties="split")

    assert dx.tolist() == [[9, 9], [9, 9]]  # 1 from the middle, 2 + 2 from edges, 4 from a corner


@check()
@given(problems(tied), rules)
def test_transposed_problem_has_the_transposed_gradient_up_to_ties(
    problem: Problem, ties: str
) -> None:
    x, dout, layer = problem
    x = x + np.arange(x.size).reshape(x.shape) / 64  # no ties left

    dx = max_pool_backward(dout, x, *layer.arguments, ties=ties)

    turned = max_pool_backward(dout.T, x.T, *layer.transposed.arguments, ties=ties)
    assert (dx == turned.T).all()


@check()
@given(problems(lambda plane: tied((2, 3, *plane))), rules, st.data())
def test_planes_do_not_touch_each_other(problem: Problem, ties: str, data: st.DataObject) -> None:
    x, _, layer = problem
    dout = data.draw(eighths((2, 3, *layer.out)))

    dx = max_pool_backward(dout, x, *layer.arguments, ties=ties)

    for place in np.ndindex(2, 3):
        alone = max_pool_backward(dout[place], x[place], *layer.arguments, ties=ties)
        assert (dx[place] == alone).all()


@check()
@given(problems(), rules)
def test_nothing_is_remembered_from_call_to_call(problem: Problem, ties: str) -> None:
    x, dout, layer = problem
    dx = max_pool_backward(dout, x, *layer.arguments, ties=ties)

    max_pool_backward(dout[::-1], -x, *layer.arguments, ties=ties)

    assert (max_pool_backward(dout, x, *layer.arguments, ties=ties) == dx).all()


@check()
@given(problems(), rules)
def test_increasing_functions_of_x_leave_the_gradient_as_it_is(problem: Problem, ties: str) -> None:
    x, dout, layer = problem

    dx = max_pool_backward(dout, x, *layer.arguments, ties=ties)

    for same_order in (x**3, x + 2.0**20, x / 1024):
        assert (max_pool_backward(dout, same_order, *layer.arguments, ties=ties) == dx).all()


@check()
@given(problems(), st.sampled_from(["first", "last"]), st.data())
def test_gradient_is_linear_in_dout(problem: Problem, ties: str, data: st.DataObject) -> None:
    x, dout, layer = problem
    other = data.draw(eighths(layer.out))

    def backward(gradient: Array) -> Array:
        return max_pool_backward(gradient, x, *layer.arguments, ties=ties)

    assert (backward(2 * dout - 3 * other) == 2 * backward(dout) - 3 * backward(other)).all()
    assert (backward(abs(dout)) >= 0).all()
    assert (backward(0 * dout) == 0).all()


@check()
@given(problems(), rules)
def test_cells_that_are_no_maximum_get_exactly_zero(problem: Problem, ties: str) -> None:
    x, dout, layer = problem
    maxima = definition.maxima_of_windows(x.tolist(), layer.arguments)
    reached = {cell for cells in maxima for cell in cells}

    dx = max_pool_backward(dout, x, *layer.arguments, ties=ties)

    assert all(dx[cell] == 0 for cell in np.ndindex(x.shape) if cell not in reached)


@pytest.mark.parametrize("ties", TIES)
@pytest.mark.parametrize("upstream", [np.inf, -np.inf, np.nan])
def test_infinite_or_nan_gradient_reaches_the_maximum_only(upstream: float, ties: str) -> None:
    x = np.arange(16.0).reshape(4, 4)
    dout = np.ones((2, 2))
    dout[0, 0] = upstream

    dx = max_pool_backward(dout, x, 2, ties=ties)

    expected = np.zeros((4, 4))
    expected[1::2, 1::2] = dout
    np.testing.assert_array_equal(dx, expected)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("ties", TIES)
def test_dtype_is_that_of_x_and_dout(dtype: str, ties: str) -> None:
    x, dout = np.ones((2, 4, 4), dtype=dtype), np.ones((2, 3, 3), dtype=dtype)

    dx = max_pool_backward(dout, x, 2, 1, ties=ties)

    assert dx.dtype == dtype
    assert dx.shape == x.shape


@pytest.mark.parametrize("ties", TIES)
def test_inputs_are_not_modified_and_may_be_read_only(ties: str) -> None:
    x, dout = np.arange(16.0).reshape(4, 4) % 3, np.ones((3, 3))
    for array in (x, dout):
        array.flags.writeable = False

    dx = max_pool_backward(dout, x, 2, 1, ties=ties)

    assert dx.flags.writeable
    assert not np.shares_memory(dx, x)


def test_strided_inputs_give_the_same_as_their_copies() -> None:
    x, dout = np.arange(64.0).reshape(8, 8)[::2, ::-2] % 5, np.arange(9.0).reshape(3, 3).T

    dx = max_pool_backward(dout, x, 2, 1)

    assert (dx == max_pool_backward(dout.copy(), x.copy(), 2, 1)).all()


@pytest.mark.parametrize("ties", TIES)
def test_batch_may_be_empty(ties: str) -> None:
    dx = max_pool_backward(np.empty((0, 2, 2, 2)), np.empty((0, 2, 4, 4)), 2, ties=ties)

    assert dx.shape == (0, 2, 4, 4)


@check()
@given(problems())
def test_first_rule_sends_each_gradient_to_the_index(problem: Problem) -> None:
    x, dout, layer = problem
    _, index = max_pool_with_indices(x, *layer.arguments)

    dx = max_pool_backward(dout, x, *layer.arguments, ties="first")

    assert (dx.ravel() == np.bincount(index.ravel(), dout.ravel(), x.size)).all()
