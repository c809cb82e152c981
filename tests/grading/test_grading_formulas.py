"""verify compares the formula of the solution with the reference, and tries its changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from small_course import Small, built_in_course, plan_of

from grader.bank import find_question
from grader.core.errors import QuestionError
from grader.grading.checks import Check
from grader.grading.formulas import check_formulas
from grader.grading.plan import QuestionPlan
from grader.sandbox import Sandbox

PART = r"""
    entry: scores(x, w)
    draw:
      N: int 1..3
      M: int 1..4
      x: floats[N, M]
      w: floats[M]
    groups:
      - {id: all, points: 1}
    formula:
      target: 'y_{i}'
"""
REFERENCE = """
def scores(x, w):
    return x @ w


def neighbours(x):
    return [[(other,) for other in range(len(x)) if other != row] for row in range(len(x))]


def others(x):
    return [x.sum(axis=0) - row for row in x]
"""
CHECKS = """
## Wrong: forgets the weights
fails: all
```python
def scores(x, w):
    return x.sum(axis=1)
```
"""
RIGHT = r"y_i = \sum_j x_{ij} w_j"


@dataclass(frozen=True, slots=True)
class Course:
    """A small course whose solution is a text with formulas; plan has inputs made once for all."""

    small: Small
    plan: QuestionPlan

    def verify(self, solution: str, *, part: str = PART, reference: str = REFERENCE) -> list[Check]:
        """Give what is said about formulas, without the rest of verify."""
        self.small.write(part, reference, points=1)
        path = self.small.root / "questions/q.md"
        path.write_text(path.read_text().replace("# Solution\nDone.", f"# Solution\n{solution}"))
        return self.checks(self.plan)

    def checks(self, plan: QuestionPlan | None = None) -> list[Check]:
        question = find_question(self.small.course, "q")
        return list(check_formulas(question, plan or self.small.plan()))

    def said(self, solution: str, *, part: str = PART, reference: str = REFERENCE) -> list[str]:
        """Give the lines as 'grade where: what'."""
        checks = self.verify(solution, part=part, reference=reference)
        return [f"{one.grade.value} {one.where}: {one.what}" for one in checks]

    def line_of(self, text: str) -> int:
        lines = (self.small.root / "questions/q.md").read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, cache: Path) -> QuestionPlan:
    """Inputs of PART, drawn once: what a solution says does not change them."""
    return Small(tmp_path_factory.mktemp("course"), sandbox, cache).write(PART, REFERENCE).plan()


@pytest.fixture
def course(small: Small, plan: QuestionPlan) -> Course:
    return Course(small, plan)


def test_right_formula_is_compared_and_changed(course: Course) -> None:
    compared, changes = course.verify(f"So\n$$ {RIGHT} $$\n")

    assert compared.what == "the formula for y_{i} equals the reference on 30 inputs"
    assert changes.what.endswith("0 survived")
    assert {compared.grade.value, changes.grade.value} == {"ok"}
    assert compared.where == f"questions/q.md:{course.line_of('$$')}"


def test_wrong_formula_is_a_problem_with_line_and_counterexample(course: Course) -> None:
    (problem,) = course.said(f"So\n\n$$\n{RIGHT.replace('w_j', 'w_j^2')}\n$$\n")

    assert problem.startswith(f"problem questions/q.md:{course.line_of('w_j')}: the formula for y_")
    assert "gives " in problem
    assert ", expected " in problem
    assert " on N = 1, M = 1, x = [[" in problem


@pytest.mark.parametrize(
    ("solution", "expected"),
    [
        pytest.param(
            r"$$ y_i = \sum_j x_{ij} \text{ times the weight of } j $$",
            'cannot be read: the words "times the weight of" cannot be evaluated',
            id="prose",
        ),
        pytest.param(r"$$ y_i = \sum_j x_{ij} g_j $$", "g is not among the symbols", id="unknown"),
        pytest.param(r"$$ z_i = 1 $$", "no display formula of the solution has y_{i}", id="other"),
        pytest.param(f"${RIGHT}$", "no display formula of the solution has y_{i}", id="inline"),
        pytest.param(f"```\n$$ {RIGHT} $$\n```", "no display formula", id="in-code"),
        pytest.param(r"$$ y_i = \max_j x_{ij} w_j $$", "gives ", id="wrong"),
    ],
)
def test_formula_that_cannot_be_compared_is_a_problem(
    course: Course, solution: str, expected: str
) -> None:
    problems = course.said(solution)

    assert any(one.startswith("problem questions/q.md:") and expected in one for one in problems)


@pytest.mark.parametrize(
    "display",
    [
        pytest.param(f"\\[ {RIGHT} \\]", id="brackets"),
        pytest.param(f"\\begin{{align}}\n{RIGHT}\n\\end{{align}}", id="environment"),
        pytest.param(f"$${RIGHT}$$", id="one-line"),
        pytest.param(f"costs \\$5 and `$`: $$ {RIGHT} $$", id="dollars-that-are-none"),
    ],
)
def test_display_formula_is_found_however_it_is_set(course: Course, display: str) -> None:
    assert course.said(display)[0].startswith("ok ")


def test_step_before_the_last_line_is_a_note(course: Course) -> None:
    step = r"y_i = \sum_j \frac{\partial y_i}{\partial w_j} w_j"

    right, note, changes = course.said(f"$$ {step} $$\nhence\n$$ {RIGHT} $$\n")

    assert right.startswith("ok ")
    assert note.startswith(f"note questions/q.md:{course.line_of('partial')}: not compared: ")
    assert changes.startswith("ok ")


def test_definitions_of_the_solution_are_known_to_its_formula(course: Course) -> None:
    solution = "Let $t_{ij} = x_{ij} w_j$.\n$$ y_i = \\sum_j t_{ij} $$\n"

    assert course.said(solution)[0].startswith("ok ")


def test_solution_with_formulas_but_no_target_is_a_note(course: Course) -> None:
    part = PART[: PART.index("    formula:")]

    (note,) = course.said(f"$$ {RIGHT} $$\n", part=part)

    line = course.line_of("$$")
    assert note == (
        f"note questions/q.md:{line}: the solution has a display formula, no part declares a "
        "target: nothing was compared"
    )


def test_solution_without_display_formulas_needs_no_target(course: Course) -> None:
    part = PART[: PART.index("    formula:")]

    assert course.said("In a sentence: $y = 1$.", part=part) == []


def test_symbols_and_sets_of_the_reference_are_used(course: Course) -> None:
    part = PART.replace("target: 'y_{i}'", "target: 'z_{ij}'\n      expected: others(x)")
    part += "      symbols: {'S(i)': neighbours(x)}\n"

    said = course.said(r"$$ z_{ij} = \sum_{k \in S(i)} x_{kj} $$", part=part)

    assert said[0].startswith("ok ")
    assert "equals the reference" in said[0]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param(
            "      symbols: {'S(i, j)': neighbours(x)}\n", "no list of index tuples", id="depth"
        ),
        pytest.param(
            "      symbols: {'S(i)': others(x)}\n", "no list of index tuples", id="no-set"
        ),
        pytest.param("      symbols: {'y': w}\n", "y is the target", id="clash"),
        pytest.param("      symbols: {'a+b': w}\n", "is not a name", id="no-name"),
        pytest.param("      expected: others(x)\n", "its values have 2 axes", id="rank"),
    ],
)
def test_declaration_that_does_not_fit_is_a_problem_at_its_line(
    course: Course, more: str, expected: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        course.verify(f"$$ {RIGHT} $$", part=PART + more)

    assert caught.value.where == f"questions/q.md:{course.line_of('target:')}"
    assert expected in str(caught.value)


def test_change_that_survives_is_a_problem_until_it_is_explained(course: Course) -> None:
    solution = r"$$ y_i = \sum_{j : j \ge 0} x_{ij} w_j $$"

    survived = course.said(solution)
    change = r"drops the condition j \ge 0"
    part = PART + f"      equal: [{{change: '{change}', because: indices begin at 0}}]\n"
    explained = course.said(solution, part=part)

    line = course.line_of("$$")
    assert any(f"makes no difference: {change}; draw other inputs" in one for one in survived)
    assert (
        f"note questions/q.md:{line}: equal change of the formula: {change}: indices begin at 0"
        in (explained)
    )
    assert not any(one.startswith("problem") for one in explained)


def test_explained_change_that_does_not_survive_is_a_problem(course: Course) -> None:
    part = PART + "      equal: [{change: 'a -> b', because: no idea}]\n"

    said = course.said(f"$$ {RIGHT} $$", part=part)

    assert any(
        "'equal' of the formula lists 'a -> b', which is no surviving change" in one for one in said
    )


def test_inputs_with_ties_are_left_out(course: Course) -> None:
    course.verify(f"$$ {RIGHT} $$", part=PART.replace("[N, M]", "[N, M] ties"))

    (note,) = course.checks()

    assert note.grade.value == "note"
    assert "no inputs without ties: the formula was not compared" in note.what


def write_parts(course: Course, formula: str, solution: str) -> None:
    """Write the code part without a formula, a formula part, and a solution."""
    course.small.write(PART[: PART.index("    formula:")], REFERENCE, points=1)
    path = course.small.root / "questions/q.md"
    part = "  - id: by_hand\n    points: 1\n    answer: formula\n" + formula + "---\n"
    text = path.read_text().replace("---\n\n# Question\n(1p)", f"{part}\n# Question\n(2p)")
    path.write_text(text.replace("# Solution\nDone.", f"# Solution\n{solution}"))


def test_formula_part_shares_the_inputs_and_values_of_the_code_part(course: Course) -> None:
    write_parts(course, "    target: 'y_i'\n", f"$$ {RIGHT} $$")

    checks = course.checks(course.plan)

    assert checks[0].what == "the formula for y_i equals the reference on 30 inputs"


def test_formula_part_may_draw_inputs_of_its_own(course: Course) -> None:
    formula = (
        "    target: 'z_{ij}'\n    draw: {N: int 2..3, x: 'floats[N, N]'}\n"
        "    expected: others(x)\n"
    )
    write_parts(course, formula, r"$$ z_{ij} = \sum_{k \ne i} x_{kj} $$")

    checks = course.checks(course.plan)

    assert checks[0].what == "the formula for z_{ij} equals the reference on 30 inputs"


def test_inputs_of_its_own_need_expected_values(course: Course) -> None:
    write_parts(course, "    target: 'y_i'\n    draw: {x: 'floats[3]'}\n", f"$$ {RIGHT} $$")

    with pytest.raises(QuestionError, match="draws inputs of its own but has no 'expected'"):
        course.checks(course.plan)


def test_verify_holds_only_with_a_right_formula(small: Small) -> None:
    small.write(PART, REFERENCE, checks=CHECKS, points=1)
    path = small.root / "questions/q.md"
    path.write_text(path.read_text().replace("Done.", f"$$ {RIGHT.replace('w_j', 'w_j^2')} $$"))

    result = small.verify()

    assert not result.holds
    assert any("the formula for y_{i} gives" in check.what for check in result.checks)


def test_question_of_the_course_compares_its_formula(cache: Path) -> None:
    course = built_in_course()
    question = find_question(course, "ssu_batch4_004")

    checks = list(check_formulas(question, plan_of("ssu_batch4_004", cache)))

    assert [check.grade.value for check in checks] == ["ok", "note", "note", "ok"]
    assert checks[0].what == (r"the formula for \delta_{x, ij} equals the reference on 30 inputs")
    assert "was the max in its window" in checks[1].what
    assert "8 wrong" in checks[3].what
