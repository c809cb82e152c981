"""Arguments that are refused, each with the name and the value of what is wrong."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from reference.pooling import (
    max_pool,
    max_pool_backward,
    max_pool_with_indices,
    max_unpool,
    mean_pool,
    mean_pool_backward,
)

pytestmark = pytest.mark.usefixtures("form")

PLANE = np.zeros((4, 4))

BAD_ARGUMENTS = [
    pytest.param({"kernel": 0}, "kernel is 0", id="kernel-zero"),
    pytest.param({"kernel": -1}, "kernel is -1", id="kernel-negative"),
    pytest.param({"kernel": 2.0}, "kernel is 2.0", id="kernel-float"),
    pytest.param({"kernel": True}, "kernel is True", id="kernel-bool"),
    pytest.param({"kernel": np.True_}, "kernel is np.True_", id="kernel-numpy-bool"),
    pytest.param({"kernel": "2"}, "kernel is '2'", id="kernel-text"),
    pytest.param({"kernel": None}, "kernel is None", id="kernel-none"),
    pytest.param({"kernel": (2, True)}, "kernel is True", id="kernel-bool-in-pair"),
    pytest.param({"kernel": (2, 0)}, "kernel is (2, 0)", id="kernel-zero-in-pair"),
    pytest.param({"kernel": (2, 2, 2)}, "kernel is (2, 2, 2)", id="kernel-of-three"),
    pytest.param({"kernel": ()}, "kernel is ()", id="kernel-empty"),
    pytest.param({"kernel": np.array([2, 2])}, "kernel is array([2, 2])", id="kernel-array"),
    pytest.param({"kernel": 5}, "kernel is 5", id="kernel-larger-than-plane"),
    pytest.param({"kernel": (2, 5)}, "kernel is 5", id="kernel-wider-than-plane"),
    pytest.param({"dilation": 4}, "dilation 4", id="dilated-kernel-larger-than-plane"),
    pytest.param({"kernel": 5, "ceil_mode": True}, "kernel is 5", id="kernel-larger-with-ceil"),
    pytest.param({"stride": 0}, "stride is 0", id="stride-zero"),
    pytest.param({"stride": -2}, "stride is -2", id="stride-negative"),
    pytest.param({"stride": False}, "stride is False", id="stride-bool"),
    pytest.param({"stride": 1.5}, "stride is 1.5", id="stride-float"),
    pytest.param({"dilation": 0}, "dilation is 0", id="dilation-zero"),
    pytest.param({"dilation": True}, "dilation is True", id="dilation-bool"),
    pytest.param({"padding": -1}, "padding is -1", id="padding-negative"),
    pytest.param({"padding": (0, -1)}, "padding is -1", id="padding-negative-in-pair"),
    pytest.param({"padding": ((0, 0), (0, -1))}, "padding is -1", id="padding-negative-side"),
    pytest.param({"padding": 0.5}, "padding is 0.5", id="padding-float"),
    pytest.param({"padding": None}, "padding is None", id="padding-none"),
    pytest.param({"padding": 2}, "padding is (2, 2)", id="padding-as-large-as-kernel"),
    pytest.param({"padding": (0, (0, 3))}, "padding is (0, 3)", id="padding-too-large-behind"),
    pytest.param({"padding": 10**12}, "padding is (10000", id="padding-enormous"),
    pytest.param({"padding": 1, "dilation": 9}, "kernel is 2", id="dilation-enormous"),
    pytest.param({"ceil_mode": 1}, "ceil_mode is 1", id="ceil-mode-number"),
    pytest.param({"ceil_mode": "no"}, "ceil_mode is 'no'", id="ceil-mode-text"),
]

BAD_PLANES = [
    pytest.param([[1.0, 2.0], [3.0, 4.0]], "x is of type list", id="list"),
    pytest.param(3.0, "x is of type float", id="number"),
    pytest.param(np.zeros(4), "x has shape (4,)", id="one-axis"),
    pytest.param(np.zeros((0, 4)), "x has shape (0, 4)", id="no-rows"),
    pytest.param(np.zeros((4, 0)), "x has shape (4, 0)", id="no-columns"),
    pytest.param(np.zeros((2, 0, 4, 4)), "x has shape (2, 0, 4, 4)", id="no-channels"),
    pytest.param(np.zeros((0, 2, 0, 4)), "x has shape (0, 2, 0, 4)", id="empty-batch-no-rows"),
    pytest.param(PLANE > 0, "x has dtype bool", id="bool"),
    pytest.param(PLANE + 0j, "x has dtype complex128", id="complex"),
    pytest.param(PLANE.astype(object), "x has dtype object", id="object"),
    pytest.param(PLANE.astype(np.uint16), "x has dtype uint16", id="uint16"),
    pytest.param(PLANE.astype(np.longdouble), "x has dtype", id="longdouble"),
    pytest.param(PLANE.astype(str), "x has dtype <U", id="text"),
]

BAD_DOUTS = [
    pytest.param(np.zeros((2, 3)), "dout has shape (2, 3)", id="wider"),
    pytest.param(np.zeros((1, 1)), "dout has shape (1, 1)", id="would-broadcast"),
    pytest.param(np.zeros((1, 2, 2)), "dout has shape (1, 2, 2)", id="more-axes"),
    pytest.param(np.zeros(4), "dout has shape (4,)", id="flat"),
    pytest.param([[1.0, 1.0], [1.0, 1.0]], "dout is of type list", id="list"),
    pytest.param(np.zeros((2, 2), dtype=np.float32), "dout has dtype float32", id="float32"),
    pytest.param(np.zeros((2, 2), dtype=np.int64), "dout has dtype int64", id="integer"),
]


def refuses(message: str) -> Any:
    """The context in which a ValueError with this text is expected."""
    return pytest.raises(ValueError, match=re.escape(message))


@pytest.mark.parametrize(("arguments", "message"), BAD_ARGUMENTS)
@pytest.mark.parametrize("function", [max_pool, max_pool_with_indices, mean_pool])
def test_bad_pooling_argument_is_named(
    function: Any, arguments: dict[str, Any], message: str
) -> None:
    with refuses(message):
        function(PLANE, **{"kernel": 2, **arguments})


@pytest.mark.parametrize(("arguments", "message"), BAD_ARGUMENTS)
@pytest.mark.parametrize("function", [max_pool_backward, mean_pool_backward])
def test_bad_pooling_argument_is_named_by_the_gradient_too(
    function: Any, arguments: dict[str, Any], message: str
) -> None:
    with refuses(message):
        function(np.zeros((2, 2)), PLANE, **{"kernel": 2, **arguments})


@pytest.mark.parametrize(("x", "message"), BAD_PLANES)
def test_bad_plane_is_named(x: Any, message: str) -> None:
    for function in (max_pool, max_pool_with_indices, mean_pool):
        with refuses(message):
            function(x, 2)
    for backward in (max_pool_backward, mean_pool_backward):
        with refuses(message):
            backward(np.zeros((2, 2)), x, 2)


@pytest.mark.parametrize(("dout", "message"), BAD_DOUTS)
@pytest.mark.parametrize("function", [max_pool_backward, mean_pool_backward])
def test_bad_dout_is_named(function: Any, dout: Any, message: str) -> None:
    with refuses(message):
        function(dout, PLANE, 2)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64"])
def test_integers_have_no_gradient_and_no_mean(dtype: str) -> None:
    x, dout = PLANE.astype(dtype), np.zeros((2, 2), dtype=dtype)

    for function in (max_pool_backward, mean_pool_backward):
        with refuses(f"x has dtype {dtype}"):
            function(dout, x, 2)
    with refuses(f"x has dtype {dtype}"):
        mean_pool(x, 2)


@pytest.mark.parametrize("ties", ["any", "First", "", None, 1, ["first"]])
def test_unknown_tie_rule_is_named(ties: Any) -> None:
    with refuses(f"ties is {ties!r}"):
        max_pool_backward(np.zeros((2, 2)), PLANE, 2, ties=ties)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation"),
    [
        pytest.param(2, 2, 1, 1, 3, id="taps-jump-over-the-plane"),
        pytest.param(4, 1, 1, 1, 1, id="first-window-before-the-plane"),
        pytest.param(2, 2, 1, 2, 3, id="only-the-middle-window"),
    ],
)
def test_window_on_padding_alone_is_refused(
    size: int, kernel: int, stride: int, padding: int, dilation: int
) -> None:
    with refuses("would lie on padding alone"):
        max_pool(np.zeros((size, size)), kernel, stride, padding, dilation)


@pytest.mark.parametrize(
    ("y", "index", "shape", "message"),
    [
        pytest.param(PLANE, [[0]], (8, 8), "index is of type list", id="index-list"),
        pytest.param(PLANE, PLANE, (8, 8), "index has dtype float64", id="index-float"),
        pytest.param(PLANE, PLANE[:2].astype(int), (8, 8), "index has shape (2, 4)", id="shorter"),
        pytest.param(PLANE, PLANE.astype(int) + 64, (8, 8), "64 to 64", id="index-behind"),
        pytest.param(PLANE, PLANE.astype(int) - 1, (8, 8), "-1 to -1", id="index-negative"),
        pytest.param(PLANE, PLANE.astype(int), (2, 8, 8), "shape is (2, 8, 8)", id="more-axes"),
        pytest.param(PLANE, PLANE.astype(int), 8, "shape is 8", id="shape-number"),
        pytest.param(PLANE, PLANE.astype(int), (8,), "the result has shape (8,)", id="one-axis"),
        pytest.param(PLANE, PLANE.astype(int), (0, 8), "the result has shape (0, 8)", id="no-rows"),
    ],
)
def test_bad_unpooling_argument_is_named(y: Any, index: Any, shape: Any, message: str) -> None:
    with refuses(message):
        max_unpool(y, index, shape)
