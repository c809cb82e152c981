"""Finding the wrong entries of a gradient: the judge of judges, for the exercise on them.

`reference.gradient_check` has the differences and a checker that explains itself in words.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from reference.gradient_check import central_differences
from reference.windows import Array

__all__ = ["wrong_entries"]

#: differences of smooth functions with entries around 1 are right to about nine digits
_SHARE = 1e-3


def wrong_entries(f: Callable[[Array], Array], gradient: Array, x: Array) -> Array:
    """Where a gradient is off by more than a thousandth of what it should be.

    f: gives a number, or an array whose sum is meant, for an array like x. It is smooth, or
    piecewise linear with no kink within 2**-17 of an entry. gradient, x: (...,) float64. Returns
    (...,) bool. An entry that must be 0 is wrong if it is anything else: f must not depend on it.
    """
    expected = central_differences(f, x)
    wrong: Array = np.abs(gradient - expected) > _SHARE * np.abs(expected)
    return wrong
