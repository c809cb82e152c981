import numpy as np


def gradients(network, image, target, w1, w2):
    turned = w1[::-1, ::-1]
    fmap = sum(turned[a, b] * image[a : a + 4, b : b + 4] for a, b in np.ndindex(3, 3))
    active = np.maximum(fmap, 0) if network == 2 else fmap
    pooled = active.reshape(2, 2, 2, 2).max(axis=(1, 3))
    score = (pooled.reshape(1, 4) @ w2).item()
    error = (np.arctan(score) if network == 2 else score) - target
    dscore = error / (1 + score**2) if network == 2 else error
    dpooled = dscore * w2.reshape(2, 2)
    dmap = np.zeros((4, 4))
    for k, l in np.ndindex(2, 2):
        window = active[2 * k : 2 * k + 2, 2 * l : 2 * l + 2]
        i, j = np.unravel_index(window.argmax(), (2, 2))
        dmap[2 * k + i, 2 * l + j] = dpooled[k, l]
    if network == 2:
        dmap *= fmap > 0
    dturned = np.zeros((3, 3))
    for a, b in np.ndindex(3, 3):
        dturned[a, b] = np.sum(image[a : a + 4, b : b + 4] * dmap)
    return error**2 / 2, dturned[::-1, ::-1], dscore * pooled.reshape(4, 1)


def train(network, images, targets, w1, w2, rate, epochs):
    losses = np.zeros((epochs, 2))
    for epoch in range(epochs - 1):
        for n in range(2):
            losses[epoch, n], dw1, dw2 = gradients(network, images[n], targets[n], w1, w2)
            w1 = w1 - rate * dw1
            w2 = w2 - rate * dw2
    return w1, w2, losses
