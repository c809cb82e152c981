"""Max pooling on images whose channels come last, (batch, height, width, channels).

The same rules as in reference/pooling.py, which works on (..., height, width): the axes are moved
there and back.
"""

from __future__ import annotations

import numpy as np

from reference.pooling import Array, max_pool, max_pool_backward
from reference.tie_gradients import explain_invalid_gradient


def max_pool_nhwc(x: Array, kernel: int, stride: int) -> Array:
    """Largest value of each window, channel by channel.

    x: (batch, height, width, channels). Returns (batch, out_height, out_width, channels), x.dtype,
    out = floor((size - kernel) / stride) + 1. Raises ValueError as max_pool does.
    """
    return _channels_last(max_pool(_channels_first(x), kernel, stride))


def max_pool_backward_nhwc(
    dout: Array, x: Array, kernel: int, stride: int, ties: str = "first"
) -> Array:
    """Gradient of <dout, max_pool_nhwc(x)> with respect to x.

    dout: the shape of the pooled x. Returns the shape of x. ties: which of several equal maxima
    receives a window's gradient, as in max_pool_backward.
    """
    gradient = max_pool_backward(
        _channels_first(dout), _channels_first(x), kernel, stride, ties=ties
    )
    return _channels_last(gradient)


def explain_invalid_max_pool_backward_nhwc(
    dx: Array, dout: Array, x: Array, kernel: int, stride: int
) -> str | None:
    """Say why dx is no valid gradient, or None when it is; cells are named in the moved axes."""
    if np.ndim(dx) != np.ndim(x):
        return f"dx has {np.ndim(dx)} axes, x has {np.ndim(x)}"
    return explain_invalid_gradient(
        _channels_first(dx), _channels_first(dout), _channels_first(x), kernel, stride
    )


def _channels_first(x: Array) -> Array:
    return np.moveaxis(x, -1, -3)


def _channels_last(x: Array) -> Array:
    return np.moveaxis(x, -3, -1)
