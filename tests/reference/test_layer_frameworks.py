"""Agreement of layers, activations and losses with PyTorch, where it is installed."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_inputs import Convolution, convolutions
from pooling_inputs import Array, check, eighths, pairs, quarters

from reference import activations
from reference.convolution import correlate, correlate_backward
from reference.linear import linear, linear_backward
from reference.losses import (
    half_squared_error,
    half_squared_error_gradient,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
)
from reference.networks import example_data, forward, gradients, initial_weights

pytestmark = pytest.mark.oracle


def leaves(torch: ModuleType, *arrays: Array) -> list[Any]:
    """Tensors of copies that remember their gradients."""
    return [torch.tensor(array, requires_grad=True) for array in arrays]


@check(80)
@given(c=convolutions())
def test_pytorch_correlates_alike(torch: ModuleType, c: Convolution) -> None:
    x, w, b = leaves(torch, c.x, c.w, c.b)

    y = torch.nn.functional.conv2d(x, w, b, c.stride, c.padding)
    y.backward(torch.tensor(c.dout))

    assert (correlate(c.x, c.w, c.b, *c.layout) == y.detach().numpy()).all()
    for ours, leaf in zip(correlate_backward(c.dout, c.x, c.w, *c.layout), (x, w, b), strict=True):
        assert (ours == leaf.grad.numpy()).all()


@check(30)
@given(x=quarters((3, 2)), w=quarters((2, 4)), b=quarters((4,)), dout=eighths((3, 4)))
def test_pytorch_has_the_same_dense_layer(
    torch: ModuleType, x: Array, w: Array, b: Array, dout: Array
) -> None:
    inputs = leaves(torch, x, w, b)

    y = torch.nn.functional.linear(inputs[0], inputs[1].T, inputs[2])
    y.backward(torch.tensor(dout))

    assert (linear(x, w, b) == y.detach().numpy()).all()
    for ours, leaf in zip(linear_backward(dout, x, w), inputs, strict=True):
        assert (ours == leaf.grad.numpy()).all()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("relu", ()),
        ("arctan", ()),
        ("sigmoid", ()),
        ("tanh", ()),
        ("softmax", (1,)),
        ("log_softmax", (1,)),
        ("softmax", (0,)),
        ("log_softmax", (0,)),
    ],
)
@check(30)
@given(data=st.data())
def test_pytorch_activates_alike(
    torch: ModuleType, name: str, arguments: tuple[int, ...], data: st.DataObject
) -> None:
    x = data.draw(pairs(1, 3).flatmap(lambda shape: quarters(shape, 40)))
    dout = data.draw(eighths(x.shape))
    [leaf] = leaves(torch, x)

    y = getattr(torch, name)(leaf, *arguments)
    y.backward(torch.tensor(dout))

    ours = getattr(activations, name)(x, *arguments)
    np.testing.assert_allclose(ours, y.detach().numpy(), rtol=1e-13, atol=1e-14)
    dx = getattr(activations, f"{name}_backward")(dout, x, *arguments)
    np.testing.assert_allclose(dx, leaf.grad.numpy(), rtol=1e-7, atol=1e-13)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@check(30)
@given(data=st.data())
def test_pytorch_loses_alike(torch: ModuleType, reduction: str, data: st.DataObject) -> None:
    prediction, target = data.draw(quarters((3, 4), 40)), data.draw(quarters((3, 4)))
    labels = np.array(data.draw(st.lists(st.integers(0, 3), min_size=3, max_size=3)))
    for_entropy, for_square = leaves(torch, prediction, prediction)
    examples = 3 if reduction == "mean" else 1

    entropy = torch.nn.functional.cross_entropy(
        for_entropy, torch.tensor(labels), reduction=reduction
    )
    square = torch.nn.functional.mse_loss(for_square, torch.tensor(target), reduction="sum")
    entropy.backward()
    (square / 2 / examples).backward()

    assert softmax_cross_entropy(prediction, labels, reduction) == pytest.approx(
        entropy.item(), rel=1e-13, abs=1e-14
    )
    assert half_squared_error(prediction, target, reduction) == square.item() / 2 / examples
    ours = softmax_cross_entropy_gradient(prediction, labels, reduction)
    np.testing.assert_allclose(ours, for_entropy.grad.numpy(), rtol=0, atol=1e-14)
    ours = half_squared_error_gradient(prediction, target, reduction)
    np.testing.assert_allclose(ours, for_square.grad.numpy(), rtol=1e-15)


@pytest.mark.parametrize("which", [1, 2])
@pytest.mark.parametrize("number", [0, 1])
def test_pytorch_finds_the_six_gradients_of_the_example_networks(
    torch: ModuleType, which: int, number: int
) -> None:
    images, targets = example_data(which)
    w1, w2 = leaves(torch, *initial_weights(which))
    image = torch.tensor(images[number])[None, None]

    feature_map = torch.nn.functional.conv2d(image, w1.flip(0, 1)[None, None])
    active = torch.relu(feature_map) if which == 2 else feature_map
    pooled = torch.nn.functional.max_pool2d(active, 2)
    score = pooled.reshape(1, 4) @ w2
    prediction = torch.atan(score) if which == 2 else score
    inner = {"map": feature_map, "active": active, "pooled": pooled, "score": score}
    for tensor in inner.values():
        tensor.retain_grad()
    (0.5 * (prediction - targets[number]) ** 2).sum().backward()

    weights = initial_weights(which)
    passed = forward(which, images[number], *weights)
    found = gradients(which, images[number], float(targets[number]), *weights)
    for name, tensor in inner.items():
        expected = tensor.detach().numpy().reshape(passed[name].shape)
        np.testing.assert_allclose(passed[name], expected, rtol=1e-12, atol=1e-13)
    for name, tensor in {**inner, "w1": w1, "w2": w2}.items():
        expected = tensor.grad.numpy().reshape(found[name].shape)
        np.testing.assert_allclose(found[name], expected, rtol=1e-12, atol=1e-12)
