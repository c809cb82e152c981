"""Smallest first, as a person reads: few cells, small whole numbers, all different."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

_PLAIN = 99.0


def size_of(inputs: Mapping[str, object]) -> tuple[float | tuple[float, ...], ...]:
    """Give the sort key of inputs: cells; odd values; repeats; then magnitudes and order.

    odd: not a small whole number. repeats: cells with the value of another cell, and zeros: an
    all-zero plane shows nothing. A negative value counts like a larger magnitude.
    """
    cells = odd = repeats = negative = 0
    magnitude, scalars = 0.0, 0.0
    flat: list[float] = []
    for value in inputs.values():
        if isinstance(value, bool) or value is None:
            scalars += bool(value)
        elif isinstance(value, int | float):
            scalars += abs(value)
            odd += value != int(value) if abs(value) <= _PLAIN else 1
            negative += value < 0
        elif isinstance(value, str):
            scalars += len(value)
        else:
            array = np.asarray(value)
            if array.dtype.kind not in "bifu":
                continue
            numbers = array.ravel().tolist()
            cells += len(numbers)
            odd += sum(not -_PLAIN <= v <= _PLAIN or v != int(v) for v in numbers)
            repeats += len(numbers) - len(set(numbers)) + numbers.count(0)
            negative += sum(v < 0 for v in numbers)
            magnitude += sum(abs(v) for v in numbers)
            flat += [v if v == v else 2 * _PLAIN for v in numbers]
    return cells, odd, repeats, scalars, negative, magnitude, tuple(flat)
