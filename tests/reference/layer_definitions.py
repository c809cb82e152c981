"""Layers as their definitions read, entry by entry in plain loops: slow, and too short to be wrong.

Nothing here shares a line with `reference/`. Strides and paddings are pairs (rows, columns).
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from pooling_inputs import Array

Pair = tuple[int, int]


def output_shape(x: Array, w: Array, stride: Pair, padding: Pair) -> tuple[int, int, int, int]:
    """(N, F, OH, OW), by the formula of the textbooks."""
    rows, columns = (
        (x.shape[2 + axis] + 2 * padding[axis] - w.shape[2 + axis]) // stride[axis] + 1
        for axis in (0, 1)
    )
    return x.shape[0], w.shape[0], rows, columns


def terms(x: Array, w: Array, stride: Pair, padding: Pair) -> list[tuple[tuple[int, ...], ...]]:
    """Each product of the sum: where it goes in y, what it takes of x, and of w."""
    _, channels, height, width = x.shape
    found = []
    for n, f, i, j in np.ndindex(output_shape(x, w, stride, padding)):
        for c, a, e in product(range(channels), range(w.shape[2]), range(w.shape[3])):
            row, column = i * stride[0] - padding[0] + a, j * stride[1] - padding[1] + e
            if 0 <= row < height and 0 <= column < width:
                found.append(((n, f, i, j), (n, c, row, column), (f, c, a, e)))
    return found


def correlate(x: Array, w: Array, b: Array, stride: Pair, padding: Pair) -> Array:
    """Cross-correlation."""
    y = np.zeros(output_shape(x, w, stride, padding))
    for n, f, i, j in np.ndindex(y.shape):
        y[n, f, i, j] = b[f]
    for to, from_x, from_w in terms(x, w, stride, padding):
        y[to] += x[from_x] * w[from_w]
    return y


def correlate_backward(
    dout: Array, x: Array, w: Array, stride: Pair, padding: Pair
) -> tuple[Array, Array, Array]:
    """The gradients with respect to x, w and b."""
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[0])
    for to, from_x, from_w in terms(x, w, stride, padding):
        dx[from_x] += dout[to] * w[from_w]
        dw[from_w] += dout[to] * x[from_x]
    for n, f, i, j in np.ndindex(dout.shape):
        db[f] += dout[n, f, i, j]
    return dx, dw, db


def turned(w: Array) -> Array:
    """Each kernel turned by 180 degrees."""
    result = np.zeros(w.shape)
    for f, c, a, e in np.ndindex(w.shape):
        result[f, c, a, e] = w[f, c, w.shape[2] - 1 - a, w.shape[3] - 1 - e]
    return result


def linear(x: Array, w: Array, b: Array) -> Array:
    """The dense layer."""
    y = np.zeros((x.shape[0], w.shape[1]))
    for n, m in np.ndindex(y.shape):
        y[n, m] = b[m] + sum(x[n, d] * w[d, m] for d in range(x.shape[1]))
    return y


def softmax(row: list[float]) -> list[float]:
    """The textbook formula, for small numbers."""
    powers = [math.exp(value) for value in row]
    return [power / math.fsum(powers) for power in powers]


SCALARS = {
    "relu": lambda x: max(x, 0.0),
    "arctan": math.atan,
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": lambda x: (math.exp(x) - math.exp(-x)) / (math.exp(x) + math.exp(-x)),
}
SLOPES = {
    "relu": lambda x: float(x > 0),
    "arctan": lambda x: 1 / (1 + x * x),
    "sigmoid": lambda x: SCALARS["sigmoid"](x) * (1 - SCALARS["sigmoid"](x)),
    "tanh": lambda x: 1 - math.tanh(x) ** 2,
}
