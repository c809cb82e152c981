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

from reference.arguments import Padding, Pair, Size, read_arguments

__all__ = [
    "FLOATS",
    "INTEGERS",
    "NUMBERS",
    "Array",
    "Grid",
    "Padding",
    "Pair",
    "Size",
    "Windows",
    "check_dout",
    "check_planes",
    "find_grid",
    "find_maxima",
    "find_windows",
    "gather",
]

Array: TypeAlias = npt.NDArray[Any]  # `check_planes` decides which element types are accepted

Scalar = TypeVar("Scalar", bound=np.generic)

FLOATS = tuple(map(np.dtype, ("float16", "float32", "float64")))
INTEGERS = tuple(map(np.dtype, ("int8", "uint8", "int16", "int32", "int64")))
NUMBERS = FLOATS + INTEGERS


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The same windows by arithmetic, without a table of their cells; pairs are (rows, columns).

    Window i of an axis has its taps a = 0 .. kernel - 1 at stride*i - before + dilation*a; a tap
    outside 0 .. plane - 1 is padding. Every window has a tap on the plane.
    """

    plane: Pair
    out: Pair
    kernel: Pair
    stride: Pair
    before: Pair
    dilation: Pair
    spans: Pair  # cells from the first tap of a window to its last, both included
    is_padded: bool  # whether some tap is padding

    @property
    def overlaps(self) -> bool:
        """Whether windows may share a cell."""
        return any(span > stride for span, stride in zip(self.spans, self.stride, strict=True))


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
    return _tabulate(*read_arguments(shape, kernel, stride, padding, dilation, ceil_mode))


def find_grid(
    shape: tuple[int, ...],
    kernel: Size,
    stride: Size | None,
    padding: Padding,
    dilation: Size,
    ceil_mode: bool,
) -> Grid:
    """What `find_windows` finds, in a form whose size does not grow with the plane; same errors."""
    return _measure(*read_arguments(shape, kernel, stride, padding, dilation, ceil_mode))


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


def check_dout(dout: object, x: Array, windows: Windows | Grid) -> None:
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
def _measure(
    plane: Pair,
    kernels: Pair,
    strides: Pair,
    margins: tuple[Pair, Pair],
    dilations: Pair,
    ceil_mode: bool,
) -> Grid:
    """The grid of `find_grid`."""
    rows, columns = (
        _axis_windows(*axis, ceil_mode)
        for axis in zip(plane, kernels, strides, margins, dilations, strict=True)
    )
    (top, _), (left, _), (down, right), (tall, broad) = *margins, dilations, kernels
    return Grid(
        plane=plane,
        out=(len(rows), len(columns)),
        kernel=kernels,
        stride=strides,
        before=(top, left),
        dilation=dilations,
        spans=(down * (tall - 1) + 1, right * (broad - 1) + 1),
        is_padded=any(len(row) < tall for row in rows) or any(len(c) < broad for c in columns),
    )


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
        [cell for cell in axis[start : start + span + 1 : dilation] if cell is not None]
        for start in starts
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
