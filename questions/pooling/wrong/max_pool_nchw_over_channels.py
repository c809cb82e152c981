import numpy as np


def max_pool_forward_naive(x, pool_param):
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - height) // stride + 1, (W - width) // stride + 1))
    for k in range(out.shape[2]):
        for l in range(out.shape[3]):
            window = x[:, :, k * stride : k * stride + height, l * stride : l * stride + width]
            out[:, :, k, l] = window.max(axis=(1, 2, 3))[:, None]
    return out, (x, pool_param)
