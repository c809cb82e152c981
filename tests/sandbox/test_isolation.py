"""Levels are given in full or refused; the zygote holds nothing and leaves nothing."""

from __future__ import annotations

import dataclasses
import gc
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.core import codec
from grader.core.call import Failed, Isolation, Loaded, Returned
from grader.core.errors import IsolationError, QuestionError, SandboxFault
from grader.core.limits import Limits
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox, available_level, features, layout, probe, spawn
from grader.sandbox.jail import landlock, seccomp

from .support import QUICK, call, load, program

ECHO = "def f(x): return x"


@pytest.mark.needs_isolation
def test_host_gives_l1_and_a_worker_that_attacks_is_refused() -> None:
    found = {feature.name: feature.is_present for feature in probe()}

    assert available_level() is Isolation.L1
    assert found["a worker that attacks"]


@pytest.mark.parametrize(
    ("module", "name", "lacking", "words"),
    [
        pytest.param(landlock, "version", lambda: 0, "has no Landlock", id="landlock"),
        pytest.param(seccomp, "is_available", lambda: False, "has no seccomp", id="seccomp"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="NOT TESTED: Linux only")
def test_required_level_fails_closed_without_a_kernel_feature(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, lacking: Callable[[], Any], words: str
) -> None:
    monkeypatch.setattr(module, name, lacking)

    assert available_level() is Isolation.SELF_CHECK
    with pytest.raises(IsolationError, match=words):
        Sandbox.start(required=Isolation.L1)


def test_worker_that_reads_a_file_of_the_grader_stops_everything(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    monkeypatch.setattr(features, "_secrets", lambda: [Path("/dev/null")])
    if sandbox.isolation is Isolation.SELF_CHECK:
        pytest.skip("NOT TESTED: a self-check promises nothing")

    with (
        Sandbox.start() as fresh,
        pytest.raises(IsolationError, match="could read files of the grader"),
    ):
        fresh.open(program(ECHO), QUICK)


@pytest.fixture
def self_check(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox as on a host that can enforce nothing."""
    monkeypatch.setattr(features, "available_level", lambda: Isolation.SELF_CHECK)
    with Sandbox.start() as started:
        yield started


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        pytest.param("def f(x): return 1 / 0", Verdict.RTE, id="raises"),
        pytest.param("def f(x):\n  while True: pass", Verdict.TLE, id="loop"),
        pytest.param("import os\ndef f(x): os._exit(0)", Verdict.RTE, id="exit"),
        pytest.param(
            "import os, signal\ndef f(x): os.kill(os.getpid(), 9)", Verdict.RTE, id="kill"
        ),
        pytest.param(
            "import numpy as np\ndef f(x): return np.ones(1 << 30)", Verdict.MLE, id="memory"
        ),
    ],
)
def test_self_check_gives_the_same_verdicts(
    self_check: Sandbox, source: str, verdict: Verdict
) -> None:
    answer = call(self_check, source)

    assert self_check.isolation is Isolation.SELF_CHECK
    assert isinstance(answer, Failed)
    assert answer.verdict is verdict, answer


def test_self_check_answers(self_check: Sandbox) -> None:
    answer = call(self_check, "def f(x):\n    print(x)\n    return x", x=3)

    assert isinstance(answer, Returned), answer
    assert (answer.value, answer.stdout) == (3, "3\n")


def test_dead_zygote_is_replaced(sandbox: Sandbox) -> None:
    with Sandbox.start() as fresh:
        if fresh._zygote is None:
            pytest.skip("NOT TESTED: a self-check has no zygote")
        call(fresh, ECHO)
        os.kill(fresh._zygote.pid, signal.SIGKILL)

        answer = call(fresh, ECHO)

    assert isinstance(answer, Returned)


def test_zygote_that_dies_during_a_call_is_our_fault(sandbox: Sandbox) -> None:
    with Sandbox.start() as fresh:
        if fresh._zygote is None:
            pytest.skip("NOT TESTED: a self-check has no zygote")
        with fresh.open(program(ECHO), QUICK) as worker:
            os.kill(fresh._zygote.pid, signal.SIGKILL)
            deadline = time.monotonic() + 10
            with pytest.raises(SandboxFault):  # noqa: PT012 -- it may take a call to notice
                while time.monotonic() < deadline:
                    worker.call(codec.encode({"x": 1}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param({"tasks": 2}, "2 threads", id="threads"),
        pytest.param({"users": [0, 0, 0]}, "runs with the ids", id="root"),
        pytest.param(
            {"modules": {"": ["grader.core", "secrets_of_mine"]}}, "secrets_of_mine", id="module"
        ),
        pytest.param({"modules": {"/srv/course": ["json"]}}, "from /srv/course", id="directory"),
        pytest.param(
            {"modules": {str(Path(pytest.__file__).parent): ["pytest"]}}, "pytest", id="neighbour"
        ),
    ],
)
def test_zygote_with_another_report_is_refused(change: dict[str, Any], words: str) -> None:
    uid = spawn.UNPRIVILEGED_UID if os.geteuid() == 0 else 1000
    report = {"tasks": 1, "users": [uid], "groups": [uid], "modules": {"": ["sys"]}}
    found = layout.find(("numpy",))
    spawn.check_report(found, report)

    with pytest.raises(IsolationError, match=re.escape(words)):
        spawn.check_report(found, report | change)


def test_nothing_is_granted_that_holds_other_packages() -> None:
    found = layout.find(("numpy",))
    neighbours = [Path(directory) / "pytest" for directory in found.package_directories]

    assert any(neighbour.exists() for neighbour in neighbours)
    for neighbour in [*neighbours, Path(features.__file__), Path(__file__)]:
        assert not [path for path in found.readable if neighbour.is_relative_to(path)]


def test_unreadable_interpreter_is_refused_as_root(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "python").touch(mode=0o700)
    found = dataclasses.replace(layout.find(("numpy",)), needed=(str(tmp_path / "python"),))
    monkeypatch.setattr(spawn, "_is_root", lambda: True)
    monkeypatch.setattr(spawn, "_has_capability", lambda number: True)

    with pytest.raises(IsolationError, match="not readable for an unprivileged user; run `chmod"):
        spawn.command(found, {})


def test_closed_directory_is_refused_as_root_that_cannot_mount(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "python").touch(mode=0o755)
    found = dataclasses.replace(layout.find(("numpy",)), needed=(str(tmp_path / "python"),))
    monkeypatch.setattr(spawn, "_is_root", lambda: True)
    monkeypatch.setattr(spawn, "_has_capability", lambda number: number != spawn._CAP_SYS_ADMIN)

    with pytest.raises(IsolationError, match="cannot be entered by an unprivileged user"):
        spawn.command(found, {})


def test_many_submissions_leave_no_descriptor_and_no_process(sandbox: Sandbox) -> None:
    call(sandbox, ECHO)
    sandbox.rest()
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for source in [ECHO, "def f(x): return 1 / 0", "import os\ndef f(x): os._exit(1)", "def ("] * 5:
        with sandbox.open(program(source), QUICK) as worker:
            if isinstance(worker.loaded, Loaded):
                worker.call(codec.encode({"x": 1}))

    sandbox.rest()
    assert len(os.listdir("/proc/self/fd")) == before
    if sandbox._zygote is not None:
        children = Path(f"/proc/{sandbox._zygote.pid}/task/{sandbox._zygote.pid}/children")
        assert children.read_text() == ""


def test_killed_grader_leaves_no_process(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from tests.sandbox.support import program\n"
        "from grader.core.limits import Limits\n"
        "from grader.sandbox import Sandbox\n"
        "box = Sandbox.start()\n"
        "worker = box.open(program('def f(x):\\n  while True: pass'), Limits())\n"
        "print(box._zygote.pid if box._zygote else 0, worker._child.pid, flush=True)\n"
        "from grader.core import codec\n"
        "worker.call(codec.encode({'x': 1}))\n"
    )
    if available_level() is Isolation.SELF_CHECK:
        pytest.skip("NOT TESTED: in a self-check only RLIMIT_CPU ends an orphan")
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
    assert len(pids) == 2
    assert [pid for pid in pids if is_running(pid)] == []


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="NOT TESTED: only root may read the memory of a process that is not dumpable",
)
def test_zygote_and_worker_hold_no_secret_of_the_grader() -> None:
    if available_level() is Isolation.SELF_CHECK:
        pytest.skip("NOT TESTED: a self-check has no zygote")
    tokens = {name: secrets.token_hex(24) for name in ("environment", "heap", "source")}
    os.environ["GRADER_TEST_TOKEN"] = tokens["environment"]
    try:
        with Sandbox.start() as fresh:
            call(fresh, f"# {tokens['source']}\n{ECHO}")
            with fresh.open(program(ECHO), Limits()) as worker:
                worker.call(codec.encode({"x": 1}))
                assert fresh._zygote is not None
                assert worker._child is not None
                pids = (fresh._zygote.pid, worker._child.pid)  # type: ignore[attr-defined]
                found = {pid: hits(pid, tokens) for pid in (os.getpid(), *pids)}
    finally:
        del os.environ["GRADER_TEST_TOKEN"]

    assert found[os.getpid()] == set(tokens)  # the scan can find them
    assert [found[pid] for pid in pids] == [set(), set()]


def hits(pid: int, tokens: dict[str, str]) -> set[str]:
    """Names of the tokens that lie anywhere in the memory of a process."""
    found = set()
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            bounds, rights = line.split()[:2]
            start, end = (int(part, 16) for part in bounds.split("-"))
            if not rights.startswith("rw"):
                continue
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, OverflowError, ValueError):
                continue
            found |= {name for name, token in tokens.items() if token.encode() in data}
    return found


def test_program_that_cannot_be_sent_is_the_learners(sandbox: Sandbox) -> None:
    loaded = load(sandbox, program({"\ud800.py": b""}))

    assert isinstance(loaded, Failed)
    assert loaded.verdict is Verdict.CE


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"call": "y = ("}, id="call"),
        pytest.param({"modules": {"m": "("}}, id="module"),
    ],
)
def test_mistake_of_the_author_is_not_told_as_the_learners(
    sandbox: Sandbox, more: dict[str, Any]
) -> None:
    with pytest.raises(QuestionError, match="does not compile"):
        sandbox.open(program(ECHO, **more), QUICK)
