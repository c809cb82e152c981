"""What befalls the grader from outside is never the learner's fault, and never stops the grader.

A submission whose sandbox fails is tried once more; then it has no score (JE), which is not zero.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.core.report import Report, Status
from grader.core.verdict import Verdict
from grader.grading.grade import grade
from grader.grading.plan import QuestionPlan
from grader.sandbox import Sandbox

from .course import HONEST, plan_course, submission, write_course

pytestmark = pytest.mark.needs_isolation

#: renames itself and waits, so that a test knows when it is in a call
SLOW = (
    "import ctypes, time\n"
    "def f(x):\n"
    "    ctypes.CDLL(None).prctl(15, b'strike-me', 0, 0, 0)\n"
    "    time.sleep(0.05)\n"
    "    return 2 * x\n"
)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> QuestionPlan:
    folder = tmp_path_factory.mktemp("course")
    write_course(folder, "def f(x):\n    return 2 * x\n")
    made = plan_course(folder, folder / "cache")
    assert made.parts[0].corpus.cases
    return made


@pytest.fixture
def fresh() -> Iterator[Sandbox]:
    with Sandbox.start() as started:
        yield started


def graded(plan: QuestionPlan, sandbox: Sandbox, source: str = HONEST) -> Report:
    return grade(plan, submission(source), sandbox)


def zygote_of(sandbox: Sandbox) -> int:
    assert sandbox._zygote is not None
    return sandbox._zygote.pid


def below(pid: int) -> set[int]:
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return {pid}
    return {pid}.union(*(below(int(child)) for child in found))


def workers_in_a_call() -> list[int]:
    found = []
    for pid in below(os.getpid()):
        try:
            if Path(f"/proc/{pid}/comm").read_text().strip() == "strike-me":
                found.append(pid)
        except OSError:
            continue
    return found


class Striker(threading.Thread):
    """Strikes each time a worker is in a call, at most so many times."""

    def __init__(self, strike: Callable[[int], None], most: int) -> None:
        super().__init__(daemon=True)
        self._strike, self._most = strike, most
        self.struck: set[int] = set()
        self.is_over = False

    def run(self) -> None:
        while not self.is_over and len(self.struck) < self._most:
            for pid in workers_in_a_call():
                if pid not in self.struck and len(self.struck) < self._most:
                    self.struck.add(pid)
                    self._strike(pid)
            time.sleep(0.005)


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def kill_parent(pid: int) -> None:
    parent = parent_of(pid)
    if parent > 1 and parent != os.getpid():
        kill(parent)


STRIKES = [pytest.param(kill, id="worker"), pytest.param(kill_parent, id="zygote")]


def struck(
    plan: QuestionPlan, sandbox: Sandbox, strike: Callable[[int], None], most: int
) -> tuple[Report, int]:
    striker = Striker(strike, most)
    striker.start()
    report = graded(plan, sandbox, SLOW)
    striker.is_over = True
    striker.join(10)
    return report, len(striker.struck)


@pytest.mark.slow
@pytest.mark.parametrize("strike", STRIKES)
def test_death_during_a_call_is_never_told_as_the_learners(
    plan: QuestionPlan, fresh: Sandbox, strike: Callable[[int], None]
) -> None:
    report, times = struck(plan, fresh, strike, 1)

    assert times == 1
    if report.status is Status.ERROR:
        assert (report.verdict, report.score) == (Verdict.JE, None)
    else:
        assert report.score == 2
    assert graded(plan, fresh).score == 2


@pytest.mark.parametrize("strike", STRIKES)
def test_death_in_every_call_ends_without_a_score(
    plan: QuestionPlan, fresh: Sandbox, strike: Callable[[int], None]
) -> None:
    report, times = struck(plan, fresh, strike, 100)

    assert times >= 1
    assert (report.status, report.verdict, report.score) == (Status.ERROR, Verdict.JE, None)
    assert graded(plan, fresh).score == 2


def test_zygote_killed_between_submissions_is_not_noticed(
    plan: QuestionPlan, fresh: Sandbox
) -> None:
    assert graded(plan, fresh).score == 2
    for _ in range(3):
        kill(zygote_of(fresh))

        assert graded(plan, fresh).score == 2


def test_spare_worker_killed_between_submissions_is_not_noticed(
    plan: QuestionPlan, fresh: Sandbox
) -> None:
    assert graded(plan, fresh).score == 2
    for pid in below(zygote_of(fresh)) - {zygote_of(fresh)}:
        kill(pid)

    assert graded(plan, fresh).score == 2


def test_control_socket_that_was_closed_is_replaced(plan: QuestionPlan, fresh: Sandbox) -> None:
    assert graded(plan, fresh).score == 2
    assert fresh._zygote is not None
    fresh._zygote._control.shutdown(2)

    assert graded(plan, fresh).score == 2


def test_stopped_zygote_does_not_stop_the_grader(
    plan: QuestionPlan, fresh: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert graded(plan, fresh).score == 2
    assert fresh._zygote is not None
    fresh.rest()
    fresh._zygote._control.settimeout(0.5)
    os.kill(zygote_of(fresh), signal.SIGSTOP)

    assert graded(plan, fresh).score == 2


@pytest.mark.slow
def test_cache_that_cannot_be_written_only_costs_time(tmp_path: Path, fresh: Sandbox) -> None:
    write_course(tmp_path / "course", "def f(x):\n    return 2 * x\n")
    (tmp_path / "cache").write_text("a file where a folder should be")

    for cache in (tmp_path / "cache", Path("/proc/no-cache-here"), Path("/dev/null/cache")):
        assert graded(plan_course(tmp_path / "course", cache), fresh).score == 2


def test_cache_on_a_full_disk_only_costs_time(tmp_path: Path, fresh: Sandbox) -> None:
    write_course(tmp_path / "course", "def f(x):\n    return 2 * x\n")
    cache = tmp_path / "full"
    cache.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=16k,mode=700", "none", str(cache)]
    if os.geteuid() != 0 or subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("AS ROOT ONLY: a small disk is mounted")
    try:
        (cache / "fill").write_bytes(bytes(16 << 10))

        report = graded(plan_course(tmp_path / "course", cache), fresh)
        left = sorted(path.name for path in cache.iterdir())
    finally:
        subprocess.run(["umount", str(cache)], check=True)

    assert report.score == 2
    assert left == ["fill"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_2000_submissions_leave_nothing_behind(plan: QuestionPlan, fresh: Sandbox) -> None:
    raising = "def f(x): return 1 / 0"
    sources = [HONEST, raising, "def f(x): return x", "import os\nos._exit(0)", "("]

    def lap(count: int) -> tuple[int, int, int]:
        for number in range(count):
            report = graded(plan, fresh, sources[number % len(sources)])
            assert (report.score == 2) == (number % len(sources) == 0)
        fresh.rest()
        gc.collect()
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
        return len(os.listdir("/proc/self/fd")), resident >> 20, len(below(os.getpid()))

    first = lap(100)
    last = lap(1900)

    assert last[0] == first[0]
    assert last[1] - first[1] < 16
    assert last[2] == first[2]
