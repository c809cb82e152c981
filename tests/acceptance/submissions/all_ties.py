"""Max pooling, backward message. Student solution to homework 4."""

import numpy as np


def backward(x, delta_f, kernel, stride):
    grad = np.zeros(x.shape)
    for k in range(delta_f.shape[0]):
        for m in range(delta_f.shape[1]):
            r, c = k * stride, m * stride
            window = x[r : r + kernel, c : c + kernel]
            mask = window == np.max(window)  # 1 where the maximum is, else 0
            grad[r : r + kernel, c : c + kernel] += mask * delta_f[k, m]
    return grad
