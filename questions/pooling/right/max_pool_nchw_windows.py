import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def windows_of(x, pool_param):
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    return sliding_window_view(x, (height, width), axis=(2, 3))[:, :, ::stride, ::stride]


def max_pool_forward_naive(x, pool_param):
    return windows_of(x, pool_param).max(axis=(-2, -1)), (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    windows = windows_of(x, pool_param)
    flat = windows.reshape(*dout.shape, -1).argmax(axis=-1)
    i, j = np.divmod(flat, pool_param["pool_width"])
    n, c, k, l = np.indices(dout.shape)
    dx = np.zeros_like(x)
    np.add.at(dx, (n, c, k * pool_param["stride"] + i, l * pool_param["stride"] + j), dout)
    return dx
