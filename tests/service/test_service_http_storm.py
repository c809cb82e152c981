"""Kill -9 of `grader serve` while students hand in over HTTP: what they saw a receipt of is graded.

Each kill hits the whole server process at a random moment, its start included, or one process of
its sandbox. The students' ledger lies outside of the database (storm_students.py).
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text
from storm_students import Ledger, Student, course_of_two, enrol

from grader.service.audit import find_broken_link
from grader.service.database import Database

pytestmark = [pytest.mark.needs_isolation, pytest.mark.slow]

STUDENTS, KILLS = 8, 200
#: a server that was killed is claimed from after its lease
DRAIN_SECONDS = 120


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def descendants(top: int) -> dict[int, str]:
    """Give the processes below one: number -> when it started, by which a reused number shows."""
    parents: dict[int, tuple[int, str]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents[int(entry.name)] = (int(fields[1]), fields[19])
    below = {top}
    while more := {p for p, (parent, _) in parents.items() if parent in below} - below:
        below |= more
    return {number: parents[number][1] for number in below - {top}}


def alive(processes: dict[int, str]) -> list[int]:
    """Give those of these processes that are still there."""
    found = []
    for number, started in processes.items():
        try:
            fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and fields[19] == started:
            found.append(number)
    return found


@dataclass(slots=True)
class Storm:
    """A server that is killed and started again, and whom it has below it."""

    folder: Path
    draw: random.Random
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    kills: Counter[str] = field(default_factory=Counter)
    ever: dict[int, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def path(self) -> Path:
        return self.folder / "state" / "grader.sqlite"

    def start(self) -> None:
        """Start the server, in a process group of its own; it need not be ready."""
        command = [sys.executable, "-m", "grader", "serve", "--workers", "2"]
        places = ["--state", str(self.folder / "state"), "--course", str(self.folder / "course")]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *places, "--port", str(self.port)],
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    def await_ready(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.address}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        pytest.fail("the server is not ready within a minute")

    def strike(self) -> None:
        """Kill the server, or one process of its sandbox, at a random moment."""
        assert self.process is not None
        if self.draw.random() < 0.3:
            time.sleep(self.draw.uniform(0.0, 3.0))
            self.ever |= descendants(self.process.pid)
            self.process.kill()
            self.process.wait()
            self.kills["server"] += 1
            self.start()
            return
        time.sleep(self.draw.uniform(0.0, 0.6))
        below = descendants(self.process.pid)
        if not below:  # it has just been started
            return
        self.ever |= below
        try:
            os.kill(self.draw.choice(sorted(below)), signal.SIGKILL)
        except ProcessLookupError:
            return
        self.kills["sandbox"] += 1

    def stop(self) -> int:
        """Stop the server in order and give its exit code."""
        assert self.process is not None
        self.ever |= descendants(self.process.pid)
        self.process.terminate()
        return self.process.wait(timeout=60)


@contextmanager
def rows_of(path: Path) -> Iterator[Database]:
    database = Database.open(path)
    yield database
    database.close()


def weather(storm: Storm, ledger: Ledger, kills: int) -> list[Student]:
    """Have students hand in while the storm strikes so often; they see their last one through."""
    course_of_two(storm.folder / "course")
    storm.start()
    storm.await_ready()
    with rows_of(storm.path) as database:
        sessions = enrol(database, STUDENTS)
    stop = threading.Event()
    students = [
        Student(number=n, address=storm.address, session=session, ledger=ledger, stop=stop)
        for n, session in enumerate(sessions)
    ]
    threads = [threading.Thread(target=student.run) for student in students]
    for thread in threads:
        thread.start()
    try:
        while storm.kills.total() < kills and not stop.is_set():
            storm.strike()
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return students


def drain(storm: Storm) -> None:
    until = time.monotonic() + DRAIN_SECONDS
    with rows_of(storm.path) as database:
        while time.monotonic() < until:
            with database.reading() as connection:
                left = text("SELECT count(*) FROM submission WHERE state != 'done'")
                if connection.execute(left).scalar_one() == 0:
                    return
            time.sleep(0.2)
    pytest.fail(f"not everything is graded within {DRAIN_SECONDS} s")


def check(storm: Storm, ledger: Ledger) -> Counter[str]:
    """Compare the ledger with the database; gives how many results there are of each status."""
    with rows_of(storm.path) as database, database.reading() as connection:
        rows = connection.execute(
            text(
                "SELECT s.receipt, r.status, r.score, r.max_score FROM submission s "
                "LEFT JOIN result r ON r.submission = s.id AND r.grading_run = 1"
            )
        ).all()
        said = connection.execute(text("PRAGMA integrity_check")).scalar_one()
        broken = find_broken_link(connection)
        audited = connection.execute(
            text("SELECT object FROM audit WHERE action = 'submit'")
        ).scalars()
        receipts = sorted(entry.receipt for entry in ledger.entries())
        assert sorted(audited) == receipts
    assert (said, broken) == ("ok", None)
    assert sorted(row.receipt for row in rows) == receipts, "something is lost or doubled"
    assert {row.status for row in rows} <= {"graded", "infrastructure_error"}
    full = {row.receipt: row.score == row.max_score for row in rows if row.status == "graded"}
    wanted = {entry.receipt: entry.is_right for entry in ledger.entries()}
    assert full == {receipt: wanted[receipt] for receipt in full}
    return Counter(row.status for row in rows)


def check_that_nobody_is_left(storm: Storm) -> None:
    until = time.monotonic() + 10
    while (left := alive(storm.ever)) and time.monotonic() < until:
        time.sleep(0.1)
    assert left == [], "a process of a sandbox outlived its server"


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[Storm]:
    storm = Storm(folder=tmp_path, draw=random.Random(0))
    yield storm
    if storm.process is not None and storm.process.poll() is None:
        os.killpg(storm.process.pid, signal.SIGKILL)
        storm.process.wait()


@pytest.mark.timeout(900)
def test_two_hundred_kills_lose_nothing_and_double_nothing_that_has_a_receipt(
    storm: Storm, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "ledger")
    students = weather(storm, ledger, KILLS)
    storm.await_ready()
    drain(storm)

    faults = [fault for student in students for fault in student.faults]
    assert faults == []
    statuses = check(storm, ledger)

    ledger.close()
    assert storm.stop() == 0
    check_that_nobody_is_left(storm)
    print(
        f"{dict(storm.kills)} kills, {statuses.total()} receipts: {dict(statuses)}; "
        f"{sum(s.unanswered for s in students)} requests sent again, "
        f"{sum(s.refused for s in students)} refused for now, {len(storm.ever)} processes below"
    )
    assert min(storm.kills.values()) > KILLS / 4
    assert sum(student.unanswered for student in students) > KILLS / 4, "the storm hit nobody"
    assert statuses["graded"] > 0.9 * statuses.total()
