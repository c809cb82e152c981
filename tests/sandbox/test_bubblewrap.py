"""L3: what the walls add, that nothing survives them, and refusal where they cannot be built."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.core import codec
from grader.core.call import Failed, Isolation, Returned
from grader.core.errors import IsolationError
from grader.core.limits import Limits
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox, bubblewrap, features, layout

from .conftest import need_walls
from .support import QUICK, call, program
from .test_isolation import ECHO, is_running

VISIBLE = """
import os
def f(x):
    found = []
    for path in x:
        try:
            os.stat(path)
        except FileNotFoundError:
            continue
        except OSError:
            pass
        found.append(path)
    return found
"""


@pytest.fixture(scope="module")
def walled() -> Iterator[Sandbox]:
    need_walls()
    with Sandbox.start(required=Isolation.L3) as started:
        yield started


def test_level_is_given_where_it_is_required(walled: Sandbox) -> None:
    answer = call(walled, ECHO, x=5)

    assert walled.isolation is Isolation.L3
    assert isinstance(answer, Returned), answer
    assert answer.value == 5


def test_l1_stays_what_nobody_asked_for() -> None:
    need_walls()
    with Sandbox.start() as started:
        assert started.isolation is not Isolation.L3


def test_name_of_an_existing_file_cannot_be_told_from_another(
    walled: Sandbox, tmp_path: Path
) -> None:
    secret = tmp_path / "answer.txt"
    secret.write_text("42")
    paths = [str(secret), str(Path(features.__file__)), str(Path(__file__))]
    system = [
        "/proc/self/status",
        "/etc/passwd",
        "/etc/hostname",
        "/usr/bin/env",
        "/sys",
        "/var/lib",
    ]

    answer = call(walled, VISIBLE, x=[*paths, *system])

    assert isinstance(answer, Returned), answer
    assert answer.value == []


def test_same_question_is_answered_at_l1(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "answer.txt").touch()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o111)

    answer = call(sandbox, VISIBLE, x=[str(tmp_path / "answer.txt")])

    assert isinstance(answer, Returned), answer  # the control of the test before
    assert answer.value == [str(tmp_path / "answer.txt")]


def test_packages_beside_numpy_cannot_be_seen(walled: Sandbox) -> None:
    found = layout.find(("numpy",))
    neighbours = [f"{home}/{name}" for home in found.package_directories for name in ("pytest",)]
    assert any(map(os.path.exists, neighbours))

    answer = call(walled, VISIBLE, x=[*neighbours, *(f"{h}/numpy" for h in _homes(found))])

    assert isinstance(answer, Returned), answer
    assert answer.value == [f"{home}/numpy" for home in _homes(found)]


def _homes(found: layout.Layout) -> list[str]:
    return list(found.package_directories)


def test_packages_inside_a_bound_directory_are_covered(tmp_path: Path) -> None:
    stdlib, packages = tmp_path / "lib/python3", tmp_path / "lib/python3/site-packages"
    (packages / "numpy").mkdir(parents=True)
    (packages / "secret").mkdir()
    (tmp_path / "lib/python2/site-packages").mkdir(parents=True)
    found = layout.find(("numpy",))
    lib = str(tmp_path / "lib")
    parts = (str(stdlib), str(packages / "numpy"))
    made = layout.Layout(
        **{
            **{name: getattr(found, name) for name in found.__slots__},
            "parts": parts,
            "library_directories": (lib,),
        }
    )

    words = bubblewrap.prefix("bwrap", made, {})

    mounts = [word for word in words if word.startswith(lib)]
    assert mounts == [
        *(lib, lib),
        f"{lib}/python2",  # a tmpfs
        f"{lib}/python3/site-packages",  # a tmpfs
        *(f"{lib}/python3/site-packages/numpy",) * 2,
        *(f"{lib}/python2", f"{lib}/python3/site-packages"),  # made read-only
    ]


def test_file_that_can_be_seen_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    need_walls()
    monkeypatch.setattr(features, "_secrets", lambda: [Path("/dev/null")])

    with (
        Sandbox.start(required=Isolation.L3) as started,
        pytest.raises(IsolationError, match=r"could .*learn whether a file exists"),
    ):
        started.open(program(ECHO), QUICK)


def test_endless_loop_is_stopped_by_its_own_clock(walled: Sandbox) -> None:
    before = time.monotonic()
    answer = call(walled, "def f(x):\n  while True: pass")

    assert isinstance(answer, Failed)
    assert answer.verdict is Verdict.TLE
    assert "CPU time" in answer.message
    assert time.monotonic() - before < 5


def test_zygote_outlives_the_thread_that_started_it() -> None:
    need_walls()
    opened: list[Sandbox] = []
    thread = threading.Thread(
        target=lambda: opened.append(Sandbox.start(required=Isolation.L3)), name="short"
    )
    thread.start()
    thread.join()
    with opened[0] as started:
        pids = set()
        for _ in range(2):
            assert isinstance(call(started, ECHO), Returned)
            assert started._zygote is not None
            pids.add(started._zygote.pid)

    assert len(pids) == 1


def test_closing_leaves_no_process_not_even_a_defunct_one() -> None:
    need_walls()
    started = Sandbox.start(required=Isolation.L3)
    worker = started.open(program("def f(x):\n  while True: pass"), Limits())
    assert started._zygote is not None
    assert worker._child is not None
    pids = [started._zygote.pid, started._zygote._process.pid, worker._child.pid]  # type: ignore[attr-defined]
    assert all(Path(f"/proc/{pid}").exists() for pid in pids)

    started.close()
    worker.close()

    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_killed_grader_leaves_no_process() -> None:
    need_walls()
    script = (
        "from tests.sandbox.support import program\n"
        "from grader.core.call import Isolation\n"
        "from grader.core.limits import Limits\n"
        "from grader.core import codec\n"
        "from grader.sandbox import Sandbox\n"
        "box = Sandbox.start(required=Isolation.L3)\n"
        "worker = box.open(program('def f(x):\\n  while True: pass'), Limits())\n"
        "zygote = box._zygote\n"
        "print(zygote.pid, zygote._process.pid, worker._child.pid, flush=True)\n"
        "worker.call(codec.encode({'x': 1}))\n"
    )
    root = Path(__file__).parents[2]
    grader = subprocess.Popen(
        [sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert grader.stdout is not None
    pids = [int(word) for word in grader.stdout.readline().split()]

    grader.kill()
    grader.wait()
    grader.stdout.close()

    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(is_running(pid) for pid in pids):
        time.sleep(0.01)
    assert len(pids) == 3
    assert [pid for pid in pids if is_running(pid)] == []


def test_dead_watcher_is_our_fault_and_replaced() -> None:
    need_walls()
    with Sandbox.start(required=Isolation.L3) as started:
        call(started, ECHO)
        assert started._zygote is not None
        started._zygote._process.kill()

        answer = call(started, ECHO)

    assert isinstance(answer, Returned)


def test_workers_of_several_threads_run_at_once(walled: Sandbox) -> None:
    answers: list[object] = []

    def work(number: int) -> None:
        for _ in range(5):
            with walled.open(program(ECHO), QUICK) as worker:
                answer = worker.call(codec.encode({"x": number}))
            answers.append(isinstance(answer, Returned) and answer.value == number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [True] * 20


@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: Linux only")
def test_missing_program_is_refused_with_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(IsolationError, match=r"no program bwrap on PATH; .*apt-get install"):
        Sandbox.start(required=Isolation.L3)


@pytest.mark.parametrize(
    ("says", "words"),
    [
        pytest.param("setting up uid map: Permission denied", "build its walls", id="ubuntu"),
        pytest.param("Unknown option --clearenv", "install bubblewrap 0.5", id="old"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: Linux only")
def test_program_that_fails_is_told_as_what_the_host_lacks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, says: str, words: str
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text(f"#!/bin/sh\necho 'bwrap: {says}' >&2\nexit 1\n")
    for folder in (fake, tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    with pytest.raises(IsolationError, match=f"{says}.*; .+") as told:
        Sandbox.start(required=Isolation.L3)

    assert words in str(told.value)
