"""Correlation and convolution of one plane with one kernel, as exercises: the smallest case.

The general layers, with batches, channels, stride, padding and refusals, are in
`reference.convolution`. Here each formula is written once, with one pass over the kernel's cells,
so that `grader verify` changes what a student could get wrong and nothing else.

Shapes: x (H, W) and w (KH, KW), not larger than x, of one float dtype, which is that of the result;
y and dout (H - KH + 1, W - KW + 1). A true convolution is the correlation with the kernel turned by
180 degrees. No input is changed.
"""

from __future__ import annotations

import numpy as np

from reference.windows import Array

__all__ = ["convolve", "convolve_dw", "convolve_dx", "correlate"]


def correlate(x: Array, w: Array) -> Array:
    """The sum over the kernel's cells (a, b) of x[i + a, j + b] * w[a, b], as y[i, j]."""
    rows = x.shape[0] - w.shape[0] + 1
    columns = x.shape[1] - w.shape[1] + 1
    y = np.zeros((rows, columns), dtype=x.dtype)
    for a, b in np.ndindex(w.shape):
        y += x[a : a + rows, b : b + columns] * w[a, b]
    return y


def convolve(x: Array, w: Array) -> Array:
    """The correlation with the kernel turned by 180 degrees."""
    return correlate(x, w[::-1, ::-1])


def convolve_dx(dout: Array, x: Array, w: Array) -> Array:
    """The gradient of sum(dout * convolve(x, w)) with respect to x, shaped like it.

    Only the shape of x matters, not its values.
    """
    rows, columns = dout.shape
    turned = w[::-1, ::-1]
    dx = np.zeros_like(x)
    for a, b in np.ndindex(w.shape):
        dx[a : a + rows, b : b + columns] += dout * turned[a, b]
    return dx


def convolve_dw(dout: Array, x: Array) -> Array:
    """The gradient of sum(dout * convolve(x, w)) with respect to w as it is stored, (KH, KW).

    The correlation of x with dout is that of the turned kernel, and is turned back here.
    """
    return correlate(x, dout)[::-1, ::-1]
