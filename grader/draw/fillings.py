"""Readable arrays of one shape: what tiny inputs are enumerated from and failures are shrunk to.

Everything here is deterministic and small whole numbers come first. A filling is a palette (which
values) and an arrangement (which cell gets which); what the words of the draw forbid is dropped.
"""

from __future__ import annotations

import functools
import math
import random
from collections.abc import Iterator
from itertools import islice, permutations, product

import numpy as np

from grader.core.domain import ArrayDraw, Word
from grader.draw.elements import (
    Array,
    Bounds,
    Palette,
    distinct_palettes,
    dtype_of,
    is_inside,
    specials,
    tied_palettes,
    wide_palette,
)

Shape = tuple[int, ...]
_ENUMERATED_CELLS = 4  # 24 permutations, 16 patterns of two values
_PLAIN_FIRST = 8  # arrangements of 1..n before other values


@functools.lru_cache(maxsize=4096)
def fillings(draw: ArrayDraw, shape: Shape, bounds: Bounds, *, most: int = 32) -> tuple[Array, ...]:
    """Give different arrays inside the draw, the most readable first; one if the shape is empty.

    They are read-only and kept: every failure that is made small looks through the same few frames.
    """
    found: dict[bytes, Array] = {}
    for values in _pool(draw, shape, bounds):
        array = np.array(values, dtype=np.float64).astype(dtype_of(draw)).reshape(shape)
        if is_inside(draw, bounds, array):
            array.flags.writeable = False
            found.setdefault(array.tobytes(), array)
        if len(found) >= most:
            break
    return tuple(found.values())


def _pool(draw: ArrayDraw, shape: Shape, bounds: Bounds) -> Iterator[list[float]]:
    count = math.prod(shape)
    if count == 0:
        yield []
    elif Word.UNIT_ROWS in draw.words:
        yield from _unit_rows(shape)
    elif specials(draw):
        yield from _with_specials(draw, shape, bounds)
    else:
        yield from _finite(draw, shape, bounds)


def _finite(draw: ArrayDraw, shape: Shape, bounds: Bounds) -> Iterator[list[float]]:
    """Interleave what the words ask for; without a word, distinct, signed and tied values."""
    count = math.prod(shape)
    if Word.TIES in draw.words:
        yield from _tied(draw, shape, bounds)
    elif Word.DISTINCT in draw.words:
        yield from _distinct(draw, shape, bounds)
    elif count == 1:
        palette = wide_palette(draw, bounds)
        first = [v for v in (2.0, -3.0, 1.0, -1.0, 0.0) if v in palette]
        yield from ([v] for v in first or palette)
    else:
        kinds = [_signed(draw, shape, bounds), _distinct(draw, shape, bounds)]
        yield from _in_turn([*kinds, _tied(draw, shape, bounds)])


def _in_turn(sources: list[Iterator[list[float]]]) -> Iterator[list[float]]:
    while sources:
        for source in sources[:]:
            value = next(source, None)
            if value is None:
                sources.remove(source)
            else:
                yield value


def arrangements(shape: Shape) -> Iterator[tuple[int, ...]]:
    """Give orders of the cells: ascending first; all of them for up to four cells."""
    count = math.prod(shape)
    ascending = tuple(range(count))
    yield ascending
    if count <= _ENUMERATED_CELLS:
        yield from permutations(ascending)
        return
    yield ascending[::-1]
    yield tuple(int(v) for v in np.arange(count).reshape(shape[::-1]).T.ravel())
    yield (*ascending[1:], 0)
    yield (count - 1, *ascending[:-1])
    middle = count // 2
    yield (*ascending[:middle], count - 1, *ascending[middle:-1])
    yield (*ascending[::2], *ascending[1::2])
    rng = random.Random(count)  # a fixed seed: the same few shuffles everywhere
    for _ in range(24):
        yield tuple(rng.sample(ascending, count))


def _distinct(draw: ArrayDraw, shape: Shape, bounds: Bounds) -> Iterator[list[float]]:
    palettes = distinct_palettes(draw, bounds, math.prod(shape))
    sources = [_placed(palette, shape) for palette in palettes]
    for source in sources[:1]:
        yield from islice(source, _PLAIN_FIRST)
    yield from _in_turn(sources)


def _placed(palette: Palette, shape: Shape) -> Iterator[list[float]]:
    for order in arrangements(shape):
        yield [palette[at] for at in order]


def _signed(draw: ArrayDraw, shape: Shape, bounds: Bounds) -> Iterator[list[float]]:
    """Give distinct values whose signs alternate, when the draw has both signs."""
    if wide_palette(draw, bounds)[0] >= 0:
        return
    for order in arrangements(shape):
        yield [float(at + 1) * (-1.0 if at % 2 else 1.0) for at in order]


def _tied(draw: ArrayDraw, shape: Shape, bounds: Bounds) -> Iterator[list[float]]:
    """Give few-valued arrays; for up to four cells every pattern of two values."""
    count = math.prod(shape)
    palettes = tied_palettes(draw, bounds)
    if count <= _ENUMERATED_CELLS:
        patterns = [_patterns(palette, count) for palette in palettes]
    else:
        patterns = [_few_valued(palette, shape) for palette in palettes]
    yield from _in_turn([_tops_repeated(draw, shape, bounds), *patterns])


def _patterns(palette: Palette, count: int) -> Iterator[list[float]]:
    """Give every pattern of the palette, those with many high cells first."""
    ranked = sorted(product(range(len(palette)), repeat=count), key=lambda at: (-sum(at), at))
    yield from ([palette[at] for at in places] for places in ranked)


def _tops_repeated(draw: ArrayDraw, shape: Shape, bounds: Bounds) -> Iterator[list[float]]:
    """Give ascending values of which the highest stands twice: the smallest tie that decides."""
    count = math.prod(shape)
    palettes = distinct_palettes(draw, bounds, count - 1) if count > 1 else []
    for palette in palettes[:1]:
        for order in arrangements(shape):
            yield [palette[min(at, count - 2)] for at in order]


def _few_valued(palette: Palette, shape: Shape) -> Iterator[list[float]]:
    """Give a constant, blocks, a chequerboard and shuffled halves of the palette."""
    count, kinds = math.prod(shape), len(palette)
    places = np.indices(shape).reshape(len(shape), -1)
    yield [palette[-1]] * count
    if kinds > 1:
        for index in ((places // 2).sum(axis=0), places.sum(axis=0), places[-1], places[-1] // 2):
            yield [palette[int(at) % kinds] for at in index]
    for order in arrangements(shape):
        yield [palette[at % kinds] for at in order]


def _unit_rows(shape: Shape) -> Iterator[list[float]]:
    """Give one-hot rows with the one at every place, then rows of dyadic shares."""
    width, rows = shape[-1], math.prod(shape[:-1])
    if not width:
        return
    for first in range(width):
        yield [float(at == (first + row) % width) for row in range(rows) for at in range(width)]
    size = 1 << (2 * width - 1).bit_length()
    for first in range(width):
        rest = (width - 1) / size
        shares = [1.0 - rest if at == first else 1.0 / size for at in range(width)]
        yield shares * rows


def _with_specials(draw: ArrayDraw, shape: Shape, bounds: Bounds) -> Iterator[list[float]]:
    """Give readable arrays with one special value, at every place in turn."""
    count, kinds = math.prod(shape), specials(draw)
    base = next(_finite(draw, shape, bounds), [])
    for at in range(count):
        for special in kinds:
            yield [*base[:at], special, *base[at + 1 :]]
    yield base
    yield [kinds[0]] * count
