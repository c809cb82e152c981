"""`grader list`: the questions of the course."""

from __future__ import annotations

import argparse
import sys

from grader.cli.common import add_course_option, course_of, print_text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `list`."""
    parser.add_argument("--tag", action="append", default=[], help="only questions with this tag")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Print a line for each question; 2 when files cannot be read, named on stderr."""
    from grader.bank import load_bank
    from grader.core.question import Question
    from grader.report.values_as_json import points_as_json

    bank = load_bank(course_of(options))
    questions = [q for q in bank.questions.values() if set(options.tag) <= set(q.tags)]

    def kinds(question: Question) -> str:
        return ", ".join(part.answer.value for part in question.parts) or "study card"

    if options.format == "json":
        import json

        rows = [
            {
                "id": question.id,
                "title": question.title,
                "points": points_as_json(question.max_score),
                "parts": [part.answer.value for part in question.parts],
                "path": question.path,
            }
            for question in questions
        ]
        print_text(json.dumps(rows, indent=2, ensure_ascii=True))
    else:
        width = max((len(question.id) for question in questions), default=0)
        for question in questions:
            points = points_as_json(question.max_score)
            print_text(
                f"{question.id:<{width}}  {points!s:>4}p  {kinds(question):<12}  {question.title}"
            )
    for error in bank.errors:
        print(f"grader: {error}", file=sys.stderr)
    return 2 if bank.errors else 0
