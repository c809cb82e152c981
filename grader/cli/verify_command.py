"""`grader verify [QUESTION…]`: are the questions themselves right?"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from grader.cli.common import (
    add_course_option,
    add_isolation_option,
    course_of,
    print_text,
    required_isolation,
)

if TYPE_CHECKING:
    from grader.bank import Course
    from grader.core.exam import Exam
    from grader.core.question import Question
    from grader.grading.plan import PlanSetting
    from grader.grading.verify import Verification

_MARKS = {"ok": "ok      ", "note": "note    ", "problem": "PROBLEM "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `verify`."""
    parser.add_argument(
        "questions",
        nargs="*",
        metavar="QUESTION",
        help="questions or exams (default: the whole course)",
    )
    parser.add_argument("--quiet", action="store_true", help="print problems and the summary only")
    parser.add_argument("--seed", type=int, default=0, help="seed of the drawn inputs (default 0)")
    add_isolation_option(parser)
    add_course_option(parser)


def run(options: argparse.Namespace) -> int:
    """Verify, print each check, and give 0 only when everything holds."""
    from grader.draw import cache_folder
    from grader.grading.plan import PlanSetting
    from grader.grading.verify import verify
    from grader.sandbox import Sandbox

    with Sandbox.start(required=required_isolation(options)) as sandbox:
        course = course_of(options)
        questions, exams, broken = _chosen(course, options.questions)
        setting = PlanSetting(seed=options.seed, cache=cache_folder())
        started, failed = time.monotonic(), 0
        for question in questions:
            result = verify(question, course, setting, sandbox, _progress(question.id))
            _clear_progress()
            failed += not result.holds
            print_text(_as_text(result, question, options.quiet))
    for exam in exams:
        text, holds = _exam_as_text(exam, course, setting, options.quiet)
        failed += not holds
        print_text(text)
    for error in broken:
        print_text(f"PROBLEM {error}")
    print_text(_summary(len(questions), failed, len(broken), time.monotonic() - started))
    return 1 if failed or broken else 0


def _chosen(
    course: Course, names: list[str]
) -> tuple[list[Question], list[Exam], tuple[Exception, ...]]:
    """Give what is named, the questions of named exams included; without names the whole course."""
    from grader.bank import find_exam, find_question, load_bank

    if not names:
        bank = load_bank(course)
        exams, broken = _all_exams(course)
        return list(bank.questions.values()), exams, (*bank.errors, *broken)
    chosen: dict[str, Question] = {}
    exams = []
    for name in names:
        exam = find_exam(course, name)
        ids = [name] if exam is None else [question.id for question in exam.questions]
        exams += [] if exam is None else [exam]
        for found in (find_question(course, one) for one in ids):
            chosen[found.id] = found
    return list(chosen.values()), exams, ()


def _all_exams(course: Course) -> tuple[list[Exam], list[Exception]]:
    from grader.bank import exam_files, load_exam
    from grader.core.errors import QuestionError

    exams: list[Exam] = []
    broken: list[Exception] = []
    for path in exam_files(course):
        try:
            exams.append(load_exam(path, course))
        except QuestionError as error:
            broken.append(error)
    return exams, broken


def _exam_as_text(
    exam: Exam, course: Course, setting: PlanSetting, is_quiet: bool
) -> tuple[str, bool]:
    """Give the lines of an exam, with what each question is worth, and whether it holds."""
    from grader.core.errors import QuestionError
    from grader.grading.exam import plan_exam
    from grader.report import points_table

    lines = [f"{exam.id}  {exam.title}"]
    lines += [f"  {_MARKS['note']}{note}" for note in exam.notes if not is_quiet]
    try:
        plan = plan_exam(exam, course, setting)
    except QuestionError as error:
        return "\n".join([*lines, f"  {_MARKS['problem']}{error}"]) + "\n", False
    if not is_quiet:
        worth = {question.id: plan.worth(question) for question in exam.questions}
        lines += ["", *points_table(exam, worth, plan.max_total).splitlines()]
    return "\n".join(lines) + "\n", True


def _as_text(result: Verification, question: Question, quiet: bool) -> str:
    lines = [f"{result.question_id}  {question.title}"]
    for check in result.checks:
        if quiet and check.grade.value != "problem":
            continue
        place = f"{check.where}: " if check.where and check.grade.value != "ok" else ""
        lines.append(f"  {_MARKS[check.grade.value]}{place}{check.what}")
    return "\n".join(lines) + "\n"


def _summary(questions: int, failed: int, broken: int, seconds: float) -> str:
    verdict = _counted(failed, "does", "do") + " not hold" if failed or broken else "all hold"
    if broken:
        verdict += ", " + _counted(broken, "file", "files") + " cannot be read"
    return f"{_counted(questions, 'question', 'questions')} verified in {seconds:.1f} s: {verdict}"


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _progress(question: str):  # type: ignore[no-untyped-def]  # a callback of one text, see below
    """Give a function that shows the latest step on a terminal's stderr."""

    def advance(step: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{question}: {step[:60]}")
            sys.stderr.flush()

    return advance


def _clear_progress() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
