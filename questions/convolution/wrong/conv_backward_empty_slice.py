import numpy as np


def backward(dout, x, w, stride, padding):
    (N, C, H, W), (F, _, KH, KW) = x.shape, w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        window = np.s_[n, :, top : top + KH, left : left + KW]
        dw[f] += dout[n, f, i, j] * padded[window]
        dpadded[window] += dout[n, f, i, j] * w[f]
    dx = dpadded[:, :, padding:-padding, padding:-padding]
    return dx, dw, dout.sum(axis=(0, 2, 3))
