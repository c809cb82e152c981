"""`grader grade --format …`: each format from the command line, to stdout, a file or a folder."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from command_line import RIGHT, WRONG, Course, Run

ONE_EACH = ["gradescope", "prairielearn", "classroom50"]
CLASSROOM = {
    "CLASSROOM": "nn",
    "ASSIGNMENT": "row-means",
    "SUBMISSION_TAG": "submit/1",
    "COMMIT_URL": "https://git.example/commit/1",
    "RELEASE_URL": "https://git.example/release/1",
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a step of Classroom 50, and not as in one of GitHub, which these tests may run in."""
    for name, value in CLASSROOM.items():
        monkeypatch.setenv(name, value)
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "REVIEW_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def two(course: Course) -> Course:
    """Give a class of two."""
    course.write("class/ann.py", RIGHT)
    course.write("class/bob.py", WRONG)
    return course


def test_class_becomes_one_csv_with_a_row_for_each(two: Course, run: Run) -> None:
    ran = run(["grade", "row_means", "class", "--format", "csv", "--jobs", "2"])

    rows = list(csv.DictReader(io.StringIO(ran.stdout)))
    assert [(row["submission"], row["score"]) for row in rows] == [("ann.py", "3"), ("bob.py", "1")]


def test_class_becomes_one_junit_file(two: Course, run: Run) -> None:
    ran = run(["grade", "row_means", "class", "--format", "junit", "--output", "junit.xml"])

    assert ran.code == 0
    assert ran.stdout.startswith("\n2 submissions; 2 graded\n")
    root = ET.parse(two.root / "junit.xml").getroot()
    assert [suite.get("name") for suite in root] == ["ann.py", "bob.py"]
    assert root.get("failures") != "0"


def test_class_becomes_one_page(two: Course, run: Run) -> None:
    ran = run(["grade", "row_means", "class", "--format", "html", "--output", "class.html"])

    assert ran.code == 0
    page = (two.root / "class.html").read_text(encoding="utf-8")
    assert page.count("<article") == 2
    assert "<svg" in page


@pytest.mark.parametrize("form", ONE_EACH)
def test_format_for_one_is_refused_for_many_before_grading(
    two: Course, run: Run, form: str
) -> None:
    ran = run(["grade", "row_means", "class", "--format", form, "--output", "results.json"])

    assert (ran.code, ran.stdout) == (2, "")
    assert "holds one submission, and there are 2; use --output FOLDER" in ran.stderr
    assert not (two.root / "results.json").exists()


@pytest.mark.parametrize("form", ONE_EACH)
def test_folder_gets_a_file_for_each_of_many(two: Course, run: Run, form: str) -> None:
    (two.root / "out").mkdir()

    ran = run(["grade", "row_means", "class", "--format", form, "--output", "out"])

    assert (ran.code, ran.stderr) == (0, "")
    assert sorted(p.name for p in (two.root / "out").iterdir()) == ["ann.py.json", "bob.py.json"]
    assert json.loads((two.root / "out" / "ann.py.json").read_text())["score"] in (3, 1.0)


def test_folder_gets_one_csv(two: Course, run: Run) -> None:
    (two.root / "out").mkdir()

    run(["grade", "row_means", "class", "--format", "csv", "--output", "out"])

    assert [p.name for p in (two.root / "out").iterdir()] == ["grades.csv"]


def test_students_of_a_course_system_see_hidden_groups_by_name_only(
    course: Course, run: Run
) -> None:
    course.write("s.py", WRONG)

    told = run(["grade", "row_means", "s.py", "--format", "gradescope"]).stdout
    staff = run(["grade", "row_means", "s.py", "--format", "json"]).stdout
    student = run(
        ["grade", "row_means", "s.py", "--format", "json", "--audience", "learner"]
    ).stdout

    hidden = [
        g for g in json.loads(staff)["parts"][0]["groups"] if not g["shown"] and g["failures"]
    ]
    assert hidden
    message = hidden[0]["failures"][0]["message"]
    assert message
    assert message not in told + student
    assert hidden[0]["id"] in told


@pytest.mark.parametrize("form", ONE_EACH)
def test_what_students_read_is_not_written_for_staff(course: Course, run: Run, form: str) -> None:
    course.write("s.py", RIGHT)

    ran = run(["grade", "row_means", "s.py", "--format", form, "--audience", "instructor"])

    assert ran.code == 2
    assert "students see all of what" in ran.stderr


def test_github_step_gets_annotations_summary_and_outputs(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.write("s.py", WRONG)
    (course.root / "out").mkdir()
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        (course.root / name).write_text("before=1\n")
        monkeypatch.setenv(name, str(course.root / name))

    ran = run(["grade", "row_means", "s.py", "--format", "github", "--output", "out"])

    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.startswith("::error title=row_means,file=s.py::")
    assert "score 1 of 3" in (course.root / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8")
    assert (course.root / "GITHUB_OUTPUT").read_text().splitlines() == [
        "before=1",
        "report=out/report.json",
        "junit=out/junit.xml",
        "score=1",
        "max-score=3",
        "result=graded",
    ]
    written = sorted(p.name for p in (course.root / "out").iterdir())
    assert written == ["junit.xml", "report.json", "summary.md"]


def test_nothing_that_a_submission_says_reaches_the_output_of_a_github_step(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "\\n::add-mask::x\\n##[error]x"
    course.write("s.py", f"print('{said}')\ndef row_means(x):\n    raise ValueError('{said}')\n")
    summary = course.root / "summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    ran = run(["grade", "row_means", "s.py", "--format", "github", "--audience", "instructor"])

    assert "add-mask" not in ran.stdout + ran.stderr
    assert "##[" not in ran.stdout + ran.stderr + summary.read_text(encoding="utf-8")
    assert "add-mask" in summary.read_text(encoding="utf-8")


def test_github_outside_of_a_step_says_that_there_is_no_summary(course: Course, run: Run) -> None:
    course.write("s.py", RIGHT)

    ran = run(["grade", "row_means", "s.py", "--format", "github"])

    assert ran.code == 0
    assert ran.stdout == "grader: row_means: score 3 of 3\n"
    assert "GITHUB_STEP_SUMMARY is not set" in ran.stderr


@pytest.mark.parametrize("target", ["out.txt", "missing/"])
def test_github_writes_into_a_folder_that_exists(course: Course, run: Run, target: str) -> None:
    course.write("s.py", RIGHT)

    ran = run(["grade", "row_means", "s.py", "--format", "github", "--output", target])

    assert ran.code == 2
    assert "use --output FOLDER" in ran.stderr


def test_summary_that_cannot_be_written_is_a_message(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.write("s.py", RIGHT)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(course.root / "none" / "summary"))

    ran = run(["grade", "row_means", "s.py", "--format", "github"])

    assert ran.code == 2
    assert "GITHUB_STEP_SUMMARY: cannot be written" in ran.stderr


@pytest.mark.parametrize("name", list(CLASSROOM))
def test_classroom50_result_needs_to_know_its_run(
    course: Course, run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    course.write("s.py", RIGHT)
    monkeypatch.delenv(name)

    ran = run(["grade", "row_means", "s.py", "--format", "classroom50"])

    assert (ran.code, ran.stdout) == (2, "")
    assert f"{name} not set" in ran.stderr


def test_classroom50_result_names_its_run(course: Course, run: Run) -> None:
    course.write("s.py", WRONG)

    ran = run(["grade", "row_means", "s.py", "--format", "classroom50"])

    result = json.loads(ran.stdout)
    assert (result["classroom"], result["submission"]) == ("nn", "submit/1")
    assert (result["score"], result["max-score"]) == (1, 3)


def test_fault_of_the_reference_gives_no_file_where_there_is_no_way_to_say_so(
    course: Course, run: Run
) -> None:
    course.write("s.py", RIGHT)
    module = next((course.root / "reference").glob("*.py"))
    broken = module.read_text().replace(
        "    return ", "    raise ValueError('broken')\n    return "
    )
    module.write_text(broken)

    ran = run(["grade", "row_means", "s.py", "--format", "classroom50", "--output", "result.json"])

    assert ran.code != 0
    assert not (course.root / "result.json").exists()


def test_text_report_imports_no_other_renderer(course: Course) -> None:
    """A cold start pays for what it uses."""
    course.write("s.py", WRONG)
    code = (
        "import sys; from grader.cli import main; main(['grade', 'row_means', 's.py']); "
        "print([n for n in sys.modules if n.startswith('grader.report.')])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=course.root, capture_output=True, text=True, check=True
    )

    loaded = done.stdout.splitlines()[-1]
    assert "grader.report.as_text" in loaded
    for name in ("html", "markdown", "junit", "github", "gradescope", "svg", "csv", "as_json"):
        assert name not in loaded, name


def test_help_lists_every_format(run: Run) -> None:
    ran = run(["grade", "--help"])

    assert all(
        name in ran.stdout for name in ["markdown", "html", "csv", "junit", "github", *ONE_EACH]
    )


def test_output_into_a_missing_folder_is_a_message(course: Course, run: Run) -> None:
    course.write("s.py", RIGHT)
    target = Path("no") / "such" / "page.html"

    ran = run(["grade", "row_means", "s.py", "--format", "html", "--output", str(target)])

    assert ran.code == 2
    assert "cannot be written" in ran.stderr
