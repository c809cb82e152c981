"""Pooling of large arrays: windows folded along one axis, then along the other.

A window of k x k cells takes 2k passes over a block instead of k*k, each pass one NumPy call on
neighbouring cells. For maxima the passes along columns run over the whole block as over one long
row and for every column, whatever the stride; results that no window asked for are left out at the
end. That is more arithmetic in less time than picking columns first, because the wide registers of
a processor take neighbours only (measured).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from reference.blocks import (
    Block,
    as_images,
    as_planes,
    blocks_of,
    column_taps,
    load,
    load_real,
    row_taps,
    scratch,
)
from reference.windows import Array, Grid

__all__ = ["count_real_taps", "find_values", "lowest", "max_pool", "mean_pool"]

Operation = Callable[..., Array]  # of two arrays, with `out`


def max_pool(x: Array, grid: Grid) -> Array:
    """`reference.pooling.max_pool` for the windows of a grid; x is checked."""
    images = as_images(x, x)
    y = np.empty((len(images), *grid.out, images.shape[-1]), dtype=x.dtype)
    for block in blocks_of(images, grid):
        cells = load(images, block, grid, lowest(x.dtype))
        y[block] = find_values(cells, grid)
    return as_planes(y, x)


def mean_pool(x: Array, grid: Grid) -> Array:
    """`reference.pooling.mean_pool` for the windows of a grid; x is checked."""
    images = as_images(x, x)
    y = np.empty((len(images), *grid.out, images.shape[-1]), dtype=x.dtype)
    for block in blocks_of(images, grid):
        taps = row_taps(load(images, block, grid, 0), grid)
        tall = scratch.array("tall", taps[0].shape, x.dtype)
        _fold(np.add, taps, out=tall)
        _fold(np.add, column_taps(tall, grid), out=y[block])  # not flat: that might overflow
        y[block] /= count_real_taps(block, grid).astype(x.dtype)
    return as_planes(y, x)


def lowest(dtype: np.dtype[Any]) -> float:
    """What no value of a dtype is below: as padding, it wins over nothing but itself."""
    return -np.inf if dtype.kind == "f" else int(np.iinfo(dtype).min)


def find_values(cells: Array, grid: Grid) -> Array:
    """The largest value of each window of a block, as loaded with the lowest value for padding."""
    taps = row_taps(cells, grid)
    tall, broad = (scratch.array(name, taps[0].shape, cells.dtype) for name in ("tall", "broad"))
    _fold(np.maximum, taps, out=tall)
    flat, step = tall.reshape(-1), grid.dilation[1] * tall.shape[-1]
    size = flat.size - step * (grid.kernel[1] - 1)
    taps = [flat[b * step :][:size] for b in range(grid.kernel[1])]
    _fold(np.maximum, taps, out=broad.reshape(-1)[:size])
    return column_taps(broad, grid)[0]


def count_real_taps(block: Block, grid: Grid) -> Array:
    """How many cells each window of a block has that are not padding, (1, rows, columns, 1)."""
    rows = row_taps(load_real(block, grid), grid)
    real = [tap for row in rows for tap in column_taps(row, grid)]
    count: Array = np.sum(real, axis=0)
    return count


def _fold(operation: Operation, taps: Sequence[Array], out: Array) -> None:
    """All taps joined by an operation, from the first to the last."""
    if len(taps) == 1:
        out[...] = taps[0]
        return
    operation(taps[0], taps[1], out=out)
    for tap in taps[2:]:
        operation(out, tap, out=out)
