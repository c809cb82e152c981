"""Speed as a ratio: how many times the CPU time of the reference a submission takes.

Theory of operation. The reference runs in a worker of its own: of the same kind as the
submission's, which never holds it. Both are asked the same inputs in turn, so that what slows the
host slows both. Of each input the least time counts, since noise only adds. Each repetition has its
arrays of floats scaled by another power of two: the same work, but no answer can be kept from the
last time. What a call costs on the way is in both times and favours the submission.

The repetitions are dealt into three piles, each of which gives a ratio: their range is the
uncertainty. Too slow is who is above the limit in all of them. No clock on a wall is ever read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

import numpy as np

from grader.core.call import Failed
from grader.core.codec import encode
from grader.core.corpus import Case
from grader.core.report import MeasuredSpeed
from grader.grading.judge import Finding
from grader.grading.plan import PartPlan
from grader.grading.session import Session
from grader.sandbox import Sandbox

_PILES = 3
_REPEATS = 4 * _PILES
#: the largest inputs of a group, on which time is measured
_MEASURED_CASES = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Timed:
    """What is timed: a session, and how inputs are sent to it."""

    session: Session
    names: Sequence[str]

    def seconds(self, inputs: Mapping[str, object]) -> float | None:
        """Give the CPU seconds of one call, or None when it did not answer."""
        request = encode({name: inputs[name] for name in self.names or inputs})
        before = self.session.cpu_seconds
        if isinstance(self.session.ask(request), Failed):
            return None
        return self.session.cpu_seconds - before


class Stopwatch:
    """Compares a submission with the reference; the reference's worker is opened at first use."""

    def __init__(self, plan: PartPlan, sandbox: Sandbox, session: Session) -> None:
        self._plan, self._sandbox = plan, sandbox
        self._submission = Timed(session=session, names=plan.code.input_names)
        self._reference: Timed | None = None

    def measure(self, cases: Sequence[Case]) -> MeasuredSpeed | None:
        """Give the ratio on the largest of some cases; None where it cannot be told."""
        limit = self._plan.code.times_reference
        if limit is None or not self._plan.has_reference:
            return None
        largest = sorted(cases, key=lambda case: _cells(case.inputs))[-_MEASURED_CASES:]
        reference = self._opened()
        if isinstance(reference.session.loaded, Failed) or not largest:
            return None
        return measured_speed(
            [case.inputs for case in largest], self._submission.seconds, reference.seconds, limit
        )

    def _opened(self) -> Timed:
        from grader.grading.survivors import names_needed, reference_program  # where it is needed

        if self._reference is None:
            plan = self._plan
            session = Session(self._sandbox, reference_program(plan), plan.code.limits)
            self._reference = Timed(session=session, names=names_needed(plan))
        return self._reference

    def close(self) -> None:
        """Close the reference's worker; the submission's is its owner's."""
        if self._reference is not None:
            self._reference.session.close()

    def __enter__(self) -> Stopwatch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def compare_speed(
    plan: PartPlan, session: Session, cases: Sequence[Case]
) -> tuple[MeasuredSpeed, Finding | None] | None:
    """Measure a submission on the largest of some cases, and say so if it is too slow."""
    with Stopwatch(plan, session.sandbox, session) as stopwatch:
        speed = stopwatch.measure(cases)
    if speed is None:
        return None
    message = (
        f"it takes {speed.ratio:.3g} times the CPU time of the reference "
        f"({speed.low:.3g} to {speed.high:.3g}); at most {speed.limit:g} times is allowed"
    )
    return speed, Finding(
        property="times_reference", message=message
    ) if speed.is_too_slow else None


#: gives the seconds of one call, or None when it did not answer
Clocked = Callable[[Mapping[str, object]], float | None]


def measured_speed(
    inputs: Sequence[Mapping[str, object]], submission: Clocked, reference: Clocked, limit: float
) -> MeasuredSpeed | None:
    """Ask both the same, in turn, and compare the least times; None when one does not answer."""
    least = {who: np.full((_PILES, len(inputs)), np.inf) for who in (submission, reference)}
    for repeat in range(_REPEATS):
        for at, each in enumerate(inputs):
            asked = scaled(each, 2.0 ** (repeat + 1))
            for who, seconds in least.items():
                taken = who(asked)
                if taken is None:
                    return None
                pile = repeat % _PILES
                seconds[pile, at] = min(seconds[pile, at], taken)
    theirs, ours = least[submission], least[reference]
    ratios = theirs.sum(axis=1) / np.maximum(ours.sum(axis=1), 1e-9)
    whole = theirs.min(axis=0).sum() / max(ours.min(axis=0).sum(), 1e-9)
    return MeasuredSpeed(
        ratio=float(whole),
        low=float(min(ratios.min(), whole)),
        high=float(max(ratios.max(), whole)),
        limit=limit,
    )


def scaled(inputs: Mapping[str, object], factor: float) -> dict[str, object]:
    """Give the inputs with their arrays of floats scaled: by a power of two, so exactly."""
    return {
        name: value * value.dtype.type(factor)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f"
        else value
        for name, value in inputs.items()
    }


def _cells(inputs: Mapping[str, object]) -> int:
    return sum(value.size for value in inputs.values() if isinstance(value, np.ndarray))
