"""Live progress: a look into the database each half second for all who wait, told as events."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

import anyio
from anyio.abc import TaskStatus
from anyio.lowlevel import current_token
from starlette.concurrency import run_in_threadpool

from grader.service.waiting import Waiting

_LOOK_SECONDS = 0.5
_HEARTBEAT_SECONDS = 15  # a sign of life keeps proxies from closing the line
MOST_STREAMS = 6  # per person


class TooManyStreams(Exception):
    """One person has that many pages open that wait."""


class Progress:
    """Knows how far each watched submission is.

    All that is watched is looked at each half second; one alone and at once when somebody begins to
    watch it, and when a grader says that it is done.
    """

    def __init__(self, look: Callable[[Iterable[int]], Mapping[int, Waiting]]) -> None:
        self._look = look
        self._watched: Counter[int] = Counter()
        self._streams: Counter[int] = Counter()
        self._seen: dict[int, Waiting] = {}
        self._urgent: set[int] = set()
        self._hurry, self._news = anyio.Event(), anyio.Event()
        self._call_soon: Callable[..., object] | None = None
        self._is_closed = False
        self.interval_seconds = _LOOK_SECONDS

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Look, for ever; it has started when streams may listen."""
        self._hurry, self._news = anyio.Event(), anyio.Event()  # of the loop that runs this
        loop: Any = getattr(current_token(), "native_token", current_token())
        self._call_soon = loop.call_soon_threadsafe
        task_status.started()
        while True:
            await self._look_at(set(self._watched))
            with anyio.move_on_after(self.interval_seconds):
                while True:
                    await self._hurry.wait()
                    self._hurry = anyio.Event()
                    urgent, self._urgent = self._urgent, set()
                    await self._look_at(urgent & set(self._watched))

    async def _look_at(self, numbers: set[int]) -> None:
        if numbers:
            found = await run_in_threadpool(self._look, numbers)
            self._seen = {n: w for n, w in self._seen.items() if n in self._watched} | dict(found)
        self._news.set()
        self._news = anyio.Event()

    def changed(self, number: int) -> None:
        """Hear from a grader's thread that a submission is done."""
        if self._call_soon is not None and number in self._watched:
            with suppress(RuntimeError):  # the server has just stopped: nobody listens any more
                self._call_soon(self._look_soon, number)

    def _look_soon(self, number: int) -> None:
        self._urgent.add(number)
        self._hurry.set()

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        self._is_closed = True
        self._news.set()

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
        self._look_soon(number)
        try:
            yield ": here\n\n"
            while not self._is_closed:
                waiting = self._seen.get(number)
                if waiting is not None and (name := _id(waiting)) != last:
                    last = name
                    yield _event(waiting, name)
                    if waiting.is_done:
                        return
                with anyio.move_on_after(_HEARTBEAT_SECONDS) as quiet:
                    await self._news.wait()
                if quiet.cancelled_caught:
                    yield ": here\n\n"
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
