import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def forward(network, image, w1, w2):
    fmap = np.einsum("ijab,ab->ij", sliding_window_view(image, (3, 3)), np.rot90(w1, 2))
    pooled = fmap.reshape(2, 2, 2, 2).max(axis=(1, 3))
    if network == 2:
        pooled = np.maximum(pooled, 0)  # the ReLU after the pooling gives the same
    score = pooled.ravel() @ w2
    return pooled, np.arctan(score) if network == 2 else score
