"""Max pooling of whole numbers of a stated dtype: pixels, altitudes, timestamps.

Inputs are drawn as int64; what is pooled is their sum with an offset, in the dtype wanted, so that
numbers beyond the 53 bits of a float64 can be asked for.
"""

from __future__ import annotations

from reference.pooling import max_pool
from reference.windows import Array

__all__ = ["max_pool_integers"]


def max_pool_integers(
    x: Array, offset: int, dtype: str, kernel: int, stride: int, padding: int
) -> Array:
    """The largest number of each window of x + offset, in a dtype.

    x: (H, W) int64. dtype: "uint8", "int16" or "int64", which must hold every x + offset.
    kernel, stride >= 1 and 0 <= padding < kernel as in `reference.pooling.max_pool`; padding
    never wins. Returns (OH, OW) of the dtype, without a detour through floats.
    """
    return max_pool((x + offset).astype(dtype), kernel, stride, padding)
