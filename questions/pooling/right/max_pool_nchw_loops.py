import matplotlib.pyplot as plt
import numpy as np

plt.rcParams["figure.figsize"] = (10.0, 8.0)


def max_pool_forward_naive(x, pool_param):
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - height) // stride + 1, (W - width) // stride + 1))
    print("pooling", x.shape)
    for k in range(out.shape[2]):
        for l in range(out.shape[3]):
            window = x[:, :, k * stride : k * stride + height, l * stride : l * stride + width]
            out[:, :, k, l] = window.max(axis=(2, 3))
    return out, (x, pool_param)


def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    height, width, stride = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros_like(x)
    N, C, rows, cols = dout.shape
    for n in range(N):
        for c in range(C):
            for k in range(rows):
                for l in range(cols):
                    top, left = k * stride, l * stride
                    window = x[n, c, top : top + height, left : left + width]
                    i, j = np.unravel_index(window.argmax(), window.shape)
                    dx[n, c, top + i, left + j] += dout[n, c, k, l]
    return dx


def show(image):
    plt.imshow(image)
    plt.show()


show(np.arange(16.0).reshape(4, 4))
