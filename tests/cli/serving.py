"""A server for `grader submit`: a real one in a process of its own, or one that misbehaves."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from grader.service.access import Role
from grader.service.clock import SystemClock
from grader.service.database import Database
from grader.service.people import NewPerson, add_person, make_api_token

TOKEN = "grader_" + "A" * 43


@dataclass(slots=True)
class Real:
    """A `grader serve` with one student."""

    address: str
    token: str
    process: subprocess.Popen[str]
    database: Database

    def count(self) -> int:
        """Give how many submissions it has."""
        from sqlalchemy import text

        with self.database.reading() as connection:
            return int(connection.execute(text("SELECT count(*) FROM submission")).scalar_one())


@contextmanager
def real_server(folder: Path, course: Path) -> Iterator[Real]:
    """Serve a course; the student's token is put into the database beside the server."""
    command = [sys.executable, "-m", "grader", "serve", "--port", "0", "--workers", "1"]
    places = ["--state", str(folder / "state"), "--course", str(course)]
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(
            [*command, *places], stdout=subprocess.PIPE, stderr=log, text=True
        )
        with process:
            try:
                assert process.stdout is not None
                first = process.stdout.readline()
                address = re.search(r"http://127\.0\.0\.1:\d+", first)
                assert address, first + (folder / "log").read_text()
                database = Database.open(folder / "state" / "grader.sqlite")
                yield Real(
                    address=address[0],
                    token=token_in(database),
                    process=process,
                    database=database,
                )
                database.close()
            finally:
                process.kill()


def token_in(database: Database, role: Role = Role.STUDENT) -> str:
    """Give the token of somebody new."""
    now_ms = SystemClock().now_ms()
    with database.writing() as connection:
        person = add_person(connection, NewPerson(name="Ada", role=role), now_ms)
        return make_api_token(connection, person, "test", ("submit",), now_ms)


# -- one that misbehaves -------------------------------------------------------------------

RECEIPT = {
    "id": "r1",
    "received_at": "2027-01-15T09:00:00Z",
    "content_sha256": "0" * 64,
    "is_new": True,
}
DONE = {"receipt": "r1", "state": "done", "ahead": 0, "seconds": 1, "status": "graded"}
JSON = {"Content-Type": "application/json"}


@dataclass(slots=True)
class Reply:
    """What is answered: a body as data or bytes; drops: the line is closed instead."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(JSON))
    drops: bool = False


Script = Callable[[str, str, int], Reply]


@dataclass(slots=True)
class Odd:
    """A server that answers as a script says: (method, path, how often it was asked) -> reply."""

    address: str
    asked: list[tuple[str, str]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)


def usual(method: str, path: str, report: Any) -> Reply:
    """Answer as a grader would."""
    if method == "POST":
        return Reply(RECEIPT, 201)
    if path.endswith("/report"):
        return Reply(report)
    return Reply(DONE) if path.endswith("/r1") else Reply({"submissions": [], "next": None})


@contextmanager
def odd_server(script: Script) -> Iterator[Odd]:
    """Serve a script on this machine."""
    found = Odd(address="")

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self.rfile.read(length)
            path = self.path.partition("?")[0]
            found.asked.append((self.command, path))
            found.tokens.add(self.headers.get("Authorization", ""))
            if self.command == "POST":
                found.keys.append(self.headers.get("Idempotency-Key", ""))
            times = found.asked.count((self.command, path))
            reply = script(self.command, path, times)
            if reply.drops:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _serve

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing of a client that has gone."""

    with Quiet(("127.0.0.1", 0), Handler) as server:
        found.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()
