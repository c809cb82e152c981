"""The small modules behind the exercises on convolution, losses and networks agree with the library."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_inputs import Convolution, convolutions
from pooling_inputs import Array

from reference import convolution, losses, networks, single_planes, two_examples
from reference.softmax_loss import softmax_loss
from reference.wrong_entries import wrong_entries

SEEDS = st.integers(0, 2**32 - 1)
each_network = pytest.mark.parametrize("network", [1, 2])


def numbers(seed: int, *shape: int) -> Array:
    """Multiples of 1/8 between -2 and 2, so that sums are exact."""
    return np.random.default_rng(seed).integers(-16, 17, shape) / 8


@given(convolutions(padded=False, batch=1))
def test_single_planes_are_layers_of_one_image_channel_and_kernel(layer: Convolution) -> None:
    x, w = layer.x[0, 0], layer.w[0, 0]
    y = single_planes.convolve(x, w)
    dout = np.arange(y.size, dtype=np.float64).reshape(y.shape) / 8 - 1

    assert np.array_equal(y, convolution.convolve_plane(x, w))
    assert np.array_equal(single_planes.correlate(x, w), convolution.correlate_plane(x, w))
    dx, dw = single_planes.convolve_dx(dout, x, w), single_planes.convolve_dw(dout, x)
    assert np.array_equal(dx, convolution.convolve_plane_dx(dout, x, w))
    assert np.array_equal(dw, convolution.convolve_plane_dw(dout, x, w))


@pytest.mark.parametrize("scale", [1, 1000])
@given(SEEDS)
def test_softmax_loss_is_the_mean_cross_entropy_with_its_gradient(scale: int, seed: int) -> None:
    scores = numbers(seed, 3, 4) * scale
    labels = np.random.default_rng(seed).integers(0, 4, 3)

    loss, gradient = softmax_loss(scores, labels)

    assert loss == pytest.approx(losses.softmax_cross_entropy(scores, labels, "mean"), rel=1e-12)
    expected = losses.softmax_cross_entropy_gradient(scores, labels, "mean")
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
@given(SEEDS)
def test_wrong_entries_are_exactly_the_planted_ones(size: float, seed: int) -> None:
    x, planted = numbers(seed, 2, 3), np.random.default_rng(seed).random((2, 3)) < 0.4
    gradient = size * (3 * x**2 + 1) * np.where(planted, -1.0, 1.0)

    found = wrong_entries(lambda z: float(size * np.sum(z**3 + z)), gradient, x)

    assert np.array_equal(found, planted)


def test_entry_without_influence_is_wrong_only_if_its_gradient_is_not_zero() -> None:
    x, gradient = np.array([1.0, 2.0, 3.0]), np.array([2.0, 0.0, 1e-6])

    found = wrong_entries(lambda z: float(z[0] ** 2), gradient, x)

    assert found.tolist() == [False, False, True]


@each_network
@given(SEEDS)
def test_exercise_network_answers_and_learns_as_the_network_of_the_library(
    network: int, seed: int
) -> None:
    image, w1, w2 = numbers(seed, 6, 6), numbers(seed + 1, 3, 3), numbers(seed + 2, 4, 1)
    passed = networks.forward(network, image, w1, w2)
    expected = networks.gradients(network, image, 0.5, w1, w2)

    pooled, prediction = two_examples.forward(network, image, w1, w2)
    dw1, dw2 = two_examples.gradients(network, image, 0.5, w1, w2)

    assert np.array_equal(pooled, passed["pooled"])
    assert prediction == pytest.approx(passed["prediction"].item(), rel=1e-13)
    np.testing.assert_allclose(dw1, expected["w1"], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(dw2, expected["w2"], rtol=1e-12, atol=1e-12)


@each_network
def test_exercise_training_is_that_of_the_library(network: int) -> None:
    images, targets = networks.example_data(network)
    w1, w2 = networks.initial_weights(network)
    rate = networks.learning_rate(network)

    trained = two_examples.train(network, images, targets, w1, w2, rate, 3)

    for actual, expected in zip(trained, networks.train(network, 3), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-11)


def gradients_with_ties(network: int, image: Array, w1: Array, w2: Array, last: bool) -> Any:
    """dw1 where each tied window hands its gradient to its first or its last maximum."""
    turn = (lambda a: a[::-1, ::-1]) if last else (lambda a: a)
    # seen upside down, the first maximum of a window is its last
    dw1, _ = two_examples.gradients(network, turn(image), 1.5, turn(w1), turn(w2.reshape(2, 2)))
    return turn(dw1)


@each_network
@given(SEEDS)
def test_who_gets_the_gradient_of_equal_patches_makes_no_difference(
    network: int, seed: int
) -> None:
    row = np.random.default_rng(seed).integers(-1, 2, 6).astype(np.float64)
    image = np.tile(row, (6, 1))
    w1, w2 = networks.initial_weights(network)

    first, last = (gradients_with_ties(network, image, w1, w2, last) for last in (False, True))

    np.testing.assert_allclose(first, last, rtol=1e-9, atol=1e-9)
