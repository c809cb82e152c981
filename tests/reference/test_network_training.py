"""Training of the two example networks: published figures, and what other rules come to.

Expected figures come from independent code that follows the published settings.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from network_definition import Network
from pooling_inputs import Array

from reference.activations import relu_backward
from reference.convolution import correlate_plane_dw
from reference.networks import (
    epochs,
    example_data,
    forward,
    gradients,
    initial_weights,
    learning_rate,
    predict,
    train,
    train_step,
)
from reference.pooling import max_pool_backward

each_network = pytest.mark.parametrize("which", [1, 2])

LOSSES = {  # of both images, by epoch
    1: {1: [99.65311936, 1190.87771123]},
    2: {1: [4.42728407, 4.45526239]},
}
SUMS = {  # of both losses, by epoch, with all digits that are known
    1: {2: "13835.576496", 3: "21746.876194", 5: "58.601607", 10: "1.470204598", 20: "4.9825e-3"},
    2: {
        2: "8.881478409",
        3: "8.880403379",
        5: "8.878231974",
        10: "8.872673914",
        20: "8.860950664",
        50: "8.819289153",
        250: "0.036736446",
        500: "0.011802504011",
    },
}
BEFORE = {
    1: [12.882413849215073, -28.558394948460517],
    2: [-1.4418864267820235, 1.4972512873092136],
}
AFTER = {
    1: [26.99999999999708, -12.00000000000476],
    2: [1.3940837189597812, -1.4241209491459883],
}
TIED = {1: 102, 2: 762}


def predictions(which: int, w1: Array, w2: Array) -> list[float]:
    """The predictions for both images."""
    images, _ = example_data(which)
    return [predict(which, image, w1, w2) for image in images]


@each_network
def test_training_meets_the_published_losses_and_predictions(which: int) -> None:
    w1, w2, losses = train(which)

    assert losses.shape == (epochs(which), 2)
    for epoch, both in LOSSES[which].items():
        np.testing.assert_allclose(losses[epoch - 1], both, rtol=0, atol=5.1e-9)
    for epoch, total in SUMS[which].items():
        last_digit = 10.0 ** int(Decimal(total).as_tuple().exponent)
        assert losses[epoch - 1].sum() == pytest.approx(float(total), abs=0.51 * last_digit)
    np.testing.assert_allclose(
        predictions(which, *initial_weights(which)), BEFORE[which], rtol=1e-13
    )
    np.testing.assert_allclose(predictions(which, w1, w2), AFTER[which], rtol=1e-9)


@each_network
def test_early_epochs_are_those_of_the_definition(which: int) -> None:
    images, targets = example_data(which)
    w1, w2 = initial_weights(which)
    network = Network(
        w1=w1.tolist(), w2=w2.ravel().tolist(), rate=learning_rate(which), is_curved=which == 2
    )

    expected = [
        [
            network.step(image, target)
            for image, target in zip(images.tolist(), targets, strict=True)
        ]
        for _ in range(5)
    ]

    w1, w2, losses = train(which, 5)
    np.testing.assert_allclose(losses, expected, rtol=1e-9)
    np.testing.assert_allclose(w1, network.w1, rtol=1e-9)
    np.testing.assert_allclose(w2.ravel(), network.w2, rtol=1e-9)


def test_first_network_ends_without_error() -> None:
    assert train(1)[2][49].sum() == pytest.approx(1.5e-10, rel=0.05)
    assert train(1)[2][-1].sum() < 1e-20


@each_network
def test_epochs_follow_each_other_and_images_are_taken_in_order(which: int) -> None:
    images, targets = example_data(which)
    w1, w2 = initial_weights(which)
    for image, target in zip(images, targets.tolist(), strict=True):
        w1, w2 = train_step(which, image, target, w1, w2)

    after = train(which, 1)

    assert (after[0] == w1).all()
    assert (after[1] == w2).all()
    assert (train(which, 3)[2][:1] == after[2]).all()
    assert train(which, 0)[2].shape == (0, 2)
    assert (train(which, 0)[0] == initial_weights(which)[0]).all()


@pytest.mark.parametrize(
    ("which", "expected"),
    [(1, [19.848152528667665, -27.05007937413055]), (2, [0.0, -1.5018756494850471])],
)
def test_cross_correlation_in_its_place_is_seen_at_once(which: int, expected: list[float]) -> None:
    w1, w2 = initial_weights(which)

    np.testing.assert_allclose(predictions(which, w1[::-1, ::-1], w2), expected, rtol=1e-13)


def walk(which: int, step: Callable[..., tuple[Array, Array]]) -> tuple[Array, Array]:
    """Weights after training with another step than ours."""
    images, targets = example_data(which)
    w1, w2 = initial_weights(which)
    for _ in range(epochs(which)):
        for image, target in zip(images, targets.tolist(), strict=True):
            w1, w2 = step(which, image, target, w1, w2)
    return w1, w2


@each_network
def test_as_many_windows_tie_while_training_as_are_published(which: int) -> None:
    tied = 0

    def count(which: int, image: Array, target: float, w1: Array, w2: Array) -> Any:
        nonlocal tied
        active = forward(which, image, w1, w2)["active"]
        tiles = active.reshape(2, 2, 2, 2).swapaxes(1, 2).reshape(4, 4)
        maxima = (tiles == tiles.max(axis=1, keepdims=True)).sum(axis=1)
        tied += int(((maxima > 1) & ((tiles.max(axis=1) > 0) | (which == 1))).sum())
        return train_step(which, image, target, w1, w2)

    walk(which, count)

    assert tied == TIED[which]


@each_network
@pytest.mark.parametrize("ties", ["last", "split"])
def test_other_valid_tie_rules_train_alike(which: int, ties: str) -> None:
    def step(which: int, image: Array, target: float, w1: Array, w2: Array) -> Any:
        passed = forward(which, image, w1, w2)
        found = gradients(which, image, target, w1, w2)
        d_active = max_pool_backward(found["pooled"], passed["active"], 2, ties=ties)
        d_map = relu_backward(d_active, passed["map"]) if which == 2 else d_active
        dw1 = correlate_plane_dw(d_map, image, w1)[::-1, ::-1]
        rate = learning_rate(which)
        return w1 - rate * dw1, w2 - rate * found["w2"]

    w1, w2 = walk(which, step)

    np.testing.assert_allclose(predictions(which, w1, w2), AFTER[which], rtol=1e-9)


def test_gradient_that_is_not_turned_back_still_trains() -> None:
    def step(which: int, image: Array, target: float, w1: Array, w2: Array) -> Any:
        new_w1, new_w2 = train_step(which, image, target, w1, w2)
        return w1 + (new_w1 - w1)[::-1, ::-1], new_w2

    w1, w2 = walk(1, step)

    np.testing.assert_allclose(predictions(1, w1, w2), [27.0125, -12.0111], atol=5e-5)
