"""`grader handout QUESTION`: what a student may see, in a folder of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli.common import add_course_option, course_of, print_text
from grader.core.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `handout`."""
    parser.add_argument("question", help="id of a question, or the path of its file")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="new folder (default: ./ID-handout)"
    )
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Write the folder: README.md, a starter for each part, and the shown cases."""
    from grader.bank import find_question
    from grader.cli.folders import write_folder
    from grader.draw import cache_folder
    from grader.grading.handout import handout_files
    from grader.grading.plan import PlanSetting, plan_question

    course = course_of(options)
    question = find_question(course, options.question)
    target = options.output or Path(f"{question.id}-handout")
    if target.exists():
        raise UsageError(where=str(target), what="exists already", hint="name a new folder with -o")
    plan = plan_question(question, course, PlanSetting(cache=cache_folder()))
    files = handout_files(plan)
    write_folder(target, files)
    print_text(f"{target}: {', '.join(sorted(files))}")
    return 0
