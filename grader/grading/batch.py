"""Grade many submissions: some at a time, reports in the order they were given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from grader.core.report import Report
from grader.grading.grade import grade
from grader.grading.intake import Submission
from grader.grading.journal import Journal
from grader.grading.plan import QuestionPlan
from grader.sandbox import Sandbox

Result = TypeVar("Result")


def grade_all(
    plan: QuestionPlan,
    reads: Sequence[Callable[[], Submission]],
    sandbox: Sandbox,
    *,
    jobs: int = 1,
    journal: Journal | None = None,
) -> Iterator[Report]:
    """Give a report for each submission, in order; each is read only when its turn comes.

    What a journal holds already is not graded again.
    """

    def one(read: Callable[[], Submission]) -> Report:
        return grade_once(plan, read(), sandbox, journal)

    if jobs > 1:
        prepare(plan)
    return in_order([partial(one, read) for read in reads], jobs)


def grade_once(
    plan: QuestionPlan, submission: Submission, sandbox: Sandbox, journal: Journal | None
) -> Report:
    """Give the report from the journal, or grade and note it there."""
    if journal is None:
        return grade(plan, submission, sandbox)
    report = journal.find(plan, submission, sandbox)
    if report is None:
        report = grade(plan, submission, sandbox)
        journal.add(plan, submission, sandbox, report)
    return report


def in_order(tasks: Sequence[Callable[[], Result]], jobs: int) -> Iterator[Result]:
    """Give the result of each task, in order, with so many at work at a time.

    Threads are enough: a submission's own arithmetic runs in its worker process.
    """
    if jobs == 1 or len(tasks) <= 1:
        yield from (task() for task in tasks)
        return
    pool = ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="grade")
    try:
        yield from pool.map(lambda task: task(), tasks)
    except BaseException:
        # no waiting: whoever stops us closes the sandbox, and that ends what is still running
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def prepare(plan: QuestionPlan) -> None:
    """Make or load every corpus of a plan now; QuestionError when one cannot be made."""
    for part in plan.parts:
        _ = part.corpus
