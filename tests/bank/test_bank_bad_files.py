"""Files that cannot be used are refused with the line and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest
from bank_files import PLAIN, Files, edited, refusal

from grader.bank import load_question
from grader.core.errors import QuestionError

LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]"
DEEP = "deep: " + "[" * 200 + "]" * 200


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        pytest.param(b"", 1, "the file is empty", id="empty"),
        pytest.param(b" \n\n", 1, "the file is empty", id="only-spaces"),
        pytest.param(b"# Question\nText\n", 1, "no front matter", id="no-front-matter"),
        pytest.param(b"\n\nText\n", 3, "no front matter", id="text-first"),
        pytest.param(b"---\nid: q\n# Question\n", 1, "not closed", id="not-closed"),
        pytest.param(b"---\nid: q\n---\nText\n", 4, "no section '# Question'", id="no-sections"),
        pytest.param(b"---\nid: \xe9\n---\n", 2, "byte 0xe9 is not UTF-8", id="latin-1"),
        pytest.param(b"---\r\nid: q\r\n\xff", 3, "byte 0xff is not UTF-8", id="not-utf-8-crlf"),
        pytest.param(b"---\nid: q\n---\n\0", 4, "a NUL byte", id="nul"),
        pytest.param("---\nid: q\n".encode("utf-16"), 1, "save the file as UTF-8", id="utf-16"),
        pytest.param(b"---\n---\n# Question\n", 2, "no id", id="empty-front-matter"),
        pytest.param(b"---\nid:\n---\n# Question\n", 2, "no id", id="empty-id"),
        pytest.param(b"---\n- id\n---\n# Question\n", 2, "no mapping", id="front-matter-is-a-list"),
        pytest.param(b"---\njust text\n---\n# Question\n", 2, "no mapping", id="front-matter-text"),
        pytest.param(
            b"---\nid: q\n---\n# Question\n```\n# Solution\n# Question\n",
            None,
            "",
            id="unclosed-fence-in-the-question-is-read",
        ),
        pytest.param(
            b"---\nid: q\n---\nText\n```\n# Question\n", 4, "line 5 is never closed", id="unclosed"
        ),
        pytest.param(
            b"---\nid: q\n---\n# Question\na\n# Question\nb\n", 6, "first is in line 4", id="twice"
        ),
        pytest.param(
            b"---\nid: q\n---\n# Question\na\n# Solutions\nb\n", 6, "'# Solution'?", id="misspelt"
        ),
        pytest.param(
            b"---\nid: q\n---\n# Question\na\n## Solution\nb\n", 6, "'# Solution'?", id="level-2"
        ),
        pytest.param(
            b"---\nid: q\n---\n# Question\na\n\nSolution\n===\nb\n", 7, "'# Solution'?", id="setext"
        ),
        pytest.param(
            b"---\nid: q\n---\n# Question\na\n# Check\nb\n", 6, "'# Checks'?", id="misspelt-checks"
        ),
    ],
)
def test_unreadable_file_is_refused_with_its_line(
    files: Files, raw: bytes, line: int | None, message: str
) -> None:
    if line is None:
        assert files.load(raw).statement.startswith("```")
        return

    error = refusal(files, raw)

    assert error.where == f"questions/q.md:{line}"
    assert message in str(error)


def test_huge_file_is_refused_without_reading_it_all(files: Files) -> None:
    error = refusal(files, b"---\nid: q\n---\n# Question\n" + b"x" * (2 << 20))

    assert "larger than 2 MiB" in str(error)


def test_missing_file_is_refused(files: Files) -> None:
    with pytest.raises(QuestionError, match="cannot be read"):
        load_question(Path(files.root / "questions/none.md"), files.course)


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        pytest.param("id: other", "first in line 2", id="duplicate-key"),
        pytest.param("base: &a [x]", "anchor '&a'", id="anchor"),
        pytest.param("base: *a", "alias '*a'", id="alias"),
        pytest.param(LAUGHS, "anchor '&a'", id="billion-laughs"),
        pytest.param("<<: {a: b}", "merge key '<<'", id="merge-key"),
        pytest.param("x: !!python/object/apply:os.system [ls]", "tag 'tag:yaml", id="python-tag"),
        pytest.param("x: !local y", "tag '!local'", id="local-tag"),
        pytest.param(r'target: "\frac{1}{2}"', "single quotes", id="form-feed-escape"),
        pytest.param(r'target: "\partial"', "single quotes", id="unknown-escape"),
        pytest.param(r'title: "\theta and more"', "single quotes", id="tab-escape"),
        pytest.param(r'title: "\nabla"', "single quotes", id="newline-escape"),
        pytest.param(r'x: "\Lambda"', "single quotes", id="line-separator-escape"),
        pytest.param("x: a\x07b", "control character U+0007", id="raw-control"),
        pytest.param("title: Max pooling: again", "single quotes", id="colon-in-text"),
        pytest.param("\tx: y", "indent with spaces", id="tab"),
        pytest.param("x: [a, b", "not readable as YAML", id="open-bracket"),
        pytest.param("x: @home", "needs quotes", id="at-sign"),
        pytest.param(DEEP, "nested more than", id="deep"),
        pytest.param("? [a, b]\n: c", "a key that is a list", id="list-as-key"),
        pytest.param("difficulty: 6", "first in line", id="two-difficulties"),
        pytest.param("...\nx: y", "remove the line '...'", id="second-document"),
        pytest.param("title: [a, b]", "title is a list", id="list-as-text"),
        pytest.param("reference: nowhere", "there is no reference/nowhere.py", id="no-reference"),
        pytest.param("reference: poling", "did you mean 'pooling'?", id="misspelt-reference"),
        pytest.param("reference: ../secret", "a module name", id="reference-outside"),
        pytest.param("parts: []", "parts is empty", id="no-parts"),
        pytest.param("parts: [a]", "a part is no mapping", id="part-is-text"),
        pytest.param("parts: {a: b}", "parts is a mapping", id="parts-is-a-mapping"),
    ],
)
def test_bad_front_matter_is_refused_at_its_line(files: Files, yaml: str, message: str) -> None:
    text = edited(PLAIN, "status: to_learn", f"status: to_learn\n{yaml}")

    error = refusal(files, text)

    lines = [f"questions/q.md:{line}" for line in range(8, 9 + yaml.count("\n"))]
    assert error.where in lines
    assert message in str(error)
