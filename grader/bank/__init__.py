"""The bank: a course folder and its Markdown files as Questions, statements as HTML."""

from grader.bank.course import Course, find_course, question_files
from grader.bank.find import find_question
from grader.bank.lint import Problem, lint, sample_code
from grader.bank.load import Bank, load_bank, load_question
from grader.bank.render import render_markdown, render_statement

__all__ = [
    "Bank",
    "Course",
    "Problem",
    "find_course",
    "find_question",
    "lint",
    "load_bank",
    "load_question",
    "question_files",
    "render_markdown",
    "render_statement",
    "sample_code",
]
