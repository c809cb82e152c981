"""Runs one attack in a sandbox, beside a bystander, and looks at the host before and after.

The answer that every attack wants lies in a world-readable file, in the grader's environment and in
its memory. What an attack is told of the host (`host`) is more than a learner could know.
"""

from __future__ import annotations

import os
import reprlib
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.core import codec
from grader.core.call import Entry, Failed, Program, Returned
from grader.core.limits import MEBIBYTE, Limits
from grader.core.verdict import Verdict
from grader.sandbox import Sandbox, Worker

FOLDER = Path(__file__).parent
ATTACKS = sorted(path for path in FOLDER.glob("*.py") if path.read_text().startswith("# expect: "))
#: these wait; each costs a wall limit
SLEEPERS = {
    "announces_what_never_comes",
    "holds_the_lock_of_imports",
    "sleeps_for_ever",
    "sleeps_while_it_loads",
    "stops_itself",
    "trickles_its_answer",
}
LIMITS = Limits(
    cpu_seconds=1.6, load_cpu_seconds=1.0, total_cpu_seconds=4.0, memory_bytes=384 * MEBIBYTE
)
#: calls in a row: an attack may do something else in each
_CALLS = 8
ANSWER = 2**62 + secrets.randbits(60)
SECRET_NAME = "GRADER_TEST_SECRET"
MARKER = f"grader-attack-{secrets.token_hex(8)}"
BYSTANDER = "token = 'honest-token-' + str(3 + 4)\ndef f(host): return token"
_PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/", str(Path.home()), str(Path.cwd()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an attack came to, and what it printed of what it saw."""

    verdict: Verdict
    message: str
    stdout: str


def promise(attack: Path) -> dict[str, str]:
    """The first line of an attack: expect, aim, means."""
    head = attack.read_text().partition("\n")[0]
    parts = dict(part.strip(" #").split(": ", 1) for part in head.split(" | "))
    assert set(parts) == {"expect", "aim", "means"}, f"{attack.name}: the first line is {head!r}"
    return parts


def expected_verdict(attack: Path) -> Verdict:
    return Verdict(promise(attack)["expect"])


def program(source: bytes | str, name: str = "attack.py") -> Program:
    source = source.encode() if isinstance(source, str) else source
    return Program(files={name: source}, entries=(Entry(name="f", parameters=("host",)),))


@contextmanager
def secret_in_the_environment() -> Iterator[None]:
    before = os.environ.get(SECRET_NAME)
    os.environ[SECRET_NAME] = str(ANSWER)
    try:
        yield
    finally:
        if before is None:
            del os.environ[SECRET_NAME]


def plant(folder: Path) -> None:
    """Put the answer where only the jail keeps it from being read."""
    shared = Path(tempfile.gettempdir())
    for each in (folder, *folder.parents):
        if each in (shared, *shared.parents):
            break
        each.chmod(0o755)
    (folder / "answer.txt").write_text(str(ANSWER))
    (folder / "reference_answer.py").write_text(f"ANSWER = {ANSWER}")


def run(sandbox: Sandbox, files: Program, folder: Path) -> Outcome:
    """Some calls in a row, as a grading would make them, with a bystander that must not notice."""
    with sandbox.open(program(BYSTANDER), LIMITS) as bystander:
        host = described(sandbox, bystander, folder)
        with sandbox.open(files, LIMITS) as worker:
            outcome = _judged(worker, codec.encode({"host": host}))
        after = bystander.call(codec.encode({"host": {}}))
    assert isinstance(after, Returned), f"the bystander was harmed: {after}"
    assert after.value == "honest-token-7"
    return outcome


def described(sandbox: Sandbox, bystander: Worker, folder: Path) -> dict[str, object]:
    """What an attack is told."""
    zygote = sandbox._zygote.pid if sandbox._zygote is not None else 0
    return {
        "answer_file": str(folder / "answer.txt"),
        "answer_folder": str(folder),
        "answer_modulo_million": ANSWER % 1_000_000,
        "bystander": bystander._child.pid,  # type: ignore[union-attr]
        "folders": [str(FOLDER), str(Path.cwd()), str(Path.home())],
        "grader": os.getpid(),
        "marker": MARKER,
        "secret_name": SECRET_NAME,
        "zygote": zygote,
    }


def _judged(worker: Worker, request: bytes) -> Outcome:
    if isinstance(worker.loaded, Failed):
        failed = worker.loaded
        return Outcome(verdict=failed.verdict, message=failed.message, stdout=failed.stdout)
    answers: list[Returned] = []
    refused: Failed | None = None
    for _ in range(_CALLS):
        answer = worker.call(request)
        if isinstance(answer, Returned):
            answers.append(answer)
        elif answer.is_alive and answer.verdict is Verdict.WA:  # no wire form; it may send another
            refused = answer
        else:
            verdict = answer.verdict
            return Outcome(verdict=verdict, message=answer.message, stdout=answer.stdout)
    is_right = not refused and all(type(a.value) is int and a.value == ANSWER for a in answers)
    return Outcome(
        verdict=Verdict.AC if is_right else Verdict.WA,
        message=refused.message if refused else reprlib.repr([a.value for a in answers])[:200],
        stdout="".join(a.stdout for a in answers),
    )


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


def planted_names() -> list[str]:
    """Where a file with the marker's name lies: nowhere, unless a defence failed."""
    return [place for place in _PLACES if Path(place, MARKER).exists()]


def mebibytes(name: str) -> int:
    """One of the sizes in /proc/self/status."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) >> 10
    return 0


def forget_the_peak() -> None:
    """Let VmHWM begin at what is resident now."""
    Path("/proc/self/clear_refs").write_text("5")
