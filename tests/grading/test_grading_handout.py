"""A handout holds what a student may see, and checks without the course; damaged, it is refused."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_course import Small, groups_of, plan_of, submission

from grader.core.codec import decode
from grader.core.errors import UsageError
from grader.core.report import Status
from grader.grading.checking import plan_of_handout, read_handout
from grader.grading.grade import grade
from grader.grading.handout import MOST_SHOWN, handout_content, handout_files
from grader.sandbox import Sandbox

PART = """
    entry: double(x) = secretly_doubled(x)
    draw:
      n: int 1..4
      x: floats[n]
    groups:
      - {id: short, points: 1, where: n <= 2, shown: true}
      - {id: long, points: 1, where: n > 2, hint: hint_of_the_hidden_group}
    properties: [same_as_reference, inputs_unchanged, deterministic, linear_in x, property_secret]
"""
REFERENCE = """
    def secretly_doubled(x):
        return 2 * x  # comment_of_the_reference

    def property_secret(answer):
        return None
"""
CHECKS = """
## Case: name_of_the_hidden_case
```yaml
n: 3
x: [1234.5, 2, 3]
expect: [2469, 4, 6]
```

## Wrong: name_of_the_misconception
fails: short, long
hint: hint_of_the_misconception
```python
def double(x):
    return 3 * x  # code_of_the_misconception
```

## Right: name_of_the_right_solution
```python
def double(x):
    return x + x  # code_of_the_right_solution
```
"""
SECRETS = (
    "secretly_doubled",
    "comment_of_the_reference",
    "property_secret",
    "hint_of_the_hidden_group",
    "name_of_the_hidden_case",
    "1234.5",
    "2469",
    "name_of_the_misconception",
    "hint_of_the_misconception",
    "code_of_the_misconception",
    "name_of_the_right_solution",
    "code_of_the_right_solution",
    "Done.",
    "int 1..4",
)


@pytest.fixture
def course(small: Small) -> Small:
    return small.write(PART, REFERENCE, checks=CHECKS, points=2)


def decoded_cases(content: dict[str, Any]) -> list[dict[str, Any]]:
    cases = [case for part in content["parts"] for case in part["cases"]]
    return [decode(base64.b64decode(case["values"])) for case in cases]  # type: ignore[misc]


@pytest.mark.parametrize("secret", SECRETS)
def test_handout_does_not_hold_the_secret(course: Small, secret: str) -> None:
    everything = "\n".join(handout_files(course.plan()).values())
    assert secret in "".join(path.read_text() for path in course.root.rglob("*.*")), "no secret"

    assert secret not in everything


def test_handout_holds_inputs_of_shown_groups_only(course: Small) -> None:
    content = handout_content(course.plan())

    inputs = [case["inputs"]["x"] for case in decoded_cases(content)]

    assert 0 < len(inputs) <= MOST_SHOWN
    assert max(len(x) for x in inputs) <= 2
    assert 1234.5 not in np.concatenate(inputs)


def test_handout_of_this_course_holds_no_case_of_a_hidden_group(cache: Path) -> None:
    plan = plan_of("ssu_batch4_004", cache)

    content = handout_content(plan)

    assert all(
        case["inputs"]["stride"] >= case["inputs"]["kernel"] for case in decoded_cases(content)
    )
    assert "average pooling" not in json.dumps(content)
    assert "argmax" not in "".join(handout_files(plan).values())


def test_check_works_without_course_and_reference(
    course: Small, sandbox: Sandbox, tmp_path: Path
) -> None:
    for name, text in handout_files(course.plan()).items():
        (tmp_path / name).write_text(text)
    shutil.rmtree(course.root)
    plan = read_handout(tmp_path)

    right = grade(plan, submission("def double(x):\n    return x + x\n"), sandbox)
    wrong = grade(plan, submission("def double(x):\n    return x * x * x\n"), sandbox)
    unsteady = grade(plan, submission("def double(x):\n    x *= 2\n    return x\n"), sandbox)

    assert [right.status, wrong.status, unsteady.status] == [Status.GRADED] * 3
    assert (right.score, right.max_score, wrong.score, unsteady.score) == (1, 1, 0, 0)
    assert wrong.parts[0].misconception is None
    assert groups_of(unsteady)["short"].failures[0].property == "inputs_unchanged"


def test_tie_rule_any_is_decided_in_a_handout_too(cache: Path, sandbox: Sandbox) -> None:
    content = handout_content(plan_of("ssu_batch4_004", cache))
    source = plan_of("ssu_batch4_004", cache).parts[0].code.right[2].source  # the last maximum

    report = grade(plan_of_handout(content), submission(source), sandbox)

    assert report.score == report.max_score == 2


def damaged(content: dict[str, Any], kind: str) -> str:
    part = content["parts"][0]
    match kind:
        case "no-part":
            del part["entries"]
        case "parts-is-a-number":
            content["parts"] = 3
        case "other-format":
            content["format"] = "grader/handout/v9"
        case "values-not-base64":
            part["cases"][0]["values"] = "%%%"
        case "values-cut-short":
            part["cases"][0]["values"] = part["cases"][0]["values"][:16]
        case "values-of-another-kind":
            part["cases"][0]["values"] = base64.b64encode(b"\x00\x01\x02").decode()
        case "unknown-property":
            part["properties"] = [["become_root", ""]]
        case "points-are-a-word":
            part["groups"][0][1] = "many"
        case "points-divided-by-zero":
            part["groups"][0][1] = "1/0"
        case "tolerance-below-zero":
            part["compare"][0] = -1
        case "unknown-tie-rule":
            part["ties"] = "random"
        case "list":
            return json.dumps([content])
        case "no-json":
            return "{"
        case "deep":
            return "[" * 100_000
        case "cases-without-group":
            part["cases"][0]["groups"] = 3
        case "entries-are-numbers":
            part["entries"] = [3]
        case "call-is-a-number":
            part["call"] = 3
    return json.dumps(content)


@pytest.mark.parametrize(
    "kind",
    [
        "no-part",
        "parts-is-a-number",
        "other-format",
        "values-not-base64",
        "values-cut-short",
        "values-of-another-kind",
        "unknown-property",
        "points-are-a-word",
        "points-divided-by-zero",
        "tolerance-below-zero",
        "unknown-tie-rule",
        "list",
        "no-json",
        "deep",
        "cases-without-group",
        "entries-are-numbers",
        "call-is-a-number",
    ],
)
def test_damaged_handout_is_refused_by_name(course: Small, tmp_path: Path, kind: str) -> None:
    content = handout_content(course.plan())
    (tmp_path / "handout.json").write_text(damaged(content, kind))

    with pytest.raises(UsageError) as raised:
        read_handout(tmp_path)

    assert raised.value.where == str(tmp_path / "handout.json")
    assert "is not a handout" in raised.value.what
