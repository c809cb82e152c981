import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def gradients(network, image, target, w1, w2):
    patches = sliding_window_view(image, (3, 3))
    fmap = np.einsum("ijab,ab->ij", patches, np.flip(w1))
    windows = fmap.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(4, 4)
    at = windows.argmax(axis=1)
    rows, columns = 2 * (np.arange(4) // 2) + at // 2, 2 * (np.arange(4) % 2) + at % 2
    largest = fmap[rows, columns]
    slope = (largest > 0) * 1.0 if network == 2 else np.ones(4)
    score = (largest * slope) @ w2[:, 0]
    if network == 2:
        dscore = (np.arctan(score) - target) / (1 + score**2)
    else:
        dscore = score - target
    weights = dscore * slope * w2[:, 0]
    dw1 = np.flip(np.einsum("n,nab->ab", weights, patches[rows, columns]))
    return dw1, (dscore * slope * largest)[:, None]
