"""What an author is told about the text around a question that loads."""

from __future__ import annotations

import pytest
from bank_files import GRADED, Files, edited, line_of

from grader.bank import lint

WHERE = "points: 3, where: stride > 2"
STATEMENT = "which sends gradients back."


def problems(files: Files, old: str, new: str) -> list[str]:
    found = lint(files.load(edited(GRADED, old, new)), files.course)
    return [str(problem) for problem in found if problem.is_error]


def test_good_question_has_no_problems(files: Files) -> None:
    assert lint(files.load(GRADED), files.course) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("![figure](there.png)", id="image"),
        pytest.param("[text](there.png#part)", id="anchor-in-file"),
        pytest.param("[text](a%20b.png)", id="escaped-name"),
        pytest.param("[text](https://example.org/x)", id="address"),
        pytest.param("[text](#part)", id="anchor"),
        pytest.param("[[max-pooling]]", id="wiki-link"),
        pytest.param("`[a](none.png)`", id="code"),
        pytest.param("```\n[a](none.png)\n```", id="fence"),
        pytest.param("```python\nx = 1\n```", id="python"),
        pytest.param("```python\n>>> x = 1\n1\n```", id="session"),
    ],
)
def test_text_that_is_in_order_is_no_problem(files: Files, text: str) -> None:
    files.write("", "questions/there.png")
    files.write("", "questions/a b.png")

    assert problems(files, STATEMENT, f"\n{text}") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("![figure](none.png)", "image 'none.png' leads nowhere", id="image"),
        pytest.param("[text](none.md)", "link 'none.md' leads nowhere", id="link"),
        pytest.param("[text][a]\n\n[a]: none.md", "link 'none.md' leads nowhere", id="definition"),
        pytest.param("[text](../../course2)", "leaves the course folder", id="outside"),
        pytest.param("```python\nx = (\n```", "sample code does not compile", id="python"),
    ],
)
def test_text_that_is_not_in_order_is_a_problem_at_its_line(
    files: Files, text: str, message: str
) -> None:
    (files.root.parent / "course2").mkdir()

    (found,) = problems(files, STATEMENT, f"\n\n{text}")

    assert message in found
    first = line_of(GRADED, STATEMENT) + 2
    assert int(found.split(":")[1]) in range(first, first + 3)


def test_links_of_the_solution_are_followed_too(files: Files) -> None:
    (found,) = problems(files, "The maximum gets it all.", "See [it](none.md).")

    assert found.startswith(f"questions/q.md:{line_of(GRADED, 'The maximum gets')}: link")


def test_reference_that_takes_fewer_arguments_is_a_problem(files: Files) -> None:
    (found,) = problems(
        files, "= max_pool_backward(delta_f, x, kernel, stride)", "= max_pool(x, kernel)"
    )

    assert "'max_pool(x, kernel)' gives 2 arguments, the reference takes 3" in found


def test_known_answer_that_defines_something_else_is_a_problem(files: Files) -> None:
    good = "def backward(x, delta_f, kernel, stride):\n    return x + 0"

    (found,) = problems(files, good, good.replace("backward", "forward"))

    assert (
        found
        == f"questions/q.md:{line_of(GRADED, '## Right')}: 'another' does not define 'backward'"
    )


def test_case_that_no_group_runs_is_a_problem(files: Files) -> None:
    start, end = GRADED.index("      - {id: overlapping"), GRADED.index("    ties: any")
    text = edited(GRADED[:start] + GRADED[end:], "points: 1, where: stride >= kernel", WHERE)

    found = lint(files.load(edited(text, "fails: overlapping", "fails: all")), files.course)

    assert [problem.what for problem in found] == [
        "case 'one window' is in no group: no 'where' holds for it"
    ]


def test_case_that_is_not_what_its_group_is_about_is_noted(files: Files) -> None:
    text = edited(GRADED, "## Case: one window\n", "## Case: one window\ngroup: overlapping\n")

    (found,) = lint(files.load(text), files.course)

    assert "'overlapping' does not hold" in found.what
    assert not found.is_error


def test_notes_of_a_question_are_no_errors(files: Files) -> None:
    question = files.load(edited(GRADED, "status: to_learn", "status: to_learn\ncolour: red"))

    (found,) = lint(question, files.course)

    assert (found.where, found.is_error) == ("questions/q.md:8", False)
