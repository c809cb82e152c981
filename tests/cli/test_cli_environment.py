"""Terminals, pipes, signals, locales, caches and users: `grader` in a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import RIGHT, WRONG, Course, run_there

NOBODY = 65534


def on_a_terminal(arguments: list[str], folder: Path, **environment: str) -> str:
    """Run with stdout on a terminal and give what it shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "xterm", **environment},
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says EIO when the last writer has gone
            break
        if not piece:
            break
        shown += piece
    os.close(ours)
    assert process.wait(timeout=30) == 0
    return shown.decode()


def test_help_names_every_command(course: Course) -> None:
    ran = run_there(["--help"], folder=course.root)

    assert ran.code == 0
    words = {line.split()[0] for line in ran.stdout.splitlines() if line.startswith("    ")}
    assert {
        "grade",
        "check",
        "verify",
        "new",
        "new-course",
        "handout",
        "list",
        "show",
        "doctor",
    } <= words


def test_version_is_printed(course: Course) -> None:
    assert run_there(["--version"], folder=course.root).stdout.startswith("grader 0.")


def test_source_on_standard_input_is_graded(course: Course) -> None:
    ran = run_there(["grade", "row_means", "-"], folder=course.root, stdin=RIGHT.encode())

    assert (ran.code, ran.stderr) == (0, "")
    assert "score 3 of 3" in ran.stdout


def test_empty_standard_input_is_ungradable(course: Course) -> None:
    ran = run_there(["grade", "row_means", "-"], folder=course.root)

    assert ran.code == 0
    assert "standard input is empty" in ran.stdout


def test_terminal_gets_colour(course: Course) -> None:
    course.write("s.py", RIGHT)
    os.environ.pop("NO_COLOR", None)

    assert "\x1b[" in on_a_terminal(["grade", "row_means", "s.py"], course.root)


def test_no_color_is_honoured_on_a_terminal(course: Course) -> None:
    course.write("s.py", RIGHT)

    assert "\x1b[" not in on_a_terminal(["grade", "row_means", "s.py"], course.root, NO_COLOR="1")


def test_reader_that_leaves_early_is_no_fault(course: Course) -> None:
    course.write("s.py", WRONG)
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "grader", "grade", "row_means", "s.py"],
        cwd=course.root,
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writing)

    assert done.stderr == b""
    assert done.returncode == 0


@contextlib.contextmanager
def started(course: Course, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A grading in a session of its own, which ends with the test whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "grader", "grade", "row_means", *arguments],
        cwd=course.root,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_ctrl_c_while_waiting_for_standard_input_stops(course: Course) -> None:
    with started(course, "-") as process:
        assert process.stdin is not None
        process.stdin.write(b"#" * 100_000)  # more than a pipe holds: it has begun to read
        process.stdin.flush()

        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)

    assert (process.returncode, out, err) == (130, b"", b"grader: stopped\n")


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_stops_endless_submissions_and_leaves_no_process(course: Course, jobs: str) -> None:
    for name in ("a.py", "b.py", "c.py"):
        course.write(f"class/{name}", "def row_means(x):\n    while True: pass\n")
    with started(course, "class", "--jobs", jobs) as process:
        while max(cpu_seconds_of_descendants(process.pid).values(), default=0) < 0.7:
            select.select([], [], [], 0.02)

        children = cpu_seconds_of_descendants(process.pid)
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        out, err = process.communicate(timeout=20)
        seconds = time.monotonic() - sent

    assert (process.returncode, out, err) == (130, b"", b"grader: stopped\n")
    assert seconds < 1
    assert children
    while time.monotonic() - sent < 3 and any(is_running(child) for child in children):
        select.select([], [], [], 0.02)  # the kernel needs a moment to end them
    assert [child for child in children if is_running(child)] == []


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"  # nobody may have asked yet how it ended


def cpu_seconds_of_descendants(first: int) -> dict[int, float]:
    """CPU time of every process below one, by its number."""
    parents, spent = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
                spent[int(entry.name)] = int(fields[11]) / os.sysconf("SC_CLK_TCK")
    found = {first}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {pid: spent[pid] for pid in found - {first}}


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, id="C-locale"),
        pytest.param({"PYTHONIOENCODING": "ascii"}, id="ascii-streams"),
        pytest.param({"PYTHONIOENCODING": "latin-1"}, id="latin-1-streams", marks=pytest.mark.slow),
        pytest.param({"LC_ALL": "xx_YY.nonsense"}, id="unknown-locale", marks=pytest.mark.slow),
    ],
)
def test_text_is_printed_in_any_locale(course: Course, environment: dict[str, str]) -> None:
    course.edit("questions/row_means.md", "title: 'Mean of each row'", "title: 'Moyenne — 行'")
    course.write("sölution.py", "def row_means(x):\n    raise ValueError('é 学 ½')\n")

    ran = run_there(["grade", "row_means", "sölution.py"], folder=course.root, **environment)

    assert (ran.code, ran.stderr) == (0, "")
    assert "score 0 of 3" in ran.stdout


def test_complaint_is_printed_in_any_locale(course: Course) -> None:
    ran = run_there(["show", "学"], folder=course.root, PYTHONIOENCODING="ascii")

    assert ran.code == 2
    assert "Traceback" not in ran.stderr
    assert "row_means" in ran.stderr


def test_cache_that_cannot_be_used_costs_time_only(course: Course, tmp_path: Path) -> None:
    course.write("s.py", RIGHT)
    blocked = tmp_path / "a_file"
    blocked.write_text("in the way")

    ran = run_there(
        ["grade", "row_means", "s.py"], folder=course.root, GRADER_CACHE=str(blocked / "cache")
    )

    assert (ran.code, ran.stderr) == (0, "")
    assert "score 3 of 3" in ran.stdout
    assert blocked.read_text() == "in the way"


def test_damaged_cache_is_made_again(course: Course, tmp_path: Path) -> None:
    course.write("s.py", WRONG)
    folder = tmp_path / "own_cache"
    first = run_there(
        ["grade", "row_means", "s.py", "--format", "json"],
        folder=course.root,
        GRADER_CACHE=str(folder),
    )
    for file in folder.iterdir():
        file.write_bytes(file.read_bytes()[:-7] + b"nonsense")

    again = run_there(
        ["grade", "row_means", "s.py", "--format", "json"],
        folder=course.root,
        GRADER_CACHE=str(folder),
    )

    assert (again.code, again.stderr) == (0, "")
    one, two = json.loads(first.stdout), json.loads(again.stdout)
    assert one.pop("timing") != {}
    assert two.pop("timing") != {}
    assert one == two


def test_no_home_is_no_fault(course: Course) -> None:
    course.write("s.py", RIGHT)

    ran = run_there(
        ["grade", "row_means", "s.py"],
        folder=course.root,
        GRADER_CACHE="",
        XDG_CACHE_HOME="",
        HOME="",
    )

    assert (ran.code, ran.stderr) == (0, "")


# -- as somebody without rights ------------------------------------------------------------


@pytest.fixture
def as_nobody(course: Course, tmp_path: Path) -> tuple[str, ...]:
    """The start of a command line that runs without any rights; the course is readable for all."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("NOT TESTED: there is no setpriv on this host")
    prefix = (
        "setpriv",
        f"--reuid={NOBODY}",
        f"--regid={NOBODY}",
        "--clear-groups",
        "--bounding-set=-all",
    )
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder != Path("/"):
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) | 0o755)
    python = os.path.realpath(sys.executable)
    if subprocess.run([*prefix, "test", "-x", python], check=False).returncode != 0:
        pytest.skip(f"NOT TESTED: {python} cannot be run by an unprivileged user")
    return prefix


@pytest.mark.needs_isolation
def test_unprivileged_user_can_grade_officially(course: Course, as_nobody: tuple[str, ...]) -> None:
    course.write("s.py", RIGHT)

    ran = run_there(
        ["grade", "row_means", "s.py", "--require-isolation", "L1"],
        folder=course.root,
        prefix=as_nobody,
    )

    assert (ran.code, ran.stderr) == (0, "")
    assert "score 3 of 3" in ran.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["grade", "row_means", "closed.py"], "closed.py: cannot be read", id="file"),
        pytest.param(["grade", "row_means", "closed"], "closed: cannot be read", id="folder"),
        pytest.param(
            ["grade", "row_means", "closed", "--each"], "closed: cannot be read", id="folder-each"
        ),
        pytest.param(
            ["grade", "row_means", "closed/inside.py"],
            "closed/inside.py: cannot be read",
            id="file-in-a-folder",
        ),
        pytest.param(["check", "row_means", "closed.py"], "closed.py: cannot be read", id="check"),
        pytest.param(["new", "fresh"], "cannot be written", id="new"),
        pytest.param(["handout", "row_means"], "cannot be written", id="handout"),
        pytest.param(["new-course", "fresh"], "cannot be written", id="new-course"),
        pytest.param(
            ["grade", "row_means", "s.py", "--output", "report.txt"],
            "report.txt: cannot be written",
            id="output",
        ),
    ],
)
def test_what_the_user_may_not_touch_is_named(
    course: Course, as_nobody: tuple[str, ...], arguments: list[str], said: str
) -> None:
    course.write("s.py", RIGHT)
    course.write("closed.py", RIGHT).chmod(0)
    course.write("closed/inside.py", RIGHT)
    closed = [
        course.root / "closed",
        *([] if as_nobody else [course.root, course.root / "questions"]),
    ]
    for folder in closed:
        folder.chmod(0 if folder.name == "closed" else 0o555)

    ran = run_there(arguments, folder=course.root, prefix=as_nobody)
    for folder in closed:
        folder.chmod(0o755)

    assert ran.code == 2, ran
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_closed_file_in_a_folder_is_ungradable(course: Course, as_nobody: tuple[str, ...]) -> None:
    course.write("work/s.py", RIGHT).chmod(0)

    ran = run_there(
        ["grade", "row_means", "work", "--together"], folder=course.root, prefix=as_nobody
    )

    assert ran.code == 0
    assert "s.py in work cannot be read (permission denied)" in " ".join(ran.stdout.split())
