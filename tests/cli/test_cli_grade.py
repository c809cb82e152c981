"""`grader grade`: reports, scores, files and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from command_line import RIGHT, WRONG, Course, Run

from grader.report import schema


def reports(text: str) -> list[dict[str, Any]]:
    """Parse --format json, check it against the schema and drop the times."""
    parsed = json.loads(text)
    found = parsed if isinstance(parsed, list) else [parsed]
    for report in found:
        jsonschema.validate(report, schema())
        del report["timing"]
    return found


def test_right_answer_gets_every_point(course: Course, run: Run) -> None:
    course.write("s.py", RIGHT)

    ran = run(["grade", "row_means", "s.py"])

    assert (ran.code, ran.stderr) == (0, "")
    assert "score 3 of 3" in ran.stdout


def test_wrong_answer_loses_its_group_and_reads_the_hint_of_its_misconception(
    course: Course, run: Run
) -> None:
    course.write("s.py", WRONG)

    ran = run(["grade", "row_means", "s.py"])

    assert ran.code == 0
    assert "score 1 of 3" in ran.stdout
    assert "a row has as many entries as there are columns" in " ".join(ran.stdout.split())


@pytest.mark.parametrize(
    ("source", "threshold", "code"),
    [
        pytest.param(WRONG, "1", 0, id="points-reached"),
        pytest.param(WRONG, "1.5", 1, id="points-missed"),
        pytest.param(WRONG, "33%", 0, id="percent-reached"),
        pytest.param(WRONG, "34%", 1, id="percent-missed"),
        pytest.param(RIGHT, "100%", 0, id="all-percent"),
        pytest.param(RIGHT, "3.5", 1, id="more-than-there-is"),
        pytest.param("def (", "0", 1, id="ungradable-is-below-everything"),
        pytest.param(RIGHT, "101%", 2, id="more-than-all"),
        pytest.param(RIGHT, "-1", 2, id="negative"),
        pytest.param(RIGHT, "nan", 2, id="not-a-number"),
        pytest.param(RIGHT, "many", 2, id="a-word"),
    ],
)
def test_fail_under_decides_the_exit_code(
    course: Course, run: Run, source: str, threshold: str, code: int
) -> None:
    course.write("s.py", source)

    ran = run(["grade", "row_means", "s.py", f"--fail-under={threshold}"])

    assert ran.code == code, ran.stderr


@pytest.mark.parametrize(
    ("source", "status"),
    [
        pytest.param(RIGHT, "graded", id="right"),
        pytest.param(WRONG, "graded", id="wrong"),
        pytest.param(
            "def row_means(x):\n    raise ValueError('\\x1b[31m\\u202e')\n", "graded", id="raises"
        ),
        pytest.param("def row_means(x):\n    return x.tolist()\n", "graded", id="list"),
        pytest.param(
            "def row_means(x):\n    return x.mean(axis=1) * float('nan')\n", "graded", id="nan"
        ),
        pytest.param("def (", "ungradable", id="syntax-error"),
    ],
)
def test_json_obeys_the_schema(course: Course, run: Run, source: str, status: str) -> None:
    course.write("s.py", source)

    ran = run(["grade", "row_means", "s.py", "--format", "json"])

    assert reports(ran.stdout)[0]["status"] == status


def test_two_jobs_give_the_same_reports_as_one(course: Course, run: Run) -> None:
    sources = [RIGHT, WRONG, "def (", "def row_means(x):\n    return 1 / 0\n"] * 3
    for number, source in enumerate(sources, 1):
        course.write(f"class/student{number}.py", source)

    one = run(["grade", "row_means", "class", "--format", "json"])
    two = run(["grade", "row_means", "class", "--format", "json", "--jobs", "2"])

    assert one.code == two.code == 0
    assert reports(one.stdout) == reports(two.stdout)
    assert [r["submission"]["name"] for r in reports(one.stdout)] == [
        f"student{number}.py" for number in range(1, 13)
    ]


def test_class_gets_a_table_in_the_order_of_the_files(course: Course, run: Run) -> None:
    course.write("class/b.py", RIGHT)
    course.write("class/a.py", WRONG)

    ran = run(["grade", "row_means", "class"])

    table = ran.stdout[ran.stdout.index("submission  ") :]
    assert table.index("a.py") < table.index("b.py")
    assert "1 / 3" in table
    assert "3 / 3" in table


def test_folder_with_one_definition_is_one_submission_with_helpers(
    course: Course, run: Run
) -> None:
    course.write("work/helper.py", "def mean(row):\n    return sum(row) / len(row)\n")
    course.write(
        "work/main.py",
        "import numpy as np\nfrom helper import mean\n\n"
        "def row_means(x):\n    return np.array([mean(row) for row in x])\n",
    )

    ran = run(["grade", "row_means", "work", "--format", "json"])

    assert [r["score"] for r in reports(ran.stdout)] == [3]


@pytest.mark.parametrize(
    ("option", "names"),
    [
        pytest.param("--each", ["a.py", "b.py"], id="each"),
        pytest.param("--together", ["class"], id="together"),
    ],
)
def test_option_says_what_a_folder_is(
    course: Course, run: Run, option: str, names: list[str]
) -> None:
    course.write("class/a.py", RIGHT)
    course.write("class/b.py", "x = 1\n")

    ran = run(["grade", "row_means", "class", option, "--format", "json"])

    assert [r["submission"]["name"] for r in reports(ran.stdout)] == names


def test_output_file_holds_what_would_be_printed(course: Course, run: Run) -> None:
    course.write("s.py", RIGHT)

    ran = run(["grade", "row_means", "s.py", "--format", "json", "--output", "report.json"])

    assert (ran.code, ran.stdout.strip()) == (0, "")
    assert reports((course.root / "report.json").read_text())[0]["score"] == 3


def test_output_folder_gets_a_file_for_each_submission_also_of_the_same_name(
    course: Course, run: Run
) -> None:
    for folder in ("ann", "bob"):
        course.write(f"{folder}/solution.py", RIGHT)
    (course.root / "reports").mkdir()

    ran = run(["grade", "row_means", "ann/solution.py", "bob/solution.py", "--output", "reports"])

    assert ran.code == 0
    assert sorted(p.name for p in (course.root / "reports").iterdir()) == [
        "solution.py.txt",
        "solution.py~2.txt",
    ]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("-rf.py", id="option", marks=pytest.mark.slow),
        pytest.param("a\nb.py", id="newline", marks=pytest.mark.slow),
        pytest.param("\x1b[31mred.py", id="escape-sequence"),
        pytest.param("‮yp.s.py", id="right-to-left-mark"),
        pytest.param(b"caf\xe9.py", id="not-utf-8"),
        pytest.param("学" * 80 + ".py", id="long-in-bytes"),
        pytest.param("$(touch owned).py", id="shell", marks=pytest.mark.slow),
        pytest.param("..py", id="dots", marks=pytest.mark.slow),
        pytest.param("%s%n{0}.py", id="format", marks=pytest.mark.slow),
        pytest.param("<script>.py", id="html", marks=pytest.mark.slow),
    ],
)
def test_hostile_name_is_graded_and_written_harmlessly(
    course: Course, run: Run, name: str | bytes
) -> None:
    text = name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")
    (course.root / "in").mkdir()
    path = course.root / "in" / text
    path.write_text(RIGHT)
    reported = course.root / "reports"
    reported.mkdir()

    shown = run(["grade", "row_means", str(path)])
    ran = run(["grade", "row_means", str(path), "--output", str(reported), "--format", "json"])

    assert (shown.code, ran.code) == (0, 0), shown.stderr + ran.stderr
    assert "score 3 of 3" in shown.stdout
    assert not set("\x1b‮") & set(shown.stdout)
    (written,) = reported.iterdir()
    assert reports(written.read_text(encoding="utf-8"))[0]["score"] == 3
    assert set(written.name).isdisjoint("/\n\x1b‮$<>")


def test_seed_is_said_in_the_report(course: Course, run: Run) -> None:
    course.write("s.py", RIGHT)

    ran = run(["grade", "row_means", "s.py", "--seed", "7", "--format", "json"])

    assert (reports(ran.stdout)[0]["seed"], reports(ran.stdout)[0]["score"]) == (7, 3)


def test_same_submission_gets_the_same_report_twice(course: Course, run: Run) -> None:
    course.write("s.py", WRONG)

    first, second = (run(["grade", "row_means", "s.py", "--format", "json"]) for _ in range(2))

    assert reports(first.stdout) == reports(second.stdout)


def test_isolation_that_this_host_lacks_is_refused_before_anything_is_graded(
    course: Course, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.write("s.py", RIGHT)
    monkeypatch.setenv("PATH", str(tmp_path))  # bwrap is found there, or not at all

    ran = run(
        ["grade", "row_means", "s.py", "--require-isolation", "L3", "--output", str(tmp_path / "r")]
    )

    assert ran.code == 3
    assert ran.stdout == ""
    assert "L3" in ran.stderr
    assert not (tmp_path / "r").exists()


@pytest.mark.needs_isolation
def test_required_isolation_that_this_host_has_is_said_in_the_report(
    course: Course, run: Run
) -> None:
    course.write("s.py", RIGHT)

    ran = run(["grade", "row_means", "s.py", "--require-isolation", "L1", "--format", "json"])

    report = reports(ran.stdout)[0]
    assert (report["isolation"], report["official"]) == ("L1", True)


def test_question_may_be_named_by_its_file(course: Course, run: Run) -> None:
    course.write("s.py", RIGHT)

    ran = run(["grade", "questions/row_means.md", "s.py"])

    assert ran.code == 0
    assert "score 3 of 3" in ran.stdout
