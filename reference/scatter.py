"""Gradients of pooling for large arrays: what goes back to which cell, block by block.

With one cell for each window, the rule "first" or "last", the cells are numbered through and the
gradients assigned, or added one by one where windows overlap (numpy.add.at is fast on flat arrays).
With shares, "split" and the mean, they are added tap by tap: no tap meets a cell twice.
"""

from __future__ import annotations

import numpy as np

from reference.blocks import (
    Block,
    as_images,
    as_planes,
    blocks_of,
    column_taps,
    first_cells,
    load,
    load_real,
    row_taps,
    scratch,
    unload,
    zeros_under,
)
from reference.places import find_places
from reference.separable import count_real_taps, find_values, lowest
from reference.windows import Array, Grid

__all__ = ["max_pool_backward", "mean_pool_backward"]


def max_pool_backward(dout: Array, x: Array, grid: Grid, ties: str) -> Array:
    """`reference.pooling.max_pool_backward` for the windows of a grid; arguments are checked."""
    images, upstream = as_images(x, x), as_images(dout, x)
    dx = np.zeros(images.shape, dtype=x.dtype)
    first = first_cells(grid)
    for block in blocks_of(images, grid):
        if ties == "split":
            _add_shares(upstream[block], images, dx, block, grid)
        else:
            chosen, rows = block
            _, distances = find_places(images, block, grid, ties)
            places = scratch.array("places", distances.shape, first.dtype)
            np.add(distances, first[rows], out=places)
            _add_at(upstream[block], places, dx[chosen], grid)
    return as_planes(dx, x)


def mean_pool_backward(dout: Array, x: Array, grid: Grid) -> Array:
    """`reference.pooling.mean_pool_backward` for the windows of a grid; arguments are checked."""
    images, upstream = as_images(x, x), as_images(dout, x)
    dx = np.zeros(images.shape, dtype=x.dtype)
    for block in blocks_of(images, grid):
        shares = upstream[block] / count_real_taps(block, grid).astype(x.dtype)
        cells = zeros_under(images, block, grid)
        tall = scratch.zeros("tall", row_taps(cells, grid)[0].shape, x.dtype)
        for tap in column_taps(tall, grid):
            tap += shares
        for tap in row_taps(cells, grid):
            tap += tall
        unload(cells, dx, block, grid)
    return as_planes(dx, x)


def _add_at(amounts: Array, places: Array, images: Array, grid: Grid) -> None:
    """Add the gradient of each window to the cell with this number in its plane.

    amounts: (images, rows, columns, channels). places: the same, int64; used up.
    """
    _, height, width, channels = images.shape
    places *= channels
    places += np.arange(0, images.size, height * width * channels)[:, None, None, None]
    places += np.arange(channels)
    flat, at = images.reshape(-1), places.reshape(-1)
    if grid.overlaps:
        np.add.at(flat, at, amounts.reshape(-1))
    else:
        flat[at] = amounts.reshape(-1)


def _add_shares(amounts: Array, images: Array, dx: Array, block: Block, grid: Grid) -> None:
    """Add an equal share of the gradient of each window of a block to each of its maxima."""
    cells = load(images, block, grid, lowest(images.dtype))
    maxima, real = find_values(cells, grid), load_real(block, grid)
    receives = [
        ((tap == maxima) | np.isnan(tap)) & is_real
        for tap, is_real in zip(_window_taps(cells, grid), _window_taps(real, grid), strict=True)
    ]
    shares = amounts / np.sum(receives, axis=0, dtype=amounts.dtype)
    received = zeros_under(images, block, grid)
    for tap, is_maximum in zip(_window_taps(received, grid), receives, strict=True):
        tap += np.where(is_maximum, shares, 0)
    unload(received, dx, block, grid)


def _window_taps(cells: Array, grid: Grid) -> list[Array]:
    """For each tap of a window in row-major order, the cells that all windows have there: views."""
    return [tap for rows in row_taps(cells, grid) for tap in column_taps(rows, grid)]
