"""Homework 4, exercise 2: backward pass of max pooling."""

import numpy as np


def backward(x, delta_f, kernel, stride):
    """Gradient of the loss w.r.t. x, for the gradient delta_f of the pooled output."""
    delta_x = np.zeros_like(x)
    for k in range(delta_f.shape[0]):
        for m in range(delta_f.shape[1]):
            top, left = k * stride, m * stride
            window = x[top : top + kernel, left : left + kernel]
            i, j = np.unravel_index(np.argmax(window), window.shape)
            delta_x[top + i, left + j] += delta_f[k, m]
    return delta_x
