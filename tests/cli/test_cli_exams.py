"""Exams on the command line: verified, handed out, graded from a folder per student, resumed."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from command_line import RIGHT, WRONG, Course, Run

EXAM = """---
id: midterm
type: exercises
title: Midterm
questions:
  - {id: row_means, points: 10}
  - {pick: 1, from: [again, once_more], points: 6}
---
# Instructions
Write your own code.
"""


@pytest.fixture
def exam(course: Course) -> Course:
    """The small course with three questions and one exam."""
    text = (course.root / "questions/row_means.md").read_text()
    for name in ("again", "once_more"):
        course.write(f"questions/{name}.md", text.replace("id: row_means", f"id: {name}"))
    course.write("questions/exams/midterm.md", EXAM)
    return course


@pytest.fixture
def hand_ins(tmp_path: Path) -> str:
    """The folder of a class of two."""
    folder = tmp_path / "hand-ins"
    for student, source in (("=ada()", RIGHT), ("student2", WRONG)):
        (folder / student).mkdir(parents=True)
        (folder / student / "row_means.py").write_text(source)
    return str(folder)


@pytest.mark.needs_isolation
def test_exam_becomes_a_row_per_student(exam: Course, run: Run, hand_ins: str) -> None:
    done = run(["grade", "midterm", hand_ins, "--format", "csv"])

    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.code == 0, done.stderr
    assert [(row["student"], row["total"], row["max_total"]) for row in rows] == [
        ("'=ada()", "10", "16"),
        ("student2", "3.3333333333333335", "16"),
    ]
    assert "again: nothing handed in" in rows[0]["notes"]


@pytest.mark.needs_isolation
def test_exam_as_text_and_json_say_the_same(exam: Course, run: Run, hand_ins: str) -> None:
    text = run(["grade", "midterm", hand_ins])
    found = run(["grade", "midterm", hand_ins, "--format", "json"])

    content = json.loads(found.stdout)
    assert [student["total"] for student in content["students"]] == [10, pytest.approx(10 / 3)]
    totals = [line.split()[-1] for line in text.stdout.splitlines()[2:6]]
    assert totals == ["total", "16", "10", "3.33"]
    assert "0* nothing handed in" in text.stdout


@pytest.mark.needs_isolation
def test_each_student_gets_a_file_and_nobody_elses(
    exam: Course, run: Run, hand_ins: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()

    done = run(["grade", "midterm", hand_ins, "--output", str(out)])

    assert done.code == 0, done.stderr
    names = sorted(path.name for path in out.iterdir())
    assert names == ["001-_ada__.txt", "002-student2.txt", "exam.txt"]
    assert "ada" not in (out / "002-student2.txt").read_text()


@pytest.mark.needs_isolation
def test_exam_that_was_stopped_goes_on_where_it_was(
    exam: Course, run: Run, hand_ins: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader.grading import batch

    real, graded = batch.grade, []

    def stopped(plan: object, submission: object, sandbox: object) -> object:
        if graded:
            raise KeyboardInterrupt
        graded.append(submission)
        return real(plan, submission, sandbox)  # type: ignore[arg-type]

    out = tmp_path / "grades.csv"
    command = ["grade", "midterm", hand_ins, "--format", "csv", "--output", str(out)]
    monkeypatch.setattr(batch, "grade", stopped)
    assert run(command).code == 130
    assert not out.exists()
    monkeypatch.setattr(
        batch,
        "grade",
        lambda *given: graded.append(given[1]) or real(*given),  # type: ignore[func-returns-value]
    )

    assert run(command).code == 0

    assert len(graded) == 2
    assert len(out.read_text().splitlines()) == 3


def test_handout_of_an_exam_holds_the_sheet_and_no_solution(
    exam: Course, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "handout"

    done = run(["handout", "midterm", "-o", str(out)])

    assert done.code == 0, done.stderr
    sheet = (out / "README.md").read_text()
    assert "Write your own code." in sheet
    assert "| total | 16 |" in sheet
    everything = "".join(path.read_text() for path in out.rglob("*") if path.is_file())
    assert "# Solution" not in everything
    assert "np.mean(x, axis=1)" not in everything


@pytest.mark.needs_isolation
def test_exam_is_verified_with_its_questions(exam: Course, run: Run) -> None:
    done = run(["verify", "midterm"])

    assert done.code == 0, done.stdout
    assert "| 1 of `again`, `once_more` | 6 |" in done.stdout
    assert "3 questions verified" in done.stdout


@pytest.mark.needs_isolation
@pytest.mark.parametrize("command", ["grade", "verify"])
def test_exam_whose_choice_is_unfair_is_refused_with_its_line(
    exam: Course, run: Run, hand_ins: str, command: str
) -> None:
    exam.edit("questions/exams/midterm.md", ", points: 6}", "}")
    exam.edit("questions/again.md", "(3p)", "(2p)")
    exam.edit("questions/again.md", "points: 3", "points: 2")
    exam.edit("questions/again.md", "points: 2, where", "points: 1, where")

    done = run([command, "midterm", *([hand_ins] if command == "grade" else [])])

    said = "questions/exams/midterm.md:7: the questions of one pick are worth different points"
    assert done.code == (2 if command == "grade" else 1)
    assert said in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "there is no such file or folder"),
        (["README.md"], "is no folder; an exam takes a folder per student"),
        (["questions", "reference"], "an exam is graded from one folder"),
        (["-"], "an exam is graded from one folder"),
        (["questions", "--format", "junit"], "does not hold an exam"),
        (["questions/exams"], "holds no folder; an exam is graded from a folder per student"),
    ],
)
def test_what_cannot_be_an_exams_folder_is_refused(
    exam: Course, run: Run, arguments: list[str], message: str
) -> None:
    done = run(["grade", "midterm", *arguments])

    assert done.code == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
