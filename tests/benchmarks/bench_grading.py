"""How much the whole grading costs over the floor: the learner's own arithmetic in this process.

    python tests/benchmarks/bench_grading.py [--runs N]

Prints medians and ratios of interleaved runs; trust the ratios. Floors: `calls` runs the submission
on the corpus in-process, `calls + comparisons` also judges the answers and checks the properties; both
without isolation. The aim for a right submission is 1.5 times the latter and 15 ms.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from grader.bank import Course, find_course, find_question
from grader.core.call import Returned
from grader.core.codec import decode
from grader.grading.batch import grade_all
from grader.grading.grade import grade
from grader.grading.intake import Submission, read_submission
from grader.grading.misconceptions import find_misconception
from grader.grading.plan import PartPlan, PlanSetting, QuestionPlan, plan_question
from grader.grading.runner import PartRunner
from grader.grading.session import Session
from grader.sandbox import Sandbox

QUESTION = "ssu_batch4_004"

LOOPS = """
import numpy as np

def backward(x, delta_f, kernel, stride):
    dx = np.zeros_like(x)
    for k in range(delta_f.shape[0]):
        for l in range(delta_f.shape[1]):
            window = x[k * stride:k * stride + kernel, l * stride:l * stride + kernel]
            i, j = np.unravel_index(np.argmax(window), window.shape)
            dx[k * stride + i, l * stride + j] OPERATOR delta_f[k, l]
    return dx
"""
RIGHT = LOOPS.replace("OPERATOR", "+=")
WRONG = LOOPS.replace("OPERATOR", "=")
ENDLESS = RIGHT.replace(
    "    dx = np.zeros_like(x)\n",
    "    while stride < kernel:\n        pass\n    dx = np.zeros_like(x)\n",
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, default=15)
    runs: int = parser.parse_args().runs
    course = find_course(Path(__file__).parent)
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        plan = _timed_build(course, cache)
        sources = {"right": RIGHT, "wrong": WRONG, "endless": ENDLESS}
        files = {name: Path(folder) / f"{name}.py" for name in sources}
        for name, source in sources.items():
            files[name].write_text(source)
        with Sandbox.start() as sandbox:
            print(f"isolation {sandbox.isolation.value}, {len(plan.parts[0].corpus.cases)} cases")
            _inside(plan, files, sandbox, runs)
            _throughput(plan, files, sandbox)
        _cold(files, cache)


def _timed_build(course: Course, cache: Path) -> QuestionPlan:
    question = find_question(course, QUESTION)
    started = time.perf_counter()
    plan = plan_question(question, course, PlanSetting(cache=cache))
    _ = plan.parts[0].corpus
    print(f"corpus built from nothing: {time.perf_counter() - started:.2f} s")
    return plan


def _inside(plan: QuestionPlan, files: Mapping[str, Path], sandbox: Sandbox, runs: int) -> None:
    part = plan.parts[0]
    function = _loaded(RIGHT)
    right, wrong = read_submission(files["right"]), read_submission(files["wrong"])
    timed = _interleaved(
        {
            "calls": lambda: _calls(part, function),
            "calls + comparisons": lambda: _calls_and_comparisons(part, function),
            "spawn, load, kill": lambda: _load_only(part, right, sandbox),
            "right submission": lambda: grade(plan, right, sandbox),
            "wrong, judged only": lambda: _judge_only(part, wrong, sandbox),
            "wrong submission": lambda: grade(plan, wrong, sandbox),
        },
        runs,
    )
    floor = timed["calls + comparisons"]
    for name, seconds in timed.items():
        print(f"{name:<22} {seconds * 1e3:8.1f} ms   {seconds / floor:6.2f} x floor")
    allowed = 1.5 * floor + 0.015
    print(f"right submission / (1.5 x floor + 15 ms): {timed['right submission'] / allowed:.2f}")


def _interleaved(steps: Mapping[str, Callable[[], object]], runs: int) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()
    for _ in range(runs):
        for name, step in steps.items():
            started = time.perf_counter()
            step()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(values) for name, values in seconds.items()}


def _loaded(source: str) -> Callable[..., object]:
    namespace: dict[str, Callable[..., object]] = {}
    exec(source, namespace)  # our own source, as the floor
    return namespace["backward"]


def _calls(part: PartPlan, function: Callable[..., object]) -> None:
    """Make the calls of the corpus; those of properties come on top."""
    for case in part.corpus.cases:
        function(*(case.inputs[name] for name in part.code.input_names))


class _InProcess:
    """A session without a worker: the learner's function is called right here."""

    def __init__(self, part: PartPlan, function: Callable[..., object]) -> None:
        self._names = part.code.input_names
        self._function = function
        cases = zip(part.corpus.requests, part.corpus.cases, strict=True)
        self._inputs = {request: case.inputs for request, case in cases}
        self.cpu_seconds = 0.0

    def ask(self, request: bytes) -> Returned:
        inputs: Any = self._inputs.get(request) or decode(request)
        given = (inputs[name] for name in self._names)
        copies = [value.copy() if isinstance(value, np.ndarray) else value for value in given]
        return Returned(value=self._function(*copies))

    def ask_all(self, requests: Sequence[bytes], awaited: object = ()) -> Iterator[Returned]:
        return map(self.ask, requests)


def _calls_and_comparisons(part: PartPlan, function: Callable[..., object]) -> None:
    """Do all that a grading does, properties included, without isolation."""
    run = PartRunner(part, cast(Session, _InProcess(part, function))).run()
    if run.failed:
        raise SystemExit("the floor gave a wrong answer")


def _load_only(part: PartPlan, submission: Submission, sandbox: Sandbox) -> None:
    with Session(sandbox, part.program(submission.files), part.code.limits):
        pass


def _judge_only(part: PartPlan, submission: Submission, sandbox: Sandbox) -> None:
    with Session(sandbox, part.program(submission.files), part.code.limits) as session:
        runner = PartRunner(part, session)
        run = runner.run()
        runner.collect()
        find_misconception(part, run, sandbox)


def _throughput(plan: QuestionPlan, files: Mapping[str, Path], sandbox: Sandbox) -> None:
    right, wrong = read_submission(files["right"]), read_submission(files["wrong"])
    for label, submissions in (("right", [right] * 50), ("right and wrong", [right, wrong] * 25)):
        for jobs in (1, 2):
            started = time.perf_counter()
            reads = [lambda submission=submission: submission for submission in submissions]
            reports = list(grade_all(plan, reads, sandbox, jobs=jobs))
            seconds = time.perf_counter() - started
            if any(report.score is None for report in reports):
                raise SystemExit("a submission was not graded")
            rate = len(reports) / seconds
            print(f"50 submissions, {label}, --jobs {jobs}: {seconds:.2f} s, {rate:.0f} per second")


def _cold(files: Mapping[str, Path], cache: Path) -> None:
    """From a cold shell to the printed report, corpus warm."""
    command = shutil.which("grader", path=str(Path(sys.executable).parent))
    start = [command] if command else [sys.executable, "-m", "grader"]
    bare = _command_seconds([sys.executable, "-c", "pass"], cache, 5)
    print(f"bare Python {bare:.3f} s")
    for name in files:
        arguments = [*start, "grade", QUESTION, str(files[name])]
        seconds = _command_seconds(arguments, cache, 1 if name == "endless" else 7)
        print(f"cold shell, {name}: {seconds:.2f} s")
    help_seconds = _command_seconds([*start, "--help"], cache, 7)
    print(f"grader --help: {(help_seconds - bare) * 1e3:.0f} ms over bare Python")


def _command_seconds(command: list[str], cache: Path, runs: int) -> float:
    environment = {**os.environ, "GRADER_CACHE": str(cache)}
    measured = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
        measured.append(time.perf_counter() - started)
    return statistics.median(measured)


if __name__ == "__main__":
    main()
