"""An exam graded from folders: one folder per student, one file or folder per question in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

from grader.bank import Course, find_question
from grader.core.errors import QuestionError
from grader.core.exam import Exam, ExamAnswer, ExamQuestion, Sheet, Slot, Standing
from grader.core.report import Report, Status
from grader.grading.batch import grade_once, in_order, prepare
from grader.grading.folders import everything_in
from grader.grading.intake import Submission, is_candidate, read_found
from grader.grading.journal import Journal
from grader.grading.plan import PlanSetting, QuestionPlan, plan_question
from grader.sandbox import Sandbox

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExamPlan:
    """An exam with a plan for each of its questions."""

    exam: Exam
    plans: Mapping[str, QuestionPlan]

    def worth(self, question: ExamQuestion) -> Fraction:
        """Give the points of a question on this sheet."""
        own = self.plans[question.id].question.max_score
        return own if question.points is None else question.points

    @property
    def max_total(self) -> Fraction:
        """Give the points of the whole sheet."""
        return sum(
            (slot.pick * self.worth(slot.questions[0]) for slot in self.exam.slots), Fraction(0)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """One student's folder: question id -> what was handed in for it; notes are for staff."""

    student: str
    found: Mapping[str, Path]
    notes: tuple[str, ...] = ()


def plan_exam(exam: Exam, course: Course, setting: PlanSetting) -> ExamPlan:
    """Load every question; QuestionError when one is broken or a choice is between unequals."""
    plans = {
        question.id: plan_question(find_question(course, question.id), course, setting)
        for question in exam.questions
    }
    plan = ExamPlan(exam=exam, plans=plans)
    for slot in exam.slots:
        _check_slot(plan, slot)
    return plan


def _check_slot(plan: ExamPlan, slot: Slot) -> None:
    worth = {plan.worth(question) for question in slot.questions}
    if len(worth) > 1:
        raise QuestionError(
            where=slot.where,
            what="the questions of one pick are worth different points",
            hint="give them the same: {pick: …, from: […], points: 5}",
        )
    for question in slot.questions:
        if question.points is not None and plan.plans[question.id].question.max_score == 0:
            raise QuestionError(
                where=slot.where,
                what=f"question {question.id!r} has no points of its own to scale",
                hint="give points to its parts",
            )


# -- what was handed in --------------------------------------------------------------------


def find_hand_ins(folder: Path, exam: Exam) -> list[HandIn]:
    """Give one entry for each student's folder, in natural order."""
    students = [path for path in everything_in(folder) if path.is_dir() and not path.is_symlink()]
    return [_hand_in(path, [question.id for question in exam.questions]) for path in students]


def stray_files(folder: Path) -> list[str]:
    """Give the names beside the students' folders: nobody would see that they were left out."""
    return [path.name for path in everything_in(folder) if path.is_symlink() or not path.is_dir()]


def _hand_in(folder: Path, ids: Sequence[str]) -> HandIn:
    found: dict[str, Path] = {}
    notes: list[str] = []
    others: list[str] = []
    for path in everything_in(folder):
        name = path.name if path.is_dir() else path.stem
        question = next((known for known in ids if known.casefold() == name.casefold()), None)
        if question is None or not is_candidate(path):
            others.append(path.name)
        elif question in found:
            notes.append(f"two answers to {question}: {path.name} is not graded")
        else:
            found[question] = path
    if others:
        named = ", ".join(others[:_MOST_NAMED]) + (", …" if len(others) > _MOST_NAMED else "")
        notes.append(f"not named like a question: {named}")
    return HandIn(student=folder.name, found=found, notes=tuple(notes))


# -- grading -------------------------------------------------------------------------------


def grade_exam(
    plan: ExamPlan,
    hand_ins: Sequence[HandIn],
    sandbox: Sandbox,
    *,
    jobs: int = 1,
    journal: Journal | None = None,
    advance: Callable[[], None] = lambda: None,
) -> Iterator[Sheet]:
    """Give one sheet for each student, in order; advance is told each graded answer."""
    for question_plan in plan.plans.values():
        prepare(question_plan)
    tasks = [
        partial(_graded, plan.plans[name], partial(read_found, path), sandbox, journal)
        for hand_in in hand_ins
        for name, path in _counted(plan.exam, hand_in).items()
    ]
    reports = in_order(tasks, jobs)
    for hand_in in hand_ins:
        of_one = {}
        for name in _counted(plan.exam, hand_in):
            of_one[name] = next(reports)
            advance()
        yield _sheet(plan, hand_in, of_one)


def _graded(
    plan: QuestionPlan,
    read: Callable[[], Submission],
    sandbox: Sandbox,
    journal: Journal | None,
) -> Report:
    return grade_once(plan, read(), sandbox, journal)


def _counted(exam: Exam, hand_in: HandIn) -> dict[str, Path]:
    """Give what counts: of a choice the first ones of the sheet, as many as are asked for."""
    counted: dict[str, Path] = {}
    for slot in exam.slots:
        given = [question.id for question in slot.questions if question.id in hand_in.found]
        counted |= {name: hand_in.found[name] for name in given[: slot.pick]}
    return counted


def _sheet(plan: ExamPlan, hand_in: HandIn, reports: Mapping[str, Report]) -> Sheet:
    return Sheet(
        student=hand_in.student,
        answers=tuple(
            _answer(plan, slot, question, hand_in, reports)
            for slot in plan.exam.slots
            for question in slot.questions
        ),
        max_total=plan.max_total,
        notes=hand_in.notes,
    )


def _answer(
    plan: ExamPlan,
    slot: Slot,
    question: ExamQuestion,
    hand_in: HandIn,
    reports: Mapping[str, Report],
) -> ExamAnswer:
    worth, report = plan.worth(question), reports.get(question.id)
    if report is None:
        was_given = question.id in hand_in.found
        chosen = sum(other.id in reports for other in slot.questions)
        is_free = slot.is_choice and chosen >= slot.pick
        standing = Standing.NOT_COUNTED if was_given or is_free else Standing.MISSING
        return ExamAnswer(question_id=question.id, standing=standing, score=None, max_score=worth)
    standing = {
        Status.GRADED: Standing.GRADED,
        Status.UNGRADABLE: Standing.UNGRADABLE,
        Status.ERROR: Standing.ERROR,
    }[report.status]
    score = None
    if report.score is not None:
        score = report.score * worth / report.max_score if report.max_score else Fraction(0)
    return ExamAnswer(
        question_id=question.id, standing=standing, score=score, max_score=worth, report=report
    )
