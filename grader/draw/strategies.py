"""The draw language as Hypothesis strategies. The only file that imports Hypothesis.

Nothing else may import it at the top: it costs 80 ms, and a corpus from the cache needs none of it.

Every choice is an integer below 100 in magnitude. Hypothesis (6.131 and later) mixes constants it
finds in the source of loaded modules into what it draws, which would make a corpus depend on what
else is imported; it leaves small integers alone.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import random
import warnings
from collections.abc import Iterator, Sequence

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, configuration, given, seed, settings
from hypothesis import strategies as st

from grader.core.domain import ArrayDraw, Domain, Word
from grader.core.errors import QuestionError
from grader.core.expression import Expression
from grader.draw.elements import (
    Array,
    Bounds,
    Palette,
    bounds_of,
    distinct_palettes,
    dtype_of,
    specials,
    tied_palettes,
    wide_palette,
)
from grader.draw.frames import Frame, enumerate_frames

Values = dict[str, object]
_Cells = list[float]
_MOST_DRAWN = 16  # cells chosen one by one; larger arrays come from a seed of four choices
_BATCH_CELLS = 1500  # Hypothesis gives up an example beyond 8 KB of choices


def inputs_strategy(domain: Domain, where: Expression | None = None) -> st.SearchStrategy[Values]:
    """Give the strategy of every input a group may draw, simplest first as Hypothesis shrinks.

    QuestionError when there is none.
    """
    frames = enumerate_frames(domain, where)
    if not frames.valid:
        raise QuestionError(where="", what=f"nothing can be drawn: {frames.why_empty()}")
    return st.sampled_from(frames.valid).flatmap(functools.partial(inputs_in, domain))


def inputs_in(domain: Domain, frame: Frame) -> st.SearchStrategy[Values]:
    """Give the strategy of the inputs whose scalars and shapes are a frame's."""
    arrays = {
        declaration.name: array_strategy(
            declaration.draw,
            frame.shapes[declaration.name],
            bounds_of(declaration.draw, frame.scalars),
        )
        for declaration in domain
        if isinstance(declaration.draw, ArrayDraw)
    }

    def assemble(drawn: dict[str, Array]) -> Values:
        return {
            name: drawn[name] if name in drawn else frame.scalars[name] for name in domain.names
        }

    return st.fixed_dictionaries(arrays).map(assemble)


@functools.lru_cache(maxsize=1024)
def array_strategy(
    draw: ArrayDraw, shape: tuple[int, ...], bounds: Bounds
) -> st.SearchStrategy[Array]:
    """Give the strategy of one array."""
    count = math.prod(shape)

    def build(cells: _Cells) -> Array:
        return np.array(cells, dtype=np.float64).astype(dtype_of(draw)).reshape(shape)

    if not count:
        return st.just([]).map(build)
    if Word.UNIT_ROWS in draw.words:
        return _unit_rows(shape, Word.POSITIVE in draw.words).map(build)
    if Word.DISTINCT in draw.words:
        cells = _distinct(draw, bounds, count)
    elif Word.TIES in draw.words:
        cells = _tied(draw, bounds, shape)
    else:
        cells = _unnamed(draw, bounds, shape)
    kinds = specials(draw)
    return (_with_specials(cells, kinds, count) if kinds else cells).map(build)


@functools.lru_cache(maxsize=512)
def _up_to(high: int) -> st.SearchStrategy[int]:
    return st.integers(0, high)


@functools.lru_cache(maxsize=512)
def _places(high: int, count: int) -> st.SearchStrategy[list[int]]:
    """Give count integers of 0..high."""
    if count <= _MOST_DRAWN:
        return st.lists(_up_to(high), min_size=count, max_size=count)
    return _seeds().map(lambda rng: [rng.randint(0, high) for _ in range(count)])


@functools.lru_cache(maxsize=512)
def _orders(count: int) -> st.SearchStrategy[list[int]]:
    """Give the permutations of 0..count-1."""
    if count <= _MOST_DRAWN:
        return st.permutations(range(count))
    return _seeds().map(lambda rng: rng.sample(range(count), count))


def _seeds() -> st.SearchStrategy[random.Random]:
    four = st.lists(_up_to(99), min_size=4, max_size=4)
    return four.map(lambda places: random.Random(repr(places)))


def _distinct(draw: ArrayDraw, bounds: Bounds, count: int) -> st.SearchStrategy[_Cells]:
    palettes = st.sampled_from(distinct_palettes(draw, bounds, count))
    return st.tuples(palettes, _orders(count)).map(lambda drawn: [drawn[0][at] for at in drawn[1]])


def _tied(draw: ArrayDraw, bounds: Bounds, shape: tuple[int, ...]) -> st.SearchStrategy[_Cells]:
    """Give few-valued cells: mixed, in blocks of two (which windows then share), or constant."""
    count = math.prod(shape)
    mixed = _places(5, count)  # 6 is divisible by the 1, 2 or 3 values of a palette
    blocks = _places(5, math.prod(-(-size // 2) for size in shape)).map(
        lambda places: _blown_up(places, shape)
    )
    constant = _up_to(5).map(lambda at: [at] * count)
    places = st.one_of(mixed, mixed, mixed, blocks, blocks, constant)

    def choose(drawn: tuple[Palette, list[int]]) -> _Cells:
        cells = [drawn[0][at % len(drawn[0])] for at in drawn[1]]
        if count > 1 and len(set(cells)) == count:
            cells[-1] = cells[0]
        return cells

    return st.tuples(st.sampled_from(tied_palettes(draw, bounds)), places).map(choose)


def _blown_up(places: list[int], shape: tuple[int, ...]) -> list[int]:
    """Repeat each place twice along every axis and crop to the shape."""
    array = np.array(places).reshape([-(-size // 2) for size in shape])
    for axis in range(len(shape)):
        array = np.repeat(array, 2, axis=axis)
    return [int(at) for at in array[tuple(slice(size) for size in shape)].ravel()]


def _unnamed(draw: ArrayDraw, bounds: Bounds, shape: tuple[int, ...]) -> st.SearchStrategy[_Cells]:
    """Give cells without a word: any, distinct, or as after a ReLU; like a gradient that is sent.

    That is: both signs, not all one value and not symmetric, wherever the bounds allow it.
    """
    count, palette = math.prod(shape), wide_palette(draw, bounds)
    top = len(palette) - 1

    def choose(places: list[int]) -> _Cells:
        return _unlike_ones([palette[at] for at in places], palette, shape)

    def choose_rectified(places: list[int]) -> _Cells:
        return [max(v, palette[0], 0.0) if 0.0 in palette else v for v in choose(places)]

    wide = _places(top, count)
    kinds = [wide.map(choose), wide.map(choose), wide.map(choose), wide.map(choose_rectified)]
    if distinct_palettes(draw, bounds, count):
        kinds.insert(1, _distinct(draw, bounds, count))
    return st.one_of(kinds)


def _unlike_ones(cells: _Cells, palette: Palette, shape: tuple[int, ...]) -> _Cells:
    """Change at most two cells so that signs differ and a square plane is not symmetric."""
    if len(cells) == 1 or len(palette) < 3:
        return cells
    low, high = palette[0], palette[-1]
    if low < 0 < high and not (min(cells) < 0 < max(cells)):
        cells[-1] = low if min(cells) >= 0 else high
    if len(set(cells)) == 1:
        cells[0] = low if cells[0] != low else high
    plane = np.array(cells).reshape(shape)
    if len(shape) >= 2 and shape[-1] == shape[-2] > 1 and (plane == plane.swapaxes(-1, -2)).all():
        others = [v for v in palette if v != cells[1] and v * cells[1] >= 0]
        cells[1] = others[len(others) // 2] if others else cells[1]
    return cells


def _unit_rows(shape: tuple[int, ...], positive: bool) -> st.SearchStrategy[_Cells]:
    """Give rows of dyadic shares that sum to exactly 1; a third of them one-hot unless positive."""
    width, rows = shape[-1], math.prod(shape[:-1])
    least = 1 if positive else 0
    size = 1 << max(3, (2 * width - 1).bit_length())

    def share(row: list[int]) -> _Cells:
        counts = [least] * width
        for at in row[: size - least * width]:
            counts[at] += 1
        return [count / size for count in counts]

    shares = _places(width - 1, size).map(share)
    one_hot = _up_to(width - 1).map(lambda at: [float(at == k) for k in range(width)])
    row = shares if positive else st.one_of(shares, shares, one_hot)
    return st.lists(row, min_size=rows, max_size=rows).map(
        lambda drawn: [v for r in drawn for v in r]
    )


def _with_specials(
    cells: st.SearchStrategy[_Cells], kinds: list[float], count: int
) -> st.SearchStrategy[_Cells]:
    """Put one or two special values anywhere, or (once in eight) none."""

    def put(drawn: tuple[_Cells, list[int], list[int], int]) -> _Cells:
        changed, places, picks, how_many = drawn[0][:], drawn[1], drawn[2], drawn[3]
        some = (how_many > 0) + (how_many > 4)
        for place, pick in list(zip(places, picks, strict=True))[:some]:
            changed[place] = kinds[pick % len(kinds)]
        return changed

    spots = st.lists(_up_to(count - 1), min_size=2, max_size=2)
    picks = st.lists(_up_to(5), min_size=2, max_size=2)
    return st.tuples(cells, spots, picks, _up_to(7)).map(put)


def draw_each(domain: Domain, frames: Sequence[Frame], seed_number: int) -> Iterator[Values]:
    """Draw one input in each frame, in order; the same seed gives the same inputs.

    Frames are drawn a batch at a time: starting Hypothesis costs as much as drawing four inputs.
    """
    for number, batch in enumerate(_batches(frames)):
        wanted = st.tuples(*(inputs_in(domain, frame) for frame in batch))
        yield from _second_example(wanted, seed_number + number)


def _batches(frames: Sequence[Frame]) -> Iterator[list[Frame]]:
    batch: list[Frame] = []
    cells = 0
    for frame in frames:
        size = sum(min(math.prod(shape), _MOST_DRAWN) + 8 for shape in frame.shapes.values())
        if batch and (cells + size > _BATCH_CELLS or len(batch) == 32):
            yield batch
            batch, cells = [], 0
        batch.append(frame)
        cells += size
    if batch:
        yield batch


def _second_example(
    strategy: st.SearchStrategy[tuple[Values, ...]], number: int
) -> tuple[Values, ...]:
    """Give the first random example: the very first is always the simplest one there is."""
    examples: list[tuple[Values, ...]] = []

    @seed(number)
    @settings(
        max_examples=2,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(strategy)
    def keep(drawn: tuple[Values, ...]) -> None:
        examples.append(drawn)

    with _quiet():
        keep()
    return examples[-1]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep Hypothesis from writing .hypothesis into the current folder, and from warning.

    Even without a database it stores the constants of loaded modules. A home below the null device
    cannot be made, which it accepts in silence.
    """
    before = getattr(configuration, "__hypothesis_home_directory", None)
    configuration.set_hypothesis_home_dir(os.path.join(os.devnull, "hypothesis"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        configuration.set_hypothesis_home_dir(before)
