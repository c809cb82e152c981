"""What bound letters run over: positions, intervals, declared sets, sets written out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.meaning import Binder, Interval, Listed, Meaning, Positions, SetUse
from grader.formula.values import Grid, Index, SetTable

if TYPE_CHECKING:
    from grader.formula.evaluate import Evaluator


def runs(evaluator: Evaluator, binders: tuple[Binder, ...]) -> Iterator[tuple[float, ...]]:
    """Give the values of all letters together; a domain may depend on letters further out."""
    domains = [_domain(evaluator, binder) for binder in binders]
    if len(domains) == 1:
        yield from domains[0]
        return
    for chosen in product(*domains):
        evaluator.budget.left -= 1
        yield tuple(value for values in chosen for value in values)


def _domain(evaluator: Evaluator, binder: Binder) -> list[tuple[float, ...]]:
    over, count = binder.domain, len(binder.letters)
    if isinstance(over, Positions):
        size = _length(evaluator, over)
        return [(float(at),) for at in range(evaluator.base, evaluator.base + size)]
    if isinstance(over, Interval):
        low, high = evaluator.whole(over.low), evaluator.whole(over.high)
        if high - low > evaluator.budget.left:
            raise Unreadable(Kind.BUDGET, "a letter runs over too many numbers", over.at)
        return [(float(at),) for at in range(low, high + 1)]
    held = list(members(evaluator, over))
    evaluator.budget.left -= len(held)
    if any(len(member) != count for member in held):
        what = f"the set has members of {len(held[0])} numbers, {count} letters stand there"
        raise Unreadable(Kind.TYPE, what, over.at, "write (p,q) for pairs")
    return held


def _length(evaluator: Evaluator, over: Positions) -> int:
    if over.length:
        held = evaluator.held[over.length]
        assert isinstance(held, float)
        return int(held)
    sizes: dict[int, str] = {}
    for symbol, axis in over.places:
        held = evaluator.held[symbol.name]
        assert isinstance(held, (Grid, SetTable))
        sizes.setdefault(held.shape[axis], symbol.shown)
    if len(sizes) > 1:
        of = " and ".join(f"of {shown}" for shown in list(sizes.values())[:2])
        what = f"{quoted(over.shown)} is an index of different lengths ({of})"
        raise Unreadable(Kind.RANGE, what, over.at, "give its limits, or take two letters")
    return next(iter(sizes))


def members(evaluator: Evaluator, over: Meaning) -> Iterator[tuple[float, ...]]:
    if isinstance(over, SetUse):
        held = evaluator.held[over.symbol.name]
        assert isinstance(held, SetTable)
        index = evaluator.index(over.arguments)
        if index not in held.sets:
            what = f"{over.symbol.shown} has no set for {_shown(index, evaluator.base)}"
            raise Unreadable(Kind.OUTSIDE, what, over.at)
        base = evaluator.base
        for member in held.sets[index]:
            yield tuple(float(at + base) for at in member)
        return
    assert isinstance(over, Listed), "resolve gives sets only"
    for node in over.members:
        value = evaluator.value(node)
        if isinstance(value, Grid):
            raise Unreadable(Kind.TYPE, "a set of arrays", node.at)
        yield value if isinstance(value, tuple) else (value,)


def _shown(index: Index, base: int) -> str:
    return "(" + ", ".join(str(at + base) for at in index) + ")"
