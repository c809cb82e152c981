"""Max pooling of one picture of 4 x 4 numbers by four windows of 2 x 2: the first exercise.

The general layer is `reference.pooling.max_pool`, of which this is the smallest interesting case.
"""

from __future__ import annotations

import numpy as np

from reference.windows import Array

__all__ = ["pool_four_windows"]


def pool_four_windows(x: Array) -> Array:
    """The largest number of each 2 x 2 window, windows side by side.

    x: (4, 4) of any real dtype. Returns (2, 2) of that dtype; a NaN in a window gives NaN.
    """
    rows_of_windows = np.maximum(x[0::2], x[1::2])
    largest: Array = np.maximum(rows_of_windows[:, 0::2], rows_of_windows[:, 1::2])
    return largest
