"""`grader grade QUESTION SUBMISSION…`: the main job."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

from grader.cli.common import (
    add_course_option,
    add_isolation_option,
    course_of,
    positive_int,
    print_text,
    required_isolation,
    submission_path,
)
from grader.cli.output import add_output_options, check_output, deliver
from grader.cli.thresholds import exit_code, exit_code_of_scores, threshold
from grader.core.errors import UsageError

if TYPE_CHECKING:
    from grader.bank import Course
    from grader.core.report import Report
    from grader.grading.journal import Journal
    from grader.grading.plan import QuestionPlan
    from grader.sandbox import Sandbox


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `grade`."""
    parser.add_argument("question", help="id of a question or exam, or the path of its file")
    parser.add_argument(
        "submissions",
        nargs="+",
        metavar="SUBMISSION",
        help="a .py file, notebook, zip, folder (of one or many submissions), or - for stdin",
    )
    add_output_options(parser)
    parser.add_argument(
        "--jobs", type=positive_int, default=1, metavar="N", help="how many at a time"
    )
    parser.add_argument(
        "--fail-under",
        type=threshold,
        metavar="POINTS",
        help="exit 1 when a score is below this (points, or '80%%')",
    )
    folders = parser.add_mutually_exclusive_group()
    folders.add_argument(
        "--each", action="store_true", help="everything inside a folder is a submission of its own"
    )
    folders.add_argument("--together", action="store_true", help="a folder is one submission")
    parser.add_argument("--seed", type=int, default=0, help="seed of the drawn inputs (default 0)")
    add_isolation_option(parser)
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Grade, print or write the reports, and give the exit code."""
    from grader.sandbox import Sandbox

    # the zygote imports numpy in its own process while this one reads the question
    with Sandbox.start(required=required_isolation(options)) as sandbox:
        from grader.bank import find_exam

        course = course_of(options)
        exam = find_exam(course, options.question)
        if exam is None:
            return _grade_question(options, course, sandbox)
        from grader.cli.exam_grading import run_exam

        with _journal(options) as journal:
            sheets = run_exam(exam, course, sandbox, options, _progress, journal)
        graded = [(sheet.total, sheet.max_total) for sheet in sheets]
    return exit_code_of_scores(graded, options.fail_under)


def _grade_question(options: argparse.Namespace, course: Course, sandbox: Sandbox) -> int:
    from grader.bank import find_question
    from grader.draw import cache_folder
    from grader.grading.plan import PlanSetting, plan_question

    question = find_question(course, options.question)
    setting = PlanSetting(seed=options.seed, cache=cache_folder())
    plan = plan_question(question, course, setting)
    reads = _reads(options, plan)
    check_output(options, len(reads))
    is_class = len(reads) > 1
    with _journal(options) if is_class else nullcontext() as journal:
        reports = _graded(plan, [read for _, read in reads], sandbox, options.jobs, journal)
        _warn_if_unofficial(reports)
        deliver(reports, [path for path, _ in reads], options, question.reveal)
    if is_class and (options.output is not None or options.format == "text"):
        _summarise(reports)
    return exit_code(reports, options.fail_under)


def _journal(options: argparse.Namespace) -> AbstractContextManager[Journal | None]:
    """Open the journal beside what is written, so that a grading that was stopped goes on."""
    if options.output is None:
        return nullcontext()
    from grader.grading.journal import Journal

    path = options.output
    path = path / ".grading" if path.is_dir() else path.with_name(f".{path.name}.grading")
    journal = Journal(path)
    if journal.count:
        print(f"grader: going on, {journal.count} were graded before", file=sys.stderr)
    return journal


def _summarise(reports: list[Report]) -> None:
    """Tell what the class did, after its table or in place of what was written to files."""
    from grader.report import class_summary

    print_text(f"\n{class_summary(reports)}")


def _graded(
    plan: QuestionPlan, reads: list[Any], sandbox: Sandbox, jobs: int, journal: Journal | None
) -> list[Report]:
    from grader.grading.batch import grade_all, prepare

    with _progress(len(reads)) as advance:
        prepare(plan)
        reports = []
        for report in grade_all(plan, reads, sandbox, jobs=jobs, journal=journal):
            reports.append(report)
            advance()
    return reports


@contextmanager
def _progress(total: int) -> Iterator[Any]:
    """Show a bar on a terminal's stderr, and nothing elsewhere."""
    if total < 2 or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("grading", total=total)
        yield lambda: bar.advance(task)


def _reads(options: argparse.Namespace, plan: QuestionPlan) -> list[tuple[str, Any]]:
    """Give path and reader of each submission; a missing one is refused before any is graded."""
    from grader.grading.folders import everything_in, find_submissions, skipped_in
    from grader.grading.intake import is_folder, read_found, read_standard_input, read_submission

    reads: list[tuple[str, Any]] = []
    for given in options.submissions:
        if given == "-":
            reads.append(("", read_standard_input))
            continue
        path = submission_path(given)
        if not is_folder(path) or options.together:
            reads.append((str(path), partial(read_submission, path)))
            continue
        found = everything_in(path) if options.each else find_submissions(path, plan.entry_names)
        if found == [path]:
            reads.append((str(path), partial(read_submission, path)))
            continue
        reads += [(str(child), partial(read_found, child)) for child in found]
        if not options.each and (skipped := skipped_in(path, found)):
            _say_skipped(skipped)
    if not reads:
        raise UsageError(where=options.submissions[0], what="the folder holds no submission")
    return reads


def _say_skipped(skipped: list[str]) -> None:
    from grader.report.visible import one_line

    print(f"grader: not submissions, skipped: {one_line(', '.join(skipped), 300)}", file=sys.stderr)


def _warn_if_unofficial(reports: list[Report]) -> None:
    if not all(report.is_official for report in reports):
        print(
            "grader: self-check, not an official grade: this host does not isolate submissions "
            "('grader doctor' says why)",
            file=sys.stderr,
        )
