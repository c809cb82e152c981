import numpy as np


def backward(dout, x, w, stride, padding):
    H, W = x.shape[2:]
    OH, OW = dout.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    dpadded, dw = np.zeros(padded.shape), np.zeros(w.shape)
    for a, e in np.ndindex(w.shape[2:]):  # all windows at once, one weight after the other
        rows = slice(a, a + (OH - 1) * stride + 1, stride)
        columns = slice(e, e + (OW - 1) * stride + 1, stride)
        dw[:, :, a, e] = np.einsum("nfij,ncij->fc", dout, padded[:, :, rows, columns])
        dpadded[:, :, rows, columns] += np.einsum("nfij,fc->ncij", dout, w[:, :, a, e])
    inside = dpadded[:, :, padding : H + padding, padding : W + padding]
    return inside, dw, np.einsum("nfij->f", dout)
