"""A fault of ours costs what it is in: a name for a mistake, or one report; never a class."""

from __future__ import annotations

from typing import Any

import pytest
from small_course import Small, lost, submission

from grader.core.report import Status
from grader.core.verdict import Verdict
from grader.grading import grade as grading
from grader.grading.batch import grade_all

PART = """
    entry: f(x)
    draw:
      n: int 1..4
      x: floats[n]
    groups:
      - {id: all, points: 1}
"""
REFERENCE = "import numpy as np\n\n\ndef f(x):\n    return x > 0\n"


def broken(*_: Any) -> Any:
    raise ZeroDivisionError("planted")


@pytest.mark.parametrize(
    "answer",
    ["np.zeros(x.shape, dtype=bool)", "np.ones(x.shape, dtype=bool)", "x < 0", "[True]", "x"],
)
def test_wrong_truth_values_are_graded_and_diagnosed(small: Small, answer: str) -> None:
    small.write(PART, REFERENCE)

    report = small.grade(f"import numpy as np\ndef f(x): return {answer}\n")

    assert report.status is Status.GRADED
    assert lost(report) == {"all"}


@pytest.mark.parametrize("name", ["find_misconception", "find_tie_rule"])
def test_fault_in_naming_costs_the_name_alone(
    small: Small, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    small.write(PART, REFERENCE)
    monkeypatch.setattr(grading, name, broken)

    report = small.grade("def f(x): return x < 0\n")

    assert (report.status, report.score) == (Status.GRADED, 0)
    assert report.parts[0].note == "the mistake was not looked for: our fault, ZeroDivisionError"


def test_fault_in_one_grading_is_an_error_without_a_score_and_the_class_goes_on(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = small.write(PART, REFERENCE).plan()
    monkeypatch.setattr(grading, "explain_group", broken)
    right, wrong = "def f(x): return x > 0\n", "def f(x): return x < 0\n"
    reads = [lambda source=source: submission(source) for source in (right, wrong, right)]

    reports = list(grade_all(plan, reads, small.sandbox))

    assert [report.score for report in reports] == [1, None, 1]
    assert (reports[1].status, reports[1].verdict) == (Status.ERROR, Verdict.JE)
    assert reports[1].message == "internal fault: ZeroDivisionError: planted"
