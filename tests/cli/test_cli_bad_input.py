"""What bad input gets: one clear message that names the place, an exit code, never a traceback."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from command_line import RIGHT, Course, Ran, Run

QUESTION, REFERENCE = "questions/row_means.md", "reference/row_means.py"


def assert_refused(ran: Ran, *words: str, code: int = 2) -> None:
    """One message on stderr, nothing on stdout, no traceback."""
    assert ran.code == code, ran
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr
    assert "internal fault" not in ran.stderr
    for word in words:
        assert word in ran.stderr


# -- arguments -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param([], ["usage"], id="no-command"),
        pytest.param(["grad"], ["grade"], id="unknown-command"),
        pytest.param(["grade"], ["SUBMISSION"], id="nothing-to-grade"),
        pytest.param(["grade", "row_mean", "s.py"], ["row_mean", "row_means"], id="near-id"),
        pytest.param(
            ["grade", "nothing_like_it", "s.py"], ["nothing_like_it", "row_means"], id="unknown-id"
        ),
        pytest.param(
            ["grade", "questions/none.md", "s.py"],
            ["questions/none.md"],
            id="no-such-question-file",
        ),
        pytest.param(
            ["grade", "row_means", "none.py"], ["none.py", "no such file"], id="no-such-submission"
        ),
        pytest.param(
            ["grade", "row_means", "s.py/inside.py"], ["s.py/inside.py"], id="file-as-folder"
        ),
        pytest.param(["grade", "row_means", "a" * 5000], ["cannot be read"], id="name-too-long"),
        pytest.param(["grade", "row_means", "loop"], ["loop"], id="link-to-itself"),
        pytest.param(["grade", "row_means", ""], ["empty name"], id="empty-name"),
        pytest.param(["grade", "", "s.py"], ["row_means"], id="empty-id"),
        pytest.param(
            ["grade", "row_means", "s.py", "none.py"], ["none.py"], id="one-of-two-is-missing"
        ),
        pytest.param(
            ["grade", "row_means", "empty_folder", "--each"],
            ["no submission"],
            id="empty-folder-each",
        ),
        pytest.param(["grade", "row_means", "s.py", "--jobs", "0"], ["--jobs"], id="no-jobs"),
        pytest.param(
            ["grade", "row_means", "s.py", "--jobs", "two"], ["--jobs"], id="jobs-in-words"
        ),
        pytest.param(["grade", "row_means", "s.py", "--seed", "x"], ["--seed"], id="seed-in-words"),
        pytest.param(
            ["grade", "row_means", "s.py", "--format", "yaml"], ["yaml"], id="unknown-format"
        ),
        pytest.param(
            ["grade", "row_means", "s.py", "--each", "--together"],
            ["--together"],
            id="each-and-together",
        ),
        pytest.param(
            ["grade", "row_means", "s.py", "--require-isolation", "L9"],
            ["L9"],
            id="unknown-isolation",
        ),
        pytest.param(
            ["grade", "row_means", "s.py", "--output", "no/such/folder.txt"],
            ["no/such/folder.txt"],
            id="output-into-nowhere",
        ),
        pytest.param(
            ["grade", "row_means", "s.py", "--output", "s.py/report.txt"],
            ["s.py/report.txt"],
            id="output-into-a-file",
        ),
        pytest.param(
            ["grade", "row_means", "s.py", "--course", "none"],
            ["none", "no such folder"],
            id="no-such-course",
        ),
        pytest.param(
            ["grade", "row_means", "s.py", "--course", "s.py"], ["s.py"], id="file-as-course"
        ),
        pytest.param(
            ["grade", "row_means", "s.py", "--course", "loop"],
            ["loop"],
            id="course-is-a-link-to-itself",
        ),
        pytest.param(
            ["grade", "row_means", "s.py", "--course", "empty_folder"],
            ["questions/", "reference/"],
            id="not-a-course",
        ),
        pytest.param(["show", "row_mean"], ["row_means"], id="show-unknown"),
        pytest.param(["verify", "row_mean"], ["row_means"], id="verify-unknown"),
        pytest.param(["handout", "row_mean"], ["row_means"], id="handout-unknown"),
        pytest.param(
            ["handout", "row_means", "-o", "s.py"], ["s.py", "exists"], id="handout-over-a-file"
        ),
        pytest.param(
            ["handout", "row_means", "-o", "s.py/h"], ["s.py/h"], id="handout-into-a-file"
        ),
        pytest.param(["check", "row_mean", "s.py"], ["row_means"], id="check-unknown"),
        pytest.param(["check", "row_means", ""], ["empty name"], id="check-empty-name"),
        pytest.param(["check", "row_means", "none.py"], ["none.py"], id="check-no-such-file"),
        pytest.param(["new", "row_means"], ["row_means"], id="new-with-a-taken-id"),
        pytest.param(["new", "../escape"], ["../escape"], id="new-outside"),
        pytest.param(["new", "class"], ["class"], id="new-with-a-keyword"),
        pytest.param(["new", "a b"], ["a b"], id="new-with-a-blank"),
        pytest.param(["new-course", "s.py"], ["s.py", "exists"], id="new-course-over-a-file"),
        pytest.param(["new-course", "s.py/c"], ["s.py/c"], id="new-course-into-a-file"),
    ],
)
def test_bad_argument_is_refused(
    course: Course, run: Run, arguments: list[str], words: list[str]
) -> None:
    course.write("s.py", RIGHT)
    (course.root / "empty_folder").mkdir()
    (course.root / "loop").symlink_to("loop")
    before = sorted(course.root.rglob("*"))

    assert_refused(run(arguments), *words)

    assert sorted(course.root.rglob("*")) == before


# -- courses and questions -----------------------------------------------------------------


def test_course_without_reference_is_refused_by_name(course: Course, run: Run) -> None:
    course.write("s.py", RIGHT)
    (course.root / "reference").rename(course.root / "elsewhere")

    ran = run(["grade", "row_means", "s.py", "--course", "."])

    assert_refused(ran, "reference/", "missing")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param("tags: []", "tags: [a", [QUESTION + ":"], id="yaml-not-closed"),
        pytest.param(
            "tags: []", "tags: []\ntags: []", [QUESTION + ":", "tags"], id="duplicate-key"
        ),
        pytest.param("id: row_means", "id: [row_means]", [QUESTION + ":", "id"], id="id-is-a-list"),
        pytest.param(
            "    points: 3", "    points: -3", [QUESTION + ":", "points"], id="negative-points"
        ),
        pytest.param(
            "points: 2, where: rows != columns",
            "points: 4, where: rows != columns",
            [QUESTION],
            id="points-do-not-add-up",
        ),
        pytest.param(
            "    answer: code", "    answer: cod", [QUESTION + ":", "code"], id="unknown-answer"
        ),
        pytest.param("    draw:", "    drwa:", [QUESTION + ":", "draw"], id="misspelt-key"),
        pytest.param(
            "rows: int 1..4", "rows: int 4..1", [QUESTION + ":", "4 is above 1"], id="empty-range"
        ),
        pytest.param(
            "x: floats[rows, columns]",
            "x: floats[rows, cols]",
            [QUESTION + ":", "cols"],
            id="unknown-size",
        ),
        pytest.param(
            "where: rows == columns",
            "where: __import__('os').abort()",
            [QUESTION + ":"],
            id="code-in-a-condition",
        ),
        pytest.param(
            "where: rows == columns", "where: rows == 9", ["square"], id="group-without-cases"
        ),
        pytest.param("# Question", "# Frage", [QUESTION, "# Question"], id="no-question-section"),
        pytest.param(
            "reference: row_means\n", "", [QUESTION, "reference"], id="no-reference-named"
        ),
        pytest.param(
            "reference: row_means\n",
            "reference: row_mean\n",
            ["row_mean", "row_means"],
            id="near-reference",
        ),
        pytest.param(
            "reference: row_means\n",
            "reference: ../row_means\n",
            [QUESTION],
            id="reference-outside",
        ),
        pytest.param(
            "entry: row_means(x)",
            "entry: row_means(x) = means(x)",
            [REFERENCE, "means"],
            id="no-such-function",
        ),
        pytest.param(
            "entry: row_means(x)", "entry: row_means(", [QUESTION + ":"], id="broken-entry"
        ),
        pytest.param("x: [[1, 3], [2, 6]]", "x: [[1, 3], [2]]", [QUESTION + ":"], id="ragged-case"),
        pytest.param(
            "fails: square, rectangular",
            "fails: square, circular",
            [QUESTION + ":", "circular"],
            id="unknown-group-fails",
        ),
    ],
)
def test_broken_question_is_refused_with_its_place(
    course: Course, run: Run, old: str, new: str, words: list[str]
) -> None:
    course.write("s.py", RIGHT)
    course.edit(QUESTION, old, new)

    ran = run(["grade", "row_means", "s.py"])

    if ran.code == 2:
        assert_refused(ran, *words)
    else:
        assert_refused(run(["grade", QUESTION, "s.py"]), *words)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", [QUESTION], id="empty"),
        pytest.param(b"\x00" * 100, [QUESTION], id="zeros"),
        pytest.param("---\nid: ö\n---".encode("utf-16"), [QUESTION], id="utf-16"),
        pytest.param(
            b"---\nid: row_means\ntitle: caf\xe9\n---\n# Question\n", [QUESTION], id="latin-1"
        ),
        pytest.param(b"# Question\nnothing else\n", [QUESTION], id="no-front-matter"),
        pytest.param(b"---\nid: row_means\n", [QUESTION], id="front-matter-not-closed"),
        pytest.param(
            b"---\n" + b"[" * 5000 + b"\n---\n# Question\n", [QUESTION], id="deep-nesting"
        ),
    ],
)
def test_file_that_is_no_question_is_refused_by_name(
    course: Course, run: Run, content: bytes, words: list[str]
) -> None:
    course.write("s.py", RIGHT)
    course.write(QUESTION, content)

    assert_refused(run(["grade", "row_means", "s.py"]), *words)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        pytest.param("def row_means(x:\n", [REFERENCE + ":1"], id="syntax-error"),
        pytest.param(
            "import nump\ndef row_means(x):\n    return x\n",
            [REFERENCE + ":1", "nump"],
            id="missing-import",
        ),
        pytest.param(
            "x = 1\n1 / 0\ndef row_means(x):\n    return x\n",
            [REFERENCE + ":2", "ZeroDivisionError"],
            id="raises-at-import",
        ),
        pytest.param(
            "def rowmeans(x):\n    return x\n",
            [REFERENCE, "row_means", "rowmeans"],
            id="other-name",
        ),
        pytest.param(
            "def row_means(x):\n    raise KeyError('a')\n",
            [REFERENCE + ":2", "KeyError"],
            id="raises",
        ),
        pytest.param("def row_means(x, y):\n    return x\n", [REFERENCE], id="other-parameters"),
        pytest.param(
            "raise SystemExit(0)\ndef row_means(x):\n    return x\n",
            [REFERENCE],
            id="leaves-at-import",
        ),
        pytest.param(
            "def row_means(x):\n    return object()\n",
            [REFERENCE, "object"],
            id="answer-that-is-no-value",
        ),
    ],
)
def test_broken_reference_is_the_authors_fault_and_never_a_zero(
    course: Course, run: Run, source: str, words: list[str]
) -> None:
    course.write("s.py", RIGHT)
    course.write(REFERENCE, source)

    assert_refused(run(["grade", "row_means", "s.py"]), *words)


def test_one_broken_question_does_not_hide_the_others(course: Course, run: Run) -> None:
    course.write("questions/broken.md", "---\nid: broken\ntags: [\n---\n# Question\n")

    ran = run(["list"])

    assert ran.code == 2
    assert "row_means" in ran.stdout
    assert "questions/broken.md:" in ran.stderr


# -- submissions ---------------------------------------------------------------------------


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("solution.py", b"#" * (300 << 20))
    return packed.getvalue()


def notebook(*cells: str) -> bytes:
    made = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("s.py", b"", ["s.py is empty"], id="empty"),
        pytest.param(
            "s.py",
            b"def row_means(x):\n    return x +\n",
            ["s.py line 2", "return x +"],
            id="syntax-error-shows-its-line",
        ),
        pytest.param(
            "s.py",
            b"def rowmeans(x):\n    return x\n",
            ["row_means", "rowmeans"],
            id="entry-missing",
        ),
        pytest.param(
            "s.py",
            b"def row_means(x, axis):\n    return x\n",
            ["row_means", "(x, axis)"],
            id="other-signature",
        ),
        pytest.param(
            "s.py", b"def row_means():\n    return 1\n", ["row_means", "()"], id="no-parameters"
        ),
        pytest.param("s.py", b"row_means = 3\n", ["row_means"], id="entry-is-a-number"),
        pytest.param(
            "s.py",
            b"import numpyy\ndef row_means(x):\n    return x\n",
            ["numpyy", "s.py line 1"],
            id="missing-import",
        ),
        pytest.param(
            "s.py",
            b"1 / 0\ndef row_means(x):\n    return x\n",
            ["ZeroDivisionError", "s.py line 1"],
            id="raises-at-import",
        ),
        pytest.param(
            "s.py",
            b"import sys\nsys.exit()\ndef row_means(x):\n    return x\n",
            ["s.py"],
            id="leaves-at-import",
        ),
        pytest.param("s.py", b"\x7fELF" + bytes(range(256)) * 4, ["s.py"], id="binary"),
        pytest.param(
            "s.py",
            "def row_means(x): pass\n# é".encode("latin-1"),
            ["s.py"],
            id="latin-1-without-cookie",
        ),
        pytest.param("s.py", b"x = 1\n" * 300_000, ["MiB"], id="too-large"),
        pytest.param("s.zip", zip_bomb(), ["s.zip"], id="zip-bomb"),
        pytest.param("s.zip", b"PK\x03\x04 not really", ["s.zip"], id="broken-zip"),
        pytest.param(
            "s.ipynb", notebook("x = 1"), ["row_means"], id="notebook-without-the-function"
        ),
        pytest.param("s.ipynb", b"{", ["s.ipynb"], id="broken-notebook"),
        pytest.param("s.ipynb", b"[1, 2]", ["s.ipynb"], id="json-that-is-no-notebook"),
        pytest.param("s.docx", b"PK\x03\x04", ["s.docx"], id="other-kind-of-file"),
    ],
)
def test_bad_submission_is_ungradable_with_a_reason_and_costs_nothing(
    course: Course, run: Run, name: str, content: bytes, words: list[str]
) -> None:
    course.write(name, content)

    ran = run(["grade", "row_means", name, "--format", "json"])

    assert (ran.code, ran.stderr) == (0, "")
    report = json.loads(ran.stdout)
    assert (report["status"], report["score"], report["verdict"]) == ("ungradable", None, "CE")
    said = " ".join([report["message"], *report["location"]])
    assert "Traceback" not in said
    for word in words:
        assert word in said


def test_two_gigabytes_are_refused_by_their_size(course: Course, run: Run) -> None:
    path = course.write("s.py", b"x")
    os.truncate(path, 2 << 30)

    ran = run(["grade", "row_means", "s.py"])

    assert ran.code == 0
    assert "2,048.0 MiB; at most 1 MiB" in " ".join(ran.stdout.split())


def test_link_out_of_a_folder_is_refused(course: Course, run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text(RIGHT)
    (course.root / "work").mkdir()
    (course.root / "work" / "solution.py").symlink_to(tmp_path / "secret.py")

    ran = run(["grade", "row_means", "work", "--together", "--format", "json"])

    assert "outside" in json.loads(ran.stdout)["message"]


def test_one_bad_submission_does_not_stop_a_class(course: Course, run: Run) -> None:
    course.write("class/a.py", b"")
    course.write("class/b.py", RIGHT)
    os.mkfifo(course.root / "class" / "c.py")

    ran = run(["grade", "row_means", "class", "--each", "--format", "json"])

    assert ran.code == 0
    statuses = [report["status"] for report in json.loads(ran.stdout)]
    assert statuses == ["ungradable", "graded", "ungradable"]
