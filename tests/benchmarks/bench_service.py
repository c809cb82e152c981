"""What `grader serve` takes in, how long who waits, and how long a click takes to its verdict.

    python tests/benchmarks/bench_service.py [PART…] [--workers N] [--folder DIR]

Parts: start, accept, spike, click, memory; all without a name. A real server on loopback with its
rate limits as they are, its students in the database before it starts. Trust the ratios more than
the rates, and name the machine with both. Submissions of the spike go to an exam that closes within
ten minutes, where nobody is ever refused: outside of one, 300 in a minute are 294 too many.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "service"))

from serving import QUESTION, ROOT, Server, serving
from storm_students import RIGHT_POOLING, WRONG_POOLING

from grader.bank import find_course, find_question
from grader.grading.grade import grade
from grader.grading.intake import submission_of
from grader.grading.plan import PlanSetting, plan_question
from grader.sandbox import Sandbox

STUDENTS, GREEDY, SPIKE, SPIKE_SECONDS = 350, 300, 1000, 60.0
PARTS = ("start", "accept", "spike", "click", "memory")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART")
    parser.add_argument("--workers", type=int, default=max((os.cpu_count() or 2) - 1, 1))
    parser.add_argument("--folder", type=Path, help="on the disk to measure (default: temporary)")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {options.workers} worker(s)")
    measures = {
        "start": measure_start,
        "accept": measure_accepting,
        "spike": measure_spike,
        "click": measure_click,
        "memory": measure_memory,
    }
    for part in options.parts or PARTS:
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            print(f"\n{part}")
            measures[part](Path(folder), options.workers)


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def spread(seconds: Sequence[float]) -> str:
    """Give median, 95th and 99th percentile and the worst."""
    ordered = sorted(seconds)
    at = [ordered[min(int(share * len(ordered)), len(ordered) - 1)] for share in (0.95, 0.99)]
    return (
        f"p50 {statistics.median(ordered) * 1e3:.0f} ms, p95 {at[0] * 1e3:.0f} ms, "
        f"p99 {at[1] * 1e3:.0f} ms, worst {ordered[-1] * 1e3:.0f} ms"
    )


# -- the parts -----------------------------------------------------------------------------


def measure_start(folder: Path, workers: int) -> None:
    """From the command to its first line, with a new state folder and with one that is there."""
    for label in ("new state", "again", "again"):
        command = [sys.executable, "-m", "grader", "serve", "--demo", "--port", "0"]
        with (folder / "log").open("w") as log:
            started = time.perf_counter()
            with subprocess.Popen(
                [*command, "--state", str(folder / "state")], stdout=-1, stderr=log, text=True
            ) as process:
                assert process.stdout is not None
                process.stdout.readline()
                print(f"grader serve --demo, {label}: {time.perf_counter() - started:.2f} s")
                process.terminate()
                process.wait(timeout=60)


def measure_accepting(folder: Path, workers: int) -> None:
    """Hand-ins with a receipt per second, beside bare commits to the same disk."""
    with serving(folder, workers, STUDENTS) as server:
        for session in server.sessions:
            server.token(session)
        jobs = [session for session in server.sessions for _ in range(3)]
        times: list[float] = []
        started = time.perf_counter()
        with ThreadPoolExecutor(16) as pool:
            times += pool.map(
                lambda session: timed(lambda: server.hand_in(session, RIGHT_POOLING)), jobs
            )
        rate = len(jobs) / (time.perf_counter() - started)
        print(f"{len(jobs)} hand-ins by 16 lines: {rate:.0f} per second, POST {spread(times)}")
    floor = bare_commits(folder / "floor.sqlite")
    print(f"bare SQLite, one row of 1 KB and one fsync each: {floor:.0f} per second")
    print(f"hand-ins / bare commits: {rate / floor:.2f}")


def bare_commits(path: Path, count: int = 500) -> float:
    """Commit rows with the same journal and the same fsync, and nothing else; per second."""
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")
    raw.execute("CREATE TABLE t (x)")
    seconds = timed(
        lambda: [raw.execute("INSERT INTO t VALUES (?)", ("x" * 1000,)) for _ in range(count)]
    )
    raw.close()
    return count / seconds


def measure_spike(folder: Path, workers: int) -> None:
    """A thousand within a minute before an exam closes, three hundred of them by one student."""
    draw = random.Random(0)
    with serving(folder, workers, STUDENTS, with_exam=True) as server:
        others = [*range(1, STUDENTS)] * 3
        who = [0] * GREEDY + others[: SPIKE - GREEDY]
        plan = sorted((draw.uniform(0, SPIKE_SECONDS), student) for student in who)
        for session in server.sessions:
            server.token(session)
        began = time.perf_counter()

        def send(at: float, student: int) -> tuple[str, float]:
            time.sleep(max(began + at - time.perf_counter(), 0))
            source = RIGHT_POOLING if draw.random() < 0.6 else WRONG_POOLING
            started = time.perf_counter()
            where = server.hand_in(server.sessions[student], source, "last_minute")
            return where, time.perf_counter() - started

        with ThreadPoolExecutor(64) as pool:
            sent = list(pool.map(lambda job: send(*job), plan))
        print(f"{len(sent)} accepted in {time.perf_counter() - began:.0f} s: POST", end=" ")
        print(spread([seconds for _, seconds in sent]))
        print(f"drained {server.drain(1800):.0f} s after the last one")
        report_waits(server, len({where for where, _ in sent}))


def report_waits(server: Server, receipts: int) -> None:
    """Print who waited how long, from receipt to result, and that everything has its result."""
    rows = server.rows(
        "SELECT s.person, s.received_ms, r.finished_ms, r.status = 'graded' "
        "FROM submission s JOIN result r ON r.submission = s.id WHERE s.exam != '' ORDER BY s.id"
    )
    rows = rows[1:]  # the one that had the corpus made
    assert len(rows) == receipts == SPIKE, f"{receipts} receipts, {len(rows)} results"
    assert all(row[3] for row in rows)
    greedy = min(row[0] for row in rows)
    first_receipt: dict[int, int] = {}
    first_result: dict[int, int] = {}
    for person, received_ms, finished_ms, _ in rows:
        first_receipt[person] = min(received_ms, first_receipt.get(person, received_ms))
        first_result[person] = min(finished_ms, first_result.get(person, finished_ms))
    firsts = [(first_result[p] - first_receipt[p]) / 1000 for p in first_result if p != greedy]
    every = [(row[2] - row[1]) / 1000 for row in rows if row[0] != greedy]
    last = max(row[2] - row[1] for row in rows if row[0] == greedy) / 1000
    finished = [row[2] for row in rows]
    print(f"{receipts} receipts, {len(rows)} results, all graded; {len(firsts)} other students")
    print(
        f"another's first receipt to first result: median {statistics.median(firsts):.1f} s, "
        f"worst {max(firsts):.1f} s"
    )
    print(
        f"each submission of the others: median {statistics.median(every):.1f} s, "
        f"worst {max(every):.1f} s; worst of the greedy one {last:.1f} s"
    )
    print(f"drain rate: {len(rows) / (max(finished) - min(finished)) * 1000:.1f} per second")


def measure_click(folder: Path, workers: int) -> None:
    """From the click to the page with the verdict, for one student, beside grading alone."""
    grading = grading_alone(folder / "alone")
    with serving(folder, workers, 20) as server:
        for name, source in (("right", RIGHT_POOLING), ("wrong", WRONG_POOLING)):
            whole, graded = [], []
            for number in range(60):
                session = server.sessions[number % 20]
                server.token(session)
                started = time.perf_counter()
                where = server.hand_in(session, source)
                server.ask(session, where)
                server.ask(session, f"{where}/events")  # ends with the verdict
                text = server.ask(session, where)[2]
                whole.append(time.perf_counter() - started)
                assert re.search(r"score|points", text)
            rows = server.rows(
                "SELECT r.finished_ms - s.received_ms FROM submission s "
                "JOIN result r ON r.submission = s.id ORDER BY s.id DESC LIMIT 60"
            )
            graded = [row[0] / 1000 for row in rows]
            print(f"{name}: click to verdict {spread(whole)}")
            print(f"{name}: receipt to result {spread(graded)}")
            print(f"{name}: grading alone, in this process {spread(grading[name])}")
            ratio = statistics.median(whole) / statistics.median(grading[name])
            print(f"{name}: click to verdict / grading alone: {ratio:.1f}")


def grading_alone(cache: Path) -> dict[str, list[float]]:
    """Grade the same submissions without a server."""
    course = find_course(ROOT, ROOT)
    plan = plan_question(find_question(course, QUESTION), course, PlanSetting(cache=cache))
    _ = plan.parts[0].corpus
    found = {}
    with Sandbox.start() as sandbox:
        for name, source in (("right", RIGHT_POOLING), ("wrong", WRONG_POOLING)):
            submission = submission_of("solution.py", {"solution.py": source.encode()})
            grade(plan, submission, sandbox)
            once = partial(grade, plan, submission, sandbox)
            found[name] = [timed(once) for _ in range(20)]
    return found


def measure_memory(folder: Path, workers: int) -> None:
    """Memory of the server, and of all its processes with what they share counted once."""
    with serving(folder, workers, STUDENTS) as server:
        told("after the first submission", server.process.pid)
        jobs = server.sessions[:200]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda session: server.hand_in(session, WRONG_POOLING), jobs))
        server.drain(1800)
        told(f"after {len(jobs)} more", server.process.pid)


def told(when: str, top: int) -> None:
    """Print the memory of a process, and of it with all below it."""
    family, more = {top}, {top}
    while more:
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", ",".join(map(str, more))], capture_output=True, text=True
        )
        more = {int(word) for word in found.stdout.split()} - family
        family |= more
    own = _rollup(top)
    print(
        f"{when}: server {own >> 10} MiB, {len(family)} processes {sum(map(_rollup, family)) >> 10} MiB"
    )


def _rollup(number: int) -> int:
    """Give the proportional share of memory of a process in KiB."""
    try:
        text = Path(f"/proc/{number}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    main()
