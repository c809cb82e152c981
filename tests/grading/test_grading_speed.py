"""Speed is graded as a ratio to the reference, with the benefit of the doubt."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jsonschema
import numpy as np
import pytest
from small_course import Small, groups_of

from grader.core.report import MeasuredSpeed
from grader.core.verdict import Verdict
from grader.grading.speed import measured_speed, scaled
from grader.report import report_as_json, report_as_text, schema

PART = """
answer: code
entry: total(x)
draw:
  n: int 1..200
  x: floats[n]
groups:
  - {id: sums, points: 1}
limits: {times_reference: 6}
"""
REFERENCE = """
import numpy as np

def total(x):
    result = 0.0
    for value in x:
        result += value
    return float(result)
"""
FAST = "import numpy as np\n\ndef total(x):\n    return float(np.sum(x))\n"
SLOW = """
def total(x):
    result = 0.0
    for repeat in range(200):
        result = 0.0
        for value in x:
            result += value
    return float(result)
"""
KEEPS = (
    SLOW.replace("def total(x):\n", "kept = {}\n\ndef total(x):\n", 1)
    .replace(
        "    result = 0.0\n    for repeat",
        "    key = x.tobytes()\n    if key in kept:\n        return kept[key]\n    result = 0.0\n    for repeat",
        1,
    )
    .replace("    return float(result)\n", "    kept[key] = float(result)\n    return kept[key]\n")
)

Inputs = Mapping[str, object]


def clock(*seconds: float) -> Callable[[Inputs], float]:
    """A submission whose calls take these times, over and over."""
    calls = iter(range(10**6))
    return lambda _: seconds[next(calls) % len(seconds)]


@pytest.fixture
def course(small: Small) -> Small:
    part = "\n".join(line for line in PART.splitlines() if not line.startswith("answer:"))
    return small.write(part, REFERENCE)


def test_as_fast_a_submission_passes_and_is_told_its_ratio(course: Small) -> None:
    report = course.grade(FAST)

    assert report.score == report.max_score
    speed = report.parts[0].speed
    assert speed is not None
    assert 0 < speed.low <= speed.ratio <= speed.high < 6 == speed.limit
    assert "times the CPU time of the reference" in report_as_text(report, colour=False)
    jsonschema.validate(report_as_json(report), schema())


@pytest.mark.parametrize("source", [SLOW, KEEPS], ids=["slow", "keeps-its-answers"])
def test_slow_submission_fails_its_group_by_the_ratio(course: Small, source: str) -> None:
    report = course.grade(source)

    (failure,) = groups_of(report)["sums"].failures
    assert (failure.verdict, failure.property) == (Verdict.TLE, "times_reference")
    assert "at most 6 times" in failure.message
    assert report.parts[0].speed is not None
    assert report.parts[0].speed.is_too_slow


def test_wrong_submission_is_not_timed(course: Small) -> None:
    report = course.grade(SLOW.replace("float(result)", "float(result) + 1"))

    (failure,) = groups_of(report)["sums"].failures
    assert failure.verdict is Verdict.WA
    assert report.parts[0].speed is None


def test_part_without_the_limit_is_not_timed(small: Small) -> None:
    part = "\n".join(line for line in PART.splitlines() if "answer" not in line)
    course = small.write(part.replace("limits: {times_reference: 6}", ""), REFERENCE)

    assert course.grade(FAST).parts[0].speed is None


def test_single_interruption_changes_nothing() -> None:
    inputs = [{"x": np.ones(3)}] * 2
    quiet = measured_speed(inputs, clock(2e-3), clock(1e-3), 5)
    noisy = measured_speed(inputs, clock(*[2e-3] * 11, 1.0, *[2e-3] * 12), clock(1e-3), 5)

    assert quiet == noisy == MeasuredSpeed(ratio=2.0, low=2.0, high=2.0, limit=5)


def test_doubt_is_in_favour_of_the_submission() -> None:
    inputs = [{"x": np.ones(3)}]
    # every third call, one pile of three, is as fast as is allowed
    speed = measured_speed(inputs, clock(9e-3, 9e-3, 4e-3), clock(1e-3), 5)

    assert speed is not None
    assert (speed.low, speed.high) == (4.0, 9.0)
    assert not speed.is_too_slow


def test_submission_that_does_not_answer_is_not_compared() -> None:
    assert measured_speed([{"x": 1}], lambda _: None, clock(1e-3), 5) is None


def test_each_repetition_asks_something_new() -> None:
    asked = []

    def submission(inputs: Inputs) -> float:
        asked.append(np.asarray(inputs["x"]).tobytes())
        return 1e-3

    measured_speed([{"x": np.ones(3)}], submission, clock(1e-3), 5)

    assert len(set(asked)) == len(asked)


def test_scaling_keeps_order_ties_types_and_whole_numbers() -> None:
    x = np.array([1.5, -2.0, 1.5], dtype=np.float32)

    changed = scaled({"x": x, "index": np.array([1, 2]), "kernel": 2}, 4.0)

    assert np.array_equal(changed["x"], x * 4)  # type: ignore[arg-type]  # an array
    assert changed["x"].dtype == np.float32  # type: ignore[attr-defined]  # an array
    assert np.array_equal(changed["index"], [1, 2])  # type: ignore[arg-type]  # an array
    assert changed["kernel"] == 2
