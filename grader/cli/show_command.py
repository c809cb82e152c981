"""`grader show QUESTION`: the question as a student sees it."""

from __future__ import annotations

import argparse

from grader.cli.common import add_course_option, course_of, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `show`."""
    parser.add_argument("question", help="id of a question, or the path of its file")
    parser.add_argument("--solution", action="store_true", help="the worked solution too")
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print statement, interface and groups."""
    from grader.bank import find_question
    from grader.grading.handout import statement_for_students

    question = find_question(course_of(options), options.question)
    print_text(statement_for_students(question))
    if options.solution:
        print_text("\n## Solution\n")
        print_text(question.solution)
    return 0
