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


@pytest.mark.needs_isolation
@pytest.mark.parametrize("form", ["json", "text"])
def test_learner_of_an_exam_sees_no_hidden_input(
    exam: Course, run: Run, hand_ins: str, form: str
) -> None:
    seen = run(["grade", "midterm", hand_ins, "--format", form, "--audience", "learner"])
    known = run(["grade", "midterm", hand_ins, "--format", "json"])

    (failure,) = json.loads(known.stdout)["students"][1]["answers"][0]["report"]["parts"][0][
        "groups"
    ][1]["failures"]
    assert failure["replay"]
    assert failure["replay"] not in seen.stdout
    if form == "json":
        report = json.loads(seen.stdout)["students"][1]["answers"][0]["report"]
        hidden = report["parts"][0]["groups"][1]["failures"][0]
        assert hidden["counterexample"] is None
        assert "expected" not in hidden


@pytest.mark.needs_isolation
def test_what_is_no_students_folder_is_named(exam: Course, run: Run, hand_ins: str) -> None:
    (Path(hand_ins) / "carol.py").write_text(RIGHT)
    (Path(hand_ins) / "dave.zip").write_bytes(b"PK")

    done = run(["grade", "midterm", hand_ins, "--format", "csv"])

    assert "NOT GRADED, no folder of a student: carol.py, dave.zip" in done.stderr
    assert len(done.stdout.splitlines()) == 3


@pytest.mark.parametrize("option", [["--each"], ["--together"]])
def test_option_for_questions_is_refused_for_an_exam(
    exam: Course, run: Run, hand_ins: str, option: list[str]
) -> None:
    done = run(["grade", "midterm", hand_ins, *option])

    assert done.code == 2
    assert f"{option[0]}: is for questions, not for an exam" in done.stderr


def test_exam_with_the_id_of_a_question_is_refused(exam: Course, run: Run) -> None:
    exam.edit("questions/exams/midterm.md", "id: midterm", "id: again")

    done = run(["verify", "again"])

    assert done.code == 2
    assert "midterm.md:2: a question has the id 'again' too" in done.stderr


@pytest.mark.parametrize("command", [["show", "midterm"], ["check", "midterm", "x.py"]])
def test_command_for_questions_says_that_it_is_an_exam(
    exam: Course, run: Run, command: list[str]
) -> None:
    done = run(command)

    assert done.code == 2
    assert "'midterm' is an exam; this takes a question" in done.stderr


@pytest.mark.needs_isolation
def test_result_of_an_exam_is_no_report_and_replay_says_so(
    exam: Course, run: Run, hand_ins: str, tmp_path: Path
) -> None:
    result = tmp_path / "exam.json"
    run(["grade", "midterm", hand_ins, "--format", "json", "--output", str(result)])

    done = run(["replay", str(result)])

    assert done.code == 2
    assert "is the result of an exam" in done.stderr


@pytest.mark.needs_isolation
@pytest.mark.parametrize(
    ("attempt", "is_told"), [("1", False), ("2", True)], ids=["first", "second"]
)
def test_exam_says_how_much_each_attempt_is_told(
    exam: Course, run: Run, hand_ins: str, attempt: str, is_told: bool
) -> None:
    exam.edit(
        "questions/exams/midterm.md", "title: Midterm", "title: Midterm\nreveal: [name, hint]"
    )
    exam.edit(
        "questions/row_means.md",
        "points: 2, where: rows != columns,",
        "points: 2, shown: true, where: rows != columns,",
    )
    command = ["grade", "midterm", hand_ins, "--format", "json", "--audience", "learner"]

    done = run([*command, "--attempt", attempt])

    report = json.loads(done.stdout)["students"][1]["answers"][0]["report"]
    told = [one for group in report["parts"][0]["groups"] for one in group["failures"]]
    assert any(one.get("counterexample") for one in told) is is_told


@pytest.mark.needs_isolation
def test_students_get_no_files_before_an_exam_closes_that_tells_nothing(
    exam: Course, run: Run, hand_ins: str, tmp_path: Path
) -> None:
    exam.edit(
        "questions/exams/midterm.md",
        "title: Midterm",
        "title: Midterm\nfeedback: nothing-until-close",
    )
    out = tmp_path / "out"
    out.mkdir()

    done = run(["grade", "midterm", hand_ins, "--output", str(out)])

    assert [path.name for path in out.iterdir()] == ["exam.txt"]
    assert "nothing until the exam closes" in done.stderr
