"""Refusals that the layers share: each names the argument, its value, and what to give instead.

Every function raises ValueError or returns quietly. `reference.windows` has those of pooling.
"""

from __future__ import annotations

import numpy as np

from reference.windows import FLOATS, Array, Pair, Size

__all__ = ["as_pair", "check_alike", "check_axes", "check_dtype", "check_floats"]


def check_floats(name: str, array: object) -> None:
    """Refuse what is not a float16, float32 or float64 array with at least one axis."""
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name} is of type {type(array).__name__}: give a NumPy array")
    if array.ndim == 0:
        raise ValueError(f"{name} has shape (): give at least one axis")
    if array.dtype not in FLOATS:
        allowed = ", ".join(map(str, FLOATS))
        raise ValueError(f"{name} has dtype {array.dtype}: give one of {allowed}")


def check_axes(name: str, array: Array, axes: str) -> None:
    """Refuse what is not a float array with the axes named, as in "N, C, H, W".

    An axis called N is a batch and may be empty; no other axis may.
    """
    check_floats(name, array)
    names = axes.split(", ")
    if array.ndim != len(names):
        raise ValueError(f"{name} has shape {array.shape}: give the axes ({axes})")
    for axis, size in zip(names, array.shape, strict=True):
        if size == 0 and axis != "N":
            raise ValueError(f"{name} has shape {array.shape}: axis {axis} may not be empty")


def check_dtype(name: str, array: Array, other_name: str, other: Array) -> None:
    """Refuse an array of another dtype than a second one."""
    if array.dtype != other.dtype:
        raise ValueError(
            f"{name} has dtype {array.dtype}: {other_name} has {other.dtype}, give the same"
        )


def check_alike(name: str, array: Array, other_name: str, other: Array) -> None:
    """Refuse a float array of another shape or dtype than a second one: nothing broadcasts."""
    check_floats(name, array)
    if array.shape != other.shape:
        raise ValueError(
            f"{name} has shape {array.shape}: {other_name} has {other.shape}, give the same"
        )
    check_dtype(name, array, other_name, other)


def as_pair(name: str, value: Size) -> Pair:
    """A whole number >= 0, or a pair (rows, columns) of them, as a pair."""
    members = value if isinstance(value, tuple | list) else (value, value)
    if len(members) != 2:
        raise ValueError(f"{name} is {value!r}: give one number or a pair (rows, columns)")
    for member in members:
        # bool is a kind of int in Python, but no number here
        if isinstance(member, bool) or not isinstance(member, int | np.integer) or member < 0:
            raise ValueError(f"{name} is {value!r}: give a whole number, or a pair of them")
    rows, columns = members
    return int(rows), int(columns)
