"""Each property holds for a function that has it, and is missed by one that has not."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import Small, groups_of, lost

from grader.core.corpus import Corpus
from grader.core.report import Status
from grader.sandbox import Sandbox

PART = """
    entry: f(x, g)
    draw:
      n: int 2..4
      x: floats[n] distinct
      g: floats[n]
    groups:
      - {id: all, points: 1}
    properties: [%s]
"""
REFERENCE = """
    import numpy as np

    def f(x, g):
        return x * g

    def tripled(x):
        return 3 * x

    def property_bounded(answer, x):
        return None if np.abs(answer).max() <= np.abs(x).max() else f"larger than {np.abs(x).max()}"

    def property_even(call, answer, x):
        return None if np.array_equal(answer, call(x=-x)) else "f(-x) is not f(x)"
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, cache: Path) -> Corpus:
    """The inputs of the question, drawn once."""
    course = Small(tmp_path_factory.mktemp("course"), sandbox, cache)
    return course.write(PART % "same_as_reference", REFERENCE).plan().parts[0].corpus


@pytest.mark.parametrize(
    ("prop", "has_it", "breaks_it"),
    [
        pytest.param("same_as_reference", "x * g", "x * g + 1e-6", id="same_as_reference"),
        pytest.param("shape_and_dtype", "0 * x", "(0 * x)[:1]", id="shape"),
        pytest.param("shape_and_dtype", "0 * x", "np.zeros(len(x), dtype=int)", id="dtype"),
        pytest.param("inputs_unchanged", "np.sort(x)", "x.sort()", id="inputs_unchanged"),
        pytest.param("inputs_unchanged", "np.zeros(2)", "g.fill(0)", id="inputs_unchanged-second"),
        pytest.param(
            "deterministic",
            "np.random.default_rng(0).random(3)",
            "np.array([next(calls)])",
            id="deterministic",
        ),
        pytest.param("deterministic", "x", "np.random.random(3)", id="deterministic-random"),
        pytest.param("linear_in g", "x * g", "x * abs(g)", id="linear-homogeneous"),
        pytest.param(
            "linear_in g", "g - g[::-1]", "abs(g[0] - g[-1]) * (g - g[::-1])", id="linear-scaled"
        ),
        pytest.param("linear_in g", "g[::-1] - g", "g + 1", id="linear-affine"),
        pytest.param("linear_in g", "g.sum()", "g.max()", id="linear-additive"),
        pytest.param("zero_for g", "x * g", "x * g + x", id="zero_for"),
        pytest.param("zero_for g", "[g, 0.0]", "[g, 1.0]", id="zero_for-list"),
        pytest.param("conserves g", "g[::-1]", "2 * g", id="conserves"),
        pytest.param("conserves g", "np.full(3, g.sum() / 3)", "g.sum()", id="conserves-array"),
        pytest.param("invariant_to shift x", "x.argmax()", "x", id="shift"),
        pytest.param("invariant_to scale x", "x.argsort()", "x - x[0]", id="scale"),
        pytest.param("gradient_of tripled", "3 * g", "2 * g", id="gradient_of"),
        pytest.param("gradient_of tripled", "3.0 * g", "-3 * g", id="gradient_of-sign"),
        pytest.param("property_bounded", "x / 2", "x * 2 + 1", id="authored"),
        pytest.param("property_even", "x * x", "x * x * x", id="authored-with-call"),
    ],
)
def test_property_holds_or_is_missed(
    small: Small, corpus: Corpus, prop: str, has_it: str, breaks_it: str
) -> None:
    plan = small.write(PART % prop, REFERENCE).plan()
    vars(plan.parts[0])["corpus"] = corpus  # inputs do not depend on the properties
    head = "import itertools\nimport numpy as np\ncalls = itertools.count()\n\ndef f(x, g):\n"

    right = small.grade(f"{head}    return {has_it}\n", plan)
    wrong = small.grade(f"{head}    return {breaks_it}\n", plan)

    assert (right.status, wrong.status) == (Status.GRADED, Status.GRADED), right.message
    assert lost(right) == set(), groups_of(right)["all"].failures[0].message
    assert lost(wrong) == {"all"}
    assert groups_of(wrong)["all"].failures[0].property == prop


def test_property_is_tried_on_a_call_that_raises(small: Small) -> None:
    small.write(PART % "zero_for g", REFERENCE)

    report = small.grade("def f(x, g):\n    return 1 // int(bool(g.any())) * 0 * x\n")

    (failure,) = groups_of(report)["all"].failures
    assert failure.verdict.value == "RTE"
    assert "ZeroDivisionError" in failure.message


def test_authored_property_that_raises_is_the_authors_fault(small: Small) -> None:
    small.write(PART % "property_bounded", REFERENCE)

    report = small.grade("def f(x, g):\n    return 'text'\n")

    assert (report.status, report.score) == (Status.ERROR, None)
    assert "property_bounded raised" in report.message
