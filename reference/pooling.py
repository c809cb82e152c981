"""Max pooling, mean pooling and unpooling over the last two axes, and their gradients.

Every function takes planes (..., H, W), leaves its inputs as they are and returns a new array.
`kernel`, `stride` and `dilation` are an int >= 1 or a pair (rows, columns), `stride=None` means
the kernel; `padding` is an int >= 0, a pair, or ((top, bottom), (left, right)); `ceil_mode`
keeps a partial last window. The size rule and all errors about these arguments are those of
`reference.windows.find_windows`.

A first leading axis of length 0 is legal (a batch of no images); every other empty axis, a window
on padding alone, a wrong dtype and a wrong shape are a ValueError.

Inside, small arrays become (planes, taps, windows), all cells of all windows side by side: few
NumPy calls, which is what counts for the small planes of exercises. Large arrays go block by block
through `reference.separable`, `reference.places` and `reference.scatter`: the same answers, in a
fraction of the time and with no more memory than the answers need.
"""

from __future__ import annotations

import math

import numpy as np

from reference import places, scatter, separable
from reference.blocks import is_large
from reference.receptive_fields import receptive_fields
from reference.windows import (
    FLOATS,
    INTEGERS,
    NUMBERS,
    Array,
    Grid,
    Padding,
    Size,
    Windows,
    check_dout,
    check_planes,
    find_grid,
    find_maxima,
    find_windows,
    gather,
)

__all__ = [
    "TIES",
    "Array",
    "Padding",
    "Size",
    "max_pool",
    "max_pool_backward",
    "max_pool_with_indices",
    "max_unpool",
    "mean_pool",
    "mean_pool_backward",
    "receptive_fields",
]

TIES = ("first", "last", "split")


def max_pool(
    x: Array,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Array:
    """The largest value of each window.

    x: (..., H, W), float16/32/64 or int8, uint8, int16, int32, int64. Returns (..., OH, OW) of
    the same dtype. A NaN in a window gives NaN; infinities are ordinary values; padding never
    wins, so a window whose cells are all -inf gives -inf. Of -0.0 and 0.0 either may come out.
    """
    check_planes("x", x, NUMBERS)
    if is_large(x):
        grid = find_grid(x.shape, kernel, stride, padding, dilation, ceil_mode)
        return separable.max_pool(x, grid)
    windows = find_windows(x.shape, kernel, stride, padding, dilation, ceil_mode)
    return _as_output(gather(x, windows).max(axis=1), x, windows)


def max_pool_with_indices(
    x: Array,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> tuple[Array, Array]:
    """The largest value of each window, and where it stands.

    x as for `max_pool`. Returns y and index, both (..., OH, OW); index is int64, the flat cell
    number row * W + column in the unpadded plane of the first maximum in row-major order (of the
    first NaN where there is one).
    """
    check_planes("x", x, NUMBERS)
    if is_large(x):
        grid = find_grid(x.shape, kernel, stride, padding, dilation, ceil_mode)
        return places.max_pool_with_indices(x, grid)
    windows = find_windows(x.shape, kernel, stride, padding, dilation, ceil_mode)
    values = gather(x, windows)
    index = _first(find_maxima(values), windows)
    return _as_output(values.max(axis=1), x, windows), _as_output(index, x, windows)


def max_pool_backward(
    dout: Array,
    x: Array,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
    ties: str = "first",
) -> Array:
    """The gradient of sum(dout * max_pool(x)) with respect to x.

    dout: (..., OH, OW), the shape of the output. x: (..., H, W). Both of the same dtype, float16,
    float32 or float64, which is that of the result, (..., H, W). Gradients of overlapping windows
    add up; a cell that is no maximum gets exactly 0, also if dout is infinite or NaN elsewhere.

    ties: who gets the gradient of a window with equal maxima (exactly equal, -0.0 == 0.0):
    "first" or "last" in row-major order, or "split", an equal share to each. A window with a NaN
    gives its gradient to its NaN cells by the same rule.
    Raises ValueError also for an integer dtype: there is no integer gradient.
    """
    check_planes("x", x, FLOATS)
    if ties not in TIES:
        raise ValueError(f"ties is {ties!r}: give 'first', 'last' or 'split'")
    if is_large(x):
        grid = find_grid(x.shape, kernel, stride, padding, dilation, ceil_mode)
        _check_upstream(dout, x, grid)
        return scatter.max_pool_backward(dout, x, grid, ties)
    windows = find_windows(x.shape, kernel, stride, padding, dilation, ceil_mode)
    upstream = _as_upstream(dout, x, windows)
    maxima = find_maxima(gather(x, windows))
    if ties == "first":
        return _accumulate(upstream, _first(maxima, windows), x, windows)
    if ties == "last":
        return _accumulate(upstream, _last(maxima, windows), x, windows)
    shares = _equal_shares(upstream, maxima & windows.real)
    return _accumulate(shares, windows.cells, x, windows)


def mean_pool(
    x: Array,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Array:
    """The mean of the real cells of each window.

    x: (..., H, W), float16/32/64. Returns (..., OH, OW) of the same dtype. Padding counts neither
    in the sum nor in the divisor (count_include_pad=False of PyTorch, count_include_pad=0 of
    ONNX), so a constant plane stays constant also at its border.
    """
    check_planes("x", x, FLOATS)
    if is_large(x):
        grid = find_grid(x.shape, kernel, stride, padding, dilation, ceil_mode)
        return separable.mean_pool(x, grid)
    windows = find_windows(x.shape, kernel, stride, padding, dilation, ceil_mode)
    total = gather(x, windows).sum(axis=1, where=windows.real)
    return _as_output(total / windows.real.sum(axis=0, dtype=x.dtype), x, windows)


def mean_pool_backward(
    dout: Array,
    x: Array,
    kernel: Size,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    ceil_mode: bool = False,
) -> Array:
    """The gradient of sum(dout * mean_pool(x)) with respect to x.

    dout: (..., OH, OW), x: (..., H, W), dtypes as for `max_pool_backward`. Every real cell of a
    window gets the same share of its gradient; only the shape of x matters, not its values.
    """
    check_planes("x", x, FLOATS)
    if is_large(x):
        grid = find_grid(x.shape, kernel, stride, padding, dilation, ceil_mode)
        _check_upstream(dout, x, grid)
        return scatter.mean_pool_backward(dout, x, grid)
    windows = find_windows(x.shape, kernel, stride, padding, dilation, ceil_mode)
    upstream = _as_upstream(dout, x, windows)
    return _accumulate(_equal_shares(upstream, windows.real), windows.cells, x, windows)


def max_unpool(y: Array, index: Array, shape: tuple[int, ...]) -> Array:
    """Zeros of the given shape, with each value of y at the cell it was taken from.

    y: (..., OH, OW), dtypes of `max_pool`. index: integers of the shape of y, flat cell numbers
    in the plane as `max_pool_with_indices` returns them. shape: (..., H, W), with the leading
    axes of y. Where several windows name one cell, the last in row-major order is written (after
    a max pool they all hold the same value).
    Raises ValueError for other shapes and dtypes and for a cell number outside the plane.
    """
    check_planes("y", y, NUMBERS)
    check_planes("index", index, INTEGERS)
    if index.shape != y.shape:
        raise ValueError(f"index has shape {index.shape}: y has {y.shape}, give the same")
    if not isinstance(shape, tuple | list) or [*shape[:-2]] != [*y.shape[:-2]]:
        raise ValueError(f"shape is {shape!r}: give (..., H, W) with the leading axes of {y.shape}")
    x = np.zeros(shape, dtype=y.dtype)
    check_planes("the result", x, NUMBERS)
    *lead, height, width = x.shape
    *_, rows, columns = y.shape
    planes, cells = math.prod(lead), height * width
    if index.size and not 0 <= index.min() <= index.max() < cells:
        raise ValueError(
            f"index has cells {index.min()} to {index.max()}: a plane {height} x {width} has the "
            f"cells 0 to {cells - 1}"
        )
    place = index.reshape(planes, rows * columns) + np.arange(planes)[:, None] * cells
    x.reshape(x.size)[place.ravel()] = y.ravel()
    return x


def _as_output(values: Array, x: Array, windows: Windows) -> Array:
    """One value per window, with the leading axes of x: (..., OH, OW)."""
    *lead, _, _ = x.shape
    return values.reshape(*lead, *windows.out)


def _check_upstream(dout: Array, x: Array, windows: Windows | Grid) -> None:
    """Refuse a dout that has not the shape of the output and the dtype of x, with a ValueError."""
    check_dout(dout, x, windows)
    if dout.dtype != x.dtype:
        raise ValueError(f"dout has dtype {dout.dtype}: x has {x.dtype}, give the same")


def _as_upstream(dout: Array, x: Array, windows: Windows) -> Array:
    """Dout as (planes, 1, windows), after a check of its shape and dtype."""
    _check_upstream(dout, x, windows)
    *lead, _, _ = x.shape
    return dout.reshape(math.prod(lead), 1, math.prod(windows.out))


def _first(maxima: Array, windows: Windows) -> Array:
    """The first maximum of each window in row-major order, (planes, 1, windows) int64."""
    beyond = math.prod(windows.plane)
    first: Array = np.where(maxima, windows.cells, beyond).min(axis=1, keepdims=True)
    return first


def _last(maxima: Array, windows: Windows) -> Array:
    """The last maximum of each window in row-major order, (planes, 1, windows) int64."""
    last: Array = (maxima * windows.cells).max(axis=1, keepdims=True)
    return last


def _equal_shares(upstream: Array, receives: Array) -> Array:
    """The gradient of each window, parted equally among its receiving taps.

    upstream: (planes, 1, windows) float. receives: (taps, windows) or (planes, taps, windows)
    bool. Returns (planes, taps, windows), exactly 0 for the other taps also where the gradient
    is infinite or NaN: a product with the mask would make NaN of it.
    """
    receivers = receives.sum(axis=-2, keepdims=True, dtype=upstream.dtype)
    shape = np.broadcast_shapes(upstream.shape, receives.shape)
    shares: Array = np.zeros(shape, dtype=upstream.dtype)
    np.divide(upstream, receivers, out=shares, where=receives)
    return shares


def _accumulate(amounts: Array, cells: Array, x: Array, windows: Windows) -> Array:
    """The sum of all amounts that go to each cell, an array like x.

    amounts: (planes, n, windows) float. cells: flat cell numbers, (n, windows) or
    (planes, n, windows). The sums are taken in the dtype of x, in row-major order of amounts.
    """
    planes, _, _ = amounts.shape
    plane = np.arange(planes)[:, None, None]
    place = np.ravel_multi_index((plane, cells), (planes, math.prod(windows.plane)))
    dx = np.zeros(x.size, dtype=x.dtype)
    np.add.at(dx, place.ravel(), amounts.ravel())
    return dx.reshape(x.shape)
