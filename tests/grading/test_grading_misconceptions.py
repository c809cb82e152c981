"""A mistake is named where it explains every case, and nowhere else."""

from __future__ import annotations

import functools
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from small_course import Small, groups_of, plan_of, submission

from grader.core.report import MatchedMisconception, Report
from grader.grading.grade import grade
from grader.report import report_as_json, report_as_text, schema
from grader.sandbox import Sandbox

SEED = "ssu_batch4_004"
PART = """
entry: apply(x, k, m)
draw:
  k: int 1..4
  m: int 1..4
  x: floats[k, 3]
groups:
  - {id: equal, points: 1, where: k == m}
  - {id: other, points: 1, where: k != m}
properties: [same_as_reference, shape_and_dtype, inputs_unchanged]
"""
REFERENCE = """
def apply(x, k, m):
    return x * m + k
"""
CHECKS = """
## Wrong: forgets to add
fails: equal, other
hint: k is added
```python
def apply(x, k, m):
    return x * m
```
"""
RIGHT = "import numpy as np\n\n\ndef right(x, k, m):\n    return x * m + k\n\n\n"


def answering(expression: str, *before: str) -> str:
    lines = "".join(f"    {line}\n" for line in before)
    return f"{RIGHT}def apply(x, k, m):\n{lines}    return {expression}\n"


@pytest.fixture
def course(small: Small) -> Small:
    return small.write(PART, REFERENCE, checks=CHECKS, points=2)


def named(report: Report) -> MatchedMisconception | None:
    jsonschema.validate(report_as_json(report), schema())
    return report.parts[0].misconception


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (answering("-right(x, k, m)"), "the right answer with the opposite sign"),
        (answering("3 * right(x, k, m)"), "3 times the right answer"),
        (answering("right(x, k, m) / 4"), "1/4 times the right answer"),
        (answering("right(x, k, m) - 1"), "the right answer minus 1"),
        (answering("right(x, k, m) / x.size"), "the right answer divided by the number of cells of x"),
        (answering("right(x, k, m).T.copy()"), "the right answer transposed"),
        (answering("right(x, k, m)[::-1].copy()"), "the right answer in reverse order along its rows"),
        (answering("right(x, k, m)[:, :-1]"), "the right answer without its last part along its columns"),
        (answering("np.pad(right(x, k, m), 2)"), "the right answer inside of a larger array"),
        (answering("np.trunc(right(x, k, m))"), "the right answer cut to whole numbers"),
        (answering("right(x, k, m).ravel()"), "the right numbers in another shape"),
        (answering("right(x, k, m).tolist()"), "the right numbers in a list"),
        (answering("right(x, k, m).astype(complex)"), "the right values in another number type"),
        (answering("abs(right(x, k, m))"), "the right answer without its signs"),
        (answering("right(x, k, k)"), "the right answer if m were k"),
        (answering("right(x, m, k)"), "the right answer with k and m exchanged"),
        (answering("right(x, 1, m)"), "the right answer if k were 1"),
        (answering("right(abs(x), k, m)"), "the right answer if x had no signs"),
        (answering("right(x, k, m) * 0"), "zero"),
        (
            answering("old", "global last", "old = globals().get('last', right(x, k, m))", "last = right(x, k, m)"),
            "the right answer to the call before",
        ),
        (
            answering("out", "out = right(x, k, m)", "x += 1"),
            "the right answer, but it writes into its input x",
        ),
        (
            "total = 0\n" + answering("right(x, k, m) + total - 1", "global total", "total += 1"),
            "right in the first call of a process, wrong after other calls",
        ),
    ],
    ids=lambda value: value if not value.startswith(("import", "total")) else "",
)  # fmt: skip
def test_common_mistake_is_named_by_what_it_gives(course: Small, source: str, name: str) -> None:
    report = course.grade(source)

    found = named(report)
    assert found is not None
    assert found.name.removesuffix(", in every case that is wrong") == name
    assert not found.is_declared
    assert found.is_sure
    assert found.hint
    assert "It gives: " in report_as_text(report, colour=False)


def test_declared_mistake_goes_before_a_built_in_one(course: Small) -> None:
    found = named(course.grade(answering("x * m")))

    assert found == MatchedMisconception(
        name="forgets to add", hint="k is added", agreed_cases=found.agreed_cases if found else 0
    )


@pytest.mark.parametrize(
    "expression",
    [
        pytest.param("right(x, k, m) + (x > 0)", id="depends-on-the-sign"),
        pytest.param("np.full_like(x, 7.0)", id="constant"),
        pytest.param("right(x, k, m) * (1 if k < 3 else -1) + (k == 4)", id="two-mistakes"),
        pytest.param("np.sort(right(x, k, m), axis=None).reshape(x.shape)", id="sorted"),
        pytest.param("{}[k]", id="raises"),
        pytest.param("None", id="none"),
        pytest.param("[[1], [2, 3]]", id="ragged-list"),
        pytest.param("'text'", id="text"),
    ],
)
def test_nothing_is_named_that_explains_some_cases_only(course: Small, expression: str) -> None:
    assert named(course.grade(answering(expression))) is None


def test_mistake_made_in_one_group_only_is_told_of_the_wrong_cases(course: Small) -> None:
    report = course.grade(answering("-right(x, k, m) if k == m else right(x, k, m)"))

    found = named(report)
    assert found is not None
    assert found.name == "the right answer with the opposite sign, in every case that is wrong"
    assert found.agreed_cases <= groups_of(report)["equal"].cases


def test_nearly_declared_mistake_is_told_with_its_cases(course: Small) -> None:
    exception = "x * m if (k, m) != (2, 3) else x * m + 0.5"

    found = named(course.grade(answering(exception)))

    assert found is not None
    assert found.name == "forgets to add"
    assert not found.is_sure
    assert 0.9 * found.compared_cases <= found.agreed_cases < found.compared_cases
    report = course.grade(answering(exception))
    assert f"(on {found.agreed_cases} of {found.compared_cases} cases)" in report_as_text(
        report, colour=False, width=200
    )


def test_right_submission_is_told_no_mistake(course: Small) -> None:
    report = course.grade(answering("right(x, k, m)"))

    assert report.score == Fraction(2)
    assert named(report) is None


RULES = {
    "first": "i, j = np.unravel_index(np.argmax(window), window.shape); dx[at][i, j] += delta_f[k, l]",
    "last": ("i, j = np.argwhere(window == window.max())[-1]; dx[at][i, j] += delta_f[k, l]"),
    "split": "mask = window == window.max(); dx[at] += mask * (delta_f[k, l] / mask.sum())",
    "all": "dx[at] += (window == window.max()) * delta_f[k, l]",
    None: "i, j = np.argwhere(window == window.max())[(k + l) % 2 - 1]; dx[at][i, j] += delta_f[k, l]",
}


@pytest.fixture(scope="module")
def plans(cache: Path) -> Any:
    return functools.cache(lambda name: plan_of(name, cache))


@pytest.mark.parametrize(("rule", "statement"), RULES.items(), ids=str)
def test_tie_rule_of_a_submission_is_told(
    plans: Any, sandbox: Sandbox, rule: str | None, statement: str
) -> None:
    source = f"""
import numpy as np

def backward(x, delta_f, kernel, stride):
    dx = np.zeros_like(x)
    for k, l in np.ndindex(delta_f.shape):
        at = np.s_[k * stride:k * stride + kernel, l * stride:l * stride + kernel]
        window = x[at]
        {statement}
    return dx
"""
    report = grade(plans(SEED), submission(source), sandbox)

    found = report.parts[0].tie_rule
    assert (found and found.rule) == rule
    assert ("Ties: " in report_as_text(report, colour=False)) is (rule is not None)
    assert (report.score == report.max_score) is (rule != "all")
