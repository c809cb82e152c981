"""Values nobody may change: a case is shared by every submission."""

from __future__ import annotations

import numpy as np


def frozen(value: object) -> object:
    """Give a copy whose arrays are read-only, also inside lists, tuples and dicts."""
    if isinstance(value, np.ndarray):
        copy = np.array(value)
        copy.flags.writeable = False
        return copy
    if type(value) in (list, tuple):
        items = [frozen(item) for item in value]  # type: ignore[attr-defined]  # list or tuple
        return items if type(value) is list else tuple(items)
    if type(value) is dict:
        return {key: frozen(item) for key, item in value.items()}
    return value
