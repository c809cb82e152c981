"""Pooling as its definition reads, for one plane in plain Python: slow, and too short to be wrong.

Nothing here shares a line with `reference/`. Pairs are (rows, columns); padding is
((top, bottom), (left, right)).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

Cell = tuple[int, int]
Geometry = tuple[Cell, Cell, tuple[Cell, Cell], Cell, bool]


def output_size(size: int, k: int, s: int, pad: Cell, d: int, ceil_mode: bool) -> int:
    """The number of windows along one axis, by the formula of the textbooks."""
    room = Fraction(size + sum(pad) - d * (k - 1) - 1, s)
    count = (math.ceil(room) if ceil_mode else math.floor(room)) + 1
    return count - 1 if ceil_mode and (count - 1) * s >= size + pad[0] else count


def cells_of_windows(plane: Cell, geometry: Geometry) -> Iterator[list[Cell]]:
    """The real cells of each window in row-major order, windows in row-major order."""
    (kh, kw), (sh, sw), ((top, bottom), (left, right)), (dh, dw), ceil_mode = geometry
    height, width = plane
    for i in range(output_size(height, kh, sh, (top, bottom), dh, ceil_mode)):
        for j in range(output_size(width, kw, sw, (left, right), dw, ceil_mode)):
            taps = [(i * sh - top + a * dh, j * sw - left + b * dw)
                    for a in range(kh) for b in range(kw)]  # fmt: skip
            yield [(r, c) for r, c in taps if 0 <= r < height and 0 <= c < width]


def maxima_of_windows(x: Sequence[Sequence[float]], geometry: Geometry) -> Iterator[list[Cell]]:
    """The cells of each window that hold its maximum, or its NaN cells if it has any."""
    for cells in cells_of_windows((len(x), len(x[0])), geometry):
        nans = [(r, c) for r, c in cells if x[r][c] != x[r][c]]
        largest = max(x[r][c] for r, c in cells)
        yield nans or [(r, c) for r, c in cells if x[r][c] == largest]


def pool(x: Sequence[Sequence[float]], geometry: Geometry) -> list[float]:
    """The maximum of each window, in row-major order."""
    return [x[cells[0][0]][cells[0][1]] for cells in maxima_of_windows(x, geometry)]


def pool_backward(
    dout: Sequence[float], x: Sequence[Sequence[float]], geometry: Geometry, ties: str
) -> list[list[float]]:
    """The gradient of the maxima, under the tie rule first, last or split."""
    dx = [[0.0] * len(x[0]) for _ in x]
    for gradient, cells in zip(dout, maxima_of_windows(x, geometry), strict=True):
        chosen = {"first": cells[:1], "last": cells[-1:], "split": cells}[ties]
        for r, c in chosen:
            dx[r][c] += gradient / len(chosen)
    return dx
