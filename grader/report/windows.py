"""The windows of a pooling or convolution over a plane of a counterexample, and those at fault.

Nothing says what an input means, so this is read from names and then proved by shapes: a size, a
stride and a padding by their usual names, an array of at least two dimensions, and another array
(one more input, or the expected answer) that has exactly one entry for each window. Without such a
proof there are no windows; a picture never shows an outline that was only guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from grader.core.report import Failure
from grader.report.blocks import Array
from grader.report.differences import first_difference, leaves_of

_SIZES = ("kernel", "kernel_size", "pool_size", "pool", "window", "f", "k")
_STRIDES = ("stride", "strides", "step", "s")
_PADDINGS = ("padding", "pad", "p")
_LAYOUTS = ((-2, -1), (-3, -2))  # height and width last, or channels last
_LARGEST = 1000  # of a size, stride or padding that is believed

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Where the windows lie on one plane of a drawn array; all pairs are (row, column).

    name: of the array. axes: its rows and columns. shape: of the plane. place: of the plane among
    the other axes. counts: how many windows. at_fault: windows, by number. cell: the cell of the
    plane whose value is wrong, for an answer that has the plane's shape.
    """

    name: str
    axes: Pair
    shape: Pair
    place: tuple[int, ...]
    counts: Pair
    size: Pair
    stride: Pair
    padding: Pair
    at_fault: tuple[Pair, ...] = ()
    cell: Pair | None = None

    def corner(self, window: Pair) -> Pair:
        """Give the first row and column of a window; negative in the padding."""
        return (
            window[0] * self.stride[0] - self.padding[0],
            window[1] * self.stride[1] - self.padding[1],
        )

    def all(self) -> Iterator[Pair]:
        """Give the numbers of all windows, row by row."""
        for row in range(self.counts[0]):
            for column in range(self.counts[1]):
                yield row, column


def windows_of(failure: Failure) -> Windows | None:
    """Give the windows of a counterexample, or None where it has none that are certain."""
    inputs = failure.counterexample or {}
    size = _pair(inputs, _SIZES, None)
    if size is None or min(size) < 1:
        return None
    stride = _pair(inputs, _STRIDES, size)
    padding = _pair(inputs, _PADDINGS, (0, 0))
    if stride is None or padding is None or min(stride) < 1 or min(padding) < 0:
        return None
    arrays = [(name, value) for name, value in inputs.items() if isinstance(value, np.ndarray)]
    # the plane has more cells than there are windows, unless the padding is wide
    for name, array in sorted(arrays, key=lambda pair: -pair[1].size):
        for axes in _LAYOUTS:
            if array.ndim < -axes[0] or array.size == 0 or array.dtype.kind not in "biuf":
                continue
            shape = (array.shape[axes[0]], array.shape[axes[1]])
            counts = _counts(shape, size, stride, padding)
            if min(counts) < 1 or not _is_proved(failure, name, _replaced(array, axes, counts)):
                continue
            found = Windows(
                name=name,
                axes=axes,
                shape=shape,
                place=(0,) * (array.ndim - 2),
                counts=counts,
                size=size,
                stride=stride,
                padding=padding,
            )
            return _with_fault(found, failure, array)
    return None


def plane_of(array: Array, axes: Pair, place: tuple[int, ...]) -> Array:
    """Give one plane (rows, columns) of an array, a view."""
    plane: Array = np.moveaxis(array, axes, (-2, -1))[place]
    return plane


def _pair(
    inputs: Mapping[str, object], names: tuple[str, ...], default: Pair | None
) -> Pair | None:
    """Give what is drawn as one number, as a pair, or as two inputs (pool_height, pool_width).

    The default where there is none of these; None where it is not of whole numbers.
    """
    for name in names:
        for ends in (("_height", "_width"), ("_h", "_w"), ("h", "w")):
            if f"{name}{ends[0]}" in inputs and f"{name}{ends[1]}" in inputs:
                return _two((inputs[f"{name}{ends[0]}"], inputs[f"{name}{ends[1]}"]))
        if name in inputs:
            return _two(inputs[name])
    return default


def _two(value: object) -> Pair | None:
    pair = value if isinstance(value, (tuple, list)) else (value, value)
    if len(pair) != 2:
        return None
    numbers = [n.item() if isinstance(n, np.generic) else n for n in pair]
    first, second = numbers
    if type(first) is not int or type(second) is not int or max(map(abs, numbers)) > _LARGEST:
        return None
    return first, second


def _counts(shape: Pair, size: Pair, stride: Pair, padding: Pair) -> Pair:
    rows, columns = (
        (n + 2 * p - k) // s + 1 for n, k, s, p in zip(shape, size, stride, padding, strict=True)
    )
    return rows, columns


def _replaced(array: Array, axes: Pair, counts: Pair) -> tuple[int, ...]:
    shape = list(array.shape)
    shape[axes[0]], shape[axes[1]] = counts
    return tuple(shape)


def _is_proved(failure: Failure, name: str, wanted: tuple[int, ...]) -> bool:
    """Tell whether another input or an expected answer has one entry for each window."""
    return _has_message(failure, name, wanted) or any(
        isinstance(leaf, np.ndarray) and leaf.shape == wanted
        for _, leaf in leaves_of(failure.expected)
    )


def _has_message(failure: Failure, name: str, wanted: tuple[int, ...]) -> bool:
    return any(
        isinstance(value, np.ndarray) and value.shape == wanted
        for other, value in (failure.counterexample or {}).items()
        if other != name
    )


def _with_fault(found: Windows, failure: Failure, array: Array) -> Windows:
    """Name the windows that the first wrong cell of the answer belongs to."""
    difference = first_difference(failure)
    if difference is None:
        return found
    name, index = difference
    answer = dict(leaves_of(failure.expected))[name]
    shape = answer.shape if isinstance(answer, np.ndarray) else ()
    counted = _replaced(array, found.axes, found.counts)
    rows, columns = (axis % array.ndim for axis in found.axes)
    if len(index) != array.ndim:
        return found
    at = (index[rows], index[columns])
    others = tuple(n for axis, n in enumerate(index) if axis not in (rows, columns))
    is_backward = shape == array.shape and (
        shape != counted or _has_message(failure, found.name, counted)
    )
    if is_backward:
        plane = plane_of(array, found.axes, others)
        at_fault = _windows_of_cell(found, plane, at)
        return replace(found, place=others, at_fault=at_fault, cell=at)
    if shape == counted:
        return replace(found, place=others, at_fault=(at,))
    return found


def _windows_of_cell(found: Windows, plane: Array, cell: Pair) -> tuple[Pair, ...]:
    """Give the windows over a cell: those whose maximum it is, or else all of them."""
    covering, greatest = [], []
    for row in _numbers(found, 0, cell):
        for column in _numbers(found, 1, cell):
            top, left = found.corner((row, column))
            inside = plane[max(top, 0) : top + found.size[0], max(left, 0) : left + found.size[1]]
            covering.append((row, column))
            if plane[cell] == inside.max():
                greatest.append((row, column))
    return tuple(greatest or covering)


def _numbers(found: Windows, axis: int, cell: Pair) -> range:
    """Give which windows reach a cell, along one axis."""
    place, size, stride = cell[axis] + found.padding[axis], found.size[axis], found.stride[axis]
    first = max(0, -(-(place - size + 1) // stride))
    return range(first, min(place // stride + 1, found.counts[axis]))
