import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def train(network, images, targets, w1, w2, rate, epochs):
    """The kernel is kept turned; every cell of the map is a patch of the picture times it."""
    turned, head = np.rot90(w1, 2).ravel(), w2.ravel().copy()
    history = []
    for _ in range(epochs):
        for image, target in zip(images, targets):
            patches = sliding_window_view(image, (3, 3)).reshape(4, 4, 9)
            windows = patches.reshape(2, 2, 2, 2, 9).transpose(0, 2, 1, 3, 4).reshape(4, 4, 9)
            values = windows @ turned
            best = windows[np.arange(4), values.argmax(axis=1)]
            pooled, slope = best @ turned, np.ones(4)
            if network == 2:
                slope = (pooled > 0).astype(float)
                pooled = pooled * slope
            score = pooled @ head
            prediction = score if network == 1 else np.arctan(score)
            history.append((prediction - target) ** 2 / 2)
            back = (prediction - target) / (1 if network == 1 else 1 + score**2)
            step1, step2 = (back * head * slope) @ best, back * pooled
            turned = turned - rate * step1
            head = head - rate * step2
    return np.rot90(turned.reshape(3, 3), 2), head.reshape(4, 1), np.reshape(history, (epochs, 2))
