"""The course as the server sees it: questions by id, and their plans, made once per version."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from grader.bank import Course, exam_files, load_bank, load_exam
from grader.core.errors import QuestionError
from grader.core.exam import Exam
from grader.core.question import Question
from grader.grading.checking import plan_of_handout
from grader.grading.handout import handout_content, interface_for_students, starter_for_students
from grader.grading.plan import PlanSetting, QuestionPlan, plan_question

_Read = TypeVar("_Read", Question, Exam)


class Catalogue:
    """A course's questions; a plan is made at its first use and kept while the version stays."""

    def __init__(self, course: Course, cache: Path | None) -> None:
        self.course, self.cache = course, cache
        self._setting = PlanSetting(cache=cache)
        self._lock = threading.Lock()
        self._plans: dict[tuple[str, str], QuestionPlan] = {}
        self._making: dict[tuple[str, str], threading.Lock] = {}
        self._reading = threading.Lock()  # one reads after the other: the later state stays
        self.questions: Mapping[str, Question] = {}
        self.exams: Mapping[str, Exam] = {}
        self.errors: tuple[QuestionError, ...] = ()
        self.reload()

    def reload(self) -> None:
        """Read the course again; what is broken is named in errors.

        A question or an exam that could be read before stays as it was until its file is mended or
        taken away: hand-ins that wait for it are graded, and an exam that runs goes on.
        """
        with self._reading:
            bank = load_bank(self.course)
            exams, exam_errors = _load_exams(self.course)
            with self._lock:
                self.questions = _with_kept(self.course, self.questions, bank.questions)
                self.exams = _with_kept(self.course, self.exams, exams)
                self.errors = (*bank.errors, *exam_errors)

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


def _with_kept(
    course: Course, old: Mapping[str, _Read], new: Mapping[str, _Read]
) -> Mapping[str, _Read]:
    """Give what was read, and what was read before from files that give nothing now."""
    read = {found.path for found in new.values()}
    kept = {
        name: found
        for name, found in old.items()
        if name not in new and found.path not in read and (course.root / found.path).exists()
    }
    return {**new, **kept}


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
