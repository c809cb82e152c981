"""What a corpus costs: building it once, loading it for each submission, its size, shrinking.

Run it by itself: python tests/benchmarks/bench_corpus.py. Prints one JSON object.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "draw")]

import numpy as np  # noqa: E402  # the paths come first
from max_pool_bugs import assigns  # noqa: E402
from max_pool_question import batch_part, is_accepted, judge, seed_part  # noqa: E402

from grader.core.corpus import Corpus  # noqa: E402
from grader.core.question import CodePart  # noqa: E402
from grader.draw import Candidate, Shrinker, build_corpus, load_or_build  # noqa: E402


def timed(work: Callable[[], object], times: int = 1) -> float:
    """Give the least milliseconds of CPU that some work took."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return round(1000 * best, 2)


def measure(part: CodePart) -> dict[str, object]:
    """Measure one question, from drawing to a shrunk failure."""
    made: list[Corpus] = []
    built = timed(lambda: made.append(build_corpus(part, judge)))
    corpus = made[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        load_or_build("bench", lambda: corpus, folder)
        (file,) = folder.iterdir()
        loaded = timed(lambda: load_or_build("bench", lambda: corpus, folder), times=20)
        size = file.stat().st_size
    overlapping = part.groups[1]
    cases = [corpus.cases[at].inputs for at in corpus.of_group(overlapping.id)]
    failing = [inputs for inputs in cases if not is_accepted(inputs, assigns(inputs))]
    calls = []

    def first_failing(candidates: Sequence[Candidate]) -> int | None:
        for at, candidate in enumerate(candidates):
            calls.append(candidate)
            inputs: Any = candidate.inputs
            if not is_accepted(inputs, assigns(inputs)):
                return at
        return None

    def shrink() -> object:
        shrinker = Shrinker(overlapping.domain, overlapping.where)
        return shrinker.shrink(failing[-1], first_failing, clock=time.monotonic)

    shrunk = timed(shrink)
    return {
        "build_ms": built,
        "load_ms": loaded,
        "file_bytes": size,
        "cases": len(corpus.cases),
        "groups": dict(corpus.counts),
        "shrink_ms": shrunk,
        "shrink_calls": len(calls),
    }


def main() -> None:
    """Print the figures with the machine they were taken on."""
    machine = {"python": platform.python_version(), "numpy": np.__version__}
    figures = {"seed": measure(seed_part()), "batch": measure(batch_part())}
    print(json.dumps({"machine": machine | {"cpu": platform.machine()}} | figures, indent=2))


if __name__ == "__main__":
    main()
