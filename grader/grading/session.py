"""One submission in its workers: calls in, answers out, whatever the calls do to the process.

Theory of operation. One worker serves all groups. When a call kills it (time, memory, crash), the
next call gets a new one, so that the groups that do not meet the fault keep their results. Calls of
one group travel in batches, as many as take some hundredths of a second by the pace so far. A batch
that does not come back tells nothing about which call is to blame: its calls are made again, one by
one, in a new worker, and so are all later ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType

from grader.core.call import Failed, Loaded, Program, Returned
from grader.core.limits import Limits
from grader.sandbox import Awaited, Sandbox, Worker
from grader.sandbox.channel import IDLE_SECONDS

_MOST_WORKERS = 12
_FIRST_BATCH, _LARGEST_BATCH = 16, 64
_BATCH_SECONDS = 0.05
#: CPU time after which a batch is given up; an endless loop costs this and then its own limit
_BATCH_LIMIT_SECONDS = 0.3
_BATCH_BYTES = 1 << 18


class Session:
    """A submission in its worker; a new worker is opened when the old one was killed."""

    def __init__(self, sandbox: Sandbox, program: Program, limits: Limits) -> None:
        self._sandbox, self._program, self._limits = sandbox, program, limits
        self._worker: Worker | None = sandbox.open(program, limits)
        self._opened = 1
        self._spent_seconds = 0.0
        self._idle_seconds = 0.0
        self.loaded: Loaded | Failed = self._worker.loaded
        self._last_failure: Failed | None = None
        # a limit below that of a batch would be overrun by it
        self._batch = _FIRST_BATCH if limits.cpu_seconds >= _BATCH_LIMIT_SECONDS else 1

    def ask(self, request: bytes) -> Returned | Failed:
        """Make one call; after a fatal one the next call goes to a new worker, a few times."""
        worker = self._living_worker()
        if isinstance(worker, Failed):
            return worker
        result = worker.call(request)
        if isinstance(result, Failed) and not worker.is_alive:
            self._last_failure = result
        return result

    def ask_all(
        self, requests: Sequence[bytes], awaited: Sequence[Awaited] = ()
    ) -> Iterator[Returned | Failed]:
        """Make several calls, in order; what they print is not kept.

        awaited: for each request the answer that is recognised by its bytes, or None.
        """
        at = 0
        while at < len(requests):
            end, answers = at + self._batch, []
            if self._batch > 1:
                answers = self._ask_some(requests[at:end], awaited[at:end])
            if not answers:
                answers = [self.ask(requests[at])]
            yield from answers
            at += len(answers)

    def _ask_some(
        self, requests: Sequence[bytes], awaited: Sequence[Awaited]
    ) -> list[Returned | Failed]:
        """Make the calls of a batch, and set the size of the next; nothing when it was given up."""
        worker = self._living_worker()
        if isinstance(worker, Failed):
            return [worker]
        size = 0
        for count, request in enumerate(requests):
            size += len(request)
            if size > _BATCH_BYTES:
                requests = requests[: max(count, 1)]
                break
        before = worker.cpu_seconds
        answers = worker.call_batch(requests, _BATCH_LIMIT_SECONDS, awaited)
        if not answers:
            self._batch = 1
            return []
        seconds_each = max((worker.cpu_seconds - before) / len(answers), 1e-6)
        self._batch = max(1, min(int(_BATCH_SECONDS / seconds_each), _LARGEST_BATCH))
        return answers

    def _living_worker(self) -> Worker | Failed:
        """Give a worker that takes a call, or why there is none any more."""
        if self._worker is None or not self._worker.is_alive:
            self.close()
            is_spent = self.cpu_seconds >= self._limits.total_cpu_seconds
            # a sleeper would cost what one worker may idle away in each of twelve
            is_spent = is_spent or self._idle_seconds >= IDLE_SECONDS
            if self._last_failure is not None and (self._opened >= _MOST_WORKERS or is_spent):
                return self._last_failure
            self._worker = self._sandbox.open(self._program, self._limits)
            self._opened += 1
        if isinstance(self._worker.loaded, Failed):
            return self._worker.loaded
        return self._worker

    @property
    def sandbox(self) -> Sandbox:
        """Give what its workers come from."""
        return self._sandbox

    @property
    def cpu_seconds(self) -> float:
        """Give the CPU time of all workers of this submission so far."""
        return self._spent_seconds + (self._worker.cpu_seconds if self._worker else 0.0)

    def close(self) -> None:
        """Kill the worker; the submission is never given another chance to act."""
        if self._worker is not None:
            self._spent_seconds += self._worker.cpu_seconds
            self._idle_seconds += self._worker.idle_seconds
            self._worker.close()
            self._worker = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
