"""A failing input made small and readable, by a reducer that knows the domain.

Every candidate lies inside the domain and is smaller by size_of: fewer cells before nicer numbers,
different small whole numbers before repeated ones. So a tie survives only where it is the cause,
and an all-zero plane never wins over one with different values. Where the size of the right answer
is known it counts too, which prefers one window to several. The work is bounded by a number of
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

import numpy as np

from grader.core.codec import encode
from grader.core.domain import Domain
from grader.core.expression import Expression
from grader.draw.complete import completed
from grader.draw.frames import enumerate_frames
from grader.draw.frozen import frozen
from grader.draw.order import AnswerCells, Size, no_answer_cells, size_of
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


def _any(candidate: Candidate) -> bool:
    return True


class Shrinker:
    """Makes failing inputs of one domain and condition smaller; serves many submissions at once.

    answer_cells may be asked of any input of the domain; it is taken to depend on the scalars and
    the shapes only, and asked once for each of those.
    """

    def __init__(
        self,
        domain: Domain,
        where: Expression | None,
        answer_cells: AnswerCells = no_answer_cells,
    ) -> None:
        self._domain = domain
        self._ask_answer_cells = answer_cells
        self._known_cells: dict[tuple[object, ...], int] = {}
        frames = enumerate_frames(domain, where).valid
        self._reducer = Reducer(domain, where, frames, self._answer_cells)
        self._lock = threading.Lock()
        self._kept: dict[bytes, _Candidates] = {}

    def size_of(self, inputs: Mapping[str, object]) -> Size:
        """Give the sort key of inputs, the cells of the right answer included."""
        return size_of(inputs, self._answer_cells)

    def _answer_cells(self, inputs: Mapping[str, object]) -> int:
        key = tuple(v.shape if isinstance(v, np.ndarray) else v for v in inputs.values())
        if key not in self._known_cells:
            self._known_cells[key] = self._ask_answer_cells(inputs)
        return self._known_cells[key]

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
                self._kept[key] = _Candidates(_distinct(self._reducer, inputs, self.size_of))
            return self._kept[key]

    def shrink(
        self,
        inputs: Mapping[str, object],
        first_failing: FirstFailing,
        *,
        calls: int = 400,
        seconds: float = 1.0,
        clock: Callable[[], float],
        is_wanted: Callable[[Candidate], bool] = _any,
    ) -> Mapping[str, object]:
        """Give the smallest readable input found that still fails; this one if none is simpler.

        inputs must fail. first_failing is asked of at most `calls` candidates in all, and not after
        `seconds` of the clock; candidates that are not wanted are passed over.
        """
        deadline = clock() + seconds
        best: Mapping[str, object] = {
            name: frozen(value) for name, value in completed(self._domain, inputs).items()
        }
        seen = {encode(dict(best))}
        is_smaller = True
        while is_smaller:
            is_smaller = False
            unseen = (
                found for found in self.simpler(best) if found.key not in seen and is_wanted(found)
            )
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

    def __init__(self, rest: Iterator[Candidate]) -> None:
        self.made: list[Candidate] = []
        self._rest = rest

    def get(self, start: int, end: int) -> list[Candidate]:
        self.made.extend(islice(self._rest, max(end - len(self.made), 0)))
        return self.made[start:end]


def _distinct(
    reducer: Reducer, inputs: Mapping[str, object], measure: Callable[[Mapping[str, object]], Size]
) -> Iterator[Candidate]:
    size = measure(inputs)
    seen = set()
    for made in reducer.candidates(inputs):
        if measure(made) < size:
            candidate = {name: frozen(value) for name, value in made.items()}
            key = encode(candidate)
            if key not in seen:
                seen.add(key)
                yield Candidate(key, candidate)


@functools.lru_cache(maxsize=64)
def shrinker_of(domain: Domain, where: Expression | None) -> Shrinker:
    """Give a shrinker by the inputs alone: what it enumerates serves every submission."""
    return Shrinker(domain, where)
