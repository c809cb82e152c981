"""What isolation costs: a whole submission at each level, a call over the wire, a class of learners.

Run: python tests/benchmarks/bench_sandbox.py [--submissions N] [--calls N]; prints one JSON object.

L0 is a zygote whose workers set their resource limits and nothing else: the same code with Landlock
and seccomp taken out, made for this measurement in a temporary folder. Levels are measured in turn,
submission by submission, so that a busy host slows all of them alike: trust the ratios. The cold
self-check backend is measured too. Zygotes with numpy and scipy follow in the same way.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import platform
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from grader.core import codec
from grader.core.call import Entry, Isolation, Program, Returned
from grader.core.errors import IsolationError
from grader.core.limits import Limits
from grader.sandbox import Sandbox, features, keeper

SOURCE = b"def f(x, y, kernel, stride):\n    return x * 2\n"
WITH_SCIPY = b"# scipy\n" + SOURCE
ENTRIES = (Entry(name="f", parameters=("x", "y", "kernel", "stride")),)
PROGRAM = Program(files={"solution.py": SOURCE}, entries=ENTRIES)
SCIPY_PROGRAM = Program(files={"solution.py": WITH_SCIPY}, entries=ENTRIES)
BATCH = 50
Figures = dict[str, object]


def request(side: int) -> bytes:
    """A call with one (side, side) array, a small one and two integers."""
    inputs = {"x": np.ones((side, side)), "y": np.ones((2, 2)), "kernel": 2, "stride": 1}
    return codec.encode(inputs)


def durations(action: Callable[[], object], times: int) -> list[float]:
    """Seconds of each of many runs."""
    found = []
    for _ in range(times):
        before = time.perf_counter()
        action()
        found.append(time.perf_counter() - before)
    return found


def summary(seconds: list[float], unit: float) -> Figures:
    """Median and 95th percentile, in parts of a second."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {"p50": round(statistics.median(ordered) / unit, 2), "p95": round(p95 / unit, 2)}


def whole_submission(sandbox: Sandbox, program: Program = PROGRAM) -> None:
    """Spawn, load, one 4x4 call, kill, reap."""
    with sandbox.open(program, Limits()) as worker:
        assert isinstance(worker.call(request(4)), Returned)


class Unlocked(keeper.Keeper):
    """A keeper whose workers are not asked to keep a promise."""

    def self_test(self) -> None:
        """Nothing: it would fail, rightly."""


@contextlib.contextmanager
def without_locks() -> Iterator[Sandbox]:
    """L0: workers with resource limits only."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        os.chmod(folder, 0o755)
        jail = Path(folder, "jail")
        original = Path(features.__file__).parent / "jail"
        shutil.copytree(original, jail, ignore=shutil.ignore_patterns("__pycache__"))
        text = (jail / "confine.py").read_text()
        off = "\n\ndef lock_zygote(*a, **k): ...\n\n\ndef lock_worker(*a, **k): ...\n"
        (jail / "confine.py").write_text(text + off)
        sandbox = stack.enter_context(Sandbox.start(required=Isolation.L1))
        packages = sandbox._packages
        layout = sandbox._layouts[packages]
        layout = dataclasses.replace(layout, jail=str(jail), needed=(*layout.needed, str(jail)))
        sandbox._keepers[packages].close()
        sandbox._keepers[packages] = Unlocked(layout, Isolation.L1)
        yield sandbox


def levels(stack: contextlib.ExitStack) -> dict[str, Sandbox]:
    """A sandbox of each level that this host gives, warm."""
    found = {"L0": stack.enter_context(without_locks())}
    for level in (Isolation.L1, Isolation.L3):
        with contextlib.suppress(IsolationError):
            found[level.value] = stack.enter_context(Sandbox.start(required=level))
    for sandbox in found.values():
        for _ in range(5):
            whole_submission(sandbox)
    return found


def in_turn(sandboxes: dict[str, Sandbox], times: int, program: Program = PROGRAM) -> Figures:
    """Milliseconds of a whole submission by level, and ratios to the first level of each round."""
    seconds: dict[str, list[float]] = {name: [] for name in sandboxes}
    for _ in range(times):
        for name, sandbox in sandboxes.items():
            seconds[name] += durations(lambda s=sandbox: whole_submission(s, program), 1)  # type: ignore[misc]
    figures: Figures = {f"{name}_ms": summary(found, 1e-3) for name, found in seconds.items()}
    first, *others = seconds
    for name in others:
        rounds = zip(seconds[name], seconds[first], strict=True)
        ratio = statistics.median(ours / floor for ours, floor in rounds)
        figures[f"{name}_to_{first}"] = round(ratio, 2)
    return figures


def throughput(sandbox: Sandbox, submissions: int, threads: int) -> float:
    """Submissions per second of several threads."""
    each = max(submissions // threads, 1)
    workers = [
        threading.Thread(target=lambda: [whole_submission(sandbox) for _ in range(each)])
        for _ in range(threads)
    ]
    before = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return round(threads * each / (time.perf_counter() - before), 1)


def calls(sandbox: Sandbox, times: int) -> Figures:
    """Microseconds of a call by size, alone and in a batch, and what that is per second."""
    scope: dict[str, Callable[..., object]] = {}
    exec(SOURCE, scope)
    figures: Figures = {}
    with sandbox.open(PROGRAM, Limits(total_cpu_seconds=600.0)) as worker:
        for side, count in ((4, times), (64, times), (1024, max(times // 50, 20))):
            data = request(side)
            inputs = codec.decode(data)
            assert isinstance(inputs, dict)
            single = durations(lambda data=data: worker.call(data), count)  # type: ignore[misc]
            local = durations(lambda inputs=inputs: scope["f"](**inputs), count)  # type: ignore[misc]
            batch = [data] * min(BATCH, max(2, (4 << 20) // len(data)))
            size = len(worker.call_batch(batch, 60.0))  # as many as fit in one answer
            batch = batch[:size]
            batched = durations(
                lambda batch=batch: worker.call_batch(batch, 60.0),  # type: ignore[misc]
                max(count // size, 5),
            )
            each = [seconds / size for seconds in batched]
            figures[f"{side}x{side}"] = {
                "single_us": summary(single, 1e-6),
                f"batch_of_{size}_us_each": summary(each, 1e-6),
                "in_process_us": summary(local, 1e-6),
                "single_per_s": round(1 / statistics.median(single)),
                "batched_per_s": round(1 / statistics.median(each)),
            }
    return figures


def cold_self_check(times: int) -> Figures:
    """Milliseconds of a submission in a process of its own, as where nothing can be enforced."""
    level, features.available_level = features.available_level, lambda: Isolation.SELF_CHECK
    try:
        with Sandbox.start() as sandbox:
            return summary(durations(lambda: whole_submission(sandbox), times), 1e-3)
    finally:
        features.available_level = level


def first_submission(level: Isolation) -> float | None:
    """Milliseconds from nothing to the first answer; None where the level cannot be had."""
    before = time.perf_counter()
    try:
        with Sandbox.start(required=level) as sandbox:
            whole_submission(sandbox)
            return round(1e3 * (time.perf_counter() - before), 1)
    except IsolationError:
        return None


def measure(submissions: int, times: int) -> Figures:
    """All figures, in the units their names say."""
    cores = len(os.sched_getaffinity(0))
    figures: Figures = {
        "machine": platform.machine(),
        "cores": cores,
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
    for level in (Isolation.L1, Isolation.L3):
        figures[f"first_submission_{level.value}_ms"] = first_submission(level)
    with contextlib.ExitStack() as stack:
        sandboxes = levels(stack)
        figures["submission"] = in_turn(sandboxes, submissions)
        figures["submissions_per_s"] = {
            name: throughput(sandbox, 2 * submissions, min(2, cores))
            for name, sandbox in sandboxes.items()
        }
        figures["call"] = {
            name: calls(sandboxes[name], times) for name in ("L1", "L3") if name in sandboxes
        }
        locked = {name: sandbox for name, sandbox in sandboxes.items() if name != "L0"}
        figures["submission_with_scipy"] = in_turn(locked, submissions // 2, SCIPY_PROGRAM)
    figures["submission_cold_self_check_ms"] = cold_self_check(max(submissions // 20, 3))
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--calls", type=int, default=2000)
    chosen = parser.parse_args()
    print(json.dumps(measure(chosen.submissions, chosen.calls), indent=2))
