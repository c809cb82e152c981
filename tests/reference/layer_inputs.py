"""Hypothesis strategies for convolution and dense layers: sizes first, then dyadic values.

All values are multiples of 1/4 or 1/8 of moderate size, so every sum is exact in float64 and tests
compare with tolerance 0. Sizes differ from axis to axis, strides leave remainders, kernels overlap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st
from pooling_inputs import Array, eighths, pairs, quarters


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """A convolution layer with its input and an upstream gradient."""

    x: Array
    w: Array
    b: Array
    dout: Array
    stride: tuple[int, int]
    padding: tuple[int, int]

    @property
    def layout(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """What follows the arrays in a call."""
        return self.stride, self.padding


@st.composite
def convolutions(draw: st.DrawFn, *, padded: bool = True, batch: int | None = None) -> Convolution:
    """Layers over images of up to 5x5 with up to 2 channels and 2 kernels; padding may be wide."""
    n = draw(st.integers(0, 2)) if batch is None else batch
    c, f = draw(pairs(1, 2))
    kernel, stride = draw(pairs(1, 3)), draw(pairs(1, 3))
    padding = draw(pairs(0, 3)) if padded else (0, 0)
    image = tuple(
        draw(st.integers(max(1, k - 2 * p), 5)) for k, p in zip(kernel, padding, strict=True)
    )
    out = tuple(
        (size + 2 * p - k) // s + 1
        for size, p, k, s in zip(image, padding, kernel, stride, strict=True)
    )
    return Convolution(
        x=draw(quarters((n, c, *image))),
        w=draw(quarters((f, c, *kernel))),
        b=draw(quarters((f,))),
        dout=draw(eighths((n, f, *out))),
        stride=stride,
        padding=padding,
    )


def another_like(array: Array) -> st.SearchStrategy[Array]:
    """Another array of the same shape."""
    return quarters(array.shape)


def refuses(message: str) -> Any:
    """The context in which a ValueError with this text is expected."""
    return pytest.raises(ValueError, match=re.escape(message))
