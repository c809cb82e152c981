"""Mean pooling, its gradient, and unpooling."""

from __future__ import annotations

import definition
import numpy as np
import pytest
from hypothesis import given
from pooling_inputs import Array, Layer, check, inputs, problems, quarters, tied

from reference.pooling import (
    max_pool_with_indices,
    max_unpool,
    mean_pool,
    mean_pool_backward,
)

pytestmark = pytest.mark.usefixtures("form")


@check()
@given(inputs())
def test_mean_is_taken_over_real_cells_only(drawn: tuple[Array, Layer]) -> None:
    x, layer = drawn

    y = mean_pool(x, *layer.arguments)

    windows = definition.cells_of_windows(layer.plane, layer.arguments)
    expected = [sum(x[cell] for cell in cells) / len(cells) for cells in windows]
    assert y.shape == layer.out
    assert y.ravel().tolist() == expected


@check()
@given(problems(quarters))
def test_mean_and_its_gradient_are_adjoint(problem: tuple[Array, Array, Layer]) -> None:
    x, dout, layer = problem

    dx = mean_pool_backward(dout, x, *layer.arguments)

    assert dx.shape == x.shape
    assert (dx * x).sum() == pytest.approx((dout * mean_pool(x, *layer.arguments)).sum(), abs=1e-12)


def test_mean_gradient_is_shared_equally() -> None:
    dx = mean_pool_backward(np.array([[4.0, 8.0]]), np.zeros((2, 3)), 2, 1)

    assert dx.tolist() == [[1, 3, 2], [1, 3, 2]]


def test_infinity_stays_in_its_windows() -> None:
    x = np.zeros((4, 4))
    x[0, 0] = np.inf

    assert mean_pool(x, 2).tolist() == [[np.inf, 0], [0, 0]]
    assert np.isinf(mean_pool_backward(mean_pool(x, 2), x, 2)).sum() == 4


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_mean_keeps_the_dtype(dtype: str) -> None:
    x = np.ones((2, 4, 4), dtype=dtype)

    y = mean_pool(x, 3, 1, 1)

    assert y.dtype == mean_pool_backward(y, x, 3, 1, 1).dtype == dtype
    assert (y == 1).all()


@check()
@given(inputs(lambda plane: tied((2, *plane))))
def test_unpooling_puts_every_maximum_back(drawn: tuple[Array, Layer]) -> None:
    x, layer = drawn
    y, index = max_pool_with_indices(x, *layer.arguments)

    back = max_unpool(y, index, x.shape)

    reached = np.zeros(x.shape, dtype=bool)
    for plane, places in zip(reached, index, strict=True):
        plane.flat[places.ravel()] = True
    assert (back == np.where(reached, x, 0)).all()
    assert back.dtype == x.dtype


def test_unpooling_to_another_size_counts_cells_in_that_size() -> None:
    y, index = np.array([[5, 7]], dtype=np.int16), np.array([[4, 0]])

    back = max_unpool(y, index, (2, 3))

    assert back.tolist() == [[7, 0, 0], [0, 5, 0]]
    assert back.dtype == np.int16


def test_empty_batch_is_unpooled_and_averaged() -> None:
    y = mean_pool(np.empty((0, 3, 4, 4)), 2)

    assert y.shape == (0, 3, 2, 2)
    assert max_unpool(y, np.empty(y.shape, dtype=int), (0, 3, 4, 4)).shape == (0, 3, 4, 4)
    assert mean_pool_backward(y, np.empty((0, 3, 4, 4)), 2).shape == (0, 3, 4, 4)
