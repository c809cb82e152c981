import numpy as np


class MaxPool:
    def __init__(self, kernel, stride):
        self.kernel = kernel
        self.stride = stride

    def forward(self, x):
        self.x = x
        rows = (x.shape[0] - self.kernel) // self.stride + 1
        cols = (x.shape[1] - self.kernel) // self.stride + 1
        out = np.zeros((rows, cols))
        for k in range(rows):
            for l in range(cols):
                out[k, l] = self.window(k, l).max()
        return out

    def window(self, k, l):
        top, left = k * self.stride, l * self.stride
        return self.x[top : top + self.kernel, left : left + self.kernel]

    def backward(self, dout):
        dx = np.zeros_like(self.x)
        for k in range(dout.shape[0]):
            for l in range(dout.shape[1]):
                window = self.window(k, l)
                mask = window == window.max()
                top, left = k * self.stride, l * self.stride
                dx[top : top + self.kernel, left : left + self.kernel] += mask * dout[k, l]
        return dx
