"""A question that is not right itself is a PROBLEM with its place."""

from __future__ import annotations

import pytest
from small_course import Small

PART = """
    entry: double(x)
    draw:
      x: int 1..60
    groups:
      - {id: short, points: 1, where: x <= 30, shown: true}
      - {id: long, points: 1, where: x > 30}
    properties: [same_as_reference, shape_and_dtype, inputs_unchanged, deterministic]
"""
REFERENCE = "def double(x):\n    return 2 * x\n"
CHECKS = """
## Case: one
```yaml
x: 3
expect: 6
```

## Wrong: triples
fails: short, long
hint: twice, not three times
```python
def double(x):
    return 3 * x
```

## Wrong: only up to thirty
fails: long
hint: all numbers
```python
def double(x):
    return 2 * x if x <= 30 else x
```

## Right: adds
```python
def double(x):
    return x + x
```
"""


def verified(
    small: Small,
    *,
    part: str = PART,
    reference: str = REFERENCE,
    checks: str = CHECKS,
    text: str = "",
) -> list[str]:
    return small.write(part, reference, checks=checks, points=2, text=text).problems()


def line_of(small: Small, text: str) -> int:
    lines = (small.root / "questions/q.md").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_good_question_has_no_problem(small: Small) -> None:
    assert verified(small) == []
    assert small.verify().holds


def test_wrong_solution_that_fails_other_groups_is_a_problem(small: Small) -> None:
    checks = CHECKS.replace("fails: long", "fails: short, long")

    (problem,) = verified(small, checks=checks)

    assert problem.startswith(f"questions/q.md:{line_of(small, '## Wrong: only up')}: ")
    assert "'only up to thirty' fails long; declared: long, short" in problem


def test_wrong_solution_that_is_right_is_a_problem(small: Small) -> None:
    checks = CHECKS.replace("return 3 * x", "return 2 * x")

    problems = verified(small, checks=checks)

    assert any("'triples' fails nothing; declared: long, short" in problem for problem in problems)


def test_right_solution_that_fails_is_a_problem_and_says_why(small: Small) -> None:
    checks = CHECKS.replace("return x + x", "return x * x * x")

    (problem,) = verified(small, checks=checks)

    assert problem.startswith(f"questions/q.md:{line_of(small, '## Right: adds')}: ")
    assert "right solution 'adds' fails long, short; declared: nothing" in problem
    assert "expected" in problem


def test_known_solution_that_does_not_load_is_a_problem(small: Small) -> None:
    checks = CHECKS.replace("return x + x", "return 1 / 0\n\nimport nowhere")

    problems = verified(small, checks=checks)

    assert any("'adds' does not load" in problem for problem in problems)


@pytest.mark.parametrize(
    "reference",
    [
        pytest.param("def double(x):\n    x *= 2\n    return x\n", id="in-place"),
        pytest.param(
            "def double(x):\n    y = 2 * x\n    x[0] = 7\n    return y\n",
            id="overwrites",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_reference_that_changes_its_input_is_a_problem(small: Small, reference: str) -> None:
    part = PART.replace("x: int 1..60", "n: int 1..2\n      x: floats[n]").replace(
        "x <= 30", "n == 1"
    )

    problems = verified(small, part=part.replace("x > 30", "n > 1"), reference=reference, checks="")

    assert any(
        p.startswith("reference/ref.py:") and "must not change its inputs" in p for p in problems
    )


def test_reference_that_answers_differently_each_time_is_a_problem(small: Small) -> None:
    reference = "import random\n\ndef double(x):\n    return 2 * x + random.random()\n"

    problems = verified(small, reference=reference)

    assert any("reference/ref.py" in p and "differently the second time" in p for p in problems)


def test_pinned_value_that_does_not_hold_is_a_problem(small: Small) -> None:
    checks = CHECKS.replace("expect: 6", "expect: 7")

    (problem,) = verified(small, checks=checks)

    assert problem.startswith(f"questions/q.md:{line_of(small, '## Case: one')}: ")
    assert "case 'one': the reference gives 6, expect: says 7" in problem


UINT8_PART = """
    entry: narrow(x)
    draw:
      n: int 1..2
      x: ints[n] 0..255
    groups:
      - {id: short, points: 1, where: n == 1, shown: true}
      - {id: long, points: 1, where: n > 1}
    compare: [exact, same dtype]
"""


@pytest.mark.parametrize(
    ("pin", "told"),
    [
        pytest.param("[255]", None, id="fits", marks=pytest.mark.slow),
        pytest.param("[254]", "254", id="another-number", marks=pytest.mark.slow),
        pytest.param("[511]", "int64", id="would-wrap-around", marks=pytest.mark.slow),
        pytest.param("[255.5]", "float64", id="would-be-cut-off"),
    ],
)
def test_pinned_whole_numbers_are_read_in_the_dtype_of_the_answer_if_they_fit(
    small: Small, pin: str, told: str | None
) -> None:
    reference = "import numpy as np\n\ndef narrow(x):\n    return x.astype(np.uint8)\n"
    checks = CHECKS.partition("## Wrong")[0].replace("x: 3", "x: [255]").replace("6", pin)

    problems = verified(small, part=UINT8_PART, reference=reference, checks=checks)

    pinned = [problem for problem in problems if "case 'one'" in problem]
    assert [told in problem for problem in pinned if told] == [True] * (told is not None)
    assert bool(pinned) == (told is not None)


def test_group_that_no_wrong_solution_fails_is_a_problem(small: Small) -> None:
    checks = CHECKS.replace("return 3 * x", "return x + x * (2 if x > 30 else 1)").replace(
        "fails: short, long", "fails: long"
    )

    (problem,) = verified(small, checks=checks)

    assert problem.startswith("questions/q.md")
    assert "group 'short' is failed by no known wrong solution" in problem


def test_sample_code_that_raises_is_a_problem_with_its_line(small: Small) -> None:
    text = "\nFor example:\n\n```python\nimport numpy as np\nprint(np.zeros(3)[5])\n```\n"

    (problem,) = verified(small, text=text)

    place, _, said = problem.partition(": ")
    line = int(place.removeprefix("questions/q.md:"))
    assert abs(line - line_of(small, "import numpy as np")) <= 1
    assert "IndexError" in said


def test_group_that_no_input_reaches_is_a_problem(small: Small) -> None:
    part = PART.replace("where: x > 30", "where: x > 70")

    problems = verified(small, part=part)

    assert any("long" in problem for problem in problems)


SURVIVOR = """
    def double(x):
        limit = 61
        return 2 * x if x < limit else None
"""


def test_surviving_mutant_is_a_problem_with_line_and_change(small: Small) -> None:
    problems = verified(small, reference=SURVIVOR)

    assert "reference/ref.py:2: mutant survives: '61' -> '62' in: limit = 61" in problems
    assert any("'<' -> '<='" in problem for problem in problems)


def test_declared_equivalent_is_no_problem(small: Small) -> None:
    reference = SURVIVOR.replace(
        "limit = 61",
        "limit = 61  # equivalent: '61' -> '62': not so far",
    ).replace("else None", "else None  # equivalent: '<' -> '<=': not so far")

    assert verified(small, reference=reference) == []


def test_broken_reference_is_a_problem_and_not_a_crash(small: Small) -> None:
    problems = verified(small, reference="def double(x):\n    return 1 / 0\n")

    assert problems == [
        "reference/ref.py:2: double raised ZeroDivisionError: division by zero; "
        "inputs that the reference refuses must not be drawn"
    ]
