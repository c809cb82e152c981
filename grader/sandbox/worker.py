"""One submission in its own process: loaded once, called many times, always killed at the end.

Every verdict here is the grader's: made from the frame that came, from the exit status, the CPU
clock and the output counter. The worker can only answer wrongly, or not at all.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import Any, assert_never

from grader.core import codec
from grader.core.call import Failed, Loaded, Program, Returned
from grader.core.errors import SandboxFault
from grader.core.limits import Limits
from grader.core.verdict import Verdict
from grader.sandbox.channel import IDLE_SECONDS, Channel, Reason, Stopped
from grader.sandbox.jail import frames
from grader.sandbox.jail.frames import Kind
from grader.sandbox.processes import Child

_READY_SECONDS = 10.0
_MAX_MESSAGE = 2000
_MAX_LOCATION = 12
_MAX_CHANGED = 64
#: the kernel counts RLIMIT_CPU in whole seconds
_CPU_SLACK_SECONDS = 1.5

#: the bytes of an answer, and what stands for it
Awaited = tuple[bytes, Returned] | None


def awaited_answer(value: object) -> Awaited:
    """What a worker that returns this value and leaves its inputs alone would send."""
    try:
        return codec.encode(((), value)), Returned(value=value)
    except codec.CodecError:
        return None


class Worker:
    """A loaded submission. Not thread-safe; close() kills and reaps, and may be called twice.

    loaded: what was loaded, or why nothing was; after a Failed one there is nothing to call.
    """

    loaded: Loaded | Failed

    def __init__(self, child: Child, program: Program, limits: Limits, *, is_trusted: bool) -> None:
        """Load program into a fresh child; SandboxFault when the child itself is not right.

        is_trusted: the worker cannot send itself SIGKILL, so that one we did not send is ours.
        """
        self._child: Child | None = child
        self._limits = limits
        self._is_trusted = is_trusted
        self._cpu_seconds = 0.0
        self._channel = Channel(child, limits)
        try:
            self._await_ready()
            self.loaded = self._load(program)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    @property
    def is_alive(self) -> bool:
        """Whether it can take a call."""
        return self._child is not None

    @property
    def cpu_seconds(self) -> float:
        """CPU time of everything it has done, by its own clock, read from outside."""
        return self._child.cpu_seconds() if self._child is not None else self._cpu_seconds

    @property
    def idle_seconds(self) -> float:
        """Wall time that it waited or slept, beyond what a busy host explains."""
        return self._channel.idle_seconds

    def close(self) -> None:
        """Kill the process whatever it is doing, and have it reaped."""
        if self._child is not None:
            child, self._child = self._child, None
            self._cpu_seconds = child.release()

    def _finish(self) -> int:
        """Wait status of the killed process, 0 when it was finished before."""
        if self._child is None:
            return 0
        child, self._child = self._child, None
        status, self._cpu_seconds = child.finish()
        return status

    def _await_ready(self) -> None:
        try:
            is_ready = self._channel.await_ready(_READY_SECONDS)
        except Stopped:
            is_ready = False
        if not is_ready:
            status = self._finish()
            said = self._channel.take_output().strip()[-1000:]
            raise SandboxFault(f"a worker could not lock itself in (status {status}): {said}")

    def _load(self, program: Program) -> Loaded | Failed:
        try:
            request = codec.encode(
                {
                    "files": dict(program.files),
                    "entries": tuple((entry.name, entry.parameters) for entry in program.entries),
                    "call": program.call,
                    "returns": tuple(program.returns),
                    "modules": dict(program.modules),
                }
            )
        except codec.CodecError as error:
            self._finish()
            return Failed(verdict=Verdict.CE, message=f"the upload cannot be read: {error}")
        if len(request) > frames.MAX_PAYLOAD_BYTES:
            self._finish()
            return Failed(verdict=Verdict.CE, message="the upload is larger than 64 MiB")
        answer = self._ask(Kind.LOAD, request, self._limits.load_cpu_seconds)
        if isinstance(answer, Failed):
            return answer
        match answer:
            case (str(file), tuple(notes)) if _are_texts(notes):
                stdout = self._channel.take_output()
                return Loaded(file=file[:300], notes=_texts(notes, 100), stdout=stdout)
            case _:
                return self._give_up(Stopped(Reason.PROTOCOL), 0.0)

    def call(self, request: bytes) -> Returned | Failed:
        """The answer to one set of inputs: codec bytes of {name: value}, in order of parameters."""
        if self._child is None:
            raise ValueError("the worker is finished; open another one")
        budget = min(
            self._limits.cpu_seconds, self._limits.total_cpu_seconds - self._channel.cpu_seconds
        )
        before = self._channel.cpu_seconds
        answer = self._ask(Kind.CALL, request, max(budget, 0.01))
        if isinstance(answer, Failed):
            return answer
        match answer:
            case (tuple(changed), value) if _are_texts(changed):
                return Returned(
                    value=value,
                    changed_inputs=_texts(changed, _MAX_CHANGED),
                    stdout=self._channel.take_output(),
                    cpu_seconds=self._channel.cpu_seconds - before,
                )
            case _:
                return self._give_up(Stopped(Reason.PROTOCOL), budget)

    def call_batch(
        self, requests: Sequence[bytes], cpu_seconds: float, awaited: Sequence[Awaited] = ()
    ) -> list[Returned | Failed]:
        """The answers to the first of several sets of inputs; what was printed is thrown away.

        awaited: an answer for each request, None or made by awaited_answer; one that comes with
        these very bytes is given as the object that was awaited, without being decoded.
        The empty list when they did not come within cpu_seconds, or not as they should: then the
        worker is finished, and the calls are made one by one in another, which tells the cause.
        """
        if self._child is None:
            raise ValueError("the worker is finished; open another one")
        answers: Any = self._ask(Kind.BATCH, codec.encode(tuple(requests)), cpu_seconds)
        self._channel.take_output()
        if isinstance(answers, Failed):
            return []
        try:
            if type(answers) is not tuple or not 0 < len(answers) <= len(requests):
                raise codec.CodecError("not the answers to a batch")
            hoped = [*awaited, *[None] * (len(answers) - len(awaited))]
            return [
                known[1]
                if known and answer[1] == known[0] and answer[0] == Kind.OK
                else self._result(*answer)
                for answer, known in zip(answers, hoped, strict=False)
            ]
        except (codec.CodecError, TypeError, IndexError):
            self._finish()
            return []

    def _result(self, kind: int, payload: bytes) -> Returned | Failed:
        """One answer of a batch; CodecError when it is none."""
        match kind, codec.decode(payload):
            case (Kind.OK, (tuple(changed), value)) if _are_texts(changed):
                return Returned(value=value, changed_inputs=changed)
            case (_, (str(message), tuple(lines))) if _are_texts(lines):
                verdict = _VERDICTS.get((int(Kind.CALL), kind))
                if verdict is not None:
                    return self._refused(Kind.CALL, verdict, message, lines)
        raise codec.CodecError("not an answer")

    def _ask(self, kind: Kind, request: bytes, budget: float) -> Any:
        """The decoded payload of a good answer, else Failed."""
        request_id = int.from_bytes(os.urandom(8)) >> 1
        try:
            answer_kind, payload = self._channel.exchange(kind, request_id, request, budget)
            answer = codec.decode(payload)
        except Stopped as stop:
            return self._give_up(stop, budget)
        except codec.CodecError:
            return self._give_up(Stopped(Reason.PROTOCOL), budget)
        if answer_kind == (Kind.ANSWERS if kind == Kind.BATCH else Kind.OK):
            return answer
        verdict = _VERDICTS.get((int(kind), answer_kind))
        match answer:
            case (str(message), tuple(lines)) if verdict and _are_texts(lines):
                return self._refused(kind, verdict, message, lines)
            case _:
                return self._give_up(Stopped(Reason.PROTOCOL), budget)

    def _refused(self, kind: Kind, verdict: Verdict, message: str, lines: Any) -> Failed:
        if kind == Kind.LOAD:
            self._finish()
        return Failed(
            verdict=verdict,
            message=message[:_MAX_MESSAGE],
            location=_texts(lines, _MAX_LOCATION),
            stdout=self._channel.take_output(),
            is_alive=self.is_alive,
        )

    def _give_up(self, stop: Stopped, budget: float) -> Failed:
        """Kill, look at how it ended, and say so."""
        if stop.reason is Reason.CLOSED and self._child and not self._child.has_ended():
            stop = Stopped(Reason.PROTOCOL)  # it closed the socket and lives on
        status = self._finish()
        verdict, message = self._cause(stop, status, budget)
        return Failed(verdict=verdict, message=message, stdout=self._channel.take_output())

    def _cause(self, stop: Stopped, status: int, budget: float) -> tuple[Verdict, str]:
        match stop.reason:
            case Reason.CPU:
                return Verdict.TLE, f"stopped after {budget:.3g} s of CPU time"
            case Reason.WALL:
                seconds = Limits.wall_seconds(budget)
                return Verdict.TLE, f"stopped after {seconds:.3g} s: it waits, or is asleep"
            case Reason.IDLE:
                waited = f"stopped: it waited or slept {IDLE_SECONDS:.3g} s"
                return Verdict.TLE, f"{waited} in all its calls together"
            case Reason.FLOOD:
                most = self._limits.flood_output_bytes >> 20
                return Verdict.OLE, f"stopped after printing more than {most} MiB"
            case Reason.PROTOCOL:
                return Verdict.PE, "the process answered in a way that the grader does not allow"
            case Reason.CLOSED:
                return self._cause_of_death(status)
            case _:
                assert_never(stop.reason)

    def _cause_of_death(self, status: int) -> tuple[Verdict, str]:
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == frames.OUT_OF_MEMORY:
            return Verdict.MLE, "it keeps more memory than allowed"
        if os.WIFEXITED(status):
            return Verdict.RTE, "the code ended the process (sys.exit?) instead of returning"
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            return Verdict.RTE, f"the process crashed: {_signal_name(number)}"
        total = self._limits.total_cpu_seconds + self._limits.load_cpu_seconds
        if self._cpu_seconds > total - _CPU_SLACK_SECONDS:
            return Verdict.TLE, f"stopped after {self._cpu_seconds:.3g} s of CPU time"
        if not self._is_trusted:
            return Verdict.RTE, "the process was killed"
        raise SandboxFault("a worker was killed from outside; the host may be out of memory")


def _are_texts(items: tuple[Any, ...]) -> bool:
    return all(isinstance(item, str) for item in items)


def _texts(items: Any, most: int) -> tuple[str, ...]:
    return tuple(str(item)[:_MAX_MESSAGE] for item in items[:most])


def _signal_name(number: int) -> str:
    try:
        name = signal.Signals(number).name
        return f"{name} ({signal.strsignal(number)})"
    except ValueError:
        return f"signal {number}"


_VERDICTS: dict[tuple[int, int], Verdict] = {
    (Kind.LOAD, Kind.UNREADABLE): Verdict.CE,
    (Kind.LOAD, Kind.MEMORY): Verdict.MLE,
    (Kind.CALL, Kind.RAISED): Verdict.RTE,
    (Kind.CALL, Kind.MEMORY): Verdict.MLE,
    (Kind.CALL, Kind.UNSENDABLE): Verdict.WA,
}
