"""A failing input made small and readable, by a reducer that knows the domain.

Every candidate lies inside the domain and is smaller by size_of: fewer cells before nicer numbers,
different small whole numbers before repeated ones. So a tie survives only where it is the cause,
and an all-zero plane never wins over one with different values. The work is bounded by a number of
calls, which makes the outcome repeatable; seconds are only a net for slow submissions.

What is simpler than an input does not depend on who fails on it: the candidates are kept, since the
next submission of a class often fails on the same case.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from grader.core.codec import encode
from grader.core.domain import Domain
from grader.core.expression import Expression
from grader.draw.complete import completed
from grader.draw.frames import enumerate_frames
from grader.draw.frozen import frozen
from grader.draw.order import size_of
from grader.draw.reduce import Reducer

#: candidates are tried some at a time, because a call alone costs more than a call among others;
#: few at first: the next success is often near
_FIRST_TRIED, _MOST_TRIED = 4, 32
_MOST_KEPT = 8_000


class Candidate(NamedTuple):
    """A simpler input, and what tells it from others."""

    key: bytes
    inputs: Mapping[str, object]


#: gives the position of the first candidate that fails, or None
FirstFailing = Callable[[Sequence[Candidate]], int | None]


class Shrinker:
    """Makes failing inputs of one domain and condition smaller; serves many submissions at once."""

    def __init__(self, domain: Domain, where: Expression | None) -> None:
        self._domain = domain
        self._reducer = Reducer(domain, where, enumerate_frames(domain, where).valid)
        self._lock = threading.Lock()
        self._kept: dict[bytes, _Candidates] = {}

    def simpler(self, inputs: Mapping[str, object]) -> Iterator[Candidate]:
        """Give inputs of the domain that are simpler than these, those worth trying first first.

        inputs may lie outside of the domain, as an author's fixed case does. Arrays are read-only.
        """
        known = self._known(inputs)
        at = 0
        while True:
            with self._lock:
                more = known.get(at, at + _FIRST_TRIED)
            if not more:
                return
            yield from more
            at += len(more)

    def _known(self, inputs: Mapping[str, object]) -> _Candidates:
        key = encode(dict(inputs))
        with self._lock:
            if key not in self._kept:
                if sum(len(known.made) for known in self._kept.values()) > _MOST_KEPT:
                    self._kept.clear()
                self._kept[key] = _Candidates(self._reducer, inputs)
            return self._kept[key]

    def shrink(
        self,
        inputs: Mapping[str, object],
        first_failing: FirstFailing,
        *,
        calls: int = 400,
        seconds: float = 1.0,
        clock: Callable[[], float],
    ) -> Mapping[str, object]:
        """Give the smallest readable input found that still fails; this one if none is simpler.

        inputs must fail. first_failing is asked of at most `calls` candidates in all, and not after
        `seconds` of the clock.
        """
        deadline = clock() + seconds
        best: Mapping[str, object] = {
            name: frozen(value) for name, value in completed(self._domain, inputs).items()
        }
        seen = {encode(dict(best))}
        is_smaller = True
        while is_smaller:
            is_smaller = False
            unseen = (found for found in self.simpler(best) if found.key not in seen)
            size = _FIRST_TRIED
            while tried := list(islice(unseen, min(size, calls - len(seen) + 1))):
                if clock() > deadline:
                    return best
                at = first_failing(tried)
                seen.update(candidate.key for candidate in tried[: None if at is None else at + 1])
                if at is not None:
                    best, is_smaller = tried[at].inputs, True
                    break
                size = min(2 * size, _MOST_TRIED)
        return best


class _Candidates:
    """The candidates of one input, made as far as they were asked for."""

    def __init__(self, reducer: Reducer, inputs: Mapping[str, object]) -> None:
        self.made: list[Candidate] = []
        self._rest = _distinct(reducer, inputs)

    def get(self, start: int, end: int) -> list[Candidate]:
        self.made.extend(islice(self._rest, max(end - len(self.made), 0)))
        return self.made[start:end]


def _distinct(reducer: Reducer, inputs: Mapping[str, object]) -> Iterator[Candidate]:
    size = size_of(inputs)
    seen = set()
    for made in reducer.candidates(inputs):
        if size_of(made) < size:
            candidate = {name: frozen(value) for name, value in made.items()}
            key = encode(candidate)
            if key not in seen:
                seen.add(key)
                yield Candidate(key, candidate)


@functools.lru_cache(maxsize=64)
def shrinker_of(domain: Domain, where: Expression | None) -> Shrinker:
    """Give the shrinker of one group: what it enumerates serves every submission."""
    return Shrinker(domain, where)
