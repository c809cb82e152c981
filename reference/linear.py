"""The dense (fully connected) layer y = x @ w + b, and its gradients.

Shapes: x (N, D), one row per example; w (D, M), the transpose of the weight PyTorch keeps; b (M,);
y and dout (N, M). All arrays of a call are of the same dtype, float16, float32 or float64, which is
that of the result. No input is changed. N = 0 is legal. ValueError, naming argument and value, for
another type, dtype or number of axes, for any other empty axis, and for shapes that do not go
together (nothing broadcasts but the bias).
"""

from __future__ import annotations

from reference.checks import check_axes, check_dtype
from reference.windows import Array

__all__ = ["linear", "linear_backward", "linear_db", "linear_dw", "linear_dx"]


def linear(x: Array, w: Array, b: Array | None = None) -> Array:
    """The outputs y = x @ w + b, (N, M); without bias if b is None."""
    _check_layer(x, w)
    y: Array = x @ w
    if b is None:
        return y
    check_axes("b", b, "M")
    check_dtype("b", b, "x", x)
    if b.shape != w.shape[1:]:
        raise ValueError(f"b has shape {b.shape}: w has {w.shape[1]} columns, give one bias each")
    return y + b


def linear_dx(dout: Array, x: Array, w: Array) -> Array:
    """The gradient of sum(dout * linear(x, w)) with respect to x, (N, D).

    Only the shape of x matters, not its values.
    """
    _check_dout(dout, x, w)
    dx: Array = dout @ w.T
    return dx


def linear_dw(dout: Array, x: Array, w: Array) -> Array:
    """The gradient of sum(dout * linear(x, w)) with respect to w, (D, M).

    Summed over the batch, not averaged. Only the shape of w matters, not its values.
    """
    _check_dout(dout, x, w)
    dw: Array = x.T @ dout
    return dw


def linear_db(dout: Array) -> Array:
    """The gradient of sum(dout * (y + b)) with respect to the bias b, (M,): dout (N, M) summed."""
    check_axes("dout", dout, "N, M")
    db: Array = dout.sum(axis=0)
    return db


def linear_backward(dout: Array, x: Array, w: Array) -> tuple[Array, Array, Array]:
    """The gradients (dx, dw, db) of sum(dout * linear(x, w, b)), shaped like x, w and b."""
    return linear_dx(dout, x, w), linear_dw(dout, x, w), linear_db(dout)


def _check_layer(x: Array, w: Array) -> None:
    check_axes("x", x, "N, D")
    check_axes("w", w, "D, M")
    check_dtype("w", w, "x", x)
    if w.shape[0] != x.shape[1]:
        raise ValueError(f"w has shape {w.shape}: x has {x.shape[1]} columns, give as many rows")


def _check_dout(dout: Array, x: Array, w: Array) -> None:
    _check_layer(x, w)
    check_axes("dout", dout, "N, M")
    check_dtype("dout", dout, "x", x)
    if dout.shape != (x.shape[0], w.shape[1]):
        raise ValueError(f"dout has shape {dout.shape}: the output has {(len(x), w.shape[1])}")
