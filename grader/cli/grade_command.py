"""`grader grade QUESTION SUBMISSION…`: the main job."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.cli.common import (
    add_course_option,
    add_isolation_option,
    course_of,
    positive_int,
    print_text,
    required_isolation,
    submission_path,
    wants_colour,
    write_whole,
)
from grader.core.errors import UsageError

#: bytes of a report's file name; file systems allow 255, of which the writer needs some
_LONGEST_NAME = 150

if TYPE_CHECKING:
    from grader.core.report import Report
    from grader.grading.plan import QuestionPlan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `grade`."""
    parser.add_argument("question", help="id of a question, or the path of its file")
    parser.add_argument(
        "submissions",
        nargs="+",
        metavar="SUBMISSION",
        help="a .py file, notebook, zip, folder (of one or many submissions), or - for stdin",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_argument(
        "--jobs", type=positive_int, default=1, metavar="N", help="how many at a time"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="write here; a folder gets one file per submission",
    )
    parser.add_argument(
        "--fail-under",
        type=_threshold,
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
        from grader.bank import find_question
        from grader.draw import cache_folder
        from grader.grading.plan import PlanSetting, plan_question

        course = course_of(options)
        question = find_question(course, options.question)
        setting = PlanSetting(seed=options.seed, cache=cache_folder())
        plan = plan_question(question, course, setting)
        reads = _reads(options, plan)
        reports = _graded(plan, reads, sandbox, options.jobs)
        _warn_if_unofficial(reports)
        _deliver(reports, options)
    return _exit_code(reports, options.fail_under)


def _graded(plan: QuestionPlan, reads: list[Any], sandbox: Any, jobs: int) -> list[Report]:
    from grader.grading.batch import grade_all, prepare

    with _progress(sys.stderr.isatty() and len(reads) > 1, len(reads)) as advance:
        prepare(plan)
        reports = []
        for report in grade_all(plan, reads, sandbox, jobs=jobs):
            reports.append(report)
            advance()
    return reports


@contextmanager
def _progress(is_shown: bool, total: int) -> Iterator[Any]:
    """Show a bar on a terminal's stderr, and nothing elsewhere."""
    if not is_shown:
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


def _reads(options: argparse.Namespace, plan: QuestionPlan) -> list[Any]:
    """Give one reader for each submission; a missing one is refused before any is graded."""
    from grader.grading.folders import everything_in, find_submissions, skipped_in
    from grader.grading.intake import is_folder, read_found, read_standard_input, read_submission

    reads: list[Any] = []
    for given in options.submissions:
        if given == "-":
            reads.append(read_standard_input)
            continue
        path = submission_path(given)
        if not is_folder(path) or options.together:
            reads.append(partial(read_submission, path))
        elif options.each:
            reads += [partial(read_found, child) for child in everything_in(path)]
        else:
            found = find_submissions(path, plan.entry_names)
            if found == [path]:
                reads.append(partial(read_submission, path))
                continue
            reads += [partial(read_found, child) for child in found]
            if skipped := skipped_in(path, found):
                names = ascii(", ".join(skipped))[1:-1][:300]
                print(f"grader: not submissions, skipped: {names}", file=sys.stderr)
    if not reads:
        raise UsageError(where=options.submissions[0], what="the folder holds no submission")
    return reads


def _deliver(reports: list[Report], options: argparse.Namespace) -> None:
    if options.output is not None and options.output.is_dir():
        suffix = "json" if options.format == "json" else "txt"
        for report, name in zip(reports, _file_names(reports), strict=True):
            write_whole(
                options.output / f"{name}.{suffix}", _rendered([report], options.format, False)
            )
    elif options.output is not None:
        write_whole(options.output, _rendered(reports, options.format, False))
    else:
        print_text(_rendered(reports, options.format, wants_colour(sys.stdout)))


def _file_names(reports: Iterable[Report]) -> list[str]:
    """Give a harmless, unique file name for each submission."""
    names: list[str] = []
    for report in reports:
        kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in report.submission_name)
        short = kept.encode()[:_LONGEST_NAME].decode(errors="ignore")
        name = short.lstrip(".") or "submission"
        taken = sum(1 for other in names if other == name or other.startswith(f"{name}~"))
        names.append(f"{name}~{taken + 1}" if taken else name)
    return names


def _rendered(reports: list[Report], form: str, colour: bool) -> str:
    from grader.report import class_table, report_as_text, to_json_text

    if form == "json":
        texts = [to_json_text(report).rstrip("\n") for report in reports]
        return texts[0] if len(texts) == 1 else "[\n" + ",\n".join(texts) + "\n]"
    if len(reports) == 1:
        return report_as_text(reports[0], colour=colour)
    details = "\n".join(report_as_text(report, colour=colour) for report in reports)
    return f"{details}\n{class_table(reports)}"


def _warn_if_unofficial(reports: list[Report]) -> None:
    if not all(report.is_official for report in reports):
        print(
            "grader: self-check, not an official grade: this host does not isolate submissions "
            "('grader doctor' says why)",
            file=sys.stderr,
        )


def _threshold(text: str) -> tuple[float, bool]:
    """Parse '3', '2.5' or '80%' into a number and whether it is a percentage."""
    is_percent = text.endswith("%")
    value = float(text.removesuffix("%"))
    if not 0 <= value < float("inf") or (is_percent and value > 100):
        raise argparse.ArgumentTypeError(f"{text!r} is neither points nor a percentage up to 100%")
    return value, is_percent


def _exit_code(reports: list[Report], fail_under: tuple[float, bool] | None) -> int:
    from grader.cli.main import EXIT_BELOW, EXIT_GRADED, EXIT_OUR_FAULT
    from grader.core.report import Status

    if any(report.status is Status.ERROR for report in reports):
        return EXIT_OUR_FAULT
    if fail_under is None:
        return EXIT_GRADED
    value, is_percent = fail_under
    for report in reports:
        least = float(report.max_score) * value / 100 if is_percent else value
        if report.score is None or float(report.score) < least - 1e-9:
            return EXIT_BELOW
    return EXIT_GRADED
