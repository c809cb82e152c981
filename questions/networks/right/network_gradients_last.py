import numpy as np


def gradients(network, image, target, w1, w2):
    """Patch by patch: each window's largest map cell is one patch of the image times w1."""
    dturned, dw2, patches = np.zeros((3, 3)), np.zeros((4, 1)), []
    for k, l in np.ndindex(2, 2):
        best = -np.inf
        for i, j in np.ndindex(2, 2):
            patch = image[2 * k + i : 2 * k + i + 3, 2 * l + j : 2 * l + j + 3]
            value = np.sum(patch * w1[::-1, ::-1])
            if value >= best:  # the last of several
                best, chosen = value, patch
        if network == 2 and best <= 0:
            best, chosen = 0.0, np.zeros((3, 3))
        patches.append((best, chosen))
    score = sum(best * weight for (best, _), weight in zip(patches, w2[:, 0]))
    error = np.arctan(score) - target if network == 2 else score - target
    dscore = error / (1 + score**2) if network == 2 else error
    for number, (best, chosen) in enumerate(patches):
        dw2[number] = dscore * best
        dturned += dscore * w2[number] * chosen
    return np.rot90(dturned, 2), dw2
