"""`grader check QUESTION SUBMISSION`: a student's self-check on the shown cases."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from grader.cli.common import (
    add_course_option,
    add_isolation_option,
    course_of,
    print_text,
    required_isolation,
    submission_path,
    wants_colour,
)

#: what a report of a check is followed by
A_FEW_CASES = "A self-check of a few shown cases. What you hand in is graded on many more."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `check`."""
    parser.add_argument("question", help="a handout folder, or the id of a question")
    parser.add_argument("submission", help="your .py file or notebook")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    add_isolation_option(parser)
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Run the shown groups and print the report; 0 when all of them pass, else 1."""
    from grader.sandbox import Sandbox

    with Sandbox.start(required=required_isolation(options)) as sandbox:
        from grader.core.redact import Audience, redact
        from grader.core.report import Status
        from grader.grading.grade import grade
        from grader.grading.intake import read_standard_input, read_submission
        from grader.report import report_as_text, to_json_text

        plan = _plan(options)
        path = options.submission
        submission = (
            read_standard_input() if path == "-" else read_submission(submission_path(path))
        )
        graded = replace(grade(plan, submission, sandbox), is_official=False)
        report = redact(graded, Audience.LEARNER)
    if options.format == "json":
        print_text(to_json_text(report))
    else:
        print_text(report_as_text(report, colour=wants_colour(sys.stdout)))
        print_text(f"\n{A_FEW_CASES}")
    if report.status is Status.ERROR:
        return 3
    return 0 if report.score is not None and report.score == report.max_score else 1


def _plan(options: argparse.Namespace):  # type: ignore[no-untyped-def]  # QuestionPlan, imported late
    from grader.bank import find_question
    from grader.draw import cache_folder
    from grader.grading.checking import is_handout, plan_of_handout, read_handout
    from grader.grading.handout import handout_content
    from grader.grading.plan import PlanSetting, plan_question

    if is_handout(Path(options.question)):
        return read_handout(Path(options.question))
    course = course_of(options)
    question = find_question(course, options.question)
    plan = plan_question(question, course, PlanSetting(cache=cache_folder()))
    return plan_of_handout(handout_content(plan))
