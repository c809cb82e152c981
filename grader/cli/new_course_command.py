"""`grader new-course DIR`: a folder with questions/ and reference/, ready to be filled."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli.common import print_text
from grader.core.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `new-course`."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder that does not exist yet")


def run(options: argparse.Namespace) -> int:
    """Write the folder whole or not at all."""
    from grader.cli.folders import write_folder
    from grader.grading.template import course_files

    folder: Path = options.folder
    if folder.exists():
        raise UsageError(where=str(folder), what="exists already", hint="name a new folder")
    files = course_files(folder.resolve().name)
    write_folder(folder, files)
    print_text("\n".join(f"{folder}/{name}" for name in sorted(files)))
    print_text(f"\nnow: cd {folder} && grader verify")
    return 0
