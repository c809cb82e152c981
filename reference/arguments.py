"""The arguments of pooling layers: what users write, read and refused in one place."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

__all__ = ["Arguments", "Padding", "Pair", "Size", "read_arguments"]

Pair: TypeAlias = tuple[int, int]
Size: TypeAlias = int | Pair
Padding: TypeAlias = Size | tuple[Pair, Pair]
Arguments: TypeAlias = tuple[Pair, Pair, Pair, tuple[Pair, Pair], Pair, bool]

# for isinstance: `int | np.integer` there is made anew at each check, an eighth of a tiny call
_WHOLE = (int, np.integer)
_PAIRS = (tuple, list)
_BOOLS = (bool, np.bool_)


def read_arguments(
    shape: tuple[int, ...],
    kernel: object,
    stride: object,
    padding: object,
    dilation: object,
    ceil_mode: object,
) -> Arguments:
    """The size of a plane and the checked pooling arguments, each for rows and columns."""
    *_, height, width = shape
    kernels = _sizes("kernel", kernel)
    strides = kernels if stride is None else _sizes("stride", stride)
    dilations = _sizes("dilation", dilation)
    if not isinstance(ceil_mode, _BOOLS):
        raise ValueError(f"ceil_mode is {ceil_mode!r}: give True or False")
    return (height, width), kernels, strides, _margins(padding), dilations, bool(ceil_mode)


def _sizes(name: str, value: object) -> Pair:
    """A kernel, stride or dilation as a pair of whole numbers >= 1."""
    pair = _pair(name, value)
    if 0 in pair:
        raise ValueError(f"{name} is {value!r}: give whole numbers >= 1")
    return pair


def _margins(padding: object) -> tuple[Pair, Pair]:
    """Padding as ((top, bottom), (left, right)), whole numbers >= 0."""
    rows, columns = _both("padding", padding)
    return _pair("padding", rows), _pair("padding", columns)


def _pair(name: str, value: object) -> Pair:
    """An int, or a tuple or list of two, as a pair of whole numbers >= 0."""
    rows, columns = _both(name, value)
    return _count(name, rows), _count(name, columns)


def _both(name: str, value: object) -> tuple[object, object]:
    """The two members of a tuple or list; anything else stands for both."""
    if not isinstance(value, _PAIRS):
        return value, value
    if len(value) != 2:
        raise ValueError(f"{name} is {value!r}: give one number or a pair (rows, columns)")
    rows, columns = value
    return rows, columns


def _count(name: str, value: object) -> int:
    """A whole number >= 0 as int; bool is no number here."""
    if isinstance(value, bool) or not isinstance(value, _WHOLE) or value < 0:
        raise ValueError(f"{name} is {value!r}: give a whole number >= 0, or a pair of them")
    return int(value)
