"""Where the maxima of large arrays stand: values and places in one go, axis by axis.

The passes are those of `reference.separable`, but along columns first: the first maximum of a
window in row-major order is the first one of its row, and its row is the first that has it. The
last maximum is the first one in the opposite order.

A place is kept as a distance, the flat number of the cell in its plane minus that of the first tap
of the window (for the last maximum: that of the last tap minus it), in as few bytes as the largest
needs. Distances grow from tap to tap, so "take the new place where the new value is larger" is a
maximum of distances, with 0 where it is not; NumPy is several times slower at choices by mask.

Two kinds of windows come out wrong and are mended: NaN is larger than nothing although it wins,
and where the lowest value of the dtype is the maximum, it is not larger than the padding.
"""

from __future__ import annotations

import numpy as np

from reference.blocks import (
    Block,
    as_images,
    as_planes,
    blocks_of,
    first_cells,
    load,
    load_real,
    pick_windows,
    scratch,
)
from reference.separable import lowest
from reference.windows import Array, Grid

__all__ = ["find_places", "max_pool_with_indices"]


def max_pool_with_indices(x: Array, grid: Grid) -> tuple[Array, Array]:
    """`reference.pooling.max_pool_with_indices` for the windows of a grid; x is checked."""
    images = as_images(x, x)
    shape = len(images), *grid.out, images.shape[-1]
    y, index = np.empty(shape, dtype=x.dtype), np.empty(shape, dtype=np.int64)
    first = first_cells(grid)
    for block in blocks_of(images, grid):
        _, rows = block
        y[block], distances = find_places(images, block, grid, "first")
        np.add(distances, first[rows], out=index[block])
    return as_planes(y, x), as_planes(index, x)


def find_places(images: Array, block: Block, grid: Grid, ties: str) -> tuple[Array, Array]:
    """Values of the windows of a block, and distances by the rule "first" or "last".

    Both are (images, rows, columns, channels), the distances of an unsigned dtype.
    """
    cells = load(images, block, grid, lowest(images.dtype))
    _, _, width, channels = cells.shape
    down, right = grid.dilation[0] * grid.plane[1], grid.dilation[1]
    farthest = down * (grid.kernel[0] - 1) + right * (grid.kernel[1] - 1)
    kind = np.min_scalar_type(farthest)
    rows, columns = (
        range(0, span * step, dilation * step)[:: 1 if ties == "first" else -1]
        for span, step, dilation in zip(
            grid.spans, (width * channels, channels), grid.dilation, strict=True
        )
    )
    values, distances = cells.reshape(-1), scratch.zeros("here", (cells.size,), kind)
    values, distances = _find_first(values, distances, columns, right, "in rows")
    values, distances = _find_first(values, distances, rows, down, "in windows")
    values, distances = (
        pick_windows(flat.reshape(cells.shape), grid) for flat in (values, distances)
    )
    if ties == "last":
        distances = farthest - distances
    _mend(distances, values, cells, block, grid, ties)
    return values, distances


def _find_first(
    values: Array, distances: Array, taps: range, step: int, name: str
) -> tuple[Array, Array]:
    """The largest value among the taps of each cell, and the distance of the first that has it.

    values, distances: flat. taps: how far on each tap of a cell lies there. step: the distance
    from tap to tap. The results are like values and distances; the last ones, of cells with taps
    beyond the end, mean nothing.
    """
    size = values.size - max(taps)
    first, *others = (slice(tap, tap + size) for tap in taps)
    if not others:
        return values, distances
    best, nearest = values[first], distances[first]
    largest = scratch.array(f"values {name}", values.shape, values.dtype)
    places = scratch.array(f"distances {name}", values.shape, distances.dtype)
    is_larger = scratch.array("is larger", (size,), np.dtype(np.bool_))
    place = scratch.array("place", (size,), distances.dtype)
    for n, tap in enumerate(others, start=1):
        np.greater(values[tap], best, out=is_larger)
        best = np.maximum(best, values[tap], out=largest[:size])
        np.add(distances[tap], distances.dtype.type(n * step), out=place)
        np.multiply(place, is_larger.view(np.uint8), out=place)
        nearest = np.maximum(nearest, place, out=places[:size])
    return largest, places


def _mend(
    distances: Array, values: Array, cells: Array, block: Block, grid: Grid, ties: str
) -> None:
    """Find distances again where the maximum is NaN, or the lowest value and not the padding's.

    cells: the block as loaded. distances and values: (images, rows, columns, channels).
    """
    is_doubtful = ~(values > lowest(cells.dtype)) if grid.is_padded else np.isnan(values)
    if not is_doubtful.any():  # faster than nonzero to say so
        return
    image, i, j, channel = np.nonzero(is_doubtful)
    maxima, found = values[image, i, j, channel], distances[image, i, j, channel]
    real = load_real(block, grid)
    (down, right), taps = grid.dilation, list(np.ndindex(grid.kernel))
    for a, b in reversed(taps) if ties == "first" else taps:  # what is found later replaces it
        row, column = i * grid.stride[0] + a * down, j * grid.stride[1] + b * right
        tap = cells[image, row, column, channel]
        is_maximum = ((tap == maxima) | np.isnan(tap)) & real[0, row, column, 0]
        found[is_maximum] = a * down * grid.plane[1] + b * right
    distances[image, i, j, channel] = found
