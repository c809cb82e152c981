"""The GitHub action and the GitLab template: what they say, and what their lines do when run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_line import RIGHT, WRONG, Course

ROOT = Path(__file__).parents[2]
ACTION = ROOT / ".github" / "actions" / "grade" / "action.yml"
TEMPLATE = ROOT / "grader" / "deploy" / "gitlab-ci.yml"
#: a reference that gives itself away when it runs: as a student could put it into a repository
TRAP = "open('ran', 'w').write('x')\ndef row_means(x):\n    return x * 0\n"

pytestmark = pytest.mark.skipif(not ACTION.is_file(), reason="not in a checkout")


def action() -> Any:
    return yaml.safe_load(ACTION.read_text())


def steps(name: str) -> Any:
    (step,) = [step for step in action()["runs"]["steps"] if step["name"] == name]
    return step


# -- what they say -------------------------------------------------------------------------


def test_actions_of_others_are_pinned_by_commit() -> None:
    used = [step["uses"] for step in action()["runs"]["steps"] if "uses" in step]

    assert len(used) == 2
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", name) for name in used)


@pytest.mark.parametrize("name", ["Install grader", "Grade"])
def test_no_input_is_pasted_into_a_script(name: str) -> None:
    assert "${{" not in steps(name)["run"]
    assert steps(name)["shell"] == "bash"


@pytest.mark.parametrize("path", [ACTION, TEMPLATE], ids=lambda path: path.name)
def test_no_secret_is_named(path: Path) -> None:
    said = re.sub(r"^\s*#.*$", "", path.read_text(), flags=re.MULTILINE)

    assert not re.search(r"\{\{\s*(?:secrets|github\.token)|_TOKEN|PASSWORD", said)


@pytest.mark.parametrize("path", [ACTION, TEMPLATE], ids=lambda path: path.name)
def test_every_python_is_isolated_from_the_graded_folder(path: Path) -> None:
    for line in path.read_text().splitlines():
        if re.search(r"\bpython[\w.\"]* (-m|-c)", line):
            pytest.fail(f"a file in the graded folder would be imported: {line.strip()}")


def test_every_output_comes_from_the_step_that_grades() -> None:
    values = {name: one["value"] for name, one in action()["outputs"].items()}

    assert values == {n: "${{ steps.grade.outputs." + n + " }}" for n in values}
    assert steps("Grade")["id"] == "grade"


def test_every_input_reaches_the_script() -> None:
    used = set(re.findall(r"inputs\.([\w-]+)", ACTION.read_text()))

    assert used == set(action()["inputs"])


def test_low_score_is_a_warning_in_gitlab_and_our_fault_is_red() -> None:
    job = yaml.safe_load(TEMPLATE.read_text())[".grader"]

    assert job["allow_failure"] == {"exit_codes": [1]}
    assert job["artifacts"]["when"] == "always"
    assert job["artifacts"]["reports"]["junit"] == "grader-reports/junit.xml"


# -- what their lines do -------------------------------------------------------------------


@pytest.fixture
def repository(course: Course, tmp_path: Path) -> Path:
    """Give a repository of a student, who put in what would be taken for a course or a module."""
    folder = tmp_path / "repository"
    for name, text in {
        "solution.py": WRONG,
        "venv.py": TRAP,
        "pip.py": TRAP,
        "reference/row_means.py": TRAP,
        "questions/row_means.md": (course.root / "questions/row_means.md").read_text(),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def run_lines(lines: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", lines],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def installed_at(place: Path) -> None:
    """Put the running grader where the lines before would have installed it."""
    (place / "bin").mkdir(parents=True)
    for name, said in {"grader": "-m grader", "python": ""}.items():
        path = place / "bin" / name
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" {"-P " + said if said else ""} "$@"\n')
        path.chmod(0o755)


def grade_step(repository: Path, own: Course, /, **inputs: str) -> tuple[Any, dict[str, str]]:
    temp = repository.parent / "temp"
    installed_at(temp / "grader")
    output = temp / "output"
    defaults = {n: str(one.get("default", "")) for n, one in action()["inputs"].items()}
    values = defaults | {"question": "row_means", "course": str(own.root)} | inputs
    environment = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
        for name, text in steps("Grade")["env"].items()
    }
    ran = run_lines(
        steps("Grade")["run"],
        repository,
        RUNNER_TEMP=str(temp),
        GITHUB_OUTPUT=str(output),
        GITHUB_STEP_SUMMARY=str(temp / "summary"),
        GITHUB_ACTION_PATH=str(ACTION.parent),
        **environment,
    )
    lines = output.read_text().splitlines() if output.exists() else []
    return ran, dict(line.split("=", 1) for line in lines)


def test_action_grades_and_gives_its_outputs(repository: Path, course: Course) -> None:
    ran, outputs = grade_step(repository, course, path="solution.py")

    assert ran.returncode == 0, ran
    assert (outputs["score"], outputs["max-score"], outputs["result"]) == ("1", "3", "graded")
    assert "::error title=row_means,file=solution.py" in ran.stdout
    assert not (repository / "ran").exists()


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        pytest.param({"fail-under": "50%"}, 1, id="below-the-bar"),
        pytest.param({"fail-under": "30%"}, 0, id="above-the-bar"),
        pytest.param({"fail-under": "; touch ran"}, 2, id="bar-is-code"),
        pytest.param({"question": "$(touch ran)"}, 2, id="question-is-code"),
        pytest.param({"question": "--help"}, 2, id="question-is-an-option"),
        pytest.param({"path": "none.py"}, 2, id="nothing-to-grade"),
    ],
)
def test_action_ends_with_the_code_of_grader(
    repository: Path, course: Course, inputs: dict[str, str], code: int
) -> None:
    ran, _ = grade_step(repository, course, **{"path": "solution.py", **inputs})

    assert ran.returncode == code, ran
    assert not (repository / "ran").exists()


def test_without_a_course_the_built_in_one_is_used_and_never_the_graded_one(
    repository: Path, course: Course
) -> None:
    ran, _ = grade_step(repository, course, path="solution.py", course="")

    assert ran.returncode == 2
    assert "no question 'row_means'" in ran.stderr
    assert "known: conv_backward, " in ran.stderr


@pytest.mark.slow
def test_action_makes_its_environment_away_from_the_graded_folder(
    repository: Path, tmp_path: Path
) -> None:
    lines = steps("Install grader")["run"].replace("-m pip install", "-m pip --version; : ")
    ran = run_lines(
        lines,
        repository,
        RUNNER_TEMP=str(tmp_path / "temp"),
        GITHUB_ACTION_PATH=str(ACTION.parent),
        PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    )

    assert ran.returncode == 0, ran
    assert ran.stdout.startswith("pip ")
    assert not (repository / "ran").exists()


def test_action_installs_the_checkout_it_belongs_to() -> None:
    (named,) = re.findall(r'"\$GITHUB_ACTION_PATH/([./]+)"', steps("Install grader")["run"])

    assert (ACTION.parent / named / "pyproject.toml").resolve() == ROOT / "pyproject.toml"


def test_gitlab_job_leaves_junit_and_json(repository: Path, course: Course, tmp_path: Path) -> None:
    job = yaml.safe_load(TEMPLATE.read_text())[".grader"]
    place = tmp_path / "grader"
    installed_at(place)
    lines = "\n".join(
        line for line in job["script"] if " -m venv" not in line and " -m pip" not in line
    )

    ran = run_lines(
        lines.replace("/tmp/grader", str(place)),
        repository,
        **job["variables"]
        | {
            "QUESTION": "row_means",
            "SUBMISSIONS": "solution.py",
            "FAIL_UNDER": "50%",
            "COURSE": str(course.root),
            "GRADER_SOURCE": "here",
        },
    )

    assert (ran.returncode, ran.stdout) == (1, ""), ran
    report = json.loads((repository / "grader-reports/report.json").read_text())
    assert report["score"] == 1
    assert ET.parse(repository / "grader-reports/junit.xml").getroot().get("failures") != "0"
    assert not (repository / "ran").exists()


def test_gitlab_job_says_what_is_not_set(repository: Path) -> None:
    job = yaml.safe_load(TEMPLATE.read_text())[".grader"]

    ran = run_lines(job["script"][0], repository, **job["variables"])

    assert ran.returncode == 2
    assert "set GRADER_SOURCE" in ran.stderr


def test_right_answer_has_no_annotation(repository: Path, course: Course) -> None:
    (repository / "solution.py").write_text(RIGHT)

    ran, outputs = grade_step(repository, course, path="solution.py")

    assert outputs["score"] == "3"
    assert "::error" not in ran.stdout
