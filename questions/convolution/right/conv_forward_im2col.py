import numpy as np


def conv_forward(x, w, b, stride, padding):
    (N, C, H, W), (F, _, KH, KW) = x.shape, w.shape
    padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding))
    padded[:, :, padding : padding + H, padding : padding + W] = x
    tops = range(0, padded.shape[2] - KH + 1, stride)
    lefts = range(0, padded.shape[3] - KW + 1, stride)
    rows = [padded[:, :, t : t + KH, l : l + KW].reshape(N, -1) for t in tops for l in lefts]
    columns = w.reshape(F, -1).T
    y = np.stack([row @ columns + b for row in rows], axis=2)
    return y.reshape(N, F, len(tops), len(lefts))
