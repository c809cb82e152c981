"""`grader export gradescope`: what is in the zip, and what cannot be packed."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from command_line import Course, Run

ROOT = Path(__file__).parents[2]
ZIP = "autograder.zip"


@pytest.fixture
def packed(course: Course, run: Run) -> zipfile.ZipFile:
    ran = run(["export", "gradescope", "row_means"])
    assert (ran.code, ran.stderr) == (0, "")
    return zipfile.ZipFile(course.root / ZIP)


def wheel_of(packed: zipfile.ZipFile, folder: Path) -> zipfile.ZipFile:
    (name,) = [name for name in packed.namelist() if name.endswith(".whl")]
    return zipfile.ZipFile(packed.extract(name, folder))


def test_scripts_lie_at_the_root_and_can_be_executed(packed: zipfile.ZipFile) -> None:
    for name in ("setup.sh", "run_autograder"):
        assert stat.S_IMODE(packed.getinfo(name).external_attr >> 16) == 0o755
        assert packed.read(name).startswith(b"#!/usr/bin/env bash\n")
        assert b"@QUESTION@" not in packed.read(name)


def test_everything_else_is_for_its_owner_only(packed: zipfile.ZipFile) -> None:
    others = [i for i in packed.infolist() if i.filename not in ("setup.sh", "run_autograder")]

    assert {stat.S_IMODE(info.external_attr >> 16) for info in others} == {0o600}


def test_zip_holds_the_question_and_its_reference_and_no_other_question(
    course: Course, run: Run
) -> None:
    run(["new", "other"])

    run(["export", "gradescope", "row_means"])

    names = [n for n in zipfile.ZipFile(course.root / ZIP).namelist() if n.startswith("course/q")]
    assert names == ["course/questions/row_means.md"]


def test_same_question_gives_the_same_bytes(
    packed: zipfile.ZipFile, course: Course, run: Run
) -> None:
    first = (course.root / ZIP).read_bytes()

    run(["export", "gradescope", "row_means"])

    assert (course.root / ZIP).read_bytes() == first


def test_zip_itself_is_for_its_owner_only(packed: zipfile.ZipFile, course: Course) -> None:
    assert stat.S_IMODE((course.root / ZIP).stat().st_mode) == 0o600


def test_wheel_holds_no_course_and_its_record_is_right(
    packed: zipfile.ZipFile, tmp_path: Path
) -> None:
    wheel = wheel_of(packed, tmp_path)

    names = wheel.namelist()
    (record,) = [name for name in names if name.endswith("/RECORD")]
    listed = dict(line.split(",", 1) for line in wheel.read(record).decode().splitlines())
    assert not [n for n in names if n.startswith(("grader/course/", "reference/", "questions/"))]
    assert "grader/report/schema/report_v1.json" in names
    assert listed.keys() == set(names)
    for name in set(names) - {record}:
        digest = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(name)).digest())
        assert listed[name].startswith(f"sha256={digest.decode().rstrip('=')},")


def test_versions_of_this_machine_are_pinned(packed: zipfile.ZipFile, tmp_path: Path) -> None:
    import numpy as np

    pinned = packed.read("constraints.txt").decode().splitlines()
    wheel = wheel_of(packed, tmp_path)
    (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
    needed = [
        line.partition(": ")[2]
        for line in wheel.read(name).decode().splitlines()
        if line.startswith("Requires-Dist")
    ]

    assert f"numpy=={np.__version__}" in pinned
    assert len(needed) == len(pinned) >= 5


@pytest.mark.slow
def test_wheel_can_be_installed_and_run(packed: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel = wheel_of(packed, tmp_path).filename
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*pip, "--target", str(tmp_path / "there"), str(wheel)], check=True, timeout=60)

    done = subprocess.run(
        [sys.executable, "-m", "grader", "--version"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "there")},
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=True,
    )

    assert done.stdout.startswith(b"grader ")


# -- refusals ------------------------------------------------------------------------------


def test_tie_rule_whose_test_the_course_lacks_is_refused(course: Course, run: Run) -> None:
    shutil.copytree(ROOT / "reference", course.root / "reference", dirs_exist_ok=True)
    text = (ROOT / "questions/pooling/max_pooling_backward.md").read_bytes()
    course.write("questions/max_pooling_backward.md", text)
    (course.root / "reference/tie_gradients.py").unlink()

    ran = run(["export", "gradescope", "questions/max_pooling_backward.md"])

    assert (ran.code, ran.stdout) == (2, "")
    assert "needs tie_gradients.py" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["none"], ["none", "row_means"], id="unknown-question"),
        pytest.param(["elsewhere.md"], ["outside of the questions"], id="outside-of-the-course"),
        pytest.param(["row_means", "-o", "no/such/x.zip"], ["no/such/x.zip"], id="into-nowhere"),
        pytest.param(["row_means", "-o", "questions"], ["questions"], id="over-a-folder"),
    ],
)
def test_what_cannot_be_packed_is_refused(
    course: Course, run: Run, arguments: list[str], words: list[str]
) -> None:
    course.write("elsewhere.md", (course.root / "questions/row_means.md").read_bytes())

    ran = run(["export", "gradescope", *arguments])

    assert (ran.code, ran.stdout) == (2, "")
    for word in words:
        assert word in ran.stderr
