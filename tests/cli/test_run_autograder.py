"""The run_autograder of an exported zip: what becomes of submissions, and of faults of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import RIGHT, WRONG, Course, Run


@dataclass
class Autograder:
    """A folder that looks like /autograder after setup.sh."""

    root: Path

    def submit(self, text: str) -> None:
        (self.root / "submission" / "solution.py").write_text(text)

    def run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", str(self.root / "source" / "run_autograder")],
            env={
                **os.environ,
                "AUTOGRADER_ROOT": str(self.root),
                "AUTOGRADER_VENV": str(self.root / "venv"),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def results(self) -> Any:
        return json.loads((self.root / "results" / "results.json").read_text())


@pytest.fixture
def autograder(course: Course, run: Run, tmp_path: Path) -> Autograder:
    """Give the unpacked zip, with the running grader where setup.sh would install it."""
    ran = run(["export", "gradescope", "row_means"])
    assert (ran.code, ran.stderr) == (0, "")
    packed = zipfile.ZipFile(course.root / "autograder.zip")
    root = tmp_path / "autograder"
    for name in ("source", "submission", "venv/bin"):
        (root / name).mkdir(parents=True)
    packed.extractall(root / "source")
    python = root / "venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return Autograder(root)


@pytest.mark.needs_isolation
def test_submission_is_graded_into_results(autograder: Autograder) -> None:
    autograder.submit(WRONG)

    ran = autograder.run()

    assert (ran.returncode, ran.stdout) == (0, "")
    assert autograder.results["score"] == 1
    assert [test["status"] for test in autograder.results["tests"]] == ["passed", "failed"]


@pytest.mark.needs_isolation
def test_nobody_but_the_owner_can_read_the_question_when_a_submission_runs(
    autograder: Autograder,
) -> None:
    source = autograder.root / "source"
    for path in source.rglob("*"):
        path.chmod(0o777)
    autograder.submit(RIGHT)

    ran = autograder.run()

    assert ran.returncode == 0
    assert [path for path in (source, *source.rglob("*")) if path.stat().st_mode & 0o077] == []


@pytest.mark.needs_isolation
def test_hostile_submission_reads_nothing_and_cannot_write_its_score(
    autograder: Autograder,
) -> None:
    places = {
        "question": autograder.root / "source/course/questions/row_means.md",
        "reference": autograder.root / "source/course/reference/row_means.py",
        "results": autograder.root / "results/results.json",
        "script": autograder.root / "source/run_autograder",
    }
    autograder.submit(
        "did = []\n"
        f"for name, place in { ({n: str(p) for n, p in places.items()})!r}.items():\n"
        "    for mode in ('r', 'w', 'a'):\n"
        "        try:\n"
        "            with open(place, mode) as file:\n"
        "                did.append(name + mode)\n"
        "                file.write('{\"score\": 5}')\n"
        "        except OSError:\n"
        "            pass\n"
        "print('{\"score\": 5}')\n"
        "def row_means(x):\n"
        "    raise RuntimeError(f'did {did}')\n"
    )

    ran = autograder.run()

    assert ran.returncode == 0
    assert "score" not in ran.stdout
    assert autograder.results["score"] == 0
    assert "did []" in json.dumps(autograder.results["tests"])


@pytest.mark.parametrize(
    "interpreter",
    [
        pytest.param("#!/bin/sh\nexit 1\n", id="grader-fails"),
        pytest.param("#!/bin/sh\nkill -9 $$\n", id="grader-is-killed"),
        pytest.param("#!/nowhere/python\n", id="no-interpreter"),
        pytest.param(
            f'#!/bin/sh\nexec "{sys.executable}" -c "import sys; sys.exit(3)"\n',
            id="no-isolation",
        ),
    ],
)
def test_what_fails_is_our_fault_and_has_no_score(autograder: Autograder, interpreter: str) -> None:
    autograder.submit(RIGHT)
    (autograder.root / "venv/bin/python").write_text(interpreter)

    ran = autograder.run()

    assert ran.returncode == 3
    assert not {"score", "tests"} & autograder.results.keys()
    assert "no fault of your submission" in autograder.results["output"]


@pytest.mark.needs_isolation
def test_question_that_does_not_load_there_is_our_fault(autograder: Autograder) -> None:
    autograder.submit(RIGHT)
    (autograder.root / "source/course/reference/row_means.py").write_text("1 / 0\n")

    ran = autograder.run()

    assert ran.returncode == 3
    assert not {"score", "tests"} & autograder.results.keys()


def test_old_results_do_not_survive_a_failure(autograder: Autograder) -> None:
    (autograder.root / "results").mkdir()
    (autograder.root / "results/results.json").write_text('{"score": 5}')
    (autograder.root / "venv/bin/python").unlink()

    autograder.run()

    assert "score" not in autograder.results


def test_scripts_are_valid_for_bash(autograder: Autograder) -> None:
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", str(autograder.root / "source" / name)], check=True)
