"""Homework 4, exercise 2: backward pass of max pooling."""

import numpy as np


def backward(x, delta_f, kernel, stride):
    """Gradient of the loss w.r.t. x, for the gradient delta_f of the pooled output."""
    delta_x = np.zeros_like(x)
    rows, columns = delta_f.shape
    for k in range(rows):
        for m in range(columns):
            top, left = k * stride, m * stride
            window = x[top : top + kernel, left : left + kernel]
            i, j = np.unravel_index(np.argmax(window), window.shape)
            # only the maximum of the window gets the gradient
            delta_x[top + i, left + j] = delta_f[k, m]
    return delta_x
