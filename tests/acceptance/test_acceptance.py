"""Three files as students hand them in, graded as an instructor does it: one command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from grader.report import schema

ROOT, SUBMISSIONS = Path(__file__).parents[2], Path(__file__).parent / "submissions"


@pytest.fixture(scope="module")
def reports() -> dict[str, dict[str, object]]:
    """The reports of the three files, by name."""
    command = ["grade", "ssu_batch4_004", str(SUBMISSIONS), "--format", "json", "--jobs", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "grader", *command, "--course", str(ROOT)],
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    found = json.loads(done.stdout)
    for report in found:
        jsonschema.validate(report, schema())
    return {report["submission"]["name"]: report for report in found}


@pytest.mark.parametrize(
    ("name", "score", "misconception"),
    [
        pytest.param("loops.py", 5, None, id="right"),
        pytest.param("assigns.py", 2, "assigns instead of adding", id="assigns"),
        pytest.param(
            "all_ties.py", 4, "every tied maximum gets the whole gradient", id="every-tied-maximum"
        ),
    ],
)
def test_student_gets_the_points_and_the_reason(
    reports: dict[str, dict[str, object]], name: str, score: int, misconception: str | None
) -> None:
    report = reports[name]

    assert (report["status"], report["score"], report["max_score"]) == ("graded", score, 5)
    (part,) = report["parts"]  # type: ignore[misc]
    found = part["misconception"]
    assert (found["name"] if found else None) == misconception
