"""The scalars of an input and the shapes they give its arrays, enumerated before anything is drawn.

Enumerating instead of rejecting is what makes narrow groups cheap: `stride < kernel` leaves 57 of
231 combinations, and each of them can be visited on purpose.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations

from grader.core.domain import ArrayDraw, ChoiceDraw, Domain, NumberDraw, Scalar, TextDraw
from grader.core.expression import DrawError, Expression
from grader.draw.elements import bounds_of, check_elements

#: arrays of one input together; a corpus of 500 such inputs is still only 64 MB
MAX_CELLS = 16_384
_MOST_COMBINATIONS = 20_000
_MOST_VALUES = 16
_RANDOM_COMBINATIONS = 1000
_LONGEST_TEXT = 200
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One valid combination of scalars, with the shape of every array under it."""

    scalars: Mapping[str, Scalar]
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def cells(self) -> int:
        """Give the cells of all arrays together."""
        return sum(math.prod(shape) for shape in self.shapes.values())

    @property
    def magnitude(self) -> float:
        """Give the sum of the numbers, which orders frames of equally many cells."""
        return sum(abs(v) for v in self.scalars.values() if not isinstance(v, str))


@dataclass(slots=True)
class Frames:
    """What an enumeration found: valid frames, smallest first, and why others were refused."""

    valid: list[Frame] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    is_complete: bool = True

    def why_empty(self) -> str:
        """Tell the commonest reason for refusing a combination."""
        reasons = self.refused.most_common(1)
        return reasons[0][0] if reasons else "its domain declares nothing"


class _TooMany(Exception):
    """The enumeration is larger than its budget."""


def enumerate_frames(domain: Domain, where: Expression | None, *, seed: int = 0) -> Frames:
    """Give every valid combination of scalars, or a bounded sample with every lowest and highest.

    Wide ranges are thinned to their ends, the numbers the condition names, and evenly spaced
    values between; random combinations then make up for what thinning left out.
    """
    named = _named_numbers(where)
    is_complete = not any(len(values) > _MOST_VALUES for values in _ranges(domain))
    for most in (_MOST_VALUES, 8, 5, 3, 2):
        found = Frames(is_complete=is_complete)
        try:
            _walk(domain, where, found, lambda values, most=most: _thin(values, most, named))
            break
        except _TooMany:
            is_complete = found.is_complete = False
    if not is_complete:
        rng = random.Random(seed)
        for _ in range(_RANDOM_COMBINATIONS):
            _walk(domain, where, found, lambda values: [rng.choice(values)] if values else [])
        found.valid = list({_identity(frame): frame for frame in found.valid}.values())
    found.valid.sort(key=lambda frame: (frame.cells, frame.magnitude))
    return found


def _identity(frame: Frame) -> str:
    return repr(sorted(frame.scalars.items()))


def _ranges(domain: Domain) -> Iterator[range]:
    """Give the ranges of whole numbers whose bounds do not depend on others."""
    for declaration in domain:
        draw = declaration.draw
        if isinstance(draw, NumberDraw) and draw.is_int and not (draw.low.names or draw.high.names):
            yield range(draw.low.whole({}), draw.high.whole({}) + 1)


def _named_numbers(where: Expression | None) -> frozenset[int]:
    numbers = re.findall(r"\d{1,9}", where.text) if where else []
    return frozenset(int(number) + off for number in numbers for off in (-1, 0, 1))


_Pick = Callable[..., Iterable[Scalar]]


def _walk(domain: Domain, where: Expression | None, found: Frames, pick: _Pick) -> None:
    """Visit the combinations depth first and file each as valid or refused."""
    declarations = list(domain)
    budget = _MOST_COMBINATIONS

    def visit(at: int, scalars: dict[str, Scalar], shapes: dict[str, tuple[int, ...]]) -> None:
        nonlocal budget
        if at == len(declarations):
            budget -= 1
            if budget < 0:
                raise _TooMany
            _finish(where, found, scalars, shapes)
            return
        name, draw = declarations[at].name, declarations[at].draw
        try:
            if isinstance(draw, ArrayDraw):
                shape = _shape_of(name, draw, scalars)
                visit(at + 1, scalars, {**shapes, name: shape})
                return
            values = _values(name, draw, scalars)
        except DrawError as error:
            found.refused[str(error)] += 1
            return
        for value in pick(values):
            visit(at + 1, {**scalars, name: value}, shapes)

    visit(0, {}, {})


def frame_of(
    domain: Domain, where: Expression | None, scalars: Mapping[str, object]
) -> Frame | None:
    """Give the frame of given scalars, or None when the domain or the condition refuses them."""
    kept: dict[str, Scalar] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    try:
        for declaration in domain:
            name, draw = declaration.name, declaration.draw
            if isinstance(draw, ArrayDraw):
                shapes[name] = _shape_of(name, draw, kept)
                continue
            value = scalars[name]
            if not isinstance(value, int | float | str) or not _is_drawable(draw, kept, value):
                return None
            kept[name] = value
        if where is not None and not where.holds(kept):
            return None
    except DrawError:
        return None
    frame = Frame(scalars=kept, shapes=shapes)
    return frame if frame.cells <= MAX_CELLS else None


def _is_drawable(
    draw: NumberDraw | ChoiceDraw | TextDraw, scalars: Mapping[str, object], value: Scalar
) -> bool:
    if isinstance(draw, ChoiceDraw):
        return any(value == option and type(value) is type(option) for option in draw.options)
    if isinstance(draw, TextDraw):
        low, high = draw.low.whole(scalars), draw.high.whole(scalars)
        return isinstance(value, str) and low <= len(value) <= high
    if isinstance(value, str | bool) or (draw.is_int and not isinstance(value, int)):
        return False
    least, most = draw.low.evaluate(scalars), draw.high.evaluate(scalars)
    return bool(least <= value <= most)  # type: ignore[operator]  # numbers: the walk refused others


def _finish(
    where: Expression | None,
    found: Frames,
    scalars: dict[str, Scalar],
    shapes: dict[str, tuple[int, ...]],
) -> None:
    frame = Frame(scalars=scalars, shapes=shapes)
    if frame.cells > MAX_CELLS:
        found.refused[f"its arrays have {frame.cells} cells; at most {MAX_CELLS}"] += 1
        return
    try:
        holds = where is None or where.holds(scalars)
    except DrawError as error:
        found.refused[str(error)] += 1
        return
    if holds:
        found.valid.append(frame)
    else:
        found.refused[f"{where.text if where else ''!r} is false for every draw"] += 1


def _shape_of(name: str, draw: ArrayDraw, scalars: Mapping[str, object]) -> tuple[int, ...]:
    shape = draw.sizes(scalars)
    if math.prod(shape) <= MAX_CELLS:  # larger ones are refused when the frame is finished
        check_elements(name, draw, math.prod(shape), bounds_of(draw, scalars))
    return shape


def _values(
    name: str, draw: NumberDraw | ChoiceDraw | TextDraw, scalars: Mapping[str, object]
) -> range | tuple[Scalar, ...]:
    """Give the values a scalar may take, lowest first; DrawError when there is none."""
    if isinstance(draw, ChoiceDraw):
        return draw.options
    if isinstance(draw, NumberDraw) and not draw.is_int:
        return _floats_between(name, draw, scalars)
    low, high = draw.low.whole(scalars), draw.high.whole(scalars)
    if low > high:
        raise DrawError(f"{name!r} is empty: {draw.low.text} is {low}, above {high}")
    if isinstance(draw, NumberDraw):
        return range(low, high + 1)
    if low < 0 or high > _LONGEST_TEXT:
        raise DrawError(f"{name!r} is text of {low}..{high} letters; use 0..{_LONGEST_TEXT}")
    lengths = _thin(range(low, high + 1), 4, frozenset())
    texts = (text for size in lengths for text in _texts(int(size)))
    return tuple(dict.fromkeys(texts))


def _texts(size: int) -> Iterator[str]:
    alphabet = (_LETTERS * (size // 26 + 1))[:size]
    yield from (alphabet, alphabet[::-1], "a" * size, ("ba" * size)[:size])


def _floats_between(
    name: str, draw: NumberDraw, scalars: Mapping[str, object]
) -> tuple[Scalar, ...]:
    """Give the bounds, the small whole numbers between them, and dyadic fractions of the range."""
    low, high = draw.low.evaluate(scalars), draw.high.evaluate(scalars)
    if isinstance(low, str) or isinstance(high, str):
        raise DrawError(f"{name!r} has a bound that is no number")
    first, last = float(low), float(high)  # type: ignore[arg-type]  # int or float by the grammar
    if not (math.isfinite(first) and math.isfinite(last)) or first > last:
        raise DrawError(f"{name!r} is empty: {draw.low.text} is {first}, above {last}")
    wholes = [float(v) for v in (-2, -1, 0, 1, 2) if first <= v <= last]
    step = 2.0 ** math.floor(math.log2((last - first) / 4)) if last > first else 1.0
    grid = [math.ceil(first / step) * step + k * step for k in range(9)]
    inside = {v for v in (*grid, *wholes) if first <= v <= last}
    return tuple(sorted({first, last, *inside}))


def _thin(values: range | tuple[Scalar, ...], most: int, named: frozenset[int]) -> list[Scalar]:
    """Keep the ends, the second, the named ones, and evenly spaced others: about most of them."""
    if len(values) <= most:
        return list(values)
    gap = (len(values) - 1) / (most - 1)
    places = {0, len(values) - 1, *(round(gap * k) for k in range(most))} | (
        {1} if most > 2 else set()
    )
    kept: set[Scalar] = {values[at] for at in places}
    kept |= {number for number in named if number in values}
    return sorted(kept) if isinstance(values, range) else [v for v in values if v in kept]


def smallest_of_each(frames: list[Frame]) -> list[Frame]:
    """Give, of frames in order of size, the first to show each pair of scalar values.

    These are few and differ from each other: the smallest batch, the smallest larger window, ….
    """
    seen: set[tuple[tuple[str, Scalar], ...]] = set()
    chosen: list[Frame] = []
    for frame in frames:
        scalars = list(frame.scalars.items())
        new = {*combinations(scalars, min(2, len(scalars)))} - seen
        if new or not chosen:
            chosen.append(frame)
            seen |= new
    return chosen


def spread(frames: list[Frame], count: int, rng: random.Random) -> list[Frame]:
    """Choose count frames: all of them, again and again, or a sample covering pairs and triples.

    A sample takes first whatever shows a new pair of scalar values, then a new triple.
    """
    if not frames:
        return []
    shuffled = frames[:]
    rng.shuffle(shuffled)
    if len(frames) <= count:
        return [shuffled[at % len(frames)] for at in range(count)]
    chosen: dict[int, Frame] = {}
    for width in (1, 2, 3):
        seen: set[tuple[tuple[str, Scalar], ...]] = set()
        for at, frame in enumerate(shuffled):
            new = set(combinations(frame.scalars.items(), width)) - seen
            if at in chosen or (new and len(chosen) < count):
                chosen[at] = frame
                seen |= new
    for at, frame in enumerate(shuffled):
        if len(chosen) >= count:
            break
        chosen.setdefault(at, frame)
    return list(chosen.values())[:count]
