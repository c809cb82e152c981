"""The tree of meaning: every name is an element of an array, a bound letter, a set, …"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """Something the question declares. name is its key in the values of an instance.

    rank: number of indices; of a set, number of arguments. shown: how messages write it.
    """

    name: str
    rank: int
    shown: str
    is_set: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A piece of a formula that can be evaluated; at is its offset in the text."""

    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Meaning):
    """A number."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter(Meaning):
    """A bound letter; each binding has a number of its own, so letters may shadow each other."""

    number: int
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Element(Meaning):
    """An array at some indices; a number of the question has none."""

    symbol: Symbol
    indices: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Meaning):
    """An array without indices."""

    symbol: Symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked(Meaning):
    """An element of something computed: (W^T d)_j."""

    base: Meaning
    indices: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUse(Meaning):
    """A declared set, at its arguments."""

    symbol: Symbol
    arguments: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Meaning):
    """A set of numbers or pairs written out."""

    members: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval(Meaning):
    """The whole numbers from low to high, both included."""

    low: Meaning
    high: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions(Meaning):
    """What a letter runs over by where it stands: axes of arrays and sets, or a declared length."""

    places: tuple[tuple[Symbol, int], ...]
    length: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Meaning):
    """Arithmetic: + neg * / . @ ^ transpose truth abs floor ceil sqrt, or max, min of a list."""

    sign: str
    parts: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied(Meaning):
    """A function that the room knows, of one argument."""

    name: str
    argument: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Meaning):
    """A chain of comparisons and memberships."""

    members: tuple[Meaning, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Junction(Meaning):
    """Conditions under 'and', 'or', or one under 'not'."""

    sign: str
    parts: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binder(Meaning):
    """Letters that run together over a domain: an interval, a set, or what positions say."""

    letters: tuple[Letter, ...]
    domain: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold(Meaning):
    """sum, prod, max, min, argmax, argmin of body where the conditions hold.

    Of several maxima the first counts, in the order in which the letters run.
    """

    sign: str
    binders: tuple[Binder, ...]
    conditions: tuple[Meaning, ...]
    body: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Meaning):
    """Cases: conditions[n] guards values[n]."""

    conditions: tuple[Meaning, ...]
    values: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair(Meaning):
    """Two or more values in round brackets."""

    parts: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Meaning):
    """One component of a pair."""

    pair: Meaning
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Let(Meaning):
    """A definition of the learner's at the arguments it is used with."""

    letters: tuple[Letter, ...]
    values: tuple[Meaning, ...]
    body: Meaning


CONDITIONS = (Comparison, Junction)


def inside(meaning: Meaning) -> Iterator[Meaning]:
    """Give a meaning and everything inside of it."""
    yield meaning
    for part in fields(meaning):
        value = getattr(meaning, part.name)
        if isinstance(value, Meaning):
            yield from inside(value)
        elif isinstance(value, tuple):
            for item in value:
                if isinstance(item, Meaning):
                    yield from inside(item)


def places_of(number: int, meanings: tuple[Meaning, ...]) -> tuple[tuple[Symbol, int], ...]:
    """Give the axes at which a letter stands by itself, through definitions as well."""
    found: dict[tuple[Symbol, int], None] = {}
    for meaning in meanings:
        for piece in inside(meaning):
            if isinstance(piece, (Element, SetUse)):
                held = piece.indices if isinstance(piece, Element) else piece.arguments
                for axis, index in enumerate(held):
                    if isinstance(index, Letter) and index.number == number:
                        found[(piece.symbol, axis)] = None
            elif isinstance(piece, Let):
                for letter, value in zip(piece.letters, piece.values, strict=True):
                    if isinstance(value, Letter) and value.number == number:
                        found.update(dict.fromkeys(places_of(letter.number, (piece.body,))))
    return tuple(found)
