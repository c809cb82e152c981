"""The two-example networks as exercises: forward, gradients, training, in the fewest steps.

`reference.networks` has the same networks layer by layer, with their data and refusals; there the
definition, the source and the published settings are told. Here images, weights and targets are
arguments, so that an exercise can ask for other ones.

network: 1 (no activations) or 2 (ReLU after the convolution, arctan at the end). image (6, 6), w1
(3, 3), w2 (4, 1), all float64. Ties of the pooling go to the first maximum; ReLU has slope 0 at 0.
No input is changed.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from reference.windows import Array

__all__ = ["forward", "gradients", "train"]


def forward(network: int, image: Array, w1: Array, w2: Array) -> tuple[Array, float]:
    """What the pooling passes on, (2, 2), and the prediction."""
    _, pooled = _largest(_active(network, _map(image, w1)))
    score = float(pooled.ravel() @ w2.ravel())
    return pooled, score if network == 1 else float(np.arctan(score))


def gradients(
    network: int, image: Array, target: float, w1: Array, w2: Array
) -> tuple[Array, Array]:
    """The gradients (dw1, dw2) of 0.5 * (prediction - target)**2, shaped like w1 and w2."""
    feature_map = _map(image, w1)
    place, pooled = _largest(_active(network, feature_map))
    dscore = forward(network, image, w1, w2)[1] - target
    if network == 2:
        dscore /= 1 + float(pooled.ravel() @ w2.ravel()) ** 2
    dmap = np.zeros_like(feature_map)
    dmap[place] = (dscore * w2).reshape(2, 2)
    if network == 2:
        dmap *= feature_map > 0  # equivalent: '>' -> '>=': where a map cell is 0 so is its patch
    dturned = np.einsum("ij,ijab->ab", dmap, sliding_window_view(image, w1.shape))
    return dturned[::-1, ::-1], dscore * pooled.reshape(4, 1)


def train(
    network: int,
    images: Array,
    targets: Array,
    w1: Array,
    w2: Array,
    rate: float,
    epochs: int,
) -> tuple[Array, Array, Array]:
    """The weights (w1, w2) after some epochs, and the losses met on the way, (epochs, N).

    images: (N, 6, 6), targets: (N,). After each image, in their order, both weights move by rate
    times their gradients, which are those at the old weights. A loss is that before the step.
    """
    losses = np.zeros((epochs, len(images)))
    for epoch, number in np.ndindex(losses.shape):
        image, target = images[number], float(targets[number])
        losses[epoch, number] = (forward(network, image, w1, w2)[1] - target) ** 2 / 2
        dw1, dw2 = gradients(network, image, target, w1, w2)
        w1, w2 = w1 - rate * dw1, w2 - rate * dw2
    return w1, w2, losses


def _map(image: Array, w1: Array) -> Array:
    """The true convolution of the image with w1: every patch times the turned kernel."""
    patches = sliding_window_view(image, w1.shape)
    feature_map: Array = np.einsum("ijab,ab->ij", patches, w1[::-1, ::-1])
    return feature_map


def _active(network: int, feature_map: Array) -> Array:
    return feature_map if network == 1 else np.maximum(feature_map, 0)


def _largest(active: Array) -> tuple[tuple[Array, Array], Array]:
    """Where the maximum of each 2 x 2 window of a (4, 4) map is, and what it is, both (2, 2)."""
    windows = active.reshape(2, 2, 2, 2).transpose(0, 2, 1, 3).reshape(2, 2, 4)
    row, column = np.divmod(windows.argmax(axis=2), 2)
    corners = np.array([0, 2])
    place = corners[:, None] + row, corners[None, :] + column
    return place, active[place]
