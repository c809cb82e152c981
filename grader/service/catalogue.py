"""The course as the server sees it: questions by id, and their plans, made once per version."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from grader.bank import Course, exam_files, load_bank, load_exam
from grader.core.errors import QuestionError
from grader.core.exam import Exam
from grader.core.question import Question
from grader.grading.checking import plan_of_handout
from grader.grading.handout import handout_content, interface_for_students, starter_for_students
from grader.grading.plan import PlanSetting, QuestionPlan, plan_question


class Catalogue:
    """A course's questions; a plan is made at its first use and kept while the version stays."""

    def __init__(self, course: Course, cache: Path | None) -> None:
        self.course = course
        self._setting = PlanSetting(cache=cache)
        self._lock = threading.Lock()
        self._plans: dict[tuple[str, str], QuestionPlan] = {}
        self._making: dict[tuple[str, str], threading.Lock] = {}
        self.reload()

    def reload(self) -> None:
        """Read the course again; questions that are broken are left out, and named in errors."""
        bank = load_bank(self.course)
        exams, errors = _load_exams(self.course)
        with self._lock:
            self.questions: Mapping[str, Question] = bank.questions
            self.exams: Mapping[str, Exam] = exams
            self.errors: tuple[QuestionError, ...] = (*bank.errors, *errors)

    def plan(self, question: str, kind: str = "submit") -> QuestionPlan:
        """Give the plan of a question: of all groups, or with kind 'check' of the shown cases only.

        KeyError when the course has no such question; QuestionError when it cannot be graded.
        """
        found = self.questions[question]
        key = (found.version, kind)
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:  # one makes it, who needs the same waits, and nobody else does
            if key not in self._plans:
                self._plans[key] = self._made(found, kind)
            return self._plans[key]

    def _made(self, question: Question, kind: str) -> QuestionPlan:
        if kind == "check":
            return plan_of_handout(handout_content(self.plan(question.id)))
        plan = plan_question(question, self.course, self._setting)
        for part in plan.parts:
            _ = part.corpus  # made or read here, and not while a student waits for the first call
        return plan

    def interface(self, question: Question) -> str:
        """Give as Markdown how each part is answered, called and scored; nothing hidden."""
        return interface_for_students(question)

    def starter(self, question: Question) -> str:
        """Give the code that a student begins with."""
        return starter_for_students(question)


def _load_exams(course: Course) -> tuple[Mapping[str, Exam], tuple[QuestionError, ...]]:
    found: dict[str, Exam] = {}
    errors = []
    for path in exam_files(course):
        try:
            exam = load_exam(path, course)
        except QuestionError as error:
            errors.append(error)
        else:
            found[exam.id] = exam
    return found, tuple(errors)
