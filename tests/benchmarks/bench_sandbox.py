"""What isolation costs: a whole submission, and a call over the wire against a call in process.

Run: python tests/benchmarks/bench_sandbox.py [--submissions N] [--calls N]; prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np

from grader.core import codec
from grader.core.call import Entry, Program, Returned
from grader.core.limits import Limits
from grader.sandbox import Sandbox

SOURCE = b"def f(x, y, kernel, stride):\n    return x * 2\n"
PROGRAM = Program(
    files={"solution.py": SOURCE},
    entries=(Entry(name="f", parameters=("x", "y", "kernel", "stride")),),
)


def median_seconds(action: Callable[[], object], times: int) -> float:
    """Median duration of one action."""
    durations = []
    for _ in range(times):
        before = time.perf_counter()
        action()
        durations.append(time.perf_counter() - before)
    return statistics.median(durations)


def request(side: int) -> bytes:
    """A call with one (side, side) array, a small one and two integers."""
    inputs = {"x": np.ones((side, side)), "y": np.ones((2, 2)), "kernel": 2, "stride": 1}
    return codec.encode(inputs)


def whole_submission(sandbox: Sandbox) -> None:
    """Spawn, load, one 4x4 call, kill, reap."""
    with sandbox.open(PROGRAM, Limits()) as worker:
        assert isinstance(worker.call(request(4)), Returned)


def measure(submissions: int, calls: int) -> dict[str, object]:
    """All figures, in the units their names say."""
    scope: dict[str, Callable[..., object]] = {}
    exec(SOURCE, scope)
    before = time.perf_counter()
    with Sandbox.start() as sandbox:
        whole_submission(sandbox)
        first = time.perf_counter() - before
        figures: dict[str, object] = {
            "isolation": sandbox.isolation.value,
            "machine": platform.machine(),
            "python": platform.python_version(),
            "numpy": np.__version__,
            "first_submission_ms": round(1e3 * first, 1),
            "submission_ms": round(
                1e3 * median_seconds(lambda: whole_submission(sandbox), submissions), 2
            ),
        }
        with sandbox.open(PROGRAM, Limits()) as worker:
            for side, times in ((4, calls), (64, calls), (1024, max(calls // 100, 5))):
                data = request(side)
                inputs = codec.decode(data)
                assert isinstance(inputs, dict)
                wire = median_seconds(lambda data=data: worker.call(data), times)  # type: ignore[misc]
                local = median_seconds(lambda inputs=inputs: scope["f"](**inputs), times)  # type: ignore[misc]
                figures[f"call_{side}x{side}_us"] = round(1e6 * wire, 1)
                figures[f"in_process_{side}x{side}_us"] = round(1e6 * local, 1)
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--calls", type=int, default=2000)
    chosen = parser.parse_args()
    print(json.dumps(measure(chosen.submissions, chosen.calls), indent=2))
