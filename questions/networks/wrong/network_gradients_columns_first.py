import numpy as np


def convolve(image, w1):
    turned = w1[::-1, ::-1]
    return sum(turned[a, b] * image[a : a + 4, b : b + 4] for a, b in np.ndindex(3, 3))


def gradients(network, image, target, w1, w2):
    fmap = convolve(image, w1)
    active = np.maximum(fmap, 0) if network == 2 else fmap
    pooled = active.reshape(2, 2, 2, 2).max(axis=(1, 3))
    score = (pooled.reshape(1, 4) @ w2).item()
    if network == 2:
        dscore = (np.arctan(score) - target) / (1 + score**2)
    else:
        dscore = score - target
    dw2 = dscore * pooled.reshape(4, 1)
    dpooled = dscore * w2.reshape(2, 2).T
    dactive = np.zeros((4, 4))
    for k, l in np.ndindex(2, 2):
        window = active[2 * k : 2 * k + 2, 2 * l : 2 * l + 2]
        i, j = np.unravel_index(window.argmax(), (2, 2))
        dactive[2 * k + i, 2 * l + j] = dpooled[k, l]
    dmap = dactive * (fmap > 0) if network == 2 else dactive
    dturned = np.zeros((3, 3))
    for a, b in np.ndindex(3, 3):
        dturned[a, b] = np.sum(image[a : a + 4, b : b + 4] * dmap)
    return dturned[::-1, ::-1], dw2
