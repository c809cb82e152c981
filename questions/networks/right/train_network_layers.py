import numpy as np


class Convolution:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        self.x = x
        turned = np.flip(self.w)
        return np.array(
            [[np.sum(x[i : i + 3, j : j + 3] * turned) for j in range(4)] for i in range(4)]
        )

    def backward(self, dout):
        self.dw = np.zeros((3, 3))
        for i, j in np.ndindex(4, 4):
            self.dw += dout[i, j] * np.flip(self.x[i : i + 3, j : j + 3])


class Pool:
    def forward(self, x):
        self.x = x
        return np.maximum(
            np.maximum(x[::2, ::2], x[::2, 1::2]), np.maximum(x[1::2, ::2], x[1::2, 1::2])
        )

    def backward(self, dout):
        mask = self.x == np.kron(self.forward(self.x), np.ones((2, 2)))
        share = np.kron(mask.reshape(2, 2, 2, 2).sum(axis=(1, 3)), np.ones((2, 2)))
        return mask / share * np.kron(dout, np.ones((2, 2)))


class Relu:
    def forward(self, x):
        self.x = x
        return x.clip(min=0)

    def backward(self, dout):
        return np.where(self.x > 0, dout, 0)


class Dense:
    def __init__(self, w):
        self.w = w

    def forward(self, x):
        self.x = x.reshape(1, 4)
        return self.x @ self.w

    def backward(self, dout):
        self.dw = self.x.T @ dout
        return (dout @ self.w.T).reshape(2, 2)


class Arctan:
    def forward(self, x):
        self.x = x
        return np.arctan(x)

    def backward(self, dout):
        return dout / (1 + self.x**2)


def train(network, images, targets, w1, w2, rate, epochs):
    first, last = Convolution(w1), Dense(w2)
    layers = [first, Relu(), Pool(), last, Arctan()] if network == 2 else [first, Pool(), last]
    losses = []
    for epoch in range(epochs):
        for image, target in zip(images, targets):
            x = image
            for layer in layers:
                x = layer.forward(x)
            losses.append(0.5 * (x.item() - target) ** 2)
            gradient = x - target
            for layer in reversed(layers):
                gradient = layer.backward(gradient)
            first.w, last.w = first.w - rate * first.dw, last.w - rate * last.dw
    return first.w, last.w, np.array(losses).reshape(epochs, 2)
