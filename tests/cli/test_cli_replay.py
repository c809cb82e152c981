"""`grader replay`: a stored report comes out the same, or what differs is said."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from command_line import RIGHT, WRONG, Course, Run

from grader.core.codec import decode, encode

Stored = Callable[..., Any]
REPORT = "class/reports.json"


@pytest.fixture
def graded(course: Course, run: Run) -> Course:
    """Give a course with a folder of two submissions and their reports."""
    course.write("class/ann.py", RIGHT)
    course.write("class/bob.py", WRONG)
    ran = run(["grade", "row_means", "class", "--format", "json", "--output", REPORT])
    assert ran.code == 0, ran
    return course


def change(course: Course, edit: Callable[[Any], None]) -> None:
    """Edit the reports that are stored; ann's is the first."""
    reports = json.loads((course.root / REPORT).read_text())
    edit(reports)
    course.write(REPORT, json.dumps(reports))


def failing(reports: Any) -> Any:
    """Give the failure of bob's report."""
    (found,) = [g["failures"][0] for g in reports[1]["parts"][0]["groups"] if g["failures"]]
    return found


def test_same_submission_to_the_same_question_gives_the_same_verdict(
    graded: Course, run: Run
) -> None:
    ran = run(["replay", REPORT])

    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "ann.py  row_means: the same verdict (seed 0)",
        "bob.py  row_means: the same verdict (seed 0)",
    ]


def test_report_for_a_learner_is_compared_with_what_a_learner_sees(
    graded: Course, run: Run
) -> None:
    flags = ["--format", "json", "--audience", "learner"]
    run(["grade", "row_means", "class", *flags, "--output", REPORT])

    assert run(["replay", REPORT]).code == 0


def test_seed_is_that_of_the_report(graded: Course, run: Run) -> None:
    run(["grade", "row_means", "class", "--format", "json", "--seed", "7", "--output", REPORT])

    ran = run(["replay", REPORT])

    assert ran.code == 0
    assert "seed 7" in ran.stdout


def test_submission_is_known_by_its_content_and_graded_under_its_name(
    graded: Course, run: Run
) -> None:
    os.rename(graded.root / "class/bob.py", graded.root / "class/renamed.py")

    assert run(["replay", REPORT]).code == 0


def test_edited_score_is_a_difference(graded: Course, run: Run) -> None:
    change(graded, lambda reports: reports[1].update(score=3))

    ran = run(["replay", REPORT])

    assert ran.code == 1
    assert "bob.py  row_means: DIFFERS (seed 0)\n  score: 3, now 1\n" in ran.stdout
    assert "on the stored input of code/square" not in ran.stdout
    assert "the submission now comes to WA" in ran.stdout


def test_another_grader_is_said_and_no_difference(graded: Course, run: Run) -> None:
    change(graded, lambda reports: reports[0]["versions"].update(grader="0.0.1"))

    ran = run(["replay", REPORT])

    assert ran.code == 0
    assert 'note: another grader version: "0.0.1", now "' in ran.stdout


def test_another_question_version_is_said_with_what_it_changes(graded: Course, run: Run) -> None:
    reference = graded.root / "reference/row_means.py"
    graded.write("reference/row_means.py", reference.read_text().replace("mean(", "sum("))

    ran = run(["replay", REPORT])

    assert ran.code == 1
    assert 'another question version: "sha256:' in ran.stdout
    assert "ann.py  row_means: DIFFERS" in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["none.json"], ["none.json", "no such file"], id="no-report"),
        pytest.param(["class"], ["class", "cannot be read"], id="folder"),
        pytest.param([""], ["empty name"], id="empty-name"),
        pytest.param(["class/ann.py"], ["cannot be read as JSON"], id="no-json"),
        pytest.param([REPORT, "--submission", "none.py"], ["none.py"], id="no-submission"),
        pytest.param(
            [REPORT, "--submission", "class/ann.py"],
            ["report 2", "is not found: class/ann.py is another file"],
            id="another-submission",
        ),
        pytest.param(
            ["alone/reports.json"], ["is not found: in alone", "--submission"], id="nothing-beside"
        ),
    ],
)
def test_what_cannot_be_replayed_is_refused(
    graded: Course, run: Run, arguments: list[str], words: list[str]
) -> None:
    graded.write("alone/reports.json", (graded.root / REPORT).read_bytes())

    ran = run(["replay", *arguments])

    assert (ran.code, ran.stdout) == (2, "")
    for word in words:
        assert word in ran.stderr


def replay_text(**changes: Any) -> str:
    """Give a replay text as a report of row_means has it, with changes."""
    inputs = {"H": 2, "W": 2, "x": np.zeros((2, 2))}
    content = {"part": "code", "group": "rectangular", "inputs": inputs} | changes
    return base64.b64encode(encode(content)).decode()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("no base64!", "damaged", id="no-base64"),
        pytest.param("AAAA", "damaged", id="no-value"),
        pytest.param(base64.b64encode(encode([1])).decode(), "holds no input", id="no-table"),
        pytest.param(replay_text(extra=1), "holds no input", id="more-than-there-is"),
        pytest.param(replay_text(inputs=[1]), "holds no input", id="inputs-are-a-list"),
        pytest.param(replay_text(inputs={1: 2}), "holds no input", id="names-are-numbers"),
        pytest.param(replay_text(part="none"), "does not have", id="unknown-part"),
        pytest.param(replay_text(group=["x"]), "does not have", id="group-is-a-list"),
        pytest.param(replay_text(inputs={}), "cannot draw", id="no-inputs"),
        pytest.param(replay_text(inputs={"x": 1}), "cannot draw", id="number-for-an-array"),
        pytest.param(
            replay_text(inputs={"x": np.zeros((1000, 1000), dtype=np.int8)}),
            "cannot draw",
            id="larger-than-the-domain",
        ),
        pytest.param("A" * (5 << 20), "too long", id="endless"),
    ],
)
def test_damaged_replay_text_is_refused_before_anything_is_graded(
    graded: Course, run: Run, text: str, word: str
) -> None:
    change(graded, lambda reports: failing(reports).update(replay=text))

    ran = run(["replay", REPORT])

    assert (ran.code, ran.stdout) == (2, "")
    assert "reports.json: report 2: is damaged: the replay text of group" in ran.stderr
    assert word in ran.stderr


def test_replay_text_of_another_group_is_damage(graded: Course, run: Run) -> None:
    def moved(reports: Any) -> None:
        failure = failing(reports)
        content = decode(base64.b64decode(failure["replay"]))
        assert isinstance(content, dict)
        groups = [g["id"] for g in reports[1]["parts"][0]["groups"]]
        (content["group"],) = [name for name in groups if name != content["group"]]
        failure["replay"] = base64.b64encode(encode(content)).decode()

    change(graded, moved)

    ran = run(["replay", REPORT])

    assert ran.code == 2
    assert "is damaged" in ran.stderr


def test_name_in_a_report_is_no_path(graded: Course, run: Run) -> None:
    change(graded, lambda reports: reports[0]["submission"].update(name="../../etc/passwd.py"))

    ran = run(["replay", REPORT])

    assert ran.code == 1
    assert 'submission, name: "../../etc/passwd.py", now "ann.py"' in ran.stdout
