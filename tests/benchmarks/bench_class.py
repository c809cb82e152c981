"""A class of a thousand: submissions of the seed question, right and wrong, graded with two jobs.

    python tests/benchmarks/bench_class.py [--count N] [--jobs N] [--question ID]

Each submission is a known right or wrong solution of the question with other names for its
variables and a comment of its own, so that no two are equal. Prints the total, the rate, the memory
of the grader, and the wait of one student: from the file to the report, one job, nobody else.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from grader.bank import find_course, find_question
from grader.core.question import Question
from grader.draw import cache_folder
from grader.grading.batch import grade_all, prepare
from grader.grading.grade import grade
from grader.grading.intake import Submission, submission_of
from grader.grading.plan import PlanSetting, plan_question
from grader.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tests" / "grading"))
from renamed import renamed  # noqa: E402  # the path comes first


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--question", default="ssu_batch4_004")
    options = parser.parse_args()
    course = find_course(ROOT, ROOT)
    question = find_question(course, options.question)
    plan = plan_question(question, course, PlanSetting(cache=cache_folder()))
    prepare(plan)
    submissions = a_class(question, options.count)
    with Sandbox.start() as sandbox:
        for submission in submissions[:20]:
            grade(plan, submission, sandbox)
        started = time.perf_counter()
        reads = [partial(lambda given: given, submission) for submission in submissions]
        reports = list(grade_all(plan, reads, sandbox, jobs=options.jobs))
        seconds = time.perf_counter() - started
        waits = [_seconds(partial(grade, plan, one, sandbox)) for one in submissions[:200]]
    scores = Counter(str(report.score) for report in reports)
    print(
        f"{options.count} submissions, {len(set(map(str, scores)))} different scores: {dict(scores)}"
    )
    print(f"--jobs {options.jobs}: {seconds:.1f} s, {len(reports) / seconds:.1f} per second")
    print(f"memory of the grader: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB")
    waits.sort()
    print(
        f"one student alone: median {statistics.median(waits) * 1e3:.0f} ms, "
        f"p95 {waits[int(0.95 * len(waits))] * 1e3:.0f} ms"
    )


def a_class(question: Question, count: int) -> list[Submission]:
    """Give so many submissions that are all different, about half of them right."""
    (code,) = [part.code for part in question.code_parts]
    assert code is not None
    draw = random.Random(0)
    submissions = []
    for number in range(count):
        known = draw.choice(code.right if number % 2 else code.wrong)
        source = f"{renamed(known.source)}\n# student {number}\n"
        name = f"student{number}.py"
        submissions.append(submission_of(name, {name: source.encode()}))
    return submissions


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
