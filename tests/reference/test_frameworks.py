"""Agreement with PyTorch and with the published ONNX cases, where these are installed.

Only layers that our own argument check accepts reach a framework: PyTorch 2.13 writes out of
bounds in the backward of a window that lies on padding alone.
"""

from __future__ import annotations

import warnings
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pooling_inputs import Array, Layer, check, eighths, legal_layers, quarters

from reference.pooling import (
    max_pool_backward,
    max_pool_with_indices,
    max_unpool,
    mean_pool,
    mean_pool_backward,
)

pytestmark = [pytest.mark.oracle, pytest.mark.usefixtures("form")]


def wider_than_three_cells(
    kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool
) -> bool:
    """Whether a 3x3 plane is refused; PyTorch keeps a partial window here under ceil_mode."""
    (_, columns), (_, apart), (_, margin) = (
        np.broadcast_to(value, 2) for value in (kernel, dilation, padding)
    )
    return bool(apart * (columns - 1) >= 3 + 2 * margin)


SAMPLE_GRID = [
    (kernel, stride, padding, dilation, ceil_mode)
    for kernel, stride, padding, dilation, ceil_mode in product(
        [3, (3, 2)], [2, None, (2, 1)], [0, 1, (1, 1)], [1, (1, 2)], [False, True]
    )
]


def torch_answers(
    torch: ModuleType, x: Array, dout: Array | None, *arguments: Any
) -> tuple[Array, Array, Array]:
    """Values, places and gradient by PyTorch; without dout, of the sum."""
    leaf = torch.tensor(x, requires_grad=True)
    kernel, stride, padding, dilation, ceil_mode = arguments
    y, index = torch.nn.functional.max_pool2d(
        leaf, kernel, stride, padding, dilation, ceil_mode, return_indices=True
    )
    y.backward(torch.ones_like(y) if dout is None else torch.tensor(dout))
    return y.detach().numpy(), index.numpy(), leaf.grad.numpy()


def torch_accepts(layer: Layer) -> bool:
    """It pads both sides alike, by at most half the kernel."""
    return layer.is_legal() and all(
        lo == hi and lo <= k // 2 for (lo, hi), k in zip(layer.padding, layer.kernel, strict=True)
    )


@check(150)
@given(data=st.data())
def test_pytorch_gives_the_same(torch: ModuleType, data: st.DataObject) -> None:
    layer = data.draw(legal_layers().filter(torch_accepts))
    x = data.draw(quarters((2, 2, *layer.plane), largest=3))
    dout = data.draw(eighths((2, 2, *layer.out)))
    margins = tuple(low for low, _ in layer.padding)

    y, index, dx = torch_answers(
        torch, x, dout, layer.kernel, layer.stride, margins, layer.dilation, layer.ceil_mode
    )

    ours, places = max_pool_with_indices(x, *layer.arguments)
    assert (ours == y).all()
    assert (places == index).all()
    assert (max_pool_backward(dout, x, *layer.arguments) == dx).all()


@pytest.mark.parametrize(
    ("shape", "arguments"),
    [
        (shape, arguments)
        for shape in [(2, 2, 6, 6), (1, 2, 3, 3), (2, 6, 6)]
        for arguments in SAMPLE_GRID
        if shape[-1] == 6 or not wider_than_three_cells(*arguments)
    ],
    ids=str,
)
def test_pytorch_gives_the_same_on_its_own_samples(
    torch: ModuleType, shape: tuple[int, ...], arguments: Any
) -> None:
    x = np.random.default_rng(3).integers(-4, 5, shape).astype(np.float32)
    y, index, dx = torch_answers(torch, x, None, *arguments)

    ours, places = max_pool_with_indices(x, *arguments)
    assert (ours == y).all()
    assert (places == index).all()
    assert (max_pool_backward(np.ones_like(y), x, *arguments) == dx).all()


@pytest.mark.parametrize(
    ("size", "arguments"),
    [((10, 10), (2, 1, 1, 2)), ((9, 14), (2, 1, 1, 2)), ((11, 11), (4, 2, 2, 2))],
    ids=str,
)
def test_pytorch_channels_last_breaks_ties_alike(
    torch: ModuleType, size: tuple[int, int], arguments: Any
) -> None:
    x = np.random.default_rng(4).integers(0, 3, (2, 3, *size)).astype(np.float64)
    last = torch.tensor(x).to(memory_format=torch.channels_last)

    _, index = torch.nn.functional.max_pool2d(last, *arguments, return_indices=True)

    assert (max_pool_with_indices(x, *arguments)[1] == index.numpy()).all()


@pytest.mark.parametrize("value", [np.nan, -np.inf], ids=str)
def test_pytorch_gives_the_same_values_on_planes_of_one_special_value(
    torch: ModuleType, value: float
) -> None:
    x = np.full((1, 1, 3, 3), value)

    y, _, _ = torch_answers(torch, x, None, 2, 1, 0, 1, False)

    np.testing.assert_array_equal(max_pool_with_indices(x, 2, 1)[0], y)


@check()
@given(data=st.data())
def test_pytorch_averages_and_unpools_alike(torch: ModuleType, data: st.DataObject) -> None:
    layer = data.draw(legal_layers(dilated=False).filter(torch_accepts))
    x = data.draw(quarters((2, 2, *layer.plane)))
    dout = data.draw(eighths((2, 2, *layer.out)))
    margins = tuple(low for low, _ in layer.padding)
    leaf = torch.tensor(x, requires_grad=True)

    mean = torch.nn.functional.avg_pool2d(
        leaf, layer.kernel, layer.stride, margins, layer.ceil_mode, count_include_pad=False
    )
    mean.backward(torch.tensor(dout))

    np.testing.assert_allclose(mean_pool(x, *layer.arguments), mean.detach(), rtol=0, atol=1e-14)
    dx = mean_pool_backward(dout, x, *layer.arguments)
    np.testing.assert_allclose(dx, leaf.grad, rtol=0, atol=1e-13)
    y, index = max_pool_with_indices(x, *layer.arguments)
    back = torch.nn.functional.max_unpool2d(
        torch.tensor(y), torch.tensor(index), layer.kernel, layer.stride, margins, x.shape
    )
    assert (max_unpool(y, index, x.shape) == back.numpy()).all()


def onnx_padding(node: dict[str, Any], size: int, axis: int) -> tuple[int, int]:
    """Padding before and behind one axis, from explicit pads or the SAME rule of ONNX."""
    mode = node.get("auto_pad", b"NOTSET")
    if mode == b"NOTSET":
        pads = node.get("pads", [0, 0, 0, 0])
        return pads[axis], pads[axis + 2]
    kernel, stride = node["kernel_shape"][axis], node.get("strides", [1, 1])[axis]
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    less, more = total // 2, total - total // 2
    return (less, more) if mode == b"SAME_UPPER" else (more, less)


def test_every_flat_onnx_case_gives_the_same(onnx_node_cases: ModuleType) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it computes the cases of all operators
        cases = onnx_node_cases.collect_testcases("MaxPool")
    compared = 0
    for case in cases:
        inputs, outputs = case.data_sets[0]
        node = {a.name: list(a.ints) or a.s or a.i for a in case.model.graph.node[0].attribute}
        if inputs[0].ndim == 4:
            compare_onnx_case(node, inputs[0], outputs)
            compared += 1

    assert compared >= 14


def compare_onnx_case(node: dict[str, Any], x: Array, outputs: list[Array]) -> None:
    y, index = max_pool_with_indices(
        x,
        tuple(node["kernel_shape"]),
        tuple(node.get("strides", [1, 1])),
        (onnx_padding(node, x.shape[2], 0), onnx_padding(node, x.shape[3], 1)),
        tuple(node.get("dilations", [1, 1])),
        bool(node.get("ceil_mode", 0)),
    )
    assert y.dtype == outputs[0].dtype
    np.testing.assert_array_equal(y, outputs[0])
    if len(outputs) > 1:  # one plane only; storage_order 1 numbers its cells column by column
        height, width = x.shape[2:]
        rows, columns = np.divmod(index, width)
        expected = columns * height + rows if node.get("storage_order") else index
        np.testing.assert_array_equal(expected, outputs[1])
