"""`grader export FORMAT SOURCE`: fill a grade book, pack a question for elsewhere, back up."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli.common import add_course_option, add_state_option
from grader.core.errors import UsageError

#: the options that each format has
_OPTIONS = {
    "canvas": ("fill", "apply", "column", "key", "decimal", "scale"),
    "moodle": ("fill", "apply", "column", "key", "decimal", "scale", "feedback"),
    "gradescope": ("output", "course"),
    "backup": ("state",),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `export`."""
    parser.add_argument(
        "format",
        choices=list(_OPTIONS),
        metavar="FORMAT",
        help="canvas or moodle: fill a grade book; gradescope: pack a question as an autograder; "
        "backup: copy the database of a server, which may be running",
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a JSON file of reports, or a folder of them; a question; the backup to write",
    )
    book = parser.add_argument_group("grade books (canvas, moodle)")
    book.add_argument(
        "--fill", type=Path, metavar="FILE", help="the CSV file that was exported there"
    )
    book.add_argument(
        "--apply", action="store_true", help="write the file; without it the change is only shown"
    )
    book.add_argument(
        "--column", default="", metavar="NAME", help="of the grade: header, title or assignment id"
    )
    book.add_argument(
        "--key",
        default="",
        metavar="NAME",
        help="column that names students as the submissions do (default: ID, Identifier)",
    )
    book.add_argument(
        "--feedback", default="", metavar="NAME", help="column of the comments (moodle)"
    )
    book.add_argument(
        "--decimal", default="", choices=[".", ","], help="decimal sign (default: as in the file)"
    )
    book.add_argument(
        "--scale", action="store_true", help="turn the points into those of the column"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="the zip to write (default: autograder.zip)",
    )
    add_state_option(parser)
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Show or write what was asked for; UsageError for options of another format."""
    every = {name for names in _OPTIONS.values() for name in names}
    for name in sorted(every - set(_OPTIONS[options.format])):
        if getattr(options, name):
            raise UsageError(where=f"--{name}", what=f"is no option of '{options.format}'")
    if options.format == "gradescope":
        from grader.cli.gradescope_export import export_gradescope

        return export_gradescope(options)
    if options.format == "backup":
        from grader.cli.backup_export import export_backup

        return export_backup(options)
    from grader.cli.gradebook_export import export_gradebook

    return export_gradebook(options)
