"""The two example networks: published settings, messages and gradients, bad arguments.

Expected figures come from independent code that follows the published settings; gradients are
confirmed by differences of the forward pass.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from layer_inputs import refuses
from pooling_inputs import Array

from reference.gradient_check import SMOOTH_STEP, check_gradient, relu_gap
from reference.losses import half_squared_error
from reference.networks import (
    epochs,
    example_data,
    forward,
    gradient,
    gradients,
    initial_weights,
    learning_rate,
    train,
    train_step,
)

each_network = pytest.mark.parametrize("which", [1, 2])
each_image = pytest.mark.parametrize("number", [0, 1])


def first_step(which: int, number: int) -> tuple[Array, float, Array, Array]:
    """An image, its target and the initial weights."""
    images, targets = example_data(which)
    return images[number], float(targets[number]), *initial_weights(which)


def test_images_and_targets_are_the_published_ones() -> None:
    images, targets = example_data(1)

    assert images.shape == (2, 6, 6)
    assert images.sum(axis=2).tolist() == [[4, 4, 4, 5, 5, 5], [-1, -1, 0, -4, -3, -3]]
    assert images.sum(axis=1).tolist() == [[6, 6, 3, 6, 0, 6], [-6, -1, -6, 1, 0, 0]]
    assert set(np.unique(images)) == {-1, 0, 1}
    assert targets.tolist() == [27, -12]
    assert (example_data(2)[0] == images).all()
    assert example_data(2)[1].tolist() == [1.5337762109209665, -1.4876550949064553]


@pytest.mark.parametrize(("which", "seed", "scale"), [(1, 7839, 0.66), (2, 56789, 5.66)])
def test_initial_weights_are_those_the_published_seeds_draw(
    which: int, seed: int, scale: float
) -> None:
    generator = np.random.RandomState(seed)

    w1, w2 = initial_weights(which)

    assert (w1 == generator.randn(3, 3) * scale).all()
    assert (w2 == generator.randn(4, 1) * 5.7).all()


@each_network
@each_image
def test_gradients_at_the_first_step_are_those_of_the_forward_pass(which: int, number: int) -> None:
    image, target, w1, w2 = first_step(which, number)
    # ties of the pooling here come from equal patches of pixels, which move together
    assert relu_gap(forward(which, image, w1, w2)["map"]) > 9 * SMOOTH_STEP

    def loss(w1: Array, w2: Array) -> Any:
        prediction = forward(which, image, w1, w2)["prediction"]
        return half_squared_error(prediction, np.full((1, 1), target))

    found = gradients(which, image, target, w1, w2)

    assert check_gradient(found["w1"], lambda w: loss(w, w2), w1) is None
    assert check_gradient(found["w2"], lambda w: loss(w1, w), w2) is None


@each_network
@each_image
def test_gradients_pass_through_every_layer(which: int, number: int) -> None:
    image, target, w1, w2 = first_step(which, number)

    passed = forward(which, image, w1, w2)
    found = gradients(which, image, target, w1, w2)

    error = passed["prediction"] - target
    slope = 1 / (1 + passed["score"] ** 2) if which == 2 else 1.0
    np.testing.assert_allclose(found["score"], error * slope, rtol=1e-14)
    assert (found["w2"].ravel() == passed["pooled"].ravel() * found["score"].item()).all()
    assert (found["pooled"].ravel() == w2.ravel() * found["score"].item()).all()
    assert found["active"].sum() == pytest.approx(found["pooled"].sum(), rel=1e-14)
    kept = passed["map"] > 0 if which == 2 else np.ones((4, 4))
    assert (found["map"] == found["active"] * kept).all()
    by_hand = sum(
        found["map"][i, j] * image[i : i + 3, j : j + 3][::-1, ::-1] for i, j in np.ndindex(4, 4)
    )
    np.testing.assert_allclose(found["w1"], by_hand, rtol=1e-12, atol=1e-12)


@each_network
def test_one_gradient_is_given_by_its_name(which: int) -> None:
    arguments = first_step(which, 0)

    found = gradients(which, *arguments)

    assert list(found) == ["score", "w2", "pooled", "active", "map", "w1"]
    for name, value in found.items():
        assert (gradient(which, name, *arguments) == value).all()


@each_network
def test_step_takes_both_gradients_at_the_old_weights(which: int) -> None:
    image, target, w1, w2 = first_step(which, 0)
    found = gradients(which, image, target, w1, w2)
    kept = w1.copy(), w2.copy()

    new_w1, new_w2 = train_step(which, image, target, w1, w2)

    np.testing.assert_allclose((w1 - new_w1) / learning_rate(which), found["w1"], atol=1e-11)
    np.testing.assert_allclose((w2 - new_w2) / learning_rate(which), found["w2"], atol=1e-11)
    assert (w1 == kept[0]).all()
    assert (w2 == kept[1]).all()


@each_network
def test_nothing_is_changed_between_calls(which: int) -> None:
    first = train(which, 2)
    for array in (*example_data(which), *initial_weights(which)):
        array[:] = 7

    assert all((a == b).all() for a, b in zip(first, train(which, 2), strict=True))


IMAGE, W1, W2 = np.zeros((6, 6)), np.zeros((3, 3)), np.zeros((4, 1))


@pytest.mark.parametrize("which", [0, 3, True, "1", None, 1.0])
def test_unknown_network_is_named(which: Any) -> None:
    for call in [
        lambda: example_data(which),
        lambda: initial_weights(which),
        lambda: learning_rate(which),
        lambda: epochs(which),
        lambda: forward(which, IMAGE, W1, W2),
        lambda: gradients(which, IMAGE, 0.0, W1, W2),
        lambda: train_step(which, IMAGE, 0.0, W1, W2),
        lambda: train(which),
    ]:
        with refuses(f"which is {which!r}: give 1 or 2"):
            call()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((IMAGE[:5], W1, W2), "image has shape (5, 6)", id="image-rows"),
        pytest.param((IMAGE, W1.T[:2], W2), "w1 has shape (2, 3)", id="w1-rows"),
        pytest.param((IMAGE, W1, W2.T), "w2 has shape (1, 4)", id="w2-turned"),
        pytest.param((IMAGE.astype(int), W1, W2), "image has dtype int64", id="integers"),
        pytest.param((IMAGE, W1.astype("f4"), W2), "dtype float32: give (3, 3), float64", id="f4"),
        pytest.param((IMAGE, W1, [1, 2, 3, 4]), "w2 is of type list", id="list"),
    ],
)
def test_bad_array_is_named(arguments: Any, message: str) -> None:
    with refuses(message):
        forward(1, *arguments)
    with refuses(message):
        gradients(2, arguments[0], 0.0, *arguments[1:])


@pytest.mark.parametrize("target", [None, "27", True, np.zeros((1, 1))], ids=str)
def test_bad_target_is_named(target: Any) -> None:
    with refuses(f"target is {target!r}"):
        gradients(1, IMAGE, target, W1, W2)


@pytest.mark.parametrize("count", [-1, 1.0, True, "all"])
def test_bad_number_of_epochs_is_named(count: Any) -> None:
    with refuses(f"epochs is {count!r}"):
        train(1, count)


def test_unknown_gradient_is_named() -> None:
    with refuses("name is 'w3': give one of score, w2, pooled, active, map, w1"):
        gradient(1, "w3", IMAGE, 0.0, W1, W2)
