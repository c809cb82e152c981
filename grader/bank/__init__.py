"""The bank: a course folder and its Markdown files as Questions, statements as HTML.

Names are imported when they are first used: grading one question loads neither the linter nor the
HTML renderer.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.bank.course import BUILT_IN, Course, find_course, question_files
    from grader.bank.exam import exam_files, find_exam, load_exam
    from grader.bank.find import find_question
    from grader.bank.lint import Problem, lint, sample_code
    from grader.bank.load import Bank, load_bank, load_question
    from grader.bank.render import render_markdown, render_statement

_HOMES = {
    "BUILT_IN": "course",
    "Bank": "load",
    "Course": "course",
    "Problem": "lint",
    "exam_files": "exam",
    "find_course": "course",
    "find_exam": "exam",
    "find_question": "find",
    "lint": "lint",
    "load_bank": "load",
    "load_exam": "exam",
    "load_question": "load",
    "question_files": "course",
    "render_markdown": "render",
    "render_statement": "render",
    "sample_code": "lint",
}

__all__ = [
    "BUILT_IN",
    "Bank",
    "Course",
    "Problem",
    "exam_files",
    "find_course",
    "find_exam",
    "find_question",
    "lint",
    "load_bank",
    "load_exam",
    "load_question",
    "question_files",
    "render_markdown",
    "render_statement",
    "sample_code",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
