"""Every attack of this folder comes to the verdict it promises, and the host is unharmed."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from grader.core import codec
from grader.core.call import Entry, Failed, Loaded, Program, Returned
from grader.core.limits import MEBIBYTE, Limits
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox, Worker

pytestmark = pytest.mark.needs_isolation

ATTACKS = sorted(p for p in Path(__file__).parent.glob("*.py") if p.read_text().startswith("# e"))
LIMITS = Limits(
    cpu_seconds=1.0, load_cpu_seconds=2.0, total_cpu_seconds=4.0, memory_bytes=384 * MEBIBYTE
)
ANSWER = 2**62 + secrets.randbits(60)
SECRET_NAME = "GRADER_TEST_SECRET"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox started from a process that holds the answer in its environment and memory."""
    os.environ[SECRET_NAME] = str(ANSWER)
    try:
        with Sandbox.start() as started:
            yield started
    finally:
        del os.environ[SECRET_NAME]


@pytest.fixture
def received_signals() -> Iterator[list[int]]:
    """Numbers of the signals that reach the grader while a test runs."""
    received: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        received.append(number)

    watched = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGIO)
    before = [signal.signal(number, note) for number in watched]
    yield received
    for number, handler in zip(watched, before, strict=True):
        signal.signal(number, handler)


def judge(worker: Worker, request: bytes) -> Verdict:
    """The verdict of two calls in a row, as a grading would come to it."""
    answers = []
    for _ in range(2):
        answers.append(worker.call(request))
        if isinstance(answers[-1], Failed):
            return answers[-1].verdict
    is_right = [
        type(a.value) is int and a.value == ANSWER for a in answers if isinstance(a, Returned)
    ]
    return Verdict.AC if all(is_right) else Verdict.WA


def promised(attack: Path) -> Verdict:
    head = attack.read_text().partition("\n")[0]
    parts = dict(part.strip(" #").split(": ", 1) for part in head.split(" | "))
    assert set(parts) == {"expect", "aim", "means"}, f"{attack.name}: the first line is {head!r}"
    return Verdict(parts["expect"])


@pytest.mark.parametrize("attack", [pytest.param(path, id=path.stem) for path in ATTACKS])
def test_attack_gains_nothing_and_harms_nothing(
    sandbox: Sandbox, attack: Path, tmp_path: Path, received_signals: list[int]
) -> None:
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)  # so that only the jail keeps the file closed, not its owner
    (tmp_path / "answer.txt").write_text(str(ANSWER))
    (tmp_path / "reference_answer.py").write_text(f"ANSWER = {ANSWER}")
    host = {
        "answer_file": str(tmp_path / "answer.txt"),
        "answer_folder": str(tmp_path),
        "answer_modulo_million": ANSWER % 1_000_000,
        "folders": [str(Path(__file__).parent), str(Path.cwd()), str(Path.home())],
        "grader": os.getpid(),
        "secret_name": SECRET_NAME,
    }
    sandbox.rest()
    processes_before = processes()

    with sandbox.open(program(attack.read_bytes()), LIMITS) as worker:
        assert isinstance(worker.loaded, Loaded), worker.loaded
        verdict = judge(worker, codec.encode({"host": host}))

    assert verdict is promised(attack)
    assert received_signals == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["answer.txt", "reference_answer.py"]
    sandbox.rest()
    assert processes() - processes_before == set()
    with sandbox.open(program(b"def f(host): return 7"), LIMITS) as worker:
        after = worker.call(codec.encode({"host": host}))
    assert isinstance(after, Returned)
    assert after.value == 7


def program(source: bytes) -> Program:
    return Program(files={"attack.py": source}, entries=(Entry(name="f", parameters=("host",)),))


def processes() -> set[int]:
    """Descendants of this process."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(text.rpartition(")")[2].split()[1])
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def test_the_attack_on_the_answer_file_works_outside_the_jail(tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text(str(ANSWER))
    scope: dict[str, object] = {}
    exec((Path(__file__).parent / "reads_answer_file.py").read_text(), scope)

    found = scope["f"]({"answer_file": str(tmp_path / "answer.txt")})  # type: ignore[operator]

    assert found == ANSWER
