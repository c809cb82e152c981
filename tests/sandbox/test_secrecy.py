"""No byte of question, reference, corpus or grader lies in the memory of what runs submissions.

The scan happens while a submission is being graded, in the middle of a call. The grader itself must
hold every token, or the scan would prove nothing.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from pathlib import Path

import pytest

from grader.core.report import Report
from grader.grading.grade import grade
from grader.sandbox import Sandbox

from .course import plan_course, submission, write_course

pytestmark = [
    pytest.mark.needs_isolation,
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0,
        reason="AS ROOT ONLY: nobody else may read the memory of a process that is not dumpable",
    ),
]
_NAME = "scan-me"
#: renames itself in its first call, then waits: so the test knows when to look
WAITS = f"""
import ctypes, time
def f(x):
    if "seen" not in globals():
        globals()["seen"] = True
        ctypes.CDLL(None).prctl(15, b"{_NAME}", 0, 0, 0)
        time.sleep(4)
    return 2 * x
"""


def hits(pid: int, tokens: dict[str, str]) -> set[str]:
    """Names of the tokens that lie anywhere in the memory of a process, as UTF-8 or UTF-16."""
    found = set()
    wanted = {name: (t.encode(), t.encode("utf-16-le")) for name, t in tokens.items()}
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            bounds, rights = line.split()[:2]
            start, end = (int(part, 16) for part in bounds.split("-"))
            if not rights.startswith("r"):
                continue
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, OverflowError, ValueError):
                continue
            found |= {name for name, forms in wanted.items() if any(f in data for f in forms)}
    return found


def children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def all_below(pid: int) -> set[int]:
    return {pid}.union(*(all_below(child) for child in children(pid)))


def name_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


@pytest.mark.slow
def test_what_runs_submissions_holds_no_secret_while_it_grades(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("environment", "heap", "statement", "hint", "reference", "corpus")
    tokens = {name: f"{name}{secrets.token_hex(16)}" for name in names}
    monkeypatch.setenv("GRADER_TEST_TOKEN", tokens["environment"])
    write_course(
        tmp_path / "course",
        f"TOKEN = {tokens['reference']!r}\ndef f(x):\n    return {tokens['corpus']!r}\n",
        hint=tokens["hint"],
        statement=tokens["statement"],
    )
    _ = plan_course(tmp_path / "course", tmp_path / "cache").parts[0].corpus  # written
    plan = plan_course(tmp_path / "course", tmp_path / "cache")
    assert plan.parts[0].corpus.cases  # read again from the file
    assert tokens["corpus"].encode() in b"".join(
        path.read_bytes() for path in (tmp_path / "cache").iterdir()
    )
    reports: list[Report] = []

    with Sandbox.start() as fresh:
        grading = threading.Thread(
            target=lambda: reports.append(grade(plan, submission(WAITS), fresh))
        )
        grading.start()
        try:
            worker = await_worker()
            assert fresh._zygote is not None
            below = all_below(fresh._zygote.pid)
            in_a_call = hits(worker, tokens)
            assert hits(worker, {"own": _NAME}) == {"own"}  # its memory can be read
            assert name_of(worker) == _NAME  # it was there all the time
            found = {pid: hits(pid, tokens) for pid in below if name_of(pid)}
        finally:
            grading.join(60)

    assert worker in below
    assert in_a_call == set()
    assert hits(os.getpid(), tokens) == set(tokens)  # the scan can find them
    assert [(pid, seen) for pid, seen in found.items() if seen] == []
    assert reports[0].score == 0  # it was really being graded: a number is no text


def await_worker() -> int:
    """The worker that is in the middle of a call."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for pid in all_below(os.getpid()):
            if name_of(pid) == _NAME:
                return pid
        time.sleep(0.01)
    raise AssertionError("no worker is in a call")


def test_source_of_a_submission_stays_in_its_own_worker(tmp_path: Path) -> None:
    write_course(tmp_path / "course", "def f(x):\n    return 2 * x\n")
    plan = plan_course(tmp_path / "course", tmp_path / "cache")
    tokens = {"source": secrets.token_hex(24)}
    source = f"# {tokens['source']}\nkept = '{tokens['source']}'\ndef f(x):\n    return 2 * x\n"

    with Sandbox.start() as fresh:
        report = grade(plan, submission(source), fresh)
        grade(plan, submission("def f(x):\n    return 2 * x\n"), fresh)
        fresh.rest()  # what was killed is reaped, so that every process below has memory
        assert fresh._zygote is not None
        found = {pid: hits(pid, tokens) for pid in all_below(fresh._zygote.pid)}

    assert report.score == 2
    assert hits(os.getpid(), tokens) == {"source"}
    assert set().union(*found.values()) == set()
