import numpy as np


def backward(dout, x, w, stride, padding):
    (N, C, H, W), (F, _, taps, _) = x.shape, w.shape
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for n, f, i, j in np.ndindex(dout.shape):
        top, left = i * stride, j * stride
        patch = padded[n, :, top : top + taps, left : left + taps]
        width = min(patch.shape[2], w.shape[3])
        dw[f, :, :, :width] += dout[n, f, i, j] * patch[:, :, :width]
        columns = slice(left, left + width)
        dpadded[n, :, top : top + taps, columns] += dout[n, f, i, j] * w[f, :, :, :width]
    dx = dpadded[:, :, padding : padding + H, padding : padding + H]
    return dx, dw, dout.sum(axis=(0, 2, 3))
