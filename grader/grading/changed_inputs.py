"""Inputs changed in one way, to ask the reference what it gives for them; None: not possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from grader.grading.mistakes import Array

Inputs = Mapping[str, object]


def without_negative(array: Array) -> Array:
    """Put 0 in the place of negative numbers."""
    return np.maximum(array, 0)


def changed_array(name: str, change: Callable[[Array], Array], inputs: Inputs) -> Inputs | None:
    """Give an array of numbers changed, in its own dtype."""
    value = inputs[name]
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
        return None
    return {name: change(value).astype(value.dtype)}


def exchanged(one: str, other: str, inputs: Inputs) -> Inputs | None:
    """Give two arrays of one shape in each other's place."""
    first, second = inputs[one], inputs[other]
    if not (isinstance(first, np.ndarray) and isinstance(second, np.ndarray)):
        return None
    if first.shape != second.shape:
        return None
    return {one: second, other: first}


def ties_broken(names: set[str], sign: float, is_down: bool, inputs: Inputs) -> Inputs | None:
    """Break the ties of arrays of floats by a hair, growing or falling along the cells."""
    changed: dict[str, object] = {}
    for name in sorted(names):
        array = inputs.get(name)
        if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
            continue
        step = 2.0**-16 if array.dtype == np.float32 else 2.0**-24
        ramp = np.arange(array.size, dtype=float).reshape(
            array.shape, order="F" if is_down else "C"
        )
        changed[name] = array + (ramp * (sign * step)).astype(array.dtype)
    return changed
