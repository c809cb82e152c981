import numpy as np


def conv_forward(x, w, b, stride, padding):
    (N, C, H, W), (F, _, KH, KW) = x.shape, w.shape
    OH = (H + 2 * padding - KH) // stride + 1
    OW = (W + 2 * padding - KW) // stride + 1
    y = np.zeros((N, F, OH, OW))
    for n, f, i, j in np.ndindex(y.shape):
        y[n, f, i, j] = b[f]
        for c, a, e in np.ndindex(C, KH, KW):
            row, column = i * stride - padding + a, j * stride - padding + e
            if 0 <= row < H and 0 <= column < W:  # outside there are zeros
                y[n, f, i, j] += x[n, c, row, column] * w[f, c, a, e]
    return y
