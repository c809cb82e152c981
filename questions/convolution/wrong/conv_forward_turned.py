import numpy as np


def conv_forward(x, w, b, stride, padding):
    (N, C, H, W), (F, _, KH, KW) = x.shape, w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    OH = (H + 2 * padding - KH) // stride + 1
    OW = (W + 2 * padding - KW) // stride + 1
    y = np.zeros((N, F, OH, OW))
    for n, f, i, j in np.ndindex(y.shape):
        top, left = i * stride, j * stride
        window = padded[n, :, top : top + KH, left : left + KW]
        y[n, f, i, j] = np.sum(window * w[f, :, ::-1, ::-1]) + b[f]
    return y
