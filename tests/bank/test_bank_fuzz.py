"""Whatever a file holds, reading it ends with a question or a QuestionError."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from bank_files import GRADED, PLAIN, Files, make_course
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.bank import find_question, lint, load_bank, load_question, render_markdown
from grader.core.errors import GraderError, QuestionError
from grader.core.question import Question

FEW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(FEW, max_examples=10_000)
SNIPPETS = (
    *("---", "```", "```yaml", "# Checks", "## Case: a", "## Wrong: b", "expect:", "fails:", "$$"),
    *("&a", "*a", "!!x", "<<: ", "[", "{", "]", "}", '"\\f', "'", "|", "? ", "- ", ": ", "\t", "%"),
    *("1e999", "nan", "-1", "9" * 50, "(" * 250, "not " * 90, "lambda: 0", "x**9", "1..", "../"),
    *("\x00", "\x0c", "\x85", "\u2028", "\ufeff", "é", "\U0001f600", "\r", "\n\n"),
    *("class X", "f(*a)", "f(x=1)", "property_", "part: code", "group: ties", "file: ../x"),
)
LINES = tuple(line + "\n" for line in GRADED.split("\n"))


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return make_course(tmp_path_factory.mktemp("fuzz") / "course")


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A good file with a few pieces cut, doubled, moved or replaced."""
    text = draw(st.sampled_from((GRADED, PLAIN)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        piece = draw(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=6), st.just("")))
        text = text[:start] + piece + text[end:]
    return text


@st.composite
def shuffles(draw: st.DrawFn) -> str:
    """Lines of a good file, some missing, doubled or out of place."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 2)):
            case 0:
                del lines[at : at + draw(st.integers(1, 3))]
            case 1:
                lines.insert(at, draw(st.sampled_from(LINES)))
            case _:
                lines[at] = "  " + lines[at]
        lines = lines or ["\n"]
    return "".join(lines)


@st.composite
def values(draw: st.DrawFn) -> str:
    """A good file where the value of one key is another."""
    lines = list(LINES)
    at = draw(st.sampled_from([at for at, line in enumerate(lines) if ": " in line]))
    key = lines[at].split(": ")[0]
    value = draw(st.one_of(st.sampled_from(SNIPPETS), st.sampled_from(LINES), st.text(max_size=20)))
    lines[at] = f"{key}: {value.strip()}\n"
    return "".join(lines)


def outcome(path: Path, files: Files) -> Question | QuestionError:
    """Give the question, or the only kind of error there may be."""
    try:
        return load_question(path, files.course)
    except QuestionError as error:
        return error


def read_everything(files: Files, raw: bytes) -> None:
    question = outcome(files.write(raw), files)
    if isinstance(question, QuestionError):
        assert question.where.startswith("questions/q.md")
        assert question.what
        assert "\n" not in question.where
        load_bank(files.course)
        return
    lint(question, files.course)
    render_markdown(question.statement)
    assert question.title
    assert find_question(files.course, question.id).version == question.version


@FEW
@given(raw=st.binary(max_size=200))
def test_any_bytes_end_with_a_question_or_its_error(lasting: Files, raw: bytes) -> None:
    read_everything(lasting, raw)


@FEW
@given(text=st.one_of(mutations(), shuffles(), values()))
def test_any_edit_of_a_good_file_ends_with_a_question_or_its_error(
    lasting: Files, text: str
) -> None:
    read_everything(lasting, text.encode("utf-8", "surrogatepass"))


@pytest.mark.slow
@pytest.mark.timeout(600)
@MANY
@given(text=st.one_of(mutations(), shuffles(), values()))
def test_very_many_edits_end_with_a_question_or_its_error(lasting: Files, text: str) -> None:
    read_everything(lasting, text.encode("utf-8", "surrogatepass"))


@FEW
@given(name=st.text(max_size=30))
def test_any_name_is_a_question_or_an_error(lasting: Files, name: str) -> None:
    lasting.write(GRADED)

    with contextlib.suppress(GraderError):
        assert find_question(lasting.course, name).path.startswith("questions/")


BIG = 150_000


@pytest.mark.slow
@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# " + " " * BIG + "x", id="spaces-in-a-heading"),
        pytest.param("<" * BIG, id="less-than"),
        pytest.param("[[" * (BIG // 2), id="brackets"),
        pytest.param("$" + "a\\" * (BIG // 2), id="open-formula"),
        pytest.param("(" + " " * BIG + "5p)", id="spaces-in-points"),
        pytest.param("`" * BIG, id="backticks"),
        pytest.param("a) " * (BIG // 3), id="labels"),
        pytest.param("x\n" * (BIG // 2), id="many-lines"),
        pytest.param("```\n" * (BIG // 4), id="many-fences"),
        pytest.param("## Case:" + " " * BIG + "\n", id="spaces-in-a-check"),
    ],
)
@pytest.mark.parametrize(
    "section",
    [
        pytest.param("", id="question"),
        pytest.param("a\n# Solution\n## Related Concepts\n", id="related"),
        pytest.param("a\n# Checks\n## Case: a\n", id="case"),
        pytest.param("a\n# Checks\n## Wrong: a\nhint: a\n", id="hint"),
    ],
)
def test_long_lines_are_read_in_time(files: Files, section: str, text: str) -> None:
    path = files.write(f"---\nid: q\n---\n# Question\n{section}{text}\n")

    question = outcome(path, files)

    assert isinstance(question, QuestionError) or lint(question, files.course) is not None


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "yaml",
    [
        pytest.param("x: " + "[" * BIG, id="brackets"),
        pytest.param("x:\n" + "- " * BIG, id="dashes"),
        pytest.param("? " * BIG, id="questions"),
        pytest.param("x: " + "9" * BIG, id="digits"),
        pytest.param("difficulty: " + "9" * BIG, id="digits-as-difficulty"),
        pytest.param(
            "parts: [{id: a, answer: text, points: " + "9" * BIG + "}]", id="digits-as-points"
        ),
        pytest.param("tags: [" + "a, " * (BIG // 3) + "]", id="many-tags"),
    ],
)
def test_long_front_matter_is_read_or_refused_in_time(files: Files, yaml: str) -> None:
    path = files.write(f"---\nid: q\n{yaml}\n---\n# Question\nText\n")

    assert outcome(path, files)
