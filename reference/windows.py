"""Where the windows of a pooling layer lie: the one place that decides sizes and refuses windows.

Per axis, the cells of the plane stand in a list with ``None`` for every padding cell. A window is
a slice of this list, and what remains of it without ``None`` are its real cells. The windows of a
plane are the products of row windows and column windows.

Padding never takes part in arithmetic on values: where a window has fewer real cells than the
kernel has taps, the table repeats real cells of the *same* window and `Windows.real` marks the
repetitions. A maximum does not notice them; sums and counts leave them out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, cycle, islice, repeat
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = [
    "FLOATS",
    "INTEGERS",
    "Array",
    "Padding",
    "Size",
    "Windows",
    "check_dout",
    "check_planes",
    "find_maxima",
    "find_windows",
    "gather",
]

Array: TypeAlias = npt.NDArray[Any]  # `check_planes` decides which element types are accepted
Pair: TypeAlias = tuple[int, int]
Size: TypeAlias = int | Pair
Padding: TypeAlias = Size | tuple[Pair, Pair]

Scalar = TypeVar("Scalar", bound=np.generic)

FLOATS = tuple(map(np.dtype, ("float16", "float32", "float64")))
INTEGERS = tuple(map(np.dtype, ("int8", "uint8", "int16", "int32", "int64")))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Windows:
    """The cells of each window, for one size of plane and one set of pooling arguments.

    cells: (taps, windows) int64, flat cell numbers in the unpadded plane; windows in row-major
        order of the output, the real taps of a window in row-major order of the plane.
    real: (taps, windows) bool, False where `cells` repeats a cell because the tap is padding.
    plane: (H, W) of the input. out: (OH, OW) of the output. Both arrays are read-only.
    """

    cells: npt.NDArray[np.int64]
    real: npt.NDArray[np.bool_]
    plane: Pair
    out: Pair


def find_windows(
    shape: tuple[int, ...],
    kernel: Size,
    stride: Size | None,
    padding: Padding,
    dilation: Size,
    ceil_mode: bool,
) -> Windows:
    """Which cells each window covers, for planes of an array of shape (..., H, W), H, W >= 1.

    kernel, stride, dilation: int >= 1 or a pair (rows, columns); stride None means kernel.
    padding: int >= 0, a pair (rows, columns), or ((top, bottom), (left, right)).
    Output size per axis: floor((H + lo + hi - dilation*(kernel - 1) - 1) / stride) + 1; with
    ceil_mode ceil instead of floor, and then the last window goes if it starts behind the last
    real cell (the rule of PyTorch, ONNX Runtime and onnx).

    Raises ValueError, naming argument and value, for anything else, for a kernel that is larger
    than the padded plane, and for a window that would lie on padding alone: its maximum would be
    a value that is nowhere in the input.
    """
    *_, height, width = shape
    kernels = _sizes("kernel", kernel)
    strides = kernels if stride is None else _sizes("stride", stride)
    dilations = _sizes("dilation", dilation)
    if not isinstance(ceil_mode, bool | np.bool_):
        raise ValueError(f"ceil_mode is {ceil_mode!r}: give True or False")
    return _tabulate((height, width), kernels, strides, _margins(padding), dilations, ceil_mode)


def check_planes(name: str, array: object, dtypes: tuple[np.dtype[Any], ...]) -> None:
    """Refuse whatever is not an array (..., H, W) of one of the dtypes, with a ValueError.

    The first of the leading axes may be empty (a batch of no images); no other axis may.
    """
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name} is of type {type(array).__name__}: give a NumPy array")
    if array.ndim < 2:
        raise ValueError(f"{name} has shape {array.shape}: give at least two axes (..., H, W)")
    if 0 in array.shape[-2:] or 0 in array.shape[1:]:
        raise ValueError(f"{name} has shape {array.shape}: only the batch axis may be empty")
    if array.dtype not in dtypes:
        allowed = ", ".join(map(str, dtypes))
        raise ValueError(f"{name} has dtype {array.dtype}: give one of {allowed}")


def check_dout(dout: object, x: Array, windows: Windows) -> None:
    """Refuse a dout that is not an array of the shape of the output, with a ValueError."""
    *lead, _, _ = x.shape
    if not isinstance(dout, np.ndarray):
        raise ValueError(f"dout is of type {type(dout).__name__}: give a NumPy array")
    if dout.shape != (*lead, *windows.out):
        raise ValueError(f"dout has shape {dout.shape}: the output has {(*lead, *windows.out)}")


def gather(x: Array, windows: Windows) -> Array:
    """The values of x in every window, (planes, taps, windows); padding repeats real values."""
    size = math.prod(windows.plane)
    return x.reshape(x.size // size, size).take(windows.cells, axis=1)


def find_maxima(values: Array) -> npt.NDArray[np.bool_]:
    """Where each window has its maximum, (planes, taps, windows); NaN counts as the largest.

    Equality is exact: a maximum is one of the values, so no tolerance has a meaning here.
    """
    maxima: npt.NDArray[np.bool_] = values == values.max(axis=1, keepdims=True)
    return maxima | np.isnan(values)


@lru_cache
def _tabulate(
    plane: Pair,
    kernels: Pair,
    strides: Pair,
    margins: tuple[Pair, Pair],
    dilations: Pair,
    ceil_mode: bool,
) -> Windows:
    """The table of `find_windows`, kept: small planes are pooled thousands of times alike."""
    row_windows, column_windows = (
        _axis_windows(*axis, ceil_mode)
        for axis in zip(plane, kernels, strides, margins, dilations, strict=True)
    )
    _, width = plane
    windows = [
        [row * width + column for row in rows for column in columns]
        for rows in row_windows
        for columns in column_windows
    ]
    taps = math.prod(kernels)
    cells = [islice(cycle(window), taps) for window in windows]
    real = [islice(chain([True] * len(window), repeat(False)), taps) for window in windows]
    return Windows(
        cells=_table(cells, np.int64),
        real=_table(real, np.bool_),
        plane=plane,
        out=(len(row_windows), len(column_windows)),
    )


def _table(columns: Iterable[Iterable[int]], dtype: type[Scalar]) -> npt.NDArray[Scalar]:
    """A read-only array with the given columns, (rows, columns)."""
    table = np.array(list(zip(*columns, strict=True)), dtype=dtype)
    table.flags.writeable = False
    return table


def _axis_windows(
    size: int, kernel: int, stride: int, margin: Pair, dilation: int, ceil_mode: bool
) -> list[list[int]]:
    """The real cells of each window along one axis; none of the lists is empty."""
    before, after = margin
    span = dilation * (kernel - 1)  # cells from the first tap of a window to its last
    if span >= size + before + after:
        raise ValueError(
            f"kernel is {kernel} with dilation {dilation}: it covers {span + 1} cells "
            f"and the axis has {size + before + after}, padding included"
        )
    if before > span or after > span + stride:  # refused before memory is spent on the padding
        raise ValueError(f"padding is {margin}: a window would lie on padding alone")
    axis = [*repeat(None, before), *range(size), *repeat(None, after)]
    starts = range(0, len(axis) - span, stride)
    if ceil_mode:
        starts = _ceil_starts(axis, span, stride)
    windows = [
        [cell for cell in axis[start::dilation][:kernel] if cell is not None] for start in starts
    ]
    if [] in windows:
        raise ValueError(
            f"padding is {margin} for size {size}, kernel {kernel}, stride {stride}, dilation "
            f"{dilation}: window {windows.index([])} of this axis would lie on padding alone"
        )
    return windows


def _ceil_starts(axis: list[int | None], span: int, stride: int) -> range:
    """The starts of the windows when a last, partial window is kept if it starts on the plane."""
    starts = range(0, len(axis) - span + stride - 1, stride)
    starts_on_plane = any(cell is not None for cell in axis[starts[-1] :])
    return starts if starts_on_plane else starts[:-1]


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
    if not isinstance(value, tuple | list):
        return value, value
    if len(value) != 2:
        raise ValueError(f"{name} is {value!r}: give one number or a pair (rows, columns)")
    rows, columns = value
    return rows, columns


def _count(name: str, value: object) -> int:
    """A whole number >= 0 as int; bool is no number here."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise ValueError(f"{name} is {value!r}: give a whole number >= 0, or a pair of them")
    return int(value)
