"""Cross-correlation and true convolution of image batches, and their gradients.

Cross-correlation lays the kernel w on the image x as it is, as the "conv" layers of PyTorch,
TensorFlow and ONNX do; convolution turns it by 180 degrees first. With stride s and padding p,
x zero outside the image, and b absent if None,

    correlate:  y[n, f, i, j] = b[f] + the sum over c, a, e of
                                x[n, c, i*s - p + a, j*s - p + e] * w[f, c, a, e]
    convolve:   the same with w[f, c, KH - 1 - a, KW - 1 - e]
    size:       OH = floor((H + 2*p - KH) / s) + 1, and OW likewise

Shapes: x (N, C, H, W), w (F, C, KH, KW), b (F,), y and dout (N, F, OH, OW). The functions on single
planes, with `_plane` in their names, take x (H, W), w (KH, KW) and give or take (OH, OW). All
arrays of a call are of one dtype, float16, float32 or float64, which is that of the result.
`stride` is an int >= 1 and `padding` an int >= 0, or pairs (rows, columns), on both sides alike.
Padding takes part as zeros, so an infinite weight on padding gives NaN.

No input is changed. N = 0 is legal. ValueError, naming argument and value, for another type, dtype
or number of axes, for any other empty axis, for shapes that do not go together (nothing
broadcasts), and for a kernel that is larger than the padded image.

Inside, all windows of x are one view of shape (N, C, OH, OW, KH, KW), and the formulas above are
`einsum` over its axes n, c, h, w, a, b. They are linear in x, in w and in b, so each gradient is
the same sum over other axes. Source: Dumoulin & Visin 2016, arXiv:1603.07285, sections 2 and 4.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reference.checks import as_pair, check_axes, check_dtype
from reference.windows import Array, Pair, Size

__all__ = [
    "convolve",
    "convolve_backward",
    "convolve_dw",
    "convolve_dx",
    "convolve_plane",
    "convolve_plane_dw",
    "convolve_plane_dx",
    "correlate",
    "correlate_backward",
    "correlate_db",
    "correlate_dw",
    "correlate_dx",
    "correlate_plane",
    "correlate_plane_dw",
    "correlate_plane_dx",
]


def correlate(
    x: Array, w: Array, b: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """Cross-correlation of every image with every kernel, plus the bias of the kernel.

    Arguments, result (N, F, OH, OW) and errors as the module says.
    """
    strides, margins = _check_layer(x, w, stride, padding)
    y: Array = np.einsum(
        "nchwab,fcab->nfhw", _windows(_pad(x, margins), w, strides), w, optimize=True
    )
    if b is None:
        return y
    _check_bias(b, w)
    return y + b[:, None, None]


def correlate_dx(dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0) -> Array:
    """The gradient of sum(dout * correlate(x, w)) with respect to x, (N, C, H, W).

    A cell gets dout times weight from each window that covers it; a cell that no window covers gets
    exactly 0. Only the shape of x matters, not its values.
    """
    strides, margins = _check_layer(x, w, stride, padding)
    padded = np.zeros_like(_pad(x, margins))
    windows = _windows(padded, w, strides)
    _check_dout(dout, x, w, windows)
    shares = np.einsum("nfhw,fcab->nchwab", dout, w, optimize=True)
    for tap in np.ndindex(w.shape[2:]):
        # adds to `padded` through the view; for one tap, no cell is in two windows
        windows[..., *tap] += shares[..., *tap]
    image = (slice(lo, lo + size) for lo, size in zip(margins, x.shape[2:], strict=True))
    return padded[:, :, *image]


def correlate_dw(dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0) -> Array:
    """The gradient of sum(dout * correlate(x, w)) with respect to w, (F, C, KH, KW).

    Summed over the batch, not averaged. Only the shape of w matters, not its values.
    """
    strides, margins = _check_layer(x, w, stride, padding)
    windows = _windows(_pad(x, margins), w, strides)
    _check_dout(dout, x, w, windows)
    dw: Array = np.einsum("nfhw,nchwab->fcab", dout, windows, optimize=True)
    return dw


def correlate_db(dout: Array) -> Array:
    """The gradient of sum(dout * (y + b)) with respect to the bias b, (F,).

    dout: (N, F, OH, OW). Each bias is added to every output of its kernel, so it gets the sum of
    their gradients. The same for `convolve`.
    """
    check_axes("dout", dout, "N, F, OH, OW")
    db: Array = dout.sum(axis=(0, 2, 3))
    return db


def correlate_backward(
    dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0
) -> tuple[Array, Array, Array]:
    """The gradients (dx, dw, db) of sum(dout * correlate(x, w, b)), shaped like x, w and b."""
    dx = correlate_dx(dout, x, w, stride, padding)
    dw = correlate_dw(dout, x, w, stride, padding)
    return dx, dw, correlate_db(dout)


def convolve(
    x: Array, w: Array, b: Array | None = None, stride: Size = 1, padding: Size = 0
) -> Array:
    """True convolution of every image with every kernel, plus the bias of the kernel.

    Arguments, result (N, F, OH, OW) and errors as the module says.
    """
    check_axes("w", w, "F, C, KH, KW")
    return correlate(x, _turn(w), b, stride, padding)


def convolve_dx(dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0) -> Array:
    """The gradient of sum(dout * convolve(x, w)) with respect to x, as for `correlate_dx`."""
    check_axes("w", w, "F, C, KH, KW")
    return correlate_dx(dout, x, _turn(w), stride, padding)


def convolve_dw(dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0) -> Array:
    """The gradient of sum(dout * convolve(x, w)) with respect to w: that of the turned kernel,
    turned back. As for `correlate_dw`.
    """
    return _turn(correlate_dw(dout, x, w, stride, padding))


def convolve_backward(
    dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0
) -> tuple[Array, Array, Array]:
    """The gradients (dx, dw, db) of sum(dout * convolve(x, w, b)), shaped like x, w and b."""
    dx = convolve_dx(dout, x, w, stride, padding)
    dw = convolve_dw(dout, x, w, stride, padding)
    return dx, dw, correlate_db(dout)


def correlate_plane(x: Array, w: Array, stride: Size = 1, padding: Size = 0) -> Array:
    """Cross-correlation of one plane (H, W) with one kernel (KH, KW): (OH, OW)."""
    return _plane_of(correlate(*_alone(x, w), None, stride, padding))


def correlate_plane_dx(
    dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0
) -> Array:
    """The gradient of sum(dout * correlate_plane(x, w)) with respect to x, (H, W)."""
    return _plane_of(correlate_dx(_alone_dout(dout), *_alone(x, w), stride, padding))


def correlate_plane_dw(
    dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0
) -> Array:
    """The gradient of sum(dout * correlate_plane(x, w)) with respect to w, (KH, KW)."""
    return _plane_of(correlate_dw(_alone_dout(dout), *_alone(x, w), stride, padding))


def convolve_plane(x: Array, w: Array, stride: Size = 1, padding: Size = 0) -> Array:
    """True convolution of one plane (H, W) with one kernel (KH, KW): (OH, OW)."""
    return _plane_of(convolve(*_alone(x, w), None, stride, padding))


def convolve_plane_dx(
    dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0
) -> Array:
    """The gradient of sum(dout * convolve_plane(x, w)) with respect to x, (H, W)."""
    return _plane_of(convolve_dx(_alone_dout(dout), *_alone(x, w), stride, padding))


def convolve_plane_dw(
    dout: Array, x: Array, w: Array, stride: Size = 1, padding: Size = 0
) -> Array:
    """The gradient of sum(dout * convolve_plane(x, w)) with respect to w, (KH, KW)."""
    return _plane_of(convolve_dw(_alone_dout(dout), *_alone(x, w), stride, padding))


def _turn(w: Array) -> Array:
    """Every kernel turned by 180 degrees."""
    return w[..., ::-1, ::-1]


def _pad(x: Array, margins: Pair) -> Array:
    """The images with zeros above, below, left and right of them."""
    return np.pad(x, [(0, 0), (0, 0), *((margin, margin) for margin in margins)])


def _windows(padded: Array, w: Array, strides: Pair) -> Array:
    """All windows under the kernel, (N, C, OH, OW, KH, KW), as a writeable view of `padded`."""
    view = sliding_window_view(padded, w.shape[2:], axis=(2, 3), writeable=True)
    return view[:, :, *(slice(None, None, step) for step in strides)]


def _alone(x: Array, w: Array) -> tuple[Array, Array]:
    """A plane and a kernel as one image of one channel and its one kernel."""
    check_axes("x", x, "H, W")
    check_axes("w", w, "KH, KW")
    return x[None, None], w[None, None]


def _plane_of(batch: Array) -> Array:
    """The plane of a batch that `_alone` made."""
    plane: Array
    [[plane]] = batch
    return plane


def _alone_dout(dout: Array) -> Array:
    check_axes("dout", dout, "OH, OW")
    return dout[None, None]


def _check_layer(x: Array, w: Array, stride: Size, padding: Size) -> tuple[Pair, Pair]:
    """Refuse x, w, stride and padding that do not go together; else strides and margins."""
    check_axes("x", x, "N, C, H, W")
    check_axes("w", w, "F, C, KH, KW")
    check_dtype("w", w, "x", x)
    strides, margins = as_pair("stride", stride), as_pair("padding", padding)
    if 0 in strides:
        raise ValueError(f"stride is {stride!r}: give whole numbers >= 1")
    if w.shape[1] != x.shape[1]:
        raise ValueError(f"w has shape {w.shape}: its axis C is {w.shape[1]}, x has {x.shape[1]}")
    for axis, size, kernel, margin in zip("HW", x.shape[2:], w.shape[2:], margins, strict=True):
        if kernel > size + 2 * margin:
            raise ValueError(
                f"w covers {kernel} cells along {axis}: x has {size + 2 * margin}, padding included"
            )
    return strides, margins


def _check_bias(b: Array, w: Array) -> None:
    check_axes("b", b, "F")
    check_dtype("b", b, "w", w)
    if b.shape != w.shape[:1]:
        raise ValueError(f"b has shape {b.shape}: w has {w.shape[0]} kernels, give one bias each")


def _check_dout(dout: Array, x: Array, w: Array, windows: Array) -> None:
    check_axes("dout", dout, "N, F, OH, OW")
    check_dtype("dout", dout, "x", x)
    if dout.shape[:2] != (x.shape[0], w.shape[0]):
        raise ValueError(f"dout has shape {dout.shape}: give N={x.shape[0]}, F={w.shape[0]} first")
    if dout.shape[2:] != windows.shape[2:4]:
        raise ValueError(
            f"dout has planes of shape {dout.shape[2:]}: the output has {windows.shape[2:4]}"
        )
