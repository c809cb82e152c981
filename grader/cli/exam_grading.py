"""`grader grade EXAM FOLDER`: a folder per student, a file per question, a row per student."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.common import harmless_name, print_text, submission_path, write_whole
from grader.core.errors import UsageError

if TYPE_CHECKING:
    from grader.bank import Course
    from grader.core.exam import Exam, Sheet
    from grader.core.redact import Audience
    from grader.core.reveal import Stage
    from grader.grading.journal import Journal
    from grader.sandbox import Sandbox

FORMATS = ("text", "json", "csv")
_FILES = {"text": "exam.txt", "json": "exam.json", "csv": "exam.csv"}

Progress = Callable[[int], AbstractContextManager[Callable[[], None]]]


def run_exam(
    exam: Exam,
    course: Course,
    sandbox: Sandbox,
    options: argparse.Namespace,
    progress: Progress,
    journal: Journal | None,
) -> list[Sheet]:
    """Grade every student's folder, print or write the rows, and give the sheets."""
    from grader.draw import cache_folder
    from grader.grading.exam import find_hand_ins, grade_exam, plan_exam, stray_files
    from grader.grading.plan import PlanSetting
    from grader.report.visible import one_line

    folder = _folder(exam, options)
    plan = plan_exam(exam, course, PlanSetting(seed=options.seed, cache=cache_folder()))
    hand_ins = find_hand_ins(folder, exam)
    if stray := stray_files(folder):
        named = one_line(", ".join(stray), 300)
        print(f"grader: NOT GRADED, no folder of a student: {named}", file=sys.stderr)
    if not hand_ins:
        raise UsageError(
            where=str(folder),
            what="holds no folder",
            hint="an exam is graded from a folder per student, with a file per question in it",
        )
    with progress(sum(len(one.found) for one in hand_ins)) as advance:
        sheets = list(
            grade_exam(plan, hand_ins, sandbox, jobs=options.jobs, journal=journal, advance=advance)
        )
    _deliver(exam, sheets, options)
    return sheets


def _folder(exam: Exam, options: argparse.Namespace) -> Path:
    from grader.grading.intake import is_folder

    if options.format not in FORMATS:
        raise UsageError(
            where=f"--format {options.format}",
            what="does not hold an exam",
            hint=f"an exam is written as {', '.join(FORMATS)}",
        )
    for option, is_given in (
        ("--each", options.each),
        ("--together", options.together),
    ):
        if is_given:
            raise UsageError(where=option, what="is for questions, not for an exam")
    if len(options.submissions) != 1 or options.submissions[0] == "-":
        raise UsageError(
            where=exam.id, what="an exam is graded from one folder", hint="name the one folder"
        )
    folder = submission_path(options.submissions[0])
    if not is_folder(folder):
        raise UsageError(
            where=str(folder), what="is no folder", hint="an exam takes a folder per student"
        )
    return folder


def _deliver(exam: Exam, sheets: Sequence[Sheet], options: argparse.Namespace) -> None:
    from grader.core.redact import Audience

    audience = Audience(options.audience or "instructor")
    stage = exam.reveal.at(options.attempt)
    seen = [_redacted(sheet, audience, stage) for sheet in sheets]
    text = _rendered(exam, seen, options.format)
    if options.output is None:
        print_text(text)
    elif not options.output.is_dir():
        write_whole(options.output, text)
    else:
        write_whole(options.output / _FILES[options.format], text)
        if exam.feedback.value == "nothing-until-close":
            print("grader: no files for students: nothing until the exam closes", file=sys.stderr)
            return
        _write_students(sheets, options.output, stage)
        print(f"grader: {len(sheets)} students, reports in {options.output}", file=sys.stderr)


def _rendered(exam: Exam, sheets: Sequence[Sheet], form: str) -> str:
    from grader.report.exam_rows import exam_as_csv, exam_as_json
    from grader.report.exam_text import exam_table

    if form == "csv":
        return exam_as_csv(exam, sheets)
    return exam_as_json(exam, sheets) if form == "json" else exam_table(exam, sheets)


def _redacted(sheet: Sheet, audience: Audience, stage: Stage) -> Sheet:
    """Give a sheet as its reader may see it: notes on files and all details are for staff."""
    from grader.core.redact import Audience, redact

    if audience is Audience.INSTRUCTOR:
        return sheet
    answers = tuple(
        replace(one, report=None if one.report is None else redact(one.report, audience, stage))
        for one in sheet.answers
    )
    return replace(sheet, answers=answers)


def _write_students(sheets: Sequence[Sheet], folder: Path, stage: Stage) -> None:
    """Write what each student may read: a text file with the reports of all their answers."""
    from grader.core.redact import Audience
    from grader.report import report_as_text

    for number, sheet in enumerate(sheets, 1):
        seen = _redacted(sheet, Audience.LEARNER, stage).answers
        texts = [report_as_text(one.report, colour=False) for one in seen if one.report is not None]
        if texts:
            name = f"{number:03}-{harmless_name(sheet.student)}.txt"
            write_whole(folder / name, "\n".join(texts))
