"""Known gaps in recovery, expected to fail until they are closed: see the reasons.

Not marked `needs_isolation`: an expected failure would count as a test of it that was skipped.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from grader.core.call import Isolation
from grader.core.report import Status
from grader.grading.plan import QuestionPlan
from grader.sandbox import Sandbox, available_level

from .course import write_course
from .test_recovery import STRIKES, fresh, plan, struck

__all__ = ["fresh", "plan"]

pytestmark = pytest.mark.skipif(
    available_level() is Isolation.SELF_CHECK, reason="NOT TESTED: a self-check has no zygote"
)
ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("strike", STRIKES)
def test_submission_whose_sandbox_died_once_is_tried_again(
    plan: QuestionPlan, fresh: Sandbox, strike: Callable[[int], None]
) -> None:
    report, _ = struck(plan, fresh, strike, 1)

    assert (report.status, report.score) == (Status.GRADED, Fraction(2))


_WITHOUT_DESCRIPTORS = """
import os, resource, sys
from pathlib import Path
from grader.grading.grade import grade
from grader.sandbox import Sandbox
from tests.sandbox.course import HONEST, plan_course, submission

plan = plan_course(Path(sys.argv[1]), None)
_ = plan.parts[0].corpus
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
with Sandbox.start() as sandbox:
    print(grade(plan, submission(HONEST), sandbox).score)
    sandbox.rest()
    for room in (0, 1, 2, 3, 4, 5, 6, 7):
        used = max(map(int, os.listdir("/proc/self/fd")))
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + room, hard))
        try:
            report = grade(plan, submission(HONEST), sandbox)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
        print(room, report.status.value, report.verdict and report.verdict.value, report.score)
        print(grade(plan, submission(HONEST), sandbox).score)
        sandbox.rest()
"""


@pytest.mark.slow
def test_grader_without_descriptors_gives_no_score_and_goes_on(tmp_path: Path) -> None:
    write_course(tmp_path / "course", "def f(x):\n    return 2 * x\n")

    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_DESCRIPTORS, str(tmp_path / "course")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=100,
    )

    assert done.returncode == 0, done.stderr
    lines = done.stdout.split("\n")[:-1]
    assert set(lines[0::2]) == {"2"}
    for line in lines[1::2]:
        assert line.split()[1:] in (["error", "JE", "None"], ["graded", "None", "2"]), line


_LIST_OF_TEXTS = """
import resource
from grader.core import codec
from grader.core.compare import compare
from grader.core.comparison import Comparison
import numpy as np

answer = codec.decode(codec.encode(["a" * (1 << 20)] + ["b"] * 200))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert compare(answer, np.zeros((2, 2)), Comparison(list_for_array=True)) is not None
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


def test_list_of_texts_for_an_array_costs_little() -> None:
    """1 MiB of text and 99 999 letters would be 400 GB; this one is a small one of its kind."""
    done = subprocess.run(
        [sys.executable, "-c", _LIST_OF_TEXTS], capture_output=True, text=True, cwd=ROOT, timeout=60
    )

    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 100
