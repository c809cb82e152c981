"""Lists of numbers read as arrays, where a question allows it."""

from __future__ import annotations

from typing import Any

import numpy as np


def _holds_numbers_only(value: list[object]) -> bool:
    kinds = (bool, int, float, complex, np.number, np.bool_)
    return all(
        _holds_numbers_only(item) if isinstance(item, list) else isinstance(item, kinds)
        for item in value
    )


def array_from_list(value: list[object], wanted: np.dtype[Any]) -> object:
    """Make a list of numbers an array; an empty one has no dtype and takes the wanted one.

    Only numbers: texts would all take the room of the longest.
    """
    if not _holds_numbers_only(value):
        return value
    try:
        array = np.array(value)
    except (ValueError, TypeError, OverflowError):
        return value
    if array.size == 0:
        return array.astype(wanted)
    return array if array.dtype.kind in "fiubc" else value
