"""`grader export canvas|moodle`: the change is shown first and written where that is asked for."""

from __future__ import annotations

import stat

import pytest
from command_line import RIGHT, WRONG, Course, Run

BOOK = "Student,ID,Row means (1),Note\r\nAnn,11,,=1+1\r\nBob,12,0,\r\n"


@pytest.fixture
def graded(course: Course, run: Run) -> Course:
    """Give a course with two reports and a grade book that nobody else may read."""
    course.write("class/ann_11_5_s.py", RIGHT)
    course.write("class/bob_12_6_s.py", WRONG)
    course.write("book.csv", BOOK).chmod(0o600)
    ran = run(["grade", "row_means", "class", "--format", "json", "--output", "reports.json"])
    assert ran.code == 0, ran
    return course


ASKED = ["export", "canvas", "reports.json", "--fill", "book.csv", "--column", "1"]


def test_change_is_shown_and_nothing_written(graded: Course, run: Run) -> None:
    ran = run(ASKED)

    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "  11: Row means (1): empty, now 3.00",
        "  12: Row means (1): 0, now 1.00",
        "2 cells change, 0 held the grade already",
        "nothing is written; --apply writes it",
    ]
    assert (graded.root / "book.csv").read_bytes() == BOOK.encode()


def test_applied_change_is_in_the_file_which_keeps_its_permissions(
    graded: Course, run: Run
) -> None:
    ran = run([*ASKED, "--apply"])

    path = graded.root / "book.csv"
    assert ran.code == 0
    assert (
        path.read_bytes() == BOOK.replace("11,,", "11,3.00,").replace("12,0,", "12,1.00,").encode()
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["canvas", "reports.json"], ["--fill FILE is missing"], id="no-file"),
        pytest.param(["canvas", "none.json", "--fill", "book.csv"], ["none.json"], id="no-reports"),
        pytest.param(["canvas", "reports.json", "--fill", "none.csv"], ["none.csv"], id="no-book"),
        pytest.param(["canvas", "reports.json", "--fill", "class"], ["class"], id="folder"),
        pytest.param(["canvas", "reports.json", "--fill", "utf16.csv"], ["not UTF-8"], id="utf-16"),
        pytest.param(["canvas", "reports.json", "--fill", "book.csv", "-o", "x"], ["--output"], id="option-of-another"),
        pytest.param(["canvas", "reports.json", "--fill", "book.csv", "--feedback", "Note"], ["--feedback"], id="moodle-only"),
        pytest.param(["gradescope", "row_means", "--fill", "book.csv"], ["--fill"], id="no-book-there"),
        pytest.param(["gradescope", "row_means", "--apply"], ["--apply"], id="nothing-to-apply"),
        pytest.param(["blackboard", "reports.json"], ["blackboard"], id="unknown-format"),
        pytest.param(["moodle", "reports.json", "--fill", "book.csv"], ["'identifier'", "--key"], id="no-key"),
        pytest.param([*ASKED[1:-1], "ID", "--apply"], ["'ID' says who a student is"], id="column-of-ids"),
        pytest.param([*ASKED[1:-1], "student", "--apply"], ["says who a student is"], id="column-of-names"),
        pytest.param([*ASKED[1:-1], "Note", "--apply"], ["'Note' has no points possible"], id="column-of-notes"),
        pytest.param([*ASKED[1:], "--decimal", "x"], ["--decimal"], id="unknown-decimal"),
    ],
)  # fmt: skip
def test_what_cannot_be_exported_is_refused(
    graded: Course, run: Run, arguments: list[str], words: list[str]
) -> None:
    graded.write("utf16.csv", BOOK.encode("utf-16"))

    ran = run(["export", *arguments])

    assert (ran.code, ran.stdout) == (2, "")
    for word in words:
        assert word in ran.stderr
    assert (graded.root / "book.csv").read_bytes() == BOOK.encode()
