"""Kill -9 of graders alone loses nothing and doubles nothing; the ledger is outside the database.

The whole server is killed in test_service_http_storm.py.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stage import Stage
from storm_worker import LEASE_MS

from grader.service.access import Person
from grader.service.clock import SystemClock

pytestmark = pytest.mark.needs_isolation

RIGHT = b"""import numpy as np
def backward(x, delta_f, kernel, stride):
    dx = np.zeros_like(x)
    for k in range(delta_f.shape[0]):
        for l in range(delta_f.shape[1]):
            window = x[k * stride:k * stride + kernel, l * stride:l * stride + kernel]
            i, j = np.unravel_index(np.argmax(window), window.shape)
            dx[k * stride + i, l * stride + j] += delta_f[k, l]
    return dx
"""


class Storm:
    """A grading process that is killed again and again while somebody hands in."""

    def __init__(self, stage: Stage, cache: Path, seed: int) -> None:
        self.stage, self.cache = stage, cache
        self.people: list[Person] = [stage.person() for _ in range(15)]
        self.ledger: list[str] = []
        self.draw = random.Random(seed)
        stage.clock = SystemClock()  # type: ignore[assignment]  # the process has the host's, too

    def hand_in(self, count: int) -> None:
        for _ in range(count):
            source = RIGHT + b"# %d\n" % len(self.ledger)
            given = self.stage.given(source, key=f"storm {len(self.ledger)}")
            receipt = self.stage.hand_in(self.draw.choice(self.people), given)
            self.ledger.append(receipt.id)

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(Path(__file__).with_name("storm_worker.py"))]
        process = subprocess.Popen(
            [*command, str(self.stage.database.path), str(self.cache)],
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the one process; what it started must end by itself."""
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()

    def waiting(self) -> int:
        ((count,),) = self.stage.rows("SELECT count(*) FROM submission WHERE state != 'done'")
        return int(count)

    def drain(self, seconds: float) -> None:
        process = self.start()
        until = time.monotonic() + seconds
        while self.waiting() and time.monotonic() < until:
            time.sleep(0.1)
        self.kill(process)


def orphans() -> list[int]:
    """Give the processes of a sandbox whose grader is gone."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == 1 and b"jail" in command:
                found.append(int(entry.name))
    return found


def weather(stage: Stage, cache: Path, kills: int) -> Storm:
    storm = Storm(stage, cache, seed=kills)
    for _ in range(kills):
        process = storm.start()
        storm.hand_in(storm.draw.randint(0, 3))
        time.sleep(storm.draw.uniform(0.0, 0.4))
        storm.kill(process)
    storm.drain(120)
    until = time.monotonic() + 5
    while orphans() and time.monotonic() < until:
        time.sleep(0.1)
    assert orphans() == [], "a process of the sandbox outlived its grader"
    return storm


def check(storm: Storm) -> None:
    rows = storm.stage.rows(
        "SELECT s.receipt, r.status, r.score, s.fence FROM submission s "
        "JOIN result r ON r.submission = s.id AND r.grading_run = 1"
    )
    assert sorted(row[0] for row in rows) == sorted(storm.ledger)
    assert {row[1] for row in rows} <= {"graded", "infrastructure_error"}
    assert {row[2] for row in rows if row[1] == "graded"} == {"5"}
    assert storm.stage.rows("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.slow
def test_a_few_kills_lose_nothing(stage: Stage, tmp_path: Path) -> None:
    check(weather(stage, tmp_path / "cache", 3))


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_sixty_kills_lose_nothing_and_double_nothing(stage: Stage, tmp_path: Path) -> None:
    storm = weather(stage, tmp_path / "cache", 60)

    check(storm)

    again = storm.stage.rows("SELECT count(*) FROM submission WHERE fence > 1")
    assert again[0][0] > 5, "the storm hit nothing: it shows nothing"
    assert LEASE_MS < 15_000


@pytest.mark.slow
def test_graders_that_stop_for_longer_than_their_lease_record_nothing_afterwards(
    stage: Stage, tmp_path: Path
) -> None:
    storm = Storm(stage, tmp_path / "cache", seed=1)
    storm.hand_in(6)
    process = storm.start()
    time.sleep(0.1)
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(LEASE_MS / 1000 + 0.2)

    storm.drain(60)
    os.kill(process.pid, signal.SIGCONT)
    time.sleep(1.0)
    storm.kill(process)

    check(storm)
