"""`grader regrade OLD_REPORTS SUBMISSIONS`: who would gain and who would lose, before it is so."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.common import (
    add_course_option,
    add_isolation_option,
    course_of,
    positive_int,
    print_text,
    required_isolation,
    submission_path,
)
from grader.core.errors import UsageError
from grader.report.from_json import StoredReport

if TYPE_CHECKING:
    from grader.cli.stored import HandedIn, Plans
    from grader.core.report import Report
    from grader.report.regraded import Regraded
    from grader.sandbox import Sandbox

#: what a report that was replaced is kept under, beside the new one
SUPERSEDED = ".superseded"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _File:
    """A file of reports: each old one with its new one, None where nothing was handed in."""

    path: Path
    reports: Sequence[tuple[StoredReport, Report | None]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `regrade`."""
    parser.add_argument(
        "old_reports", metavar="OLD_REPORTS", help="a JSON file of reports, or a folder of them"
    )
    parser.add_argument(
        "submissions", metavar="SUBMISSIONS", help="the folder of what was handed in"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--diff", action="store_true", help="show who gains and who loses, and write nothing"
    )
    what.add_argument(
        "--apply",
        action="store_true",
        help=f"then replace the reports; the old ones are kept as NAME{SUPERSEDED}",
    )
    parser.add_argument(
        "--confirm-losses", action="store_true", help="apply even though some students lose points"
    )
    parser.add_argument(
        "--jobs", type=positive_int, default=1, metavar="N", help="how many at a time"
    )
    add_isolation_option(parser)
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Grade again, show the difference, and replace the reports when that was asked for."""
    from grader.cli.main import EXIT_BELOW, EXIT_GRADED, EXIT_OUR_FAULT
    from grader.cli.stored import HandedIn, Plans, read_reports, report_files
    from grader.report.regraded import regraded_text
    from grader.sandbox import Sandbox

    with Sandbox.start(required=required_isolation(options)) as sandbox:
        paths = report_files(submission_path(options.old_reports))
        old = {path: read_reports(path) for path in paths}
        _check_are_whole(old)
        wanted = {report.submission_sha256 for reports in old.values() for report in reports}
        handed_in = HandedIn(submission_path(options.submissions), wanted, all_of_it=True)
        plans = Plans(course_of(options))
        files = _regraded_files(old, handed_in, plans, sandbox, options.jobs)
    pairs = _pairs(files)
    not_found = [one.submission_name for f in files for one, new in f.reports if new is None]
    print_text(regraded_text(pairs, not_found, handed_in.others(wanted)))
    if any(pair.is_our_fault for pair in pairs):
        _say("some came to no verdict, by no fault of theirs: nothing is written")
        return EXIT_OUR_FAULT
    if not options.apply:
        return EXIT_GRADED
    losses = sum(pair.is_loss for pair in pairs)
    if losses and not options.confirm_losses:
        _say(f"{losses} would lose points: nothing is written; --confirm-losses applies it")
        return EXIT_BELOW
    for file in files:
        _replace(file)
    return EXIT_GRADED


def _check_are_whole(old: dict[Path, list[StoredReport]]) -> None:
    """Refuse reports that were cut for a student: the new ones would tell more than they did."""
    for reports in old.values():
        for report in reports:
            if report.is_for_learner:
                raise UsageError(
                    where=report.place,
                    what="was cut for a student to read",
                    hint="regrade the instructor's reports, and hand out what comes of them",
                )


def _regraded_files(
    old: dict[Path, list[StoredReport]],
    handed_in: HandedIn,
    plans: Plans,
    sandbox: Sandbox,
    jobs: int,
) -> list[_File]:
    from grader.grading.batch import in_order, prepare
    from grader.grading.grade import grade

    found = {
        id(report): submission
        for reports in old.values()
        for report in reports
        if (submission := handed_in.of(report)) is not None
    }
    again = [report for reports in old.values() for report in reports if id(report) in found]
    planned = [plans.of(report) for report in again]
    for plan in {id(plan): plan for plan in planned}.values():
        prepare(plan)
    tasks = [
        partial(grade, plan, found[id(report)], sandbox)
        for report, plan in zip(again, planned, strict=True)
    ]
    new: dict[int, Report] = {}
    for report, graded in zip(again, in_order(tasks, jobs), strict=True):
        new[id(report)] = graded
    return [
        _File(path=path, reports=[(report, new.get(id(report))) for report in reports])
        for path, reports in old.items()
    ]


def _pairs(files: Sequence[_File]) -> list[Regraded]:
    from grader.report.as_json import report_as_json
    from grader.report.regraded import Regraded

    return [
        Regraded(before=old, after=StoredReport(content=report_as_json(new), place=old.place))
        for file in files
        for old, new in file.reports
        if new is not None
    ]


def _replace(file: _File) -> None:
    """Keep the old file under another name, then put the new one in its place, whole."""
    from grader.cli.stored import replace_file
    from grader.report.as_json import to_json_text
    from grader.report.strict_json import json_document

    if all(new is None for _, new in file.reports):
        return
    texts = [
        json_document(old.content) if new is None else to_json_text(new)
        for old, new in file.reports
    ]
    texts = [text.rstrip("\n") for text in texts]
    whole = f"{texts[0]}\n" if len(texts) == 1 else "[\n" + ",\n".join(texts) + "\n]\n"
    kept = _keep(file.path)
    replace_file(file.path, whole.encode())
    print_text(f"{file.path}: written; the old one is {kept.name}")


def _keep(path: Path) -> Path:
    """Copy a file to the first free name for what was superseded; never over an older one."""
    from grader.cli.stored import read_bounded

    raw = read_bounded(path)
    for number in range(1, 1000):
        kept = path.with_name(path.name + SUPERSEDED + (f"~{number}" if number > 1 else ""))
        try:
            with open(kept, "xb") as file:
                file.write(raw)
        except FileExistsError:
            continue
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise UsageError(where=str(kept), what=f"cannot be written ({reason})") from error
        return kept
    raise UsageError(where=str(path), what="a thousand old versions are kept already")


def _say(message: str) -> None:
    print(f"grader: {message}", file=sys.stderr)
