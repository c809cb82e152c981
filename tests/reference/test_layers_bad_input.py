"""Arguments that convolution and dense layers refuse, with the name and value of what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from layer_inputs import refuses

from reference.convolution import (
    convolve,
    convolve_dw,
    convolve_dx,
    convolve_plane,
    convolve_plane_dw,
    convolve_plane_dx,
    correlate,
    correlate_db,
    correlate_dw,
    correlate_dx,
    correlate_plane,
    correlate_plane_dw,
    correlate_plane_dx,
)
from reference.linear import linear, linear_db, linear_dw, linear_dx

IMAGES, KERNELS, DOUT = np.zeros((2, 3, 4, 5)), np.zeros((1, 3, 2, 2)), np.zeros((2, 1, 3, 4))

BAD_LAYOUTS = [
    pytest.param({"stride": 0}, "stride is 0", id="stride-zero"),
    pytest.param({"stride": (1, 0)}, "stride is (1, 0)", id="stride-zero-in-pair"),
    pytest.param({"stride": -1}, "stride is -1", id="stride-negative"),
    pytest.param({"stride": 1.0}, "stride is 1.0", id="stride-float"),
    pytest.param({"stride": True}, "stride is True", id="stride-bool"),
    pytest.param({"stride": None}, "stride is None", id="stride-none"),
    pytest.param({"stride": (1, 1, 1)}, "stride is (1, 1, 1)", id="stride-of-three"),
    pytest.param({"stride": ()}, "stride is ()", id="stride-empty"),
    pytest.param({"stride": "1"}, "stride is '1'", id="stride-text"),
    pytest.param({"padding": -1}, "padding is -1", id="padding-negative"),
    pytest.param({"padding": (0, -1)}, "padding is (0, -1)", id="padding-negative-in-pair"),
    pytest.param({"padding": 0.5}, "padding is 0.5", id="padding-float"),
    pytest.param({"padding": np.True_}, "padding is np.True_", id="padding-numpy-bool"),
    pytest.param({"padding": "same"}, "padding is 'same'", id="padding-text"),
    pytest.param({"padding": ((0, 0), (0, 1))}, "padding is ((0, 0), (0, 1))", id="four-sides"),
]

BAD_ARRAYS = [
    pytest.param({"x": [[1.0]]}, "x is of type list", id="x-list"),
    pytest.param({"x": IMAGES[0]}, "x has shape (3, 4, 5): give the axes (N, C, H, W)", id="x-3d"),
    pytest.param({"x": IMAGES[:, :0]}, "axis C may not be empty", id="x-no-channels"),
    pytest.param({"x": IMAGES[:, :, :0]}, "axis H may not be empty", id="x-no-rows"),
    pytest.param({"x": IMAGES.astype(int)}, "x has dtype int64", id="x-integers"),
    pytest.param({"x": IMAGES > 0}, "x has dtype bool", id="x-bool"),
    pytest.param({"x": IMAGES + 0j}, "x has dtype complex128", id="x-complex"),
    pytest.param({"x": IMAGES.astype(">f8")}, "x has dtype >f8", id="x-other-byte-order"),
    pytest.param({"w": None}, "w is of type NoneType", id="w-none"),
    pytest.param({"w": KERNELS[0]}, "w has shape (3, 2, 2)", id="w-3d"),
    pytest.param({"w": KERNELS[:0]}, "axis F may not be empty", id="w-none-at-all"),
    pytest.param({"w": KERNELS[:, :2]}, "w has shape (1, 2, 2, 2): its axis C is 2", id="w-depth"),
    pytest.param({"w": KERNELS.astype("f4")}, "w has dtype float32: x has float64", id="w-dtype"),
    pytest.param({"w": np.zeros((1, 3, 5, 2))}, "w covers 5 cells along H: x has 4", id="w-tall"),
    pytest.param({"w": np.zeros((1, 3, 2, 6))}, "w covers 6 cells along W: x has 5", id="w-wide"),
]

BAD_DOUTS = [
    pytest.param([1.0], "dout is of type list", id="list"),
    pytest.param(DOUT[0], "dout has shape (1, 3, 4)", id="3d"),
    pytest.param(DOUT[:1], "give N=2, F=1 first", id="would-broadcast"),
    pytest.param(np.zeros((2, 2, 3, 4)), "give N=2, F=1 first", id="two-kernels"),
    pytest.param(DOUT[:, :, :2], "planes of shape (2, 4): the output has (3, 4)", id="short"),
    pytest.param(DOUT.swapaxes(2, 3), "planes of shape (4, 3)", id="turned"),
    pytest.param(DOUT.astype("f2"), "dout has dtype float16: x has float64", id="float16"),
    pytest.param(DOUT.astype(int), "dout has dtype int64", id="integers"),
]

FORWARDS = [correlate, convolve]
GRADIENTS = [correlate_dx, correlate_dw, convolve_dx, convolve_dw]


@pytest.mark.parametrize(("arguments", "message"), BAD_LAYOUTS + BAD_ARRAYS)
def test_bad_argument_of_a_convolution_is_named(arguments: dict[str, Any], message: str) -> None:
    for forward in FORWARDS:
        with refuses(message):
            forward(**{"x": IMAGES, "w": KERNELS, **arguments})
    for gradient in GRADIENTS:
        with refuses(message):
            gradient(**{"dout": DOUT, "x": IMAGES, "w": KERNELS, **arguments})


@pytest.mark.parametrize(("arguments", "message"), BAD_LAYOUTS)
def test_bad_argument_of_a_convolution_of_planes_is_named(
    arguments: dict[str, Any], message: str
) -> None:
    x, w, dout = np.zeros((4, 5)), np.zeros((2, 2)), np.zeros((3, 4))

    for forward in (correlate_plane, convolve_plane):
        with refuses(message):
            forward(x, w, **arguments)
    for gradient in (correlate_plane_dx, correlate_plane_dw, convolve_plane_dx, convolve_plane_dw):
        with refuses(message):
            gradient(dout, x, w, **arguments)
        with refuses("dout has shape (1, 3, 4): give the axes (OH, OW)"):
            gradient(dout[None], x, w)
        with refuses("planes of shape (2, 4): the output has (3, 4)"):
            gradient(dout[1:], x, w)
    with refuses("x has shape (1, 4, 5): give the axes (H, W)"):
        convolve_plane(x[None], w)
    with refuses("w has shape (1, 2, 2): give the axes (KH, KW)"):
        convolve_plane(x, w[None])


@pytest.mark.parametrize(("dout", "message"), BAD_DOUTS)
@pytest.mark.parametrize("gradient", GRADIENTS)
def test_bad_dout_of_a_convolution_is_named(gradient: Any, dout: Any, message: str) -> None:
    with refuses(message):
        gradient(dout, IMAGES, KERNELS)


@pytest.mark.parametrize(
    ("b", "message"),
    [
        pytest.param(0.0, "b is of type float", id="number"),
        pytest.param(np.zeros(2), "b has shape (2,): w has 1 kernels", id="too-many"),
        pytest.param(np.zeros((1, 1)), "b has shape (1, 1)", id="column"),
        pytest.param(np.zeros(0), "axis F may not be empty", id="empty"),
        pytest.param(np.zeros(1, "f4"), "b has dtype float32", id="float32"),
    ],
)
def test_bad_bias_of_a_convolution_is_named(b: Any, message: str) -> None:
    for forward in FORWARDS:
        with refuses(message):
            forward(IMAGES, KERNELS, b)


def test_bad_gradient_of_a_bias_is_named() -> None:
    with refuses("dout has shape (3, 4): give the axes (N, F, OH, OW)"):
        correlate_db(DOUT[0, 0])
    with refuses("dout has shape (1, 3, 4): give the axes (N, M)"):
        linear_db(DOUT[0])


X, W, B, Y = np.zeros((2, 3)), np.zeros((3, 4)), np.zeros(4), np.zeros((2, 4))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"x": [[1.0]]}, "x is of type list", id="x-list"),
        pytest.param({"x": X[0]}, "x has shape (3,): give the axes (N, D)", id="x-row"),
        pytest.param({"x": X[:, :0]}, "axis D may not be empty", id="x-empty"),
        pytest.param({"x": X.astype(int)}, "x has dtype int64", id="x-integers"),
        pytest.param({"w": W.T}, "w has shape (4, 3): x has 3 columns", id="w-turned"),
        pytest.param({"w": W.astype("f4")}, "w has dtype float32: x has float64", id="w-dtype"),
        pytest.param({"w": W[:, 0]}, "w has shape (3,)", id="w-vector"),
    ],
)
def test_bad_argument_of_the_dense_layer_is_named(arguments: dict[str, Any], message: str) -> None:
    with refuses(message):
        linear(**{"x": X, "w": W, "b": B, **arguments})
    for gradient in (linear_dx, linear_dw):
        with refuses(message):
            gradient(**{"dout": Y, "x": X, "w": W, **arguments})


@pytest.mark.parametrize(
    ("b", "message"),
    [
        pytest.param(B[:3], "b has shape (3,): w has 4 columns", id="short"),
        pytest.param(B[:1], "b has shape (1,): w has 4 columns", id="would-broadcast"),
        pytest.param(B[None], "b has shape (1, 4)", id="row"),
        pytest.param(B.astype("f4"), "b has dtype float32: x has float64", id="float32"),
        pytest.param(0, "b is of type int", id="number"),
    ],
)
def test_bad_bias_of_the_dense_layer_is_named(b: Any, message: str) -> None:
    with refuses(message):
        linear(X, W, b)


@pytest.mark.parametrize("gradient", [linear_dx, linear_dw])
@pytest.mark.parametrize(
    ("dout", "message"),
    [
        pytest.param(Y[:1], "dout has shape (1, 4): the output has (2, 4)", id="would-broadcast"),
        pytest.param(Y.T, "dout has shape (4, 2): the output has (2, 4)", id="turned"),
        pytest.param(Y[0], "dout has shape (4,): give the axes (N, M)", id="row"),
        pytest.param(Y.astype("f4"), "dout has dtype float32", id="float32"),
        pytest.param(None, "dout is of type NoneType", id="nothing"),
    ],
)
def test_bad_dout_of_the_dense_layer_is_named(gradient: Any, dout: Any, message: str) -> None:
    with refuses(message):
        gradient(dout, X, W)
