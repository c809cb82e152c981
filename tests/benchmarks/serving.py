"""A real `grader serve` for the benchmarks, and its students, who ask it as browsers do."""

from __future__ import annotations

import http.client
import re
import secrets
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT), str(ROOT / "tests" / "service")]

from storm_students import RIGHT_POOLING, course_of_two, enrol  # noqa: E402 -- the path comes first

from grader.service.database import Database  # noqa: E402

QUESTION = "ssu_batch4_004"
_EXAM = """---
id: last_minute
type: exam
title: The last minute
course: Benchmark
opens: {opens:%Y-%m-%dT%H:%M}+00:00
closes: {closes:%Y-%m-%dT%H:%M}+00:00
questions: [{question}]
---
# Instructions
Hand in.
"""


@dataclass(slots=True)
class Server:
    """A running server: its port, its process, and sessions of so many students."""

    port: int
    process: subprocess.Popen[str]
    sessions: list[str]
    state: Path
    tokens: dict[str, str] = field(default_factory=dict)
    local: threading.local = field(default_factory=threading.local)

    def ask(
        self, session: str, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Ask as a browser does, on a line that is kept; gives status, location and text."""
        line = getattr(self.local, "line", None)
        if line is None or time.monotonic() - self.local.used > 3:  # the server hangs up after 5
            line = self.local.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.local.used = time.monotonic()
        headers = {"Cookie": f"grader_session={session}"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line.request("POST" if form else "GET", path, urlencode(form) if form else None, headers)
        answer = line.getresponse()
        text = answer.read().decode()
        return answer.status, answer.getheader("Location") or "", text

    def token(self, session: str) -> str:
        """Give what the forms of a session carry."""
        if session not in self.tokens:
            found = re.search(r'name="token" value="(\w+)"', self.ask(session, "/sign-in")[2])
            assert found is not None
            self.tokens[session] = found[1]
        return self.tokens[session]

    def hand_in(self, session: str, source: str, exam: str = "") -> str:
        """Hand in and give where the receipt is; whoever is refused ends the measurement."""
        form = {
            "token": self.token(session),
            "kind": "submit",
            "key": secrets.token_urlsafe(8),
            "code": f"{source}# {secrets.token_hex(8)}\n",
        }
        place = f"/exams/{exam}" if exam else ""
        status, where, text = self.ask(session, f"{place}/questions/{QUESTION}/submissions", form)
        if status != 303:
            raise SystemExit(f"refused with {status}: {text[:2000]}")
        return where

    def rows(self, statement: str) -> list[tuple[int, ...]]:
        """Look into its database from beside it."""
        raw = sqlite3.connect(f"file:{self.state / 'grader.sqlite'}?mode=ro", uri=True)
        found = raw.execute(statement).fetchall()
        raw.close()
        return found

    def drain(self, seconds: float) -> float:
        """Wait until nothing waits; gives for how long."""
        started = time.perf_counter()
        while self.rows("SELECT count(*) FROM submission WHERE state != 'done'") != [(0,)]:
            if time.perf_counter() - started > seconds:
                raise SystemExit(f"not drained within {seconds:.0f} s")
            time.sleep(0.1)
        return time.perf_counter() - started


@contextmanager
def serving(
    folder: Path, workers: int, students: int, *, with_exam: bool = False
) -> Iterator[Server]:
    """Serve a small course, with an exam on its question that is about to close, or without."""
    course = course_of_two(folder / "course")
    if with_exam:
        now = datetime.now(UTC)
        exam = _EXAM.format(
            opens=now - timedelta(hours=1), closes=now + timedelta(minutes=9), question=QUESTION
        )
        (course / "questions" / "exams").mkdir()
        (course / "questions" / "exams" / "last_minute.md").write_text(exam)
    state = folder / "state"
    database = Database.open(state / "grader.sqlite")
    sessions = enrol(database, students)
    database.close()
    command = [sys.executable, "-m", "grader", "serve", "--port", "0", "--workers", str(workers)]
    places = ["--state", str(state), "--course", str(course)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen([*command, *places], stdout=-1, stderr=log, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline().split(":")[2].split("/")[0])
            server = Server(port=port, process=process, sessions=sessions, state=state)
            server.hand_in(sessions[-1], RIGHT_POOLING, "last_minute" if with_exam else "")
            server.drain(120)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=60)
