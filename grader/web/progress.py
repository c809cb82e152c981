"""Live progress: one look into the database each half second for all who wait, told as events."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

import anyio
from starlette.concurrency import run_in_threadpool

from grader.service.waiting import Waiting

_LOOK_SECONDS = 0.5
_HEARTBEAT_LOOKS = 30  # a sign of life each 15 s keeps proxies from closing the line
MOST_STREAMS = 6  # per person


class TooManyStreams(Exception):
    """One person has that many pages open that wait."""


class Progress:
    """Knows how far each watched submission is."""

    def __init__(self, look: Callable[[Iterable[int]], Mapping[int, Waiting]]) -> None:
        self._look = look
        self._watched: Counter[int] = Counter()
        self._streams: Counter[int] = Counter()
        self._seen: Mapping[int, Waiting] = {}
        self._is_closed = False
        self.interval_seconds = _LOOK_SECONDS

    async def run(self) -> None:
        """Look, for ever."""
        while True:
            if watched := list(self._watched):
                self._seen = await run_in_threadpool(self._look, watched)
            await anyio.sleep(self.interval_seconds)

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._is_closed = True

    def stream(self, person: int, number: int, last: str) -> AsyncIterator[str]:
        """Give the events of one submission until it is done; last: id of the last event heard.

        TooManyStreams when the person has many open already.
        """
        if self._streams[person] >= MOST_STREAMS:
            raise TooManyStreams
        return self._events(person, number, last)

    async def _events(self, person: int, number: int, last: str) -> AsyncIterator[str]:
        self._watched[number] += 1
        self._streams[person] += 1
        looks = 0
        try:
            while not self._is_closed:
                waiting = self._seen.get(number)
                if waiting is not None and (name := _id(waiting)) != last:
                    last = name
                    yield _event(waiting, name)
                    if waiting.is_done:
                        return
                elif looks % _HEARTBEAT_LOOKS == 0:
                    yield ": here\n\n"
                looks += 1
                await anyio.sleep(self.interval_seconds)
        finally:
            _decrease(self._watched, number)
            _decrease(self._streams, person)


def _decrease(counts: Counter[int], key: int) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]


def _id(waiting: Waiting) -> str:
    return f"{waiting.state}-{waiting.ahead}"


def _event(waiting: Waiting, name: str) -> str:
    told = {"state": waiting.state, "ahead": waiting.ahead, "seconds": waiting.seconds}
    return f"id: {name}\nevent: progress\ndata: {json.dumps(told)}\n\n"
