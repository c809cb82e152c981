"""Which cells each output of a pooling layer covers, as formulas speak of it."""

from __future__ import annotations

from reference.windows import Array, Size, find_windows

__all__ = ["receptive_fields"]


def receptive_fields(
    x: Array, kernel: Size, stride: Size | None = None
) -> list[list[list[tuple[int, int]]]]:
    """The set Omega(k, l) of every output (k, l) of a layer without padding.

    x: (..., H, W), only its shape matters. Returns OH lists of OW lists of cells (i, j), row by
    row, so that fields[k][l] is what output (k, l) sees. Errors are those of `find_windows`.
    """
    windows = find_windows(x.shape, kernel, stride, 0, 1, False)
    _, width = windows.plane
    rows, columns = windows.out
    return [
        [
            [divmod(int(cell), width) for cell in windows.cells[:, row * columns + column]]
            for column in range(columns)
        ]
        for row in range(rows)
    ]
