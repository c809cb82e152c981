"""The pytest plugin: submissions and questions as tests, and nothing of the kind without an option."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from command_line import RIGHT, WRONG, Course

ROOT = Path(__file__).parents[2]
PLUGIN = "grader.cli.pytest_plugin"


def run_pytest(
    *arguments: str, folder: Path, plugins: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run pytest by itself: no plugin of this run, no configuration of this project."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", PLUGIN]
    for plugin in plugins:
        command += ["-p", plugin]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(
        [*command, "--junit-xml=junit.xml", *arguments],
        cwd=folder,
        env={**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def outcomes(folder: Path) -> dict[str, str]:
    """Give what each test came to, by 'file: name', from the JUnit file."""
    root = ET.parse(folder / "junit.xml").getroot()
    found = {}
    for case in root.iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("failure", "error", "skipped")]
        place = case.get("classname", "").removesuffix(".md").rpartition(".")[2]
        name = f"{place}: {case.get('name')}"
        found[name] = kinds[0] if kinds else "passed"
    return found


def test_each_group_of_each_submission_is_a_test(course: Course) -> None:
    course.write("class/ann.py", RIGHT)
    course.write("class/bob.py", WRONG)
    course.write("class/cyd.py", "def row_means(x:\n")
    course.write("class/notes.txt", "nothing")

    ran = run_pytest("--grader-question", "row_means", "class", folder=course.root)

    assert outcomes(course.root) == {
        "ann: code/square": "passed",
        "ann: code/rectangular": "passed",
        "bob: code/square": "passed",
        "bob: code/rectangular": "failure",
        "cyd: code/square": "failure",
        "cyd: code/rectangular": "failure",
    }
    assert ran.returncode == 1
    assert "Traceback" not in ran.stdout
    assert "expected" in ran.stdout  # the smallest input and both answers


def test_no_code_of_a_submission_runs_in_the_process_of_pytest(course: Course) -> None:
    trap = "import os\ntry:\n    open('ran', 'w')\nexcept OSError:\n    pass\n"
    for name in ("class/conftest.py", "class/__init__.py", "class/test_more.py"):
        course.write(name, trap)
    course.write(
        "class/solution.py", f'{trap}\n""">>> {trap.splitlines()[2].strip()}\n"""\n{RIGHT}'
    )
    course.write("class/test_doc.txt", ">>> _ = open('ran', 'w')\n")

    for given in ("class", "class/solution.py"):
        run_pytest("--grader-question", "row_means", "--doctest-modules", given, folder=course.root)
        assert outcomes(course.root)["solution: code/square"] == "passed"

    assert not (course.root / "ran").exists()


def test_questions_of_a_course_are_verified_where_that_is_asked_for(course: Course) -> None:
    broken = (course.root / "questions/row_means.md").read_text().replace("id: row", "idd: row")
    course.write("questions/broken.md", broken)
    course.write("questions/README.md", "# Not a question\n")

    ran = run_pytest("--grader-verify", folder=course.root)

    assert outcomes(course.root) == {"broken: verify": "failure", "row_means: verify": "passed"}
    assert "questions/broken.md:" in ran.stdout
    assert "Traceback" not in ran.stdout


def test_a_course_can_always_verify_by_its_configuration(course: Course) -> None:
    course.write("pytest.ini", "[pytest]\ngrader_verify = true\n")

    run_pytest("--collect-only", "-q", folder=course.root)
    ran = run_pytest("--collect-only", "-q", "questions/row_means.md", folder=course.root)

    assert "questions/row_means.md::verify" in ran.stdout


def test_without_an_option_nothing_is_collected(course: Course) -> None:
    course.write("solution.py", RIGHT)

    ran = run_pytest(folder=course.root)

    assert ran.returncode == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--grader-question", "row_mean"], "no question 'row_mean'", id="no-question"),
        pytest.param(
            ["--grader-question", "row_means", "--grader-course", "none"],
            "none: no such folder",
            id="no-course",
        ),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    course: Course, arguments: list[str], words: str
) -> None:
    course.write("solution.py", RIGHT)

    ran = run_pytest(*arguments, "solution.py", folder=course.root)

    assert ran.returncode == pytest.ExitCode.INTERRUPTED
    assert words in ran.stdout
    assert "Traceback" not in ran.stdout


@pytest.mark.slow
def test_processes_of_xdist_come_to_the_same(course: Course) -> None:
    course.write("bob.py", WRONG)

    ran = run_pytest(
        "--grader-question", "row_means", "bob.py", "-n2", folder=course.root, plugins=("xdist",)
    )

    assert ran.returncode == 1
    assert outcomes(course.root) == {
        "bob: code/square": "passed",
        "bob: code/rectangular": "failure",
    }


def test_plugin_loads_no_room_before_it_is_used() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules)\n"
        f"import {PLUGIN}\n"
        "print(*sorted(set(sys.modules) - before))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    loaded = {name for name in done.stdout.split() if name.startswith("grader")}
    assert loaded <= {
        "grader",
        "grader.cli",
        "grader.cli.main",
        "grader.cli.pytest_plugin",
        "grader.core",
        "grader.core.errors",
    }
    assert "numpy" not in done.stdout.split()


def test_installed_package_names_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["entry-points"]["pytest11"] == {"grader": PLUGIN}
    assert importlib.import_module(PLUGIN).pytest_addoption
