"""Grade many submissions: some at a time, reports in the order they were given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from grader.core.report import Report
from grader.grading.grade import grade
from grader.grading.intake import Submission
from grader.grading.plan import QuestionPlan
from grader.sandbox import Sandbox


def grade_all(
    plan: QuestionPlan,
    reads: Sequence[Callable[[], Submission]],
    sandbox: Sandbox,
    *,
    jobs: int = 1,
) -> Iterator[Report]:
    """Give a report for each submission, in order; each is read only when its turn comes.

    Threads are enough: a submission's own arithmetic runs in its worker process.
    """

    def one(read: Callable[[], Submission]) -> Report:
        return grade(plan, read(), sandbox)

    if jobs == 1 or len(reads) == 1:
        yield from map(one, reads)
        return
    prepare(plan)
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="grade")
    try:
        yield from pool.map(one, reads)
    except BaseException:
        # no waiting: whoever stops us closes the sandbox, and that ends what is still running
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def prepare(plan: QuestionPlan) -> None:
    """Make or load every corpus of a plan now; QuestionError when one cannot be made."""
    for part in plan.parts:
        _ = part.corpus
