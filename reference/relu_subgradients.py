"""ReLU as an exercise: one right gradient, and the judge of every other.

The general functions are in `reference.activations`. Here the gradient is written with a comparison
and a constant, so that `grader verify` has something to change and can see that it is noticed.
"""

from __future__ import annotations

import numpy as np

from reference.activations import explain_invalid_relu_gradient, relu
from reference.windows import Array

__all__ = ["explain_invalid_relu_gradient", "relu", "relu_backward"]


def relu_backward(dout: Array, x: Array) -> Array:
    """The gradient of sum(dout * relu(x)) with respect to x, with the slope 0 where x is 0.

    dout, x: (...,), the same shape and float dtype, which is that of the result. A NaN in x lets
    nothing pass. Other right choices at 0 are told by `explain_invalid_relu_gradient`.
    """
    return np.where(x > 0, dout, 0)
