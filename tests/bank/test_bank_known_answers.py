"""Wrong and right solutions: which groups they fail, where their code stands, what is refused."""

from __future__ import annotations

import pytest
from bank_files import GRADED, Files, code_of, edited, line_of

from grader.core.errors import QuestionError

FENCE = "```python\ndef backward(x, delta_f, kernel, stride):\n    return x\n```"
LAST = "```python\ndef backward(x, delta_f, kernel, stride):\n    return x + 0\n"
WRONG = "## Wrong: assigns instead of adding\n"


def test_wrong_answer_has_code_groups_and_hint(files: Files) -> None:
    (wrong,) = code_of(files.load(GRADED)).wrong

    assert wrong.name == "assigns instead of adding"
    assert wrong.fails == ("overlapping",)
    assert wrong.hint == "two windows may have the same maximum: their gradients add up"
    assert wrong.source == "def backward(x, delta_f, kernel, stride):\n    return x\n"
    assert wrong.where == f"questions/q.md:{line_of(GRADED, '## Wrong')}"


def test_right_answer_fails_nothing(files: Files) -> None:
    (right,) = code_of(files.load(GRADED)).right

    assert (right.name, right.fails, right.hint) == ("another", (), "")
    assert right.source.endswith("return x + 0\n")


def test_code_of_a_file_beside_the_question_is_read(files: Files) -> None:
    files.write("def backward():\r\n    pass\r\n", "questions/deep/wrong/a.py")
    text = edited(GRADED, FENCE, "file: wrong/a.py")

    (wrong,) = code_of(files.load(text, "questions/deep/q.md")).wrong

    assert (wrong.source, wrong.file) == ("def backward():\n    pass\n", "a.py")


def test_included_file_is_part_of_the_version(files: Files) -> None:
    files.write("a = 1\n", "questions/wrong/a.py")
    text = edited(GRADED, FENCE, "file: wrong/a.py")
    before = files.load(text).version

    files.write("a = 2\n", "questions/wrong/a.py")

    assert files.load(text).version != before


def test_indented_fence_loses_its_indentation(files: Files) -> None:
    indented = "\n".join("  " + line for line in FENCE.split("\n"))

    (wrong,) = code_of(files.load(edited(GRADED, FENCE, indented))).wrong

    assert wrong.source == "def backward(x, delta_f, kernel, stride):\n    return x\n"


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        pytest.param(
            "fails: overlapping",
            "fails: overlaping",
            "fails: overlaping",
            "did you mean 'overlapping'?",
            id="misspelt-group",
        ),
        pytest.param("fails: overlapping\n", "", "## Wrong", "add 'fails:'", id="no-groups"),
        pytest.param("fails: overlapping", "fails:", "## Wrong", "add 'fails:'", id="empty-groups"),
        pytest.param(
            "fails: overlapping",
            "fail: overlapping",
            "fail: over",
            "did you mean 'fails'?",
            id="misspelt-key",
        ),
        pytest.param(
            "fails: overlapping", "expect: 3", "expect: 3", "'expect' in a Wrong", id="key"
        ),
        pytest.param(
            "fails: overlapping",
            "fails: ties\nfails: ties",
            "fails: ties\nhint",
            "'fails' is there twice",
            id="key-twice",
        ),
        pytest.param(FENCE, "", "## Wrong", "has no code", id="no-code"),
        pytest.param(FENCE, f"file: a.py\n{FENCE}", "## Wrong", "has code twice", id="code-twice"),
        pytest.param(FENCE, "file: none.py", "file: none", "there is no file", id="no-file"),
        pytest.param(
            FENCE, "file: ../reference/pooling.py", "file: ..", "lies outside", id="outside"
        ),
        pytest.param(FENCE, "file: /etc/passwd", "file: /", "lies outside", id="absolute"),
        pytest.param(LAST + "```\n", LAST, LAST, "never closed", id="unclosed"),
        pytest.param(
            "    return x\n", "    return (\n", "    return (", "does not compile", id="syntax"
        ),
        pytest.param(WRONG, "## Wrongs: a\n", "## Wrongs", "did you mean 'Wrong'?", id="kind"),
        pytest.param(WRONG, "## Notes\n", "## Notes", "is no check", id="unknown-kind"),
        pytest.param(WRONG, "## Wrong: \n", "## Wrong:", "has no name", id="no-name"),
        pytest.param(WRONG, "## Wrong\n", "## Wrong", "has no name", id="no-colon"),
        pytest.param(
            "## Right: another", WRONG.strip(), WRONG + "```", "a second", id="name-twice"
        ),
        pytest.param("hint: two", "part: cod\nhint: two", "part: cod", "'code'?", id="part"),
    ],
)
def test_bad_known_answer_is_refused_at_its_line(
    files: Files, old: str, new: str, at: str, message: str
) -> None:
    text = edited(GRADED, old, new) if old != FENCE else GRADED.replace(FENCE, new)

    with pytest.raises(QuestionError) as caught:
        files.load(text)

    start = text.index("# Checks")
    expected = text[:start].count("\n") + line_of(text[start:], at)
    assert message in str(caught.value)
    assert caught.value.where == f"questions/q.md:{expected}"


def test_file_behind_a_link_out_of_the_questions_is_refused(files: Files) -> None:
    secret = files.write("secret = 1\n", "secret.py")
    (files.root / "questions/link.py").symlink_to(secret)

    with pytest.raises(QuestionError, match="lies outside"):
        files.load(edited(GRADED, FENCE, "file: link.py"))


def test_check_of_a_formula_part_is_kept_as_text(files: Files) -> None:
    text = GRADED + "\n## Wrong: sign\npart: jacobian\nhint: mind it\n```\n-x\n```\n"

    formula, _ = files.load(text).parts

    checks = formula.options["checks"]
    assert isinstance(checks, list)
    assert checks[0]["source"] == "-x\n"
    assert checks[0]["hint"] == "mind it"


TWO = """---
id: two
reference: pooling
parts:
  - {id: one, points: 1, answer: code, entry: max_pool(n), draw: {n: int 1..3}, groups: [{id: a, points: 1}]}
  - {id: two, points: 1, answer: code, entry: max_pool(n), draw: {n: int 1..3}, groups: [{id: b, points: 1}]}
---
# Question
Text
# Checks
## Case: small
HEAD
```yaml
n: 1
```
"""


@pytest.mark.parametrize("head", ["part: two", "group: b"])
def test_check_goes_to_the_part_it_is_about(files: Files, head: str) -> None:
    one, two = files.load(TWO.replace("max_pool(n)", "'max_pool(n)'").replace("HEAD", head)).parts

    assert one.code is not None
    assert two.code is not None
    assert (len(one.code.cases), len(two.code.cases)) == (0, 1)


def test_check_that_could_be_about_two_parts_is_refused(files: Files) -> None:
    with pytest.raises(QuestionError, match="add 'part: one' or 'part: two'"):
        files.load(TWO.replace("HEAD", ""))


def test_checks_of_a_card_without_parts_are_noted(files: Files) -> None:
    text = (
        "---\nid: q\n---\n# Question\nText\n# Solution\n# Checks\n## Case: a\n```yaml\nx: 1\n```\n"
    )

    assert "declares no parts" in files.load(text).notes[0]
