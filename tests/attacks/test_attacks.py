"""Every attack of this folder comes to the verdict it promises, and the host is unharmed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from grader.core import codec
from grader.core.call import Isolation, Returned
from grader.core.errors import IsolationError
from grader.core.limits import Limits
from grader.sandbox import Sandbox
from tests.attacks import harness, threats
from tests.attacks.harness import ATTACKS, SLEEPERS

needs_isolation = pytest.mark.needs_isolation

#: what the grader may need for one attack beyond what it held before: an answer, decoded
_MOST_MEBIBYTES = 320
_MOST_CPU_SECONDS = 3.0


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox started from a process that holds the answer in its environment and memory."""
    with harness.secret_in_the_environment(), Sandbox.start() as started:
        yield started


@pytest.fixture
def received_signals() -> Iterator[list[int]]:
    """Numbers of the signals that reach the grader while a test runs."""
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)

    watched = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGIO, signal.SIGURG, signal.SIGTERM)
    before = [signal.signal(number, note) for number in watched]
    yield received
    for number, handler in zip(watched, before, strict=True):
        signal.signal(number, handler)


def check(sandbox: Sandbox, attack: Path, folder: Path, signals: list[int]) -> None:
    """Run it as a submission: its verdict, the host, the bystander and the one after it."""
    files, expected = harness.program(attack.read_bytes()), harness.expected_verdict(attack)
    harness.plant(folder)
    sandbox.rest()
    before = harness.processes()
    harness.forget_the_peak()
    resident, spent = harness.mebibytes("VmRSS"), time.process_time()

    outcome = harness.run(sandbox, files, folder)

    assert outcome.verdict is expected, outcome
    saw = outcome.stdout.partition(": ")[0] == "visible"
    assert saw == (attack.stem in threats.visible_at(sandbox.isolation)), outcome.stdout
    assert signals == []
    assert sorted(p.name for p in folder.iterdir()) == ["answer.txt", "reference_answer.py"]
    assert harness.planted_names() == []
    assert not list(Path.cwd().glob("core*"))
    assert harness.mebibytes("VmHWM") - resident < _MOST_MEBIBYTES
    assert time.process_time() - spent < _MOST_CPU_SECONDS
    sandbox.rest()
    assert harness.processes() - before == set()
    with sandbox.open(harness.program("def f(host): return 7"), harness.LIMITS) as worker:
        after = worker.call(codec.encode({"host": {}}))
    assert isinstance(after, Returned)
    assert after.value == 7


@needs_isolation
@pytest.mark.parametrize("attack", [pytest.param(path, id=path.stem) for path in ATTACKS])
def test_attack_gains_nothing_and_harms_nothing(
    sandbox: Sandbox,
    attack: Path,
    tmp_path: Path,
    received_signals: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if attack.stem in SLEEPERS:
        monkeypatch.setattr(Limits, "wall_seconds", staticmethod(lambda cpu_seconds: 0.5))

    check(sandbox, attack, tmp_path, received_signals)


@needs_isolation
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(SLEEPERS))
def test_attack_that_waits_meets_the_real_wall_limit(
    sandbox: Sandbox, name: str, tmp_path: Path, received_signals: list[int]
) -> None:
    check(sandbox, harness.FOLDER / f"{name}.py", tmp_path, received_signals)


@needs_isolation
def test_names_and_sizes_of_files_are_seen_on_l1_and_not_on_l3(tmp_path: Path) -> None:
    """Threat 2: stat() by a known name; on L1 it is visible, which is why names are no secrets."""
    harness.plant(tmp_path)
    attack = harness.FOLDER / "finds_the_answer_by_stat.py"
    seen = {}
    for level in (Isolation.L1, Isolation.L3):
        try:
            with Sandbox.start(required=level) as started:
                files = harness.program(attack.read_bytes())
                seen[started.isolation] = harness.run(started, files, tmp_path).stdout
        except IsolationError:
            continue

    assert "visible" in seen.get(Isolation.L1, "visible")
    assert "visible" not in seen.get(Isolation.L3, "")


def test_there_are_enough_attacks_and_each_has_its_own_aim() -> None:
    means = [harness.promise(attack)["means"] for attack in ATTACKS]

    assert len(ATTACKS) >= 140
    assert len(set(means)) == len(means)
    assert {path.stem for path in ATTACKS} >= SLEEPERS


@needs_isolation
@pytest.mark.parametrize(
    "name",
    [
        "changes_flags_for_later_submissions",
        "finds_earlier_submissions",
        "patches_the_codec",
        "changes_its_inputs",
        "registers_codecs_and_importers",
    ],
)
def test_second_run_of_an_attack_finds_nothing_of_the_first(
    sandbox: Sandbox, name: str, tmp_path: Path
) -> None:
    harness.plant(tmp_path)
    attack = harness.FOLDER / f"{name}.py"
    files = harness.program(attack.read_bytes())

    verdicts = [harness.run(sandbox, files, tmp_path).verdict for _ in range(3)]

    assert verdicts == [harness.expected_verdict(attack)] * 3


#: outside the jail each of these reaches what it wants: it raises SystemError, or returns it
_CONTROL = """
import json, sys, types
host = json.loads(sys.argv[2])
scope = {"__name__": "attack"}
exec(open(sys.argv[1]).read(), scope)
try:
    print("returned", scope["f"](host), flush=True)
except BaseException as error:
    print(type(error).__name__, str(error)[:300], flush=True)
"""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("reads_answer_file", f"returned {harness.ANSWER}", id="answer-file"),
        pytest.param("opens_by_every_means", "SystemError worked:", id="every-opener"),
        pytest.param("imports_reference", f"returned {harness.ANSWER}", id="import"),
        pytest.param("lists_neighbours", "RuntimeError listed", id="listing"),
        pytest.param("names_what_is_installed", "SystemError seen:", id="packages"),
        pytest.param("reads_grader_process", "RuntimeError read", id="proc"),
        pytest.param("reads_system_files", "SystemError seen:", id="system-files"),
        pytest.param("reads_its_own_start", "SystemError", id="environment"),
        pytest.param("opens_sockets", "SystemError worked:", id="sockets"),
        pytest.param("maps_memory_nobody_counts", "SystemError worked:", id="memory"),
        pytest.param("starts_pools", "SystemError worked:", id="pools"),
        pytest.param("reads_kernel_logs", "SystemError worked:", id="kernel"),
    ],
)
def test_attack_works_outside_the_jail(name: str, words: str, tmp_path: Path) -> None:
    """Positive control: a test that nothing can fail proves nothing."""
    harness.plant(tmp_path)
    attack = harness.FOLDER / f"{name}.py"
    host = {
        "answer_file": str(tmp_path / "answer.txt"),
        "answer_folder": str(tmp_path),
        "folders": [str(tmp_path)],
        "grader": os.getpid(),
        "zygote": os.getpid(),
        "bystander": os.getpid(),
        "marker": harness.MARKER,
        "secret_name": harness.SECRET_NAME,
    }
    with harness.secret_in_the_environment():
        done = subprocess.run(
            [sys.executable, "-c", _CONTROL, str(attack), json.dumps(host)],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
        )

    assert words in done.stdout, done
