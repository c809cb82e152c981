"""Softmax and cross entropy as one exercise: loss and gradient from one call, in a few lines.

The general functions are in `reference.losses`, with a choice of reduction and their refusals.
"""

from __future__ import annotations

import numpy as np

from reference.windows import Array

__all__ = ["softmax_loss"]


def softmax_loss(scores: Array, labels: Array) -> tuple[float, Array]:
    """The mean over the examples of -log(softmax(scores)[label]), in nats, and its gradient.

    scores: (N, K) float, N and K >= 1, finite of any size. labels: (N,) integers 0 to K - 1.
    Returns the loss and the gradient with respect to the scores, (N, K) of their dtype. Safe
    because the largest score of each row is taken off before `exp`, and no logarithm of a
    probability is taken, which may be 0.
    """
    count = np.arange(len(labels))
    shifted = scores - scores.max(axis=1, keepdims=True)
    weights = np.exp(shifted)
    totals = weights.sum(axis=1)
    losses = np.log(totals) - shifted[count, labels]
    gradient = weights / totals[:, None]
    gradient[count, labels] -= 1
    return float(losses.mean()), gradient / len(labels)
