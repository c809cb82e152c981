"""`grader handout QUESTION`: what a student may see, in a folder of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.cli.common import add_course_option, course_of, print_text
from grader.core.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `handout`."""
    parser.add_argument("question", help="id of a question or exam, or the path of its file")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="new folder (default: ./ID-handout)"
    )
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Write the folder: README.md, a starter for each part, and the shown cases."""
    from grader.bank import find_exam, find_question
    from grader.cli.folders import write_folder
    from grader.draw import cache_folder
    from grader.grading.exam_handout import exam_handout_files
    from grader.grading.handout import handout_files
    from grader.grading.plan import PlanSetting, plan_question

    course = course_of(options)
    setting = PlanSetting(cache=cache_folder())
    exam = find_exam(course, options.question)
    if exam is not None:
        target = _new_folder(options, exam.id)
        files = exam_handout_files(exam, course, setting)
    else:
        question = find_question(course, options.question)
        target = _new_folder(options, question.id)
        files = handout_files(plan_question(question, course, setting))
    write_folder(target, files)
    print_text(f"{target}: {', '.join(sorted(files))}")
    return 0


def _new_folder(options: argparse.Namespace, name: str) -> Path:
    target: Path = options.output or Path(f"{name}-handout")
    if target.exists():
        raise UsageError(where=str(target), what="exists already", hint="name a new folder with -o")
    return target
