"""`export backup`, `serve --restore` and `doctor --state`: what an operator does beside a server."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Course, Run
from prometheus_client.parser import text_string_to_metric_families
from test_cli_serve import SECONDS, served

from grader.service.database import Database
from grader.service.people import NewPerson, add_person
from grader.web import supervisor


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder of a server that does not run: one person in it."""
    folder = tmp_path / "old"
    database = Database.open(folder / "grader.sqlite")
    with database.writing() as connection:
        add_person(connection, NewPerson(name="Ada"), 1)
    database.close()
    return folder


def checks_of(printed: str) -> dict[str, tuple[str, str]]:
    table = printed.partition("server of ")[2].splitlines()[1:]
    rows = [re.split(r"\s{2,}", line, maxsplit=2) for line in table]
    return {name: (holds, said) for name, holds, said in rows}


@pytest.mark.slow
def test_backup_of_a_running_server_starts_another_one(
    run: Run, course: Course, tmp_path: Path
) -> None:
    with served(tmp_path, "--demo") as server:
        assert server.stdout is not None
        server.stdout.readline()
        exported = run(["export", "backup", "copy.sqlite", "--state", str(tmp_path / "state")])
        doctor = run(["doctor", "--state", str(tmp_path / "state"), "--audit"])
    assert (exported.code, doctor.code) == (0, 0), exported.stderr + doctor.stdout
    found = checks_of(doctor.stdout)
    assert list(found) == [
        "disk", "database", "schema", "queue", "workers", "clock", "backups", "audit",
    ]  # fmt: skip
    assert {holds for holds, _ in found.values()} == {"yes"}

    new = ["--state", str(tmp_path / "new"), "--restore", "copy.sqlite"]
    with served(tmp_path, "--demo", *new) as server:
        assert server.stdout is not None
        said, first = server.stdout.readline(), server.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", first)
        assert address is not None
        with urllib.request.urlopen(f"{address[0]}readyz", timeout=SECONDS) as answer:
            assert json.load(answer)["status"] == "ready"

    assert re.fullmatch(r"restored copy\.sqlite: \d+ submissions, .*\n", said)
    with sqlite3.connect(tmp_path / "new" / "grader.sqlite") as raw:
        names = {name for (name,) in raw.execute("SELECT name FROM person")}
    raw.close()
    assert names == {"Instructor", "Ada Sample", "Emil Sample", "Noor Sample"}


def test_backup_of_a_server_that_does_not_run(run: Run, state: Path, tmp_path: Path) -> None:
    ran = run(["export", "backup", "copy.sqlite", "--state", str(state)])

    assert ran.code == 0
    assert re.fullmatch(r"copy\.sqlite: \d+ KiB\n", ran.stdout)
    again = run(["export", "backup", "copy.sqlite", "--state", str(state)])
    assert again.code == 2
    assert "copy.sqlite: is there already; choose another name" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["copy", "--state", "none"], "there is no database", id="no-state"),
        pytest.param(["no/copy"], "no/copy: cannot be written", id="no-folder"),
        pytest.param(["copy", "--fill", "x"], "--fill: is no option of 'backup'", id="option"),
    ],
)
def test_backup_that_cannot_be_made_is_told(
    run: Run, state: Path, arguments: list[str], message: str
) -> None:
    ran = run(["export", "backup", "--state", str(state), *arguments])

    assert ran.code == 2
    assert message in ran.stderr
    assert not Path("none").exists(), "a database was made"


def test_restore_over_a_database_is_refused_with_what_to_do(
    run: Run, course: Course, state: Path
) -> None:
    run(["export", "backup", "copy.sqlite", "--state", str(state)])

    ran = run(["serve", "--port", "0", "--state", str(state), "--restore", "copy.sqlite"])

    assert ran.code == 2
    assert "is there already, and a backup is restored into an empty place only" in ran.stderr
    assert f"move {state}/grader.sqlite* elsewhere" in ran.stderr


def test_doctor_of_a_stopped_server_names_what_does_not_hold(run: Run, state: Path) -> None:
    before = sorted(path.name for path in state.iterdir())

    ran = run(["doctor", "--state", str(state)])

    assert ran.code == 1
    found = checks_of(ran.stdout)
    assert {name for name, (holds, _) in found.items() if holds == "NO"} == {"workers", "backups"}
    assert found["queue"] == ("yes", "0 waiting, the oldest for 0 s")
    assert sorted(path.name for path in state.iterdir()) == before


def test_broken_audit_is_named_with_its_row(run: Run, state: Path) -> None:
    with sqlite3.connect(state / "grader.sqlite") as raw:
        triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (name,) in raw.execute(triggers).fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE audit SET actor = 'p0' WHERE id = 1")
    raw.close()

    ran = run(["doctor", "--state", str(state), "--audit"])

    assert ran.code == 1
    assert checks_of(ran.stdout)["audit"] == ("NO", "row 1: it was changed")


def _none(path: Path) -> None:
    path.unlink()


def _text(path: Path) -> None:
    path.write_text("not a database, but long enough to be looked at" * 30)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [(_none, "there is no database; name the folder"), (_text, "cannot be opened")],
)
def test_database_that_cannot_be_read_is_told_apart(
    run: Run, state: Path, spoil: Callable[[Path], None], message: str
) -> None:
    spoil(state / "grader.sqlite")

    ran = run(["doctor", "--state", str(state)])

    assert ran.code == 2
    assert message in ran.stderr
    assert spoil is not _none or not (state / "grader.sqlite").exists()


def test_database_of_an_older_grader_is_looked_at_and_not_migrated(run: Run, state: Path) -> None:
    with sqlite3.connect(state / "grader.sqlite") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0000'")
    raw.close()

    ran = run(["doctor", "--state", str(state)])

    assert ran.code == 1
    assert checks_of(ran.stdout)["schema"] == ("NO", "of another version of grader")


def test_audit_of_no_server_is_refused(run: Run) -> None:
    ran = run(["doctor", "--audit"])

    assert ran.code == 2
    assert "--audit: there is nothing to check; name the folder of a server" in ran.stderr


def test_doctor_of_a_server_needs_its_packages(
    run: Run, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    missing = "sqlalchemy"
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n, *r: None if n == missing else find(n, *r)
    )

    ran = run(["doctor", "--state", str(state)])

    assert ran.code == 2
    assert "sqlalchemy not installed; pip install 'grader[server]'" in ran.stderr


def test_doctor_of_the_host_does_not_load_the_server() -> None:
    program = (
        "import sys, contextlib, io; from grader.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    main(['doctor']); main(['export', 'backup', 'x', '--state', 'none'])\n"
        "print(sorted({'sqlalchemy', 'alembic', 'fastapi'} & set(sys.modules)))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )

    assert ran.stdout.strip() == "[]", ran.stderr


@pytest.mark.slow
def test_metrics_of_a_running_server(course: Course, tmp_path: Path) -> None:
    with served(tmp_path, "--demo", "--metrics-port", "0") as server:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(7)]
        address = lines[-1].removeprefix("metrics at ").strip()
        page = lines[0].split()[2]
        with urllib.request.urlopen(f"{page}healthz", timeout=SECONDS):
            pass
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            found = answer.read().decode()
        server.send_signal(signal.SIGTERM)
        code = server.wait(timeout=SECONDS)

    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/metrics", address)
    assert address.split(":")[2].split("/")[0] not in page
    families = {family.name for family in text_string_to_metric_families(found)}
    assert {"grader_queue_waiting", "grader_submissions", "grader_process_open_fds"} <= families
    assert 'grader_http_requests_total{route="/healthz",status="200"} 1.0' in found
    assert code == 0


def test_metrics_without_their_package_are_refused_with_the_remedy(
    run: Run, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, missing = importlib.util.find_spec, "prometheus_client"
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n, *r: None if n == missing else find(n, *r)
    )

    ran = run(["serve", "--metrics-port", "0"])

    assert ran.code == 2
    assert "prometheus_client not installed; pip install 'grader[metrics]'" in ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize("is_abstract", [False, True], ids=["file", "abstract"])
def test_supervisor_hears_that_a_server_is_ready_and_that_it_stops(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_abstract: bool
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.settimeout(SECONDS)
        name = f"@grader-{tmp_path.name}-{os.getpid()}" if is_abstract else "notify"
        line.bind(name.replace("@", "\0"))
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        with served(tmp_path) as server:
            first = line.recv(100)
            server.send_signal(signal.SIGTERM)
            last = line.recv(100)
            code = server.wait(timeout=SECONDS)

    assert (first, last, code) == (b"READY=1", b"STOPPING=1", 0)


def test_supervisor_that_cannot_be_reached_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/no/such/socket")

    supervisor.tell(supervisor.ALIVE)

    assert "could not be told WATCHDOG=1 (No such file or directory)" in caplog.text
