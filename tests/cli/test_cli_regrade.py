"""`grader regrade`: who gains and who loses is shown before it is so."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from command_line import RIGHT, WRONG, Course, Run

REPORTS = "reports.json"
#: right for what the question asks in some tests: the sum of each row
SUMS = "def row_means(x):\n    return x.sum(axis=1)\n"


@pytest.fixture
def graded(course: Course, run: Run) -> Course:
    """Give a course with three submissions and their reports."""
    course.write("class/ann.py", RIGHT)
    course.write("class/bob.py", WRONG)
    course.write("class/cyd.py", SUMS)
    ran = run(["grade", "row_means", "class", "--format", "json", "--output", REPORTS])
    assert ran.code == 0, ran
    return course


def ask_for_sums(course: Course) -> None:
    path = course.root / "reference/row_means.py"
    course.write("reference/row_means.py", path.read_text().replace("mean(", "sum("))


def reports(path: Path) -> list[Any]:
    found = json.loads(path.read_text())
    for report in found:
        del report["timing"]
    return found  # type: ignore[no-any-return]  # parsed JSON


def test_nothing_changed_is_said_and_nothing_written(graded: Course, run: Run) -> None:
    before = (graded.root / REPORTS).read_bytes()

    ran = run(["regrade", REPORTS, "class", "--diff"])

    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout == "0 with less, 0 with more, 3 as before\n"
    assert (graded.root / REPORTS).read_bytes() == before


def test_losses_and_gains_are_shown_with_why(graded: Course, run: Run) -> None:
    ask_for_sums(graded)

    ran = run(["regrade", REPORTS, "class", "--jobs", "2"])

    assert ran.code == 0
    lines = ran.stdout.splitlines()
    assert lines[0] == "loses  ann.py  row_means: 3 of 3, now 0 of 3"
    assert "    square: passed, now failed" in lines
    assert any(line.startswith("      on x = [[") for line in lines)
    assert "gains  cyd.py  row_means: 0 of 3, now 3 of 3" in lines
    assert any(line.startswith("note: another question version: ") for line in lines)


def test_apply_with_a_loss_is_refused_until_it_is_confirmed(graded: Course, run: Run) -> None:
    ask_for_sums(graded)
    before = (graded.root / REPORTS).read_bytes()

    refused = run(["regrade", REPORTS, "class", "--apply"])
    untouched = (graded.root / REPORTS).read_bytes()
    applied = run(["regrade", REPORTS, "class", "--apply", "--confirm-losses"])

    assert (refused.code, untouched) == (1, before)
    assert "nothing is written; --confirm-losses applies it" in refused.stderr
    assert applied.code == 0
    assert [report["score"] for report in reports(graded.root / REPORTS)] == [0, 0, 3]
    assert (graded.root / f"{REPORTS}.superseded").read_bytes() == before


def test_applied_reports_are_those_that_grading_gives(graded: Course, run: Run) -> None:
    graded.edit("questions/row_means.md", "title: ", "title: New ")
    (graded.root / REPORTS).chmod(0o600)

    ran = run(["regrade", REPORTS, "class", "--apply"])
    run(["grade", "row_means", "class", "--format", "json", "--output", "fresh.json"])

    assert ran.code == 0
    assert reports(graded.root / REPORTS) == reports(graded.root / "fresh.json")
    assert stat.S_IMODE((graded.root / REPORTS).stat().st_mode) == 0o600


def test_folder_of_reports_is_replaced_file_by_file_and_twice(graded: Course, run: Run) -> None:
    (graded.root / "each").mkdir()
    run(["grade", "row_means", "class", "--format", "json", "--output", "each"])

    codes = [run(["regrade", "each", "class", "--apply"]).code for _ in range(2)]

    assert codes == [0, 0]
    names = sorted(path.name for path in (graded.root / "each").iterdir())
    assert names[:3] == ["ann.py.json", "ann.py.json.superseded", "ann.py.json.superseded~2"]
    assert len(names) == 9


def test_who_is_missing_on_either_side_is_named_and_keeps_the_report(
    graded: Course, run: Run
) -> None:
    (graded.root / "class/ann.py").unlink()
    graded.write("class/dan.py", RIGHT + "# Dan\n")
    ask_for_sums(graded)

    ran = run(["regrade", REPORTS, "class", "--apply", "--confirm-losses"])

    assert ran.code == 0
    assert "not regraded, what was handed in is not found: ann.py" in ran.stdout
    assert "not graded before, 'grader grade' is for them: dan.py" in ran.stdout
    assert [report["score"] for report in reports(graded.root / REPORTS)] == [3, 0, 3]


def test_what_was_refused_is_known_by_its_name(course: Course, run: Run) -> None:
    course.write("class/ann.py", "")
    course.write("class/bob.py", RIGHT)
    run(["grade", "row_means", "class", "--each", "--format", "json", "--output", REPORTS])

    ran = run(["regrade", REPORTS, "class"])

    assert ran.stdout == "0 with less, 0 with more, 2 as before\n"


def test_fault_of_ours_takes_nobodys_points(graded: Course, run: Run) -> None:
    path = graded.root / "reference/row_means.py"
    broken = path.read_text().replace("return", "import nothing_like_it\n    return")
    graded.write("reference/row_means.py", broken)
    before = (graded.root / REPORTS).read_bytes()

    ran = run(["regrade", REPORTS, "class", "--apply", "--confirm-losses"])

    assert ran.code in (2, 3)
    assert (graded.root / REPORTS).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["none", "class"], ["none", "no such file"], id="no-reports"),
        pytest.param(["class", "class"], ["class", "holds no report"], id="folder-without"),
        pytest.param([REPORTS, "none"], ["none", "no such file"], id="no-submissions"),
        pytest.param(["", "class"], ["empty name"], id="empty-name"),
        pytest.param(["class/ann.py", "class"], ["as JSON"], id="no-json"),
        pytest.param(["learner.json", "class"], ["cut for a student"], id="redacted"),
        pytest.param([REPORTS, "class", "--diff", "--apply"], ["--apply"], id="diff-and-apply"),
    ],
)
def test_what_cannot_be_regraded_is_refused(
    graded: Course, run: Run, arguments: list[str], words: list[str]
) -> None:
    flags = ["--format", "json", "--audience", "learner", "--output", "learner.json"]
    run(["grade", "row_means", "class", *flags])

    ran = run(["regrade", *arguments])

    assert (ran.code, ran.stdout) == (2, "")
    for word in words:
        assert word in ran.stderr
