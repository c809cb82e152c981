"""A submission that harms itself loses the groups where it does, with the right verdict."""

from __future__ import annotations

import pytest
from small_course import Small, groups_of

from grader.core.report import Outcome, Status
from grader.core.verdict import Verdict

PART = """
    entry: f(x)
    draw:
      n: int 1..6
      x: floats[n]
    groups:
      - {id: small, points: 2, where: n <= 3}
      - {id: large, points: 1, where: n > 3}
    limits: {seconds: 1, memory: 256 MB}
"""
REFERENCE = "def f(x):\n    return 2 * x\n"


@pytest.mark.parametrize(
    ("harm", "verdict", "said"),
    [
        pytest.param("while True: pass", Verdict.TLE, "stopped after", id="endless-loop"),
        pytest.param("f(x)", Verdict.RTE, "RecursionError", id="endless-recursion"),
        pytest.param("os.abort()", Verdict.RTE, "", id="abort"),
        pytest.param("ctypes.string_at(0)", Verdict.RTE, "", id="segmentation-fault"),
        pytest.param("os._exit(0)", Verdict.RTE, "", id="exit-with-success"),
        pytest.param("sys.exit()", Verdict.RTE, "", id="sys-exit"),
        pytest.param("raise KeyboardInterrupt", Verdict.RTE, "", id="interrupt"),
        pytest.param("1 / 0", Verdict.RTE, "ZeroDivisionError", id="exception"),
        pytest.param(
            "raise type('E', (BaseException,), {})()", Verdict.RTE, "", id="base-exception"
        ),
        pytest.param("np.ones(1 << 28)", Verdict.MLE, "Unable to allocate", id="memory"),
        pytest.param(
            "while True: print('x' * 100_000)",
            Verdict.OLE,
            "printing more than 8 MiB",
            id="output-flood",
        ),
        pytest.param("return np.ones(5_000_000)", Verdict.WA, "shape", id="large-answer"),
        pytest.param(
            "return object()", Verdict.WA, "a value of type object", id="answer-that-is-no-value"
        ),
        pytest.param("return None", Verdict.WA, "None", id="no-answer"),
    ],
)
def test_harm_in_one_group_keeps_the_points_of_the_other(
    small: Small, harm: str, verdict: Verdict, said: str
) -> None:
    small.write(PART, REFERENCE, points=3)
    source = (
        "import ctypes, os, sys\nimport numpy as np\n\n"
        f"def f(x):\n    if len(x) > 3:\n        {harm}\n    return 2 * x\n"
    )

    report = small.grade(source)

    assert (report.status, report.score) == (Status.GRADED, 2)
    groups = groups_of(report)
    assert groups["small"].outcome is Outcome.PASSED
    (failure,) = groups["large"].failures
    assert failure.verdict is verdict, failure.message
    assert said in failure.message


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param("while True: pass", id="endless-loop", marks=pytest.mark.slow),  # 10 s of CPU
        pytest.param("os.abort()", id="abort"),
        pytest.param("sys.exit(0)", id="sys-exit"),
        pytest.param("1 / 0", id="exception"),
    ],
)
def test_harm_at_import_is_ungradable_and_free(small: Small, harm: str) -> None:
    small.write(PART, REFERENCE, points=3)

    report = small.grade(f"import os, sys\n{harm}\n\ndef f(x):\n    return 2 * x\n")

    assert (report.status, report.verdict, report.score) == (Status.UNGRADABLE, Verdict.CE, None)


def test_state_between_calls_is_seen_also_when_calls_travel_together(small: Small) -> None:
    small.write(PART, REFERENCE, points=3)

    report = small.grade(
        "n = 0\ndef f(x):\n    global n\n    n += 1\n    return x * (2 if n < 40 else 3)\n"
    )

    assert report.score is not None
    assert report.score < 3


NEEDING = """
    entry: f(x)
    draw:
      n: int 1..6
      x: floats[n]
    groups:
      - {id: last, points: 1, where: n > 4, needs: middle}
      - {id: middle, points: 1, where: n == 3, needs: first}
      - {id: first, points: 1, where: n < 3}
"""


@pytest.mark.parametrize(
    ("fails_for", "outcomes"),
    [
        pytest.param("n < 3", ["not_run", "not_run", "failed"], id="first-fails"),
        pytest.param("n == 3", ["not_run", "failed", "passed"], id="middle-fails"),
        pytest.param("n > 4", ["failed", "passed", "passed"], id="last-fails"),
        pytest.param("False", ["passed", "passed", "passed"], id="none-fails"),
    ],
)
def test_group_is_not_run_when_what_it_needs_has_failed(
    small: Small, fails_for: str, outcomes: list[str]
) -> None:
    small.write(NEEDING, REFERENCE, points=3)

    report = small.grade(f"def f(x):\n    n = len(x)\n    return 2 * x + int({fails_for})\n")

    assert [group.outcome.value for group in report.parts[0].groups] == outcomes
    assert report.score == outcomes.count("passed")
