import numpy as np


def forward(network, image, w1, w2):
    turned = w1[::-1, ::-1]
    fmap = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            fmap[i, j] = np.sum(image[i : i + 3, j : j + 3] * turned)
    if network == 2:
        fmap = np.maximum(fmap, 0)
    pooled = np.zeros((2, 2))
    for k in range(2):
        for l in range(2):
            pooled[k, l] = fmap[2 * k : 2 * k + 2, 2 * l : 2 * l + 2].mean()
    score = (pooled.reshape(1, 4) @ w2).item()
    return pooled, np.arctan(score) if network == 2 else score
