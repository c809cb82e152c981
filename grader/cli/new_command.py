"""`grader new ID`: start a question that already verifies, to be changed into yours."""

from __future__ import annotations

import argparse
import keyword
import re
from pathlib import Path

from grader.bank import BUILT_IN
from grader.cli.common import add_course_option, course_of, print_text, write_whole
from grader.core.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `new`."""
    parser.add_argument("id", help="letters, digits and underscores; also names the function")
    parser.add_argument("--title", help="default: made from the id")
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Write questions/ID.md and reference/ID.py; nothing is ever overwritten."""
    from grader.bank import load_bank
    from grader.grading.template import question_files

    name = options.id
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,60}", name) or keyword.iskeyword(name):
        raise UsageError(
            where=name[:80],
            what="cannot name a question",
            hint="use letters, digits and underscores, starting with a letter",
        )
    course = course_of(options)
    if course.name == BUILT_IN:
        raise UsageError(
            where=str(Path.cwd()),
            what="no course here or above",
            hint="start one: grader new-course DIR",
        )
    title = options.title or name.replace("_", " ").capitalize()
    if name in load_bank(course).questions:
        raise UsageError(where=name, what="is the id of another question of this course")
    files = question_files(name, title=title, course=course.root.name)
    for relative in files:
        if (course.root / relative).exists():
            raise UsageError(where=relative, what="exists already")
    for relative, text in files.items():
        write_whole(course.root / relative, text)
        print_text(relative)
    print_text(f"\nnow edit them, then: grader verify {name}")
    return 0
