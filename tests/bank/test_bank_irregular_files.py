"""Files that look odd and mean the usual are read."""

from __future__ import annotations

import pytest
from bank_files import GRADED, PLAIN, Files, edited

FENCED = """(5p) Text
```yaml
---
# Solution
---
```
~~~~
```
# Checks
~~~~
more"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + GRADED, id="byte-order-mark"),
        pytest.param(GRADED.replace("\n", "\r\n"), id="crlf"),
        pytest.param(GRADED.replace("\n", "\r"), id="lone-cr"),
        pytest.param("\ufeff" + GRADED.replace("\n", "\r\n"), id="bom-and-crlf"),
        pytest.param(GRADED.rstrip("\n"), id="no-final-newline"),
        pytest.param(GRADED.replace("\n---\n\n#", "\n\n---\n\n#"), id="empty-line-before-closing"),
        pytest.param("\n\n" + GRADED, id="empty-lines-first"),
        pytest.param(GRADED.replace("---\n", "--- \t\n"), id="spaces-after-dashes"),
        pytest.param(GRADED.replace("gradients back.\n\n---", "gradients back.\n---"), id="setext"),
        pytest.param(GRADED.replace("# Solution", "# Solution #"), id="closed-heading"),
        pytest.param(GRADED.replace("# Solution", "#   SOLUTION"), id="shouted-heading"),
        pytest.param(GRADED.replace("stride: int", "stride:\tint"), id="tab-after-colon"),
        pytest.param(GRADED.replace("id: graded_card", "'id' : \"graded_card\""), id="quoted-id"),
        pytest.param(GRADED.replace("id: graded_card", "id: graded_card  # mine"), id="comment"),
        pytest.param(
            GRADED.replace("    ties: any\n", "    ties: any\n\n"), id="empty-line-in-yaml"
        ),
    ],
)
def test_odd_file_reads_like_the_usual_one(files: Files, text: str) -> None:
    usual = files.load(GRADED)

    odd = files.load(text)

    assert (odd.id, odd.statement, odd.solution) == (usual.id, usual.statement, usual.solution)
    assert odd.related == usual.related
    assert len(odd.parts) == 2
    assert odd.notes == ()


@pytest.mark.parametrize("name", ["max-pooling é.md", "úloha/数.md", "a b.md", "UPPER.MD"])
def test_any_file_name_is_read(files: Files, name: str) -> None:
    assert files.load(PLAIN, f"questions/{name}").path == f"questions/{name}"


def test_newlines_do_not_change_the_version(files: Files) -> None:
    usual = files.load(GRADED)

    odd = files.load("\ufeff" + GRADED.replace("\n", "\r\n"))

    assert odd.version == usual.version


@pytest.mark.parametrize(
    ("line", "value"),
    [
        pytest.param("id: 2016_001", "2016_001", id="underscored-number"),
        pytest.param("id: no", "no", id="no"),
        pytest.param("id: 1e3", "1e3", id="float"),
        pytest.param("id: 2016-01-02", "2016-01-02", id="date"),
        pytest.param("id: 0x10", "0x10", id="hexadecimal"),
        pytest.param("id: 007", "007", id="octal"),
        pytest.param("id: null", "null", id="null"),
    ],
)
def test_scalar_stays_the_text_it_is(files: Files, line: str, value: str) -> None:
    text = edited(PLAIN, "id: ssu_batch4_004", line)

    assert files.load(text).id == value


def test_fences_hide_headings_and_dashes(files: Files) -> None:
    question = files.load(f"---\nid: q\n---\n# Question\n{FENCED}\n---\n# Solution\nText\n")

    assert question.statement == FENCED
    assert question.solution == "Text"


def test_dashes_below_a_text_line_inside_a_section_stay(files: Files) -> None:
    question = files.load("---\nid: q\n---\n# Question\nTopic\n---\nText\n\n---\n\nMore\n---\n")

    assert question.statement == "Topic\n---\nText\n\n---\n\nMore"


def test_unknown_top_level_key_is_kept_with_a_note(files: Files) -> None:
    text = edited(PLAIN, "status: to_learn", "status: to_learn\naliases: [a, b]\ndificulty: 3")

    question = files.load(text)

    assert dict(question.extra) == {"aliases": "['a', 'b']", "dificulty": "3"}
    assert question.notes[0].startswith("questions/q.md:8: key 'aliases'")
    assert "did you mean 'difficulty'?" in question.notes[1]


def test_question_without_solution_loads_with_a_note(files: Files) -> None:
    question = files.load("---\nid: q\n---\n# Question\nText\n")

    assert question.solution == ""
    assert "no section '# Solution'" in question.notes[0]


def test_control_character_in_the_body_is_noted(files: Files) -> None:
    question = files.load("---\nid: q\n---\n# Question\nText \x0crac\n# Solution\nText\n")

    assert question.notes == ("questions/q.md:5: control character U+000C in the text",)
