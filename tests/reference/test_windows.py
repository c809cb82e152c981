"""The table of windows, which is made once per geometry and then shared by all calls."""

from __future__ import annotations

import definition
import numpy as np
import pytest
from hypothesis import given
from pooling_inputs import Layer, check, layers

from reference.pooling import max_pool
from reference.windows import find_windows


@check(200)
@given(layers())
def test_windows_are_those_of_the_definition_or_refused(layer: Layer) -> None:
    if not layer.is_legal():
        with pytest.raises(ValueError, match="padding alone"):
            find_windows(layer.plane, *layer.arguments)
        return

    windows = find_windows(layer.plane, *layer.arguments)

    expected = definition.cells_of_windows(layer.plane, layer.arguments)
    flat = [[row * layer.plane[1] + column for row, column in cells] for cells in expected]
    columns = zip(windows.cells.T, windows.real.T, strict=True)
    assert [cells[real].tolist() for cells, real in columns] == flat
    assert windows.out == layer.out


def test_taps_on_padding_repeat_cells_of_their_own_window() -> None:
    windows = find_windows((3, 3), 3, 1, 1, 1, False)

    for cells, real in zip(windows.cells.T, windows.real.T, strict=True):
        assert set(cells) == set(cells[real])


def test_shared_table_cannot_be_changed() -> None:
    windows = find_windows((4, 4), 2, 2, 0, 1, False)

    for table in (windows.cells, windows.real):
        with pytest.raises(ValueError, match="read-only"):
            table[0, 0] = 1


def test_table_of_an_equal_number_does_not_admit_a_wrong_type() -> None:
    x = np.zeros((4, 4))
    max_pool(x, 1, 1)

    for kernel in (True, 1.0):
        with pytest.raises(ValueError, match="kernel is"):
            max_pool(x, kernel, 1)  # type: ignore[arg-type]


def test_numpy_integers_are_whole_numbers() -> None:
    assert max_pool(np.zeros((4, 4)), np.int64(2), [np.int8(1), np.uint8(2)]).shape == (3, 2)  # type: ignore[arg-type]
