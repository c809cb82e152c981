"""The two small networks of a widely read tutorial on backpropagation through max pooling.

    image (6, 6) -> convolve w1 (3, 3) -> map (4, 4) -> [ReLU] -> active (4, 4)
                 -> max pool 2 x 2, stride 2 -> pooled (2, 2)
                 -> as a row (1, 4) @ w2 (4, 1) -> score (1, 1) -> [arctan] -> prediction (1, 1)

The steps in brackets are those of network 2; network 1 leaves them out, so there active is map and
prediction is score. The convolution is a true one (kernel turned), nothing has a bias, ReLU has
slope 0 at 0, and a tied window of the pooling hands its gradient to its first maximum. The loss of
an image is 0.5 * (prediction - target)**2. Training is plain gradient descent after each image, the
first and then the second, with both gradients taken at the old weights.

`which` is 1 or 2. Images, targets and weights are float64 and are never changed. ValueError, naming
argument and value, for anything else.

Source: Jae Duk Seo 2018, Personal_Daily_NeuralNetwork_Practice on GitHub, in the folder
1_numpy/h_after_graduate_dinner, d_maxPool_one.py (network 1) and e_maxPool_two.py (network 2).
What is kept here are its settings; the initial weights were drawn there with NumPy's legacy
generator from the seeds 7839 and 56789, w1 first: randn(3, 3) * 0.66 and randn(4, 1) * 5.7 for
network 1, randn(3, 3) * 5.66 and randn(4, 1) * 5.7 for network 2. The gradient of the max pooling
there gives every tied maximum the full gradient, which is wrong; no positive window ties before
training, so first gradients agree. Compare those, and weights of early epochs: network 1
swings before it converges and magnifies rounding, and wrong rules train too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference.activations import arctan, arctan_backward, relu, relu_backward
from reference.checks import check_floats
from reference.convolution import convolve_plane, convolve_plane_dw
from reference.linear import linear, linear_dw, linear_dx
from reference.losses import half_squared_error, half_squared_error_gradient
from reference.pooling import Array, max_pool, max_pool_backward

__all__ = [
    "epochs",
    "example_data",
    "forward",
    "gradient",
    "gradients",
    "initial_weights",
    "learning_rate",
    "predict",
    "train",
    "train_step",
]

_IMAGES = [
    [[1, 1, 0, 1, 0, 1]] * 3 + [[1, 1, 1, 1, 0, 1]] * 3,
    [
        [-1, 0, -1, 0, 0, 1],
        [-1, 0, -1, 0, 0, 1],
        [-1, 0, -1, 1, 0, 1],
        [-1, -1, -1, 0, 0, -1],
        [-1, 0, -1, 0, 0, -1],
        [-1, 0, -1, 0, 0, -1],
    ],
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Network:
    """What tells the two apart; weights as rows of numbers."""

    w1: list[list[float]]
    w2: list[list[float]]
    is_curved: bool  # whether it has the ReLU and the arctan
    learning_rate: float
    epochs: int


_NETWORKS = {
    1: _Network(
        w1=[
            [0.5296800728790645, 0.11243137563317235, -0.8862101825862826],
            [-0.4982535524457165, -0.03289224165801504, -0.021551257396648562],
            [-0.8414933488315951, -0.28322167099684903, 0.5121242317150435],
        ],
        w2=[
            [-4.554624445586531],
            [6.201414328649567],
            [-10.434250939815428],
            [-13.186301211324338],
        ],
        is_curved=False,
        learning_rate=0.001,
        epochs=100,
    ),
    2: _Network(
        w1=[
            [3.708686082092045, 4.595211485432235, -3.1833158646558677],
            [-4.7053063414264535, -7.063633331549008, 3.3495988635585405],
            [1.0357842835216118, -0.9567832822736398, -0.28539629835243535],
        ],
        w2=[[-1.708502873268962], [6.24396768781052], [0.07141541045888197], [-2.3957492128717504]],
        is_curved=True,
        learning_rate=0.01,
        epochs=500,
    ),
}


def example_data(which: int) -> tuple[Array, Array]:
    """The two images, (2, 6, 6), and what the network shall answer, (2,).

    Targets are the sums of the pixels, 27 and -12; for network 2 the arctan of these.
    """
    network = _network(which)
    images = np.array(_IMAGES, dtype=np.float64)
    sums = images.sum(axis=(1, 2))
    return images, arctan(sums) if network.is_curved else sums


def initial_weights(which: int) -> tuple[Array, Array]:
    """The weights before training: w1 (3, 3) and w2 (4, 1)."""
    network = _network(which)
    return np.array(network.w1), np.array(network.w2)


def learning_rate(which: int) -> float:
    """How much of a gradient is taken off the weights: 0.001 or 0.01."""
    return _network(which).learning_rate


def epochs(which: int) -> int:
    """How often training goes through both images: 100 or 500 times."""
    return _network(which).epochs


def forward(which: int, image: Array, w1: Array, w2: Array) -> dict[str, Array]:
    """What every layer passes on: map, active, pooled, score, prediction, as the module says.

    image: (6, 6), w1: (3, 3), w2: (4, 1).
    """
    network = _network(which)
    _check_inputs(image, w1, w2)
    feature_map = convolve_plane(image, w1)
    active = relu(feature_map) if network.is_curved else feature_map
    pooled = max_pool(active, 2)
    score = linear(pooled.reshape(1, 4), w2)
    prediction = arctan(score) if network.is_curved else score
    return {
        "map": feature_map,
        "active": active,
        "pooled": pooled,
        "score": score,
        "prediction": prediction,
    }


def predict(which: int, image: Array, w1: Array, w2: Array) -> float:
    """The prediction for one image, as a number."""
    return float(forward(which, image, w1, w2)["prediction"].item())


def gradients(which: int, image: Array, target: float, w1: Array, w2: Array) -> dict[str, Array]:
    """The gradients of the loss of one image with respect to six things.

    score (1, 1), w2 (4, 1), pooled (2, 2), active (4, 4), map (4, 4) and w1 (3, 3), in the order in
    which backpropagation finds them.
    """
    network = _network(which)
    passed = forward(which, image, w1, w2)
    d_score = half_squared_error_gradient(passed["prediction"], _as_target(target))
    if network.is_curved:
        d_score = arctan_backward(d_score, passed["score"])
    row = passed["pooled"].reshape(1, 4)
    d_pooled = linear_dx(d_score, row, w2).reshape(2, 2)
    d_active = max_pool_backward(d_pooled, passed["active"], 2)
    d_map = relu_backward(d_active, passed["map"]) if network.is_curved else d_active
    return {
        "score": d_score,
        "w2": linear_dw(d_score, row, w2),
        "pooled": d_pooled,
        "active": d_active,
        "map": d_map,
        "w1": convolve_plane_dw(d_map, image, w1),
    }


def gradient(which: int, name: str, image: Array, target: float, w1: Array, w2: Array) -> Array:
    """One of the six `gradients`, by its name."""
    found = gradients(which, image, target, w1, w2)
    if name not in found:
        raise ValueError(f"name is {name!r}: give one of {', '.join(found)}")
    return found[name]


def train_step(
    which: int, image: Array, target: float, w1: Array, w2: Array
) -> tuple[Array, Array]:
    """New weights (w1, w2) after one image; both gradients are those at the old weights."""
    rate = learning_rate(which)
    found = gradients(which, image, target, w1, w2)
    return w1 - rate * found["w1"], w2 - rate * found["w2"]


def train(which: int, epochs: int | None = None) -> tuple[Array, Array, Array]:
    """Weights (w1, w2) after some epochs from the initial ones, and the losses, (epochs, 2).

    epochs: a whole number >= 0, or None for that of the network. An epoch is a `train_step` on each
    image in turn; its losses are those met on the way, before each of its two steps.
    """
    network = _network(which)
    count = network.epochs if epochs is None else epochs
    if isinstance(count, bool) or not isinstance(count, int) or count < 0:
        raise ValueError(f"epochs is {epochs!r}: give a whole number >= 0, or None")
    images, targets = example_data(which)
    w1, w2 = initial_weights(which)
    losses = np.zeros((count, len(images)))
    for epoch, number in np.ndindex(losses.shape):
        image, target = images[number], float(targets[number])
        prediction = forward(which, image, w1, w2)["prediction"]
        losses[epoch, number] = half_squared_error(prediction, _as_target(target))
        w1, w2 = train_step(which, image, target, w1, w2)
    return w1, w2, losses


def _network(which: int) -> _Network:
    if isinstance(which, bool) or not isinstance(which, int | np.integer) or which not in _NETWORKS:
        raise ValueError(f"which is {which!r}: give 1 or 2")
    return _NETWORKS[int(which)]


def _as_target(target: float) -> Array:
    """The target in the shape of the prediction, (1, 1)."""
    if isinstance(target, bool) or not isinstance(target, int | float):
        raise ValueError(f"target is {target!r}: give a number")
    return np.full((1, 1), target, dtype=np.float64)


def _check_inputs(image: Array, w1: Array, w2: Array) -> None:
    shapes = {"image": (image, (6, 6)), "w1": (w1, (3, 3)), "w2": (w2, (4, 1))}
    for name, (array, shape) in shapes.items():
        check_floats(name, array)
        if array.shape != shape or array.dtype != np.float64:
            raise ValueError(
                f"{name} has shape {array.shape} and dtype {array.dtype}: give {shape}, float64"
            )
