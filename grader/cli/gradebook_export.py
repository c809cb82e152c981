"""`grader export canvas|moodle`: read the reports and the file, show the change, write it."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli.common import print_text, submission_path
from grader.cli.stored import read_bounded, read_reports, replace_file, report_files
from grader.core.errors import UsageError


def export_gradebook(options: argparse.Namespace) -> int:
    """Fill a grade book; 0 when the change was shown or written."""
    from grader.report.gradebook import fill
    from grader.report.gradebook_columns import Wishes
    from grader.report.gradebook_text import preview_text

    path: Path | None = options.fill
    if path is None:
        raise UsageError(
            where=f"export {options.format}",
            what="--fill FILE is missing",
            hint="export the grade book there, and name the file",
        )
    reports = [
        report
        for file in report_files(submission_path(options.source))
        for report in read_reports(file)
    ]
    wishes = Wishes(
        column=options.column,
        key=options.key,
        feedback=options.feedback,
        decimal=options.decimal,
        scale=options.scale,
    )
    text = _text_of(path)
    filled = fill(text, options.format, reports, wishes, str(path))
    print_text(preview_text(filled))
    if not filled.changes:
        return 0
    if not options.apply:
        print_text("nothing is written; --apply writes it")
        return 0
    replace_file(path, filled.text.encode())
    print_text(f"{path}: written")
    return 0


def _text_of(path: Path) -> str:
    """Read a file so that encoding its text gives its bytes again."""
    raw = read_bounded(path)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            where=str(path),
            what="is not UTF-8",
            hint="export it again and do not save it from a spreadsheet in between",
        ) from error
