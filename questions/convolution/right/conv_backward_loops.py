import numpy as np


def backward(dout, x, w, stride, padding):
    (H, W), (_, C, KH, KW) = x.shape[2:], w.shape
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(len(w))
    for n, f, i, j in np.ndindex(dout.shape):
        db[f] += dout[n, f, i, j]
        for a, e in np.ndindex(KH, KW):
            row, column = i * stride - padding + a, j * stride - padding + e
            if 0 <= row < H and 0 <= column < W:
                dx[n, :, row, column] += dout[n, f, i, j] * w[f, :, a, e]
                dw[f, :, a, e] += dout[n, f, i, j] * x[n, :, row, column]
    return dx, dw, db
