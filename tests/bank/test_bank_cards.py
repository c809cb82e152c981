"""Study cards load as they are, and everything that grades is an addition."""

from __future__ import annotations

from fractions import Fraction

import pytest
from bank_files import GRADED, PLAIN, Files, code_of, edited

from grader.core.call import Entry
from grader.core.comparison import TieRule
from grader.core.question import AnswerKind

FRONT = """\
parts:
  - {id: jacobian, points: 5, answer: text, rubric: ['2: the definition', '3: the cases']}
---

# Question
"""


def test_plain_study_card_loads_unchanged(files: Files) -> None:
    card = files.load(PLAIN)

    assert card.id == "ssu_batch4_004"
    assert card.course == "Statistical Machine Learning"
    assert card.tags == ("cnn", "max-pooling", "backpropagation", "gradients")
    assert (card.difficulty, card.type, card.status) == (2, "derivation", "to_learn")
    assert card.stated_points == card.max_score == Fraction(5)
    assert card.related == ("neural-networks", "cnn", "max-pooling", "backpropagation")
    assert card.title == "Max Pooling layer"
    assert (card.parts, card.notes, dict(card.extra)) == ((), (), {})


def test_statement_and_solution_are_the_text_of_the_card(files: Files) -> None:
    card = files.load(PLAIN)

    statement = PLAIN.split("# Question\n")[1].split("\n\n---")[0]
    solution = PLAIN.split("# Solution\n")[1].split("\n\n## Related")[0]
    assert card.statement == statement
    assert card.solution == solution


def test_study_card_with_grading_keys_keeps_its_text(files: Files) -> None:
    plain = files.load(PLAIN)

    graded = files.load(edited(PLAIN, "---\n\n# Question\n", FRONT))

    assert (graded.statement, graded.solution) == (plain.statement, plain.solution)
    assert graded.max_score == 5
    assert graded.parts[0].answer is AnswerKind.TEXT
    assert graded.parts[0].options["rubric"] == ["2: the definition", "3: the cases"]


def test_graded_question_has_its_parts_groups_and_checks(files: Files) -> None:
    question = files.load(GRADED)

    formula, _ = question.parts
    assert formula.options == {"target": r"\frac{\partial f_{kl}}{\partial x_{ij}}"}
    code = code_of(question)
    assert code.entries == (
        Entry(name="backward", parameters=("x", "delta_f", "kernel", "stride")),
    )
    assert code.expected[""].text == "max_pool_backward(delta_f, x, kernel, stride)"
    assert [group.id for group in code.groups] == ["non-overlapping", "overlapping", "ties"]
    assert [group.shown for group in code.groups] == [True, False, False]
    assert code.groups[1].needs == "non-overlapping"
    assert code.ties is TieRule.ANY
    assert [found.text for found in code.properties][-1] == "linear_in delta_f"
    assert question.related == ("max-pooling", "backpropagation")
    assert question.notes == ()


def test_group_draw_replaces_the_declaration_in_its_place(files: Files) -> None:
    code = code_of(files.load(GRADED))

    ties = code.groups[2].domain

    assert ties.names == code.domain.names
    assert [found.text for found in ties][4] == "floats[H, W] ties"
    assert [found.text for found in code.domain][4] == "floats[H, W] distinct"


def test_part_without_groups_has_one_group_with_all_points(files: Files) -> None:
    start = GRADED.index("    groups:")
    text = GRADED[:start] + GRADED[GRADED.index("    ties: any") :]

    code = code_of(files.load(text.replace("fails: overlapping", "fails: all")))

    assert [(group.id, group.points) for group in code.groups] == [("all", Fraction(3))]
    assert code.wrong[0].fails == ("all",)


def test_lines_of_the_file_are_kept_for_later_messages(files: Files) -> None:
    lines = files.load(GRADED).lines

    numbered = GRADED.split("\n")
    assert "id: ties" in numbered[lines["parts.code.groups.ties"] - 1]
    assert "x: floats" in numbered[lines["parts.code.draw.x"] - 1]
    assert "(5p)" in numbered[lines["question"] - 1]
    assert "## Wrong" in numbered[lines["checks.Wrong.assigns instead of adding"] - 1]


def test_default_starter_tells_shapes_and_no_bounds(files: Files) -> None:
    starter = code_of(files.load(GRADED)).starter

    assert "def backward(x, delta_f, kernel, stride):" in starter
    assert "x: array of floats, shape (H, W)" in starter
    assert "1..3" not in starter
    assert "distinct" not in starter
    compile(starter, "starter", "exec")


@pytest.mark.parametrize(
    ("statement", "title"),
    [
        pytest.param("(5p) Derive the gradient of the loss.", "Gradient of the loss", id="verb"),
        pytest.param("(5p) …\n", "graded_card", id="nothing-to-say"),
        pytest.param("## Softmax\nText", "Softmax", id="heading"),
        pytest.param("Let $x$ be a vector of scores.", "Be a vector of scores", id="formula-first"),
        pytest.param("Compute $x + 1$", "graded_card", id="only-a-formula"),
        pytest.param("![figure](f.png)\nThe **ReLU** layer, again", "The ReLU layer", id="marks"),
        pytest.param("a word " * 60, "A word" + " a word" * 10 + " a…", id="long"),
    ],
)
def test_title_is_the_topic_of_the_first_sentence(files: Files, statement: str, title: str) -> None:
    text = f"---\nid: graded_card\n---\n# Question\n{statement}\n"

    question = files.load(text)

    assert question.title == title
    assert len(question.title) <= 80


@pytest.mark.parametrize(
    ("statement", "total"),
    [
        pytest.param("(5p) Text", "5", id="p"),
        pytest.param("(2 pts) Text", "2", id="pts"),
        pytest.param("(2 points) Text", "2", id="points"),
        pytest.param("(2 body) Text", "2", id="body"),
        pytest.param("(1,5 b) Text", "3/2", id="comma"),
        pytest.param("**(1.5p)** Text", "3/2", id="bold"),
        pytest.param("## Heading\n(5p) Text", "5", id="below-a-heading"),
        pytest.param("(a) (2p) One\n\n(b) (3p) Two", "5", id="labels"),
        pytest.param("**a)** (2 body) One\n\n**b)** (1 bod) Two", "3", id="bold-labels"),
        pytest.param("(5p) Text\n\n(a) (2p) One\n(b) (3p) Two", "5", id="total-and-labels"),
        pytest.param("- a) (2p) One\n- b) (3p) Two", "5", id="list-of-labels"),
        pytest.param("Text (5p) inside, f(5) too", None, id="not-at-the-start"),
        pytest.param("```\n(5p)\n```\nText", None, id="in-a-fence"),
    ],
)
def test_stated_points_are_read_where_a_statement_states_them(
    files: Files, statement: str, total: str | None
) -> None:
    question = files.load(f"---\nid: q\n---\n# Question\n{statement}\n# Solution\nText\n")

    assert question.stated_points == (None if total is None else Fraction(total))


def test_study_card_whose_points_do_not_add_up_loads_with_a_note(files: Files) -> None:
    text = "---\nid: q\n---\n# Question\n(5p) Text\n(a) (2p) One\n(b) (2p) Two\n# Solution\n"

    assert "5 points stated, its parts have 4" in files.load(text).notes[0]
