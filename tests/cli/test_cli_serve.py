"""`grader serve`: says where it is, refuses what would be unsafe, stops in order."""

from __future__ import annotations

import importlib.util
import json
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from command_line import Course, Run

SECONDS = 60


@contextmanager
def served(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run a server on a free port; it is gone afterwards."""
    command = [sys.executable, "-m", "grader", "serve", "--port", "0", "--workers", "1"]
    with (folder / "log").open("a") as log:
        server = subprocess.Popen(
            [*command, "--state", str(folder / "state"), *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with server:
            try:
                yield server
            finally:
                server.kill()


def greeting(server: subprocess.Popen[str]) -> list[str]:
    """Give what is printed once the server is ready."""
    assert server.stdout is not None
    lines = [server.stdout.readline().rstrip()]
    server.send_signal(signal.SIGTERM)
    return lines + server.stdout.read().splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_server_says_where_it_is_and_stops_in_order(
    course: Course, tmp_path: Path, number: signal.Signals
) -> None:
    with served(tmp_path) as server:
        assert server.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/", server.stdout.readline())
        assert address is not None
        with urllib.request.urlopen(f"{address[0]}readyz", timeout=SECONDS) as answer:
            found = json.load(answer)

        server.send_signal(number)
        code = server.wait(timeout=SECONDS)

    assert found["status"] == "ready", found
    assert code == 0
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.slow
def test_link_is_printed_until_the_instructor_has_signed_in(course: Course, tmp_path: Path) -> None:
    with served(tmp_path) as server:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(3)]
        link = lines[2].split()[-1]
        request = urllib.request.Request(link, method="POST", data=b"")
        with pytest.raises(urllib.error.HTTPError) as caught:  # to a page that asks for the cookie
            urllib.request.urlopen(request, timeout=SECONDS)
        caught.value.close()
        assert caught.value.code == 401
    with served(tmp_path) as server:
        again = greeting(server)

    assert lines[2].split()[0] == "Instructor"
    assert len(again) == 1
    assert "sign-in" not in "\n".join(again)


@pytest.mark.slow
def test_demo_has_three_students_with_links(course: Course, tmp_path: Path) -> None:
    with served(tmp_path, "--demo") as server:
        lines = greeting(server)

    assert [line.split()[0] for line in lines[2:]] == ["Instructor", "Ada", "Emil", "Noor"]
    assert all("/sign-in/" in line for line in lines[2:])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "grader.example.org"])
@pytest.mark.parametrize("more", [[], ["--public-url", "http://grader.example.org"]])
def test_others_are_not_served_without_sign_in_set_up(
    run: Run, course: Course, host: str, more: list[str]
) -> None:
    ran = run(["serve", "--host", host, *more])

    assert ran.code == 2
    assert "sign-in is not set up" in ran.stderr
    assert "--public-url https://" in ran.stderr


@pytest.mark.parametrize(
    "url", ["grader.example.org", "ftp://x", "https://", "https://x/path", "https://x?q=1"]
)
def test_address_that_is_none_is_refused(run: Run, course: Course, url: str) -> None:
    ran = run(["serve", "--public-url", url])

    assert ran.code == 2
    assert "such as https://grader.example.org" in ran.stderr


def test_port_that_is_taken_is_told(run: Run, course: Course, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        ran = run(["serve", "--port", port, "--state", str(tmp_path / "state")])

    assert ran.code == 2
    assert f"127.0.0.1:{port}: cannot be listened at" in ran.stderr
    assert not (tmp_path / "state" / "grader.sqlite").exists()


@pytest.mark.parametrize("port", ["-1", "65536", "http", ""])
def test_port_that_is_none_is_refused(run: Run, course: Course, port: str) -> None:
    ran = run(["serve", f"--port={port}"])

    assert ran.code == 2
    assert "--port" in ran.stderr


def test_missing_packages_are_named_with_the_remedy(
    run: Run, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "fastapi" else find(name, *rest),
    )

    ran = run(["serve"])

    assert ran.code == 2
    assert "fastapi not installed; pip install 'grader[server]'" in ran.stderr


def test_other_commands_do_not_load_the_server() -> None:
    program = (
        "import sys; from grader.cli import main; import contextlib, io\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main(['list']); main(['serve', '--help'])\n"
        "heavy = {'fastapi', 'starlette', 'uvicorn', 'jinja2', 'sqlalchemy', 'alembic', 'fsrs'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )

    assert ran.stdout.strip() == "[]", ran.stderr
