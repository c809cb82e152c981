"""Students who hand in over HTTP through a storm, and the ledger of the receipts that they heard.

The ledger is a file of its own, written to disk before the next hand-in: it knows nothing of the
server's database, and what it holds a student has seen.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import shutil
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from grader.service.database import Database
from grader.service.people import NewPerson, add_person, make_link, use_link

ROOT = Path(__file__).parents[2]
RIGHT_POOLING = """import numpy as np
def backward(x, delta_f, kernel, stride):
    dx = np.zeros_like(x)
    for k in range(delta_f.shape[0]):
        for l in range(delta_f.shape[1]):
            window = x[k * stride:k * stride + kernel, l * stride:l * stride + kernel]
            i, j = np.unravel_index(np.argmax(window), window.shape)
            dx[k * stride + i, l * stride + j] += delta_f[k, l]
    return dx
"""
WRONG_POOLING = RIGHT_POOLING.replace("+= delta", "= delta")
RIGHT_RELU = """import numpy as np
def relu(x):
    return np.maximum(x, 0)
def relu_backward(dout, x):
    return dout * (x > 0)
"""
WRONG_RELU = RIGHT_RELU.replace("dout * (x > 0)", "dout")
#: question -> its sources: right, wrong
SOURCES = {
    "ssu_batch4_004": (RIGHT_POOLING, WRONG_POOLING),
    "relu": (RIGHT_RELU, WRONG_RELU),
}


def course_of_two(folder: Path) -> Path:
    """Make a course of these questions, both for practice."""
    for name in ("pooling/max_pooling_backward.md", "activations/relu.md"):
        target = folder / "questions" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "questions" / name, target)
    shutil.copytree(ROOT / "reference", folder / "reference")
    return folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger: a receipt that was heard, of whom, for a right solution or not."""

    receipt: str
    student: int
    is_right: bool


class Ledger:
    """The receipts that were heard; each is on disk before write() returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("x")
        self._path = path

    def write(self, entry: Entry) -> None:
        """Add a line."""
        with self._lock:
            self._file.write(f"{entry.receipt} {entry.student} {int(entry.is_right)}\n")
            self._file.flush()
            os.fsync(self._file.fileno())

    def entries(self) -> list[Entry]:
        """Read it back."""
        lines = [line.split() for line in self._path.read_text().splitlines()]
        return [Entry(receipt=r, student=int(s), is_right=w == "1") for r, s, w in lines]

    def close(self) -> None:
        self._file.close()


@dataclass(slots=True)
class Student:
    """Hands in again and again; what is not answered is sent again with its key until it is."""

    number: int
    address: str
    session: str
    ledger: Ledger
    stop: threading.Event
    unanswered: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Hand in until told to stop; the last one is seen through."""
        draw = random.Random(self.number)
        headers = {"Origin": self.address, "Cookie": f"grader_session={self.session}"}
        with httpx.Client(base_url=self.address, headers=headers, timeout=10) as client:
            token = self._token(client)
            while not self.stop.is_set():
                question = draw.choice(list(SOURCES))
                is_right = draw.random() < 0.6
                source = SOURCES[question][0 if is_right else 1]
                form = {
                    "token": token,
                    "kind": "submit",
                    "key": secrets.token_urlsafe(16),
                    "code": f"{source}# {secrets.token_hex(8)}\n",
                }
                receipt = self._answered(client, f"/questions/{question}/submissions", form)
                entry = Entry(receipt=receipt, student=self.number, is_right=is_right)
                self.ledger.write(entry)

    def _token(self, client: httpx.Client) -> str:
        while True:
            try:
                found = re.search(r'name="token" value="(\w+)"', client.get("/sign-in").text)
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            assert found is not None, "the session is not known any more"
            return found[1]

    def _answered(self, client: httpx.Client, path: str, form: dict[str, str]) -> str:
        """Send a form until it has a receipt."""
        while True:
            try:
                answer = client.post(path, data=form)
            except httpx.TransportError:
                self.unanswered += 1
                time.sleep(0.05)
                continue
            if answer.status_code == 303:
                return str(answer.headers["location"]).rpartition("/")[2]
            if answer.status_code != 429:
                self.faults.append(f"{answer.status_code}: {answer.text[-300:]}")
                self.stop.set()
                raise SystemExit
            self.refused += 1
            time.sleep(1.0)


def enrol(database: Database, count: int) -> list[str]:
    """Add so many students who have signed in; gives the secrets of their sessions."""
    now_ms = time.time_ns() // 1_000_000
    sessions = []
    with database.writing() as connection:
        for number in range(count):
            student = add_person(connection, NewPerson(name=f"Student {number}"), now_ms)
            session = use_link(connection, make_link(connection, student.id, now_ms), now_ms)
            assert session is not None
            sessions.append(session)
    return sessions
