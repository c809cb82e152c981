"""Which answers are right: tie rules, several values, validators, and the words for the rest."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from small_course import ROOT, Small, groups_of, lost

from grader.core.corpus import Case
from grader.core.report import Status
from grader.core.verdict import Verdict
from grader.grading.judge import Judge

POOLING = """
    entry: backward(x, g, kernel, stride) = max_pool_backward(g, x, kernel, stride)
    draw:
      kernel: int 1..2
      stride: int 1..2
      H: int kernel..3
      x: floats[H, H] ties
      g: floats[(H - kernel)//stride + 1, (H - kernel)//stride + 1]
    groups:
      - {id: all, points: 1}
    ties: %s
"""
X = np.array([[1.0, 1.0], [1.0, 0.0]])
UPSTREAM = np.array([[6.0]])
GRADIENTS = {
    "first": ([[6, 0], [0, 0]], {"first", "any"}),
    "last": ([[0, 0], [6, 0]], {"last", "any"}),
    "split": ([[2, 2], [2, 0]], {"split", "any"}),
    "middle": ([[0, 6], [0, 0]], {"any"}),
    "uneven": ([[1, 2], [3, 0]], {"any"}),
    "quarter": ([[1.5, 4.5], [0, 0]], {"any"}),
    "every-one": ([[6, 6], [6, 0]], set()),
    "too-much": ([[3, 3], [1, 0]], set()),
    "too-little": ([[2, 2], [1, 0]], set()),
    "nothing": ([[0, 0], [0, 0]], set()),
    "negative-share": ([[7, -1], [0, 0]], set()),
    "not-a-maximum": ([[0, 0], [0, 6]], set()),
    "a-thousandth-elsewhere": ([[2, 2], [2, 1e-3]], set()),
    "nan": ([[np.nan, 0], [0, 0]], set()),
    "infinite": ([[np.inf, -np.inf], [6, 0]], set()),
}


@pytest.fixture
def pooling(small: Small, tmp_path: Path) -> Small:
    """A course that has the reference of this one."""
    small.write(POOLING % "any", "")
    shutil.rmtree(small.root / "reference")
    shutil.copytree(ROOT / "reference", small.root / "reference")
    return small


def judge_of(course: Small, rule: str) -> Judge:
    path = course.root / "questions/q.md"
    text = path.read_text().replace("reference: ref\n", "reference: pooling\n")
    path.write_text(text.replace("ties: any", f"ties: {rule}"))
    return course.plan().parts[0].judge


def case_of(judge: Judge, x: np.ndarray, upstream: np.ndarray) -> Case:
    inputs = {"x": x, "g": upstream, "kernel": 2, "stride": 1, "H": len(x)}
    return Case(
        inputs=inputs,
        groups=("all",),
        expected=judge.expected(inputs),
        accepted=judge.accepted(inputs),
    )


@pytest.mark.parametrize("rule", ["first", "last", "split", "any"])
@pytest.mark.parametrize("name", GRADIENTS)
def test_tie_rule_accepts_exactly_its_gradients(pooling: Small, rule: str, name: str) -> None:
    gradient, rules = GRADIENTS[name]
    judge = judge_of(pooling, rule)

    finding = judge.find_fault(np.array(gradient, dtype=float), case_of(judge, X, UPSTREAM))

    assert (finding is None) == (rule in rules), finding


def test_any_split_that_windows_share_is_accepted_together_only(pooling: Small) -> None:
    judge = judge_of(pooling, "any")
    case = case_of(judge, np.ones((2, 3)), np.array([[4.0, -2.0]]))

    valid = np.array([[4.0, -1.0, 0.0], [0.0, -1.0, 0.0]])
    invalid = np.array([[4.0, 0.0, 0.0], [0.0, 0.0, -1.0]])

    assert judge.find_fault(valid, case) is None
    finding = judge.find_fault(invalid, case)
    assert finding is not None
    assert finding.property == "same_as_reference"


def test_refused_split_is_explained_in_words(pooling: Small) -> None:
    judge = judge_of(pooling, "any")

    finding = judge.find_fault(np.full((2, 2), 6.0), case_of(judge, X, UPSTREAM))

    assert finding is not None
    assert finding.message.startswith("expected 0, got 6 at [0, 1]; ")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(None, "expected an array of shape (2, 2), got None", id="none"),
        pytest.param(
            [[6.0, 0.0], [0.0, 0.0]],
            "expected an array of shape (2, 2), got a list of 2",
            id="list",
        ),
        pytest.param(
            (np.zeros((2, 2)),), "expected an array of shape (2, 2), got a tuple of 1", id="tuple"
        ),
        pytest.param(np.zeros((1, 2, 2)), "the shape is (1, 2, 2), expected (2, 2)", id="shape"),
        pytest.param(
            np.zeros((2, 1)),
            "the shape is (2, 1), expected (2, 2)",
            id="shape-that-would-broadcast",
        ),
        pytest.param(np.zeros((0, 2)), "the shape is (0, 2), expected (2, 2)", id="empty"),
        pytest.param(
            np.zeros((2, 2), int), "the dtype is int64, expected a float dtype", id="integers"
        ),
        pytest.param(
            np.zeros((2, 2), bool), "the dtype is bool, expected a float dtype", id="bools"
        ),
        pytest.param(
            np.zeros((2, 2), complex),
            "the dtype is complex128, expected a float dtype",
            id="complex",
        ),
        pytest.param("x", "expected an array of shape (2, 2), got a str", id="text"),
    ],
)
def test_wrong_form_is_named_before_any_value(pooling: Small, answer: object, said: str) -> None:
    judge = judge_of(pooling, "any")

    finding = judge.find_fault(answer, case_of(judge, X, UPSTREAM))

    assert finding is not None
    assert (finding.property, finding.message) == ("shape_and_dtype", said)


# -- several values and validators ---------------------------------------------------------

STATISTICS = """
    entry: extremes(x)
    draw:
      n: int 1..4
      x: floats[n]
    groups:
      - {id: all, points: 1}
"""
EXTREMES = "def extremes(x):\n    return x.min(), x.max()\n"


@pytest.mark.parametrize(
    ("answer", "is_right"),
    [
        pytest.param("x.min(), x.max()", True, id="tuple"),
        pytest.param("[x.min(), x.max()]", True, id="list"),
        pytest.param("float(min(x)), float(max(x))", True, id="plain-numbers"),
        pytest.param("x.max(), x.min()", False, id="swapped"),
        pytest.param("x.min()", False, id="one"),
        pytest.param("x.min(), x.max(), len(x)", False, id="three"),
        pytest.param("{0: x.min(), 1: x.max()}", False, id="dict"),
        pytest.param("None", False, id="none"),
    ],
)
def test_pair_is_compared_as_a_pair(small: Small, answer: str, is_right: bool) -> None:
    small.write(STATISTICS, EXTREMES)

    report = small.grade(f"def extremes(x):\n    return {answer}\n")

    assert report.status is Status.GRADED
    assert lost(report) == (set() if is_right else {"all"})


VALIDATED = """
    entry: root(x)
    draw:
      x: int 1..50
    validator: divides
    groups:
      - {id: all, points: 1}
"""
DIVISORS = """
    def root(x):
        return 1

    def divides(answer, x):
        return None if x % answer == 0 else f"{answer} does not divide {x}"
"""


@pytest.mark.parametrize(
    "answer", ["1", "x", "max(d for d in range(1, x + 1) if x % d == 0 and d * d <= x)"]
)
def test_validator_accepts_every_right_answer(small: Small, answer: str) -> None:
    small.write(VALIDATED, DIVISORS)

    assert lost(small.grade(f"def root(x):\n    return {answer}\n")) == set()


def test_validator_says_what_is_wrong(small: Small) -> None:
    small.write(VALIDATED, DIVISORS)

    report = small.grade("def root(x):\n    return x + 1\n")

    (failure,) = groups_of(report)["all"].failures
    assert (failure.property, failure.message) == ("divides", "2 does not divide 1")


def test_validator_that_raises_is_the_authors_fault_and_not_a_zero(small: Small) -> None:
    small.write(VALIDATED, DIVISORS)

    report = small.grade("def root(x):\n    return 0\n")  # it divides by the answer

    assert (report.status, report.verdict, report.score) == (Status.ERROR, Verdict.JE, None)
    assert "reference/ref.py:5" in report.message
    assert "ZeroDivisionError" in report.message
