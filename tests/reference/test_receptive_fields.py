"""The sets of cells that formulas of pooling speak of."""

from __future__ import annotations

import numpy as np
import pytest

from reference.pooling import max_pool
from reference.receptive_fields import receptive_fields

LAYERS = [
    ((rows, columns), kernel, stride)
    for rows, columns in ((1, 1), (3, 2), (4, 5))
    for kernel in range(1, min(rows, columns) + 1)
    for stride in (1, 2, 3, None)
]


@pytest.mark.parametrize(("shape", "kernel", "stride"), LAYERS)
def test_maximum_over_each_field_is_the_pooled_value(
    shape: tuple[int, int], kernel: int, stride: int | None
) -> None:
    x = np.random.default_rng(0).permutation(shape[0] * shape[1]).reshape(shape).astype(float)

    fields = receptive_fields(x, kernel, stride)

    pooled = [[max(x[cell] for cell in field) for field in row] for row in fields]
    np.testing.assert_array_equal(pooled, max_pool(x, kernel, stride))
    assert {len(field) for row in fields for field in row} == {kernel**2}


def test_cells_are_plain_numbers_row_by_row() -> None:
    assert receptive_fields(np.zeros((2, 3)), 2, 1) == [
        [[(0, 0), (0, 1), (1, 0), (1, 1)], [(0, 1), (0, 2), (1, 1), (1, 2)]]
    ]
