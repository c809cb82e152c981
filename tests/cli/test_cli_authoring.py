"""`new-course`, `new`, `verify`, `list`, `show`, `handout`, `check` and `doctor`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import RIGHT, WRONG, Course, Run, run_here

QUESTION = "questions/row_means.md"


def test_new_course_verifies(course: Course, run: Run) -> None:
    ran = run(["verify"])

    assert ran.code == 0, ran.stdout
    assert "1 question verified" in ran.stdout
    assert "PROBLEM" not in ran.stdout


def test_new_question_verifies_beside_the_first(course: Course, run: Run) -> None:
    made = run(["new", "my_question", "--title", "It's mine: 'yes' # no"])

    verified = run(["verify", "my_question"])

    assert made.code == 0
    assert (course.root / "questions/my_question.md").is_file()
    assert verified.code == 0, verified.stdout
    assert "It's mine: 'yes' # no" in run(["list"]).stdout


def test_new_never_overwrites_a_reference(course: Course, run: Run) -> None:
    course.write("reference/other.py", "precious = 1\n")

    ran = run(["new", "other"])

    assert (ran.code, ran.stdout) == (2, "")
    assert "reference/other.py" in ran.stderr
    assert (course.root / "reference/other.py").read_text() == "precious = 1\n"
    assert not (course.root / "questions/other.md").exists()


def test_new_course_is_not_made_over_a_folder(course: Course, run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()

    ran = run(["new-course", str(tmp_path / "mine")])

    assert ran.code == 2
    assert list((tmp_path / "mine").iterdir()) == []


def test_verify_that_finds_a_problem_exits_with_one_and_names_the_place(
    course: Course, run: Run
) -> None:
    course.edit(QUESTION, "expect: [2, 4]", "expect: [2, 5]")

    ran = run(["verify", "--quiet"])

    assert ran.code == 1
    assert f"PROBLEM {QUESTION}:" in ran.stdout
    assert "1 does not hold" in ran.stdout


def test_verify_reports_a_file_that_cannot_be_read_and_the_rest(course: Course, run: Run) -> None:
    course.write("questions/broken.md", "---\nid: broken\ntags: [\n---\n")

    ran = run(["verify", "--quiet"])

    assert ran.code == 1
    assert "PROBLEM questions/broken.md:" in ran.stdout
    assert "row_means" in ran.stdout


def test_list_as_json_names_every_question(course: Course, run: Run) -> None:
    rows = json.loads(run(["list", "--format", "json"]).stdout)

    assert [(row["id"], row["points"], row["path"]) for row in rows] == [("row_means", 3, QUESTION)]


def test_list_keeps_to_a_tag(course: Course, run: Run) -> None:
    course.edit(QUESTION, "tags: []", "tags: [means]")

    assert "row_means" in run(["list", "--tag", "means"]).stdout
    assert run(["list", "--tag", "other"]).stdout.strip() == ""


def test_show_prints_what_a_student_sees(course: Course, run: Run) -> None:
    ran = run(["show", "row_means"])

    assert ran.code == 0
    assert "return the mean of each row" in ran.stdout
    assert "a sum over the second axis" not in ran.stdout


def test_show_adds_the_solution_on_request(course: Course, run: Run) -> None:
    assert "a sum over the second axis" in run(["show", "row_means", "--solution"]).stdout


def test_handout_is_checked_far_from_the_course(
    course: Course, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "for_students"
    assert run(["handout", "row_means", "-o", str(target)]).code == 0
    (course.root / "reference").rename(tmp_path / "gone")
    monkeypatch.chdir(target)
    (target / "solution.py").write_text(RIGHT)

    ran = run_here(["check", ".", "solution.py"])

    assert ran.code == 0, ran.stderr
    assert "score 1 of 1" in ran.stdout


@pytest.mark.parametrize(
    ("source", "code"),
    [
        pytest.param(RIGHT, 0, id="right"),
        pytest.param(WRONG, 0, id="fails-hidden-groups-only"),
        pytest.param("def row_means(x):\n    return x.mean(axis=0)\n", 1, id="fails-shown-group"),
        pytest.param("def (", 1, id="ungradable"),
    ],
)
def test_check_tells_the_shown_groups_only(
    course: Course, run: Run, source: str, code: int
) -> None:
    course.write("s.py", source)

    ran = run(["check", "row_means", "s.py"])

    assert ran.code == code
    assert "rectangular" not in ran.stdout
    assert "What you hand in is graded on many more" in ran.stdout


def test_check_is_never_an_official_grade(course: Course, run: Run) -> None:
    course.write("s.py", RIGHT)

    report = json.loads(run(["check", "row_means", "s.py", "--format", "json"]).stdout)

    assert report["official"] is False


@pytest.mark.needs_isolation
def test_doctor_says_the_level_and_refuses_what_it_lacks(course: Course, run: Run) -> None:
    here, required = run(["doctor"]), run(["doctor", "--require-isolation", "L3"])

    has_l3 = "best level: L3" in here.stdout
    assert here.code == 0
    assert here.stdout.endswith("level L1: official grades can be given\n")
    assert required.code == (0 if has_l3 else 3)
    assert ("--require-isolation L3 would fail" in required.stdout) is not has_l3
