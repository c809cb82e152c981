"""What a pooling layer does with the indices its forward pass has stored: unpooling, and backward.

An index is a flat cell number row * width + column in its own plane, as
`reference.pooling.max_pool_with_indices` gives it.
"""

from __future__ import annotations

import math

import numpy as np

from reference.pooling import max_unpool
from reference.windows import FLOATS, INTEGERS, Array, check_planes

__all__ = ["gradient_from_indices", "max_unpool"]


def gradient_from_indices(dout: Array, index: Array, height: int, width: int) -> Array:
    """The gradient with respect to planes whose maxima stood at the stored indices.

    dout: (..., OH, OW), float16/32/64. index: integers of that shape, cell numbers from 0 to
    height * width - 1; a number that occurs several times in a plane gets the sum of its
    gradients, taken in the dtype of dout. Returns (..., height, width), the dtype of dout.
    Raises ValueError for other dtypes and shapes and for a cell number outside the plane.
    """
    check_planes("dout", dout, FLOATS)
    check_planes("index", index, INTEGERS)
    if index.shape != dout.shape:
        raise ValueError(f"index has shape {index.shape}: dout has {dout.shape}, give the same")
    cells = height * width
    if index.size and not 0 <= index.min() <= index.max() < cells:
        raise ValueError(
            f"index has cells {index.min()} to {index.max()}: a plane {height} x {width} has the "
            f"cells 0 to {cells - 1}"
        )
    *lead, rows, columns = dout.shape
    planes = math.prod(lead)
    dx = np.zeros((planes, cells), dtype=dout.dtype)
    plane = np.arange(planes)[:, None]
    flat = (planes, rows * columns)
    np.add.at(dx, (plane, index.reshape(flat)), dout.reshape(flat))
    return dx.reshape(*lead, height, width)
