"""A failing input made small and readable, by a reducer that knows the domain.

Every candidate lies inside the domain and is smaller by size_of: fewer cells before nicer numbers,
different small whole numbers before repeated ones. So a tie survives only where it is the cause,
and an all-zero plane never wins over one with different values. The work is bounded by a number of
calls, which makes the outcome repeatable; seconds are only a net for slow submissions.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping

from grader.core.codec import encode
from grader.core.domain import Domain
from grader.core.expression import Expression
from grader.draw.complete import completed
from grader.draw.frames import enumerate_frames
from grader.draw.frozen import frozen
from grader.draw.order import size_of
from grader.draw.reduce import Reducer

Values = dict[str, object]


def simpler_inputs(
    domain: Domain, where: Expression | None, inputs: Mapping[str, object]
) -> Iterator[Mapping[str, object]]:
    """Give inputs of the domain that are simpler than these, those worth trying first first.

    inputs may lie outside of the domain, as an author's fixed case does. Arrays are read-only.
    """
    yield from _candidates(_reducer(domain, where), inputs)


@functools.lru_cache(maxsize=64)
def _reducer(domain: Domain, where: Expression | None) -> Reducer:
    """Give the reducer of one group; what it enumerates serves every submission."""
    return Reducer(domain, where, enumerate_frames(domain, where).valid)


def _candidates(reducer: Reducer, inputs: Mapping[str, object]) -> Iterator[Values]:
    size = size_of(inputs)
    for candidate in reducer.candidates(inputs):
        if size_of(candidate) < size:
            yield {name: frozen(value) for name, value in candidate.items()}


def shrink(
    part_domain: Domain,
    where: Expression | None,
    inputs: Mapping[str, object],
    fails: Callable[[Mapping[str, object]], bool],
    *,
    calls: int = 400,
    seconds: float = 1.0,
    clock: Callable[[], float],
) -> Mapping[str, object]:
    """Give the smallest readable input found that still fails; the given one if none is simpler.

    inputs must fail. fails is asked at most `calls` times, and not after `seconds` of the clock.
    """
    deadline = clock() + seconds
    best = {name: frozen(value) for name, value in completed(part_domain, inputs).items()}
    reducer = _reducer(part_domain, where)
    seen = {encode(best)}
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for candidate in _candidates(reducer, best):
            key = encode(candidate)
            if key in seen:
                continue
            if len(seen) > calls or clock() > deadline:
                return best
            seen.add(key)
            if fails(candidate):
                best, is_smaller = candidate, True
                break
    return best
