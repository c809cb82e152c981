import math

import numpy as np


def forward(network, image, w1, w2):
    score, pooled = 0.0, np.zeros((2, 2))
    for k in range(2):
        for l in range(2):
            cells = []
            for i in (2 * k, 2 * k + 1):
                for j in (2 * l, 2 * l + 1):
                    cell = 0.0
                    for a in range(3):
                        for b in range(3):
                            cell += image[i + 2 - a, j + 2 - b] * w1[a, b]
                    cells.append(cell)
            pooled[k, l] = max(cells) if network == 1 else max(0.0, *cells)
            score += pooled[k, l] * w2[2 * k + l, 0]
    return pooled, score if network == 1 else math.atan(score)
