"""Large arrays block by block: pieces that stay in the cache, with their padding around them.

Images are (images, H, W, channels) here. Planes that lie one behind the other in memory are images
of one channel; arrays (N, C, H, W) whose channels are neighbours in memory stay as they are, with
C channels. Either way every pass over a block runs through memory from front to back.

A block is some images, or some rows of windows of one image. Copying it into a buffer of its own
costs nothing (measured: the passes then find it in the cache) and makes room for the padding.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from reference.windows import Array, Grid, Pair

__all__ = [
    "Block",
    "as_images",
    "as_planes",
    "blocks_of",
    "column_taps",
    "first_cells",
    "is_large",
    "load",
    "load_real",
    "pick_windows",
    "row_taps",
    "scratch",
    "unload",
    "zeros_under",
]

#: cells of arrays that a table of windows is for; blocks are faster from 4,000 (3x3 windows, stride
#: 1) to 20,000 cells (2x2, stride 2) on (measured)
SMALL = range(8000)
#: of cells: they and their maxima fill a usual L2 cache of 1 MiB
BLOCK_BYTES = 1 << 19

Block = tuple[slice, slice]  # images, rows of windows


class Scratch(threading.local):
    """Arrays that serve again and again, by name and dtype, apart for each thread.

    Memory new from the system is slow to touch: without this, arrays of one block take three times
    as long (measured). What blocks of the usual size need is kept, a few megabytes.
    """

    def __init__(self) -> None:
        self._buffers: dict[tuple[str, np.dtype[Any]], Array] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """An array with anything in it; whatever had the same name before is lost."""
        size = math.prod(shape)
        buffer = self._buffers.get((name, dtype))
        if buffer is None or buffer.size < size:
            buffer = np.zeros(size, dtype)
            if buffer.nbytes <= 2 * BLOCK_BYTES:
                self._buffers[name, dtype] = buffer
        return buffer[:size].reshape(shape)

    def zeros(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """As `array`, but with zeros in it."""
        array = self.array(name, shape, dtype)
        array[...] = 0
        return array


scratch = Scratch()


def is_large(x: Array) -> bool:
    """Whether an array is pooled block by block; the answer is the same either way."""
    return x.size not in SMALL


def as_images(values: Array, like: Array) -> Array:
    """Planes (..., h, w) as (images, h, w, channels), in the order in which `like` lies in memory.

    like: x itself, or the x to which the values belong. A view where memory allows it.
    """
    *_, height, width = values.shape
    if _has_channels_last(like):
        return np.moveaxis(values, -3, -1).reshape(-1, height, width, values.shape[-3])
    return values.reshape(-1, height, width, 1)


def as_planes(images: Array, like: Array) -> Array:
    """The way back from `as_images`: (..., h, w) with the leading axes of `like`."""
    _, height, width, channels = images.shape
    if _has_channels_last(like):
        *lead, _, _, _ = like.shape
        return np.moveaxis(images.reshape(*lead, height, width, channels), -1, -3)
    *lead, _, _ = like.shape
    return images.reshape(*lead, height, width)


def _has_channels_last(x: Array) -> bool:
    return x.ndim > 2 and x.strides[-3] == x.itemsize < x.strides[-1]


def blocks_of(images: Array, grid: Grid) -> Iterator[Block]:
    """Blocks that cover every window of every image once."""
    count, _, width, channels = images.shape
    (windows, _), (stride, _) = grid.out, grid.stride
    row_bytes = stride * width * channels * images.itemsize
    rows = min(max(BLOCK_BYTES // row_bytes, 1), windows)
    together = max(BLOCK_BYTES // (row_bytes * windows), 1)
    for image in range(0, count, together):
        for row in range(0, windows, rows):
            yield slice(image, min(image + together, count)), slice(row, min(row + rows, windows))


def load(images: Array, block: Block, grid: Grid, padding: float) -> Array:
    """A copy of the cells under the windows of a block, `padding` where there is no cell.

    Returns (images, h, w, channels): the first window begins at its first row and column, the
    last window ends at its last. The next block of the same dtype takes its place.
    """
    chosen, rows = block
    size, source, target = _frame(rows, grid)
    found = images[chosen][source]
    shape = len(found), *size, found.shape[-1]
    cells = scratch.array("cells", shape, images.dtype)
    if found.shape != cells.shape:
        cells[...] = padding
    cells[target] = found
    return cells


def load_real(block: Block, grid: Grid) -> Array:
    """Where the cells of a loaded block are not padding, (1, h, w, 1)."""
    _, rows = block
    plane = np.broadcast_to(np.True_, (1, *grid.plane, 1))
    return load(plane, (slice(1), rows), grid, False)


def zeros_under(images: Array, block: Block, grid: Grid) -> Array:
    """Zeros that lie as the cells which `load` gives."""
    chosen, rows = block
    size, _, _ = _frame(rows, grid)
    shape = len(images[chosen]), *size, images.shape[-1]
    return scratch.zeros("zeros", shape, images.dtype)


def unload(cells: Array, images: Array, block: Block, grid: Grid) -> None:
    """Add cells that lie as `load` gives them to those of the images, without the padding."""
    chosen, rows = block
    _, source, target = _frame(rows, grid)
    images[chosen][source] += cells[target]


def _frame(rows: slice, grid: Grid) -> tuple[Pair, tuple[slice, ...], tuple[slice, ...]]:
    """The cells under some rows of windows: how many, which of them exist, and where among them."""
    (height, width), (_, columns) = grid.plane, grid.out
    tall, broad = (
        (windows - 1) * stride + span
        for windows, stride, span in zip(
            (rows.stop - rows.start, columns), grid.stride, grid.spans, strict=True
        )
    )
    top, left = rows.start * grid.stride[0] - grid.before[0], -grid.before[1]
    first, last = max(top, 0), min(top + tall, height)
    right = min(left + broad, width)
    source = slice(None), slice(first, last), slice(right)
    target = slice(None), slice(first - top, last - top), slice(-left, right - left)
    return (tall, broad), source, target


def row_taps(cells: Array, grid: Grid) -> list[Array]:
    """For each row of a window, the rows of cells that all windows have there: views."""
    (span, _), (stride, _), (dilation, _) = grid.spans, grid.stride, grid.dilation
    length = cells.shape[1] - span + 1
    return [cells[:, first : first + length : stride] for first in range(0, span, dilation)]


def column_taps(cells: Array, grid: Grid) -> list[Array]:
    """For each column of a window, the columns of cells that all windows have there: views."""
    (_, span), (_, stride), (_, dilation) = grid.spans, grid.stride, grid.dilation
    length = cells.shape[2] - span + 1
    return [cells[:, :, first : first + length : stride] for first in range(0, span, dilation)]


def pick_windows(cells: Array, grid: Grid) -> Array:
    """The cells where a window begins: a view, (images, rows, columns, channels)."""
    (down, right), (tall, broad) = grid.stride, grid.spans
    _, height, width, _ = cells.shape
    return cells[:, : height - tall + 1 : down, : width - broad + 1 : right]


def first_cells(grid: Grid) -> Array:
    """The flat number in the plane of the first tap of each window, (OH, OW, 1) int64.

    Where that is padding, the number it would have if the row went on before its beginning.
    """
    (rows, columns), (down, right), (top, left) = grid.out, grid.stride, grid.before
    row, column = np.arange(rows) * down - top, np.arange(columns) * right - left
    _, width = grid.plane
    cells: Array = row[:, None, None] * width + column[:, None]
    return cells
