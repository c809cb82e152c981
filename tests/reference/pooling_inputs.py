"""Hypothesis strategies for pooling: arguments first, refused by the definition, then values.

x are multiples of 1/4 and dout multiples of 1/8, so that every sum is exact and tests compare with
tolerance 0. Small integers tie on purpose; `distinct` planes never do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import definition
import numpy as np
import numpy.typing as npt
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

Array = npt.NDArray[Any]
Test = TypeVar("Test", bound=Callable[..., None])

TIES = ("first", "last", "split")


def check(examples: int = 60) -> Callable[[Test], Test]:
    """Settings of all properties here: no deadline (two busy cores), nothing written to disk."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A plane and legal pooling arguments; padding is ((top, bottom), (left, right))."""

    plane: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))
    dilation: tuple[int, int] = (1, 1)
    ceil_mode: bool = False

    @property
    def arguments(self) -> definition.Geometry:
        """What follows x in a call."""
        return self.kernel, self.stride, self.padding, self.dilation, self.ceil_mode

    @property
    def out(self) -> tuple[int, int]:
        """The size of the output, by the definition."""
        rows, columns = (
            definition.output_size(*axis, self.ceil_mode)
            for axis in zip(
                self.plane, self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        )
        return rows, columns

    @property
    def transposed(self) -> Layer:
        """The layer for the transposed plane."""
        return Layer(
            plane=self.plane[::-1],
            kernel=self.kernel[::-1],
            stride=self.stride[::-1],
            padding=self.padding[::-1],
            dilation=self.dilation[::-1],
            ceil_mode=self.ceil_mode,
        )

    def is_legal(self) -> bool:
        """Whether the kernel fits and every window has a real cell."""
        fits = all(
            d * (k - 1) < size + sum(pad)
            for size, k, pad, d in zip(
                self.plane, self.kernel, self.padding, self.dilation, strict=True
            )
        )
        return fits and all(definition.cells_of_windows(self.plane, self.arguments))


def pairs(low: int, high: int) -> st.SearchStrategy[tuple[int, int]]:
    """Two whole numbers."""
    return st.tuples(st.integers(low, high), st.integers(low, high))


@st.composite
def layers(draw: st.DrawFn, *, padded: bool = True, dilated: bool = True) -> Layer:
    """Legal layers over planes of 1x1 to 6x6."""
    kernel = draw(pairs(1, 3))
    dilation = draw(pairs(1, 2)) if dilated else (1, 1)
    spans = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    rows, columns = (draw(pairs(0, min(2, span) if padded else 0)) for span in spans)
    height, width = (
        draw(st.integers(max(1, span + 1 - sum(pad)), 6))
        for span, pad in zip(spans, (rows, columns), strict=True)
    )
    return Layer(
        plane=(height, width),
        kernel=kernel,
        stride=draw(pairs(1, 4)),
        padding=(rows, columns),
        dilation=dilation,
        ceil_mode=draw(st.booleans()),
    )


def legal_layers(*, padded: bool = True, dilated: bool = True) -> st.SearchStrategy[Layer]:
    """`layers` without those that have a window on padding alone."""
    return layers(padded=padded, dilated=dilated).filter(Layer.is_legal)


def quarters(shape: tuple[int, ...], largest: int = 12) -> st.SearchStrategy[Array]:
    """Multiples of 1/4, up to largest / 4 in magnitude."""
    steps = hnp.arrays(np.int64, shape, elements=st.integers(-largest, largest))
    return steps.map(lambda array: array / 4)


def eighths(shape: tuple[int, ...]) -> st.SearchStrategy[Array]:
    """Gradients: multiples of 1/8 of both signs, up to 4 in magnitude."""
    steps = hnp.arrays(np.int64, shape, elements=st.integers(-32, 32))
    return steps.map(lambda array: array / 8)


def tied(shape: tuple[int, ...]) -> st.SearchStrategy[Array]:
    """Planes of 0, 1 and 2: most windows have several maxima."""
    return hnp.arrays(np.int64, shape, elements=st.integers(0, 2)).map(lambda a: a.astype(float))


def distinct(shape: tuple[int, ...]) -> st.SearchStrategy[Array]:
    """Every multiple of 1/4 once, in any order, of both signs."""
    count = int(np.prod(shape))
    steps = st.permutations(range(-(count // 2), count - count // 2))
    return steps.map(lambda order: np.array(order).reshape(shape) / 4)


@st.composite
def problems(
    draw: st.DrawFn,
    values: Callable[[tuple[int, ...]], st.SearchStrategy[Array]] | None = None,
    *,
    padded: bool = True,
    dilated: bool = True,
) -> tuple[Array, Array, Layer]:
    """x, dout and a layer, for one plane; without `values`, tied or distinct."""
    layer = draw(legal_layers(padded=padded, dilated=dilated))
    chosen = values or draw(st.sampled_from([tied, distinct]))
    return draw(chosen(layer.plane)), draw(eighths(layer.out)), layer


@st.composite
def inputs(
    draw: st.DrawFn,
    values: Callable[[tuple[int, ...]], st.SearchStrategy[Array]] = quarters,
    *,
    padded: bool = True,
    dilated: bool = True,
) -> tuple[Array, Layer]:
    """x and a layer, for one plane."""
    layer = draw(legal_layers(padded=padded, dilated=dilated))
    return draw(values(layer.plane)), layer
