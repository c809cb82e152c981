"""The class at one sheet: what counts for each student at each question, and their totals.

A sheet is an exam or an exercise sheet; None stands for practice, where the best attempt counts and
the questions are those that somebody has tried. The whole table costs a handful of queries, however
many cells it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, select

from grader.core.exam import Exam, ExamKind, ExamQuestion, Slot, Standing
from grader.core.exam import Sheet as StudentSheet
from grader.core.question import Question
from grader.service.access import Person, Role
from grader.service.counting import (
    Counted,
    Override,
    Rule,
    count,
    overrides,
    rule_of,
    sheet_of,
    worth_of,
)
from grader.service.exam_clock import Allowance
from grader.service.results import Entry, all_entries, history
from grader.service.roster import everybody
from grader.service.tables import accommodation


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A question of the sheet. is_choice: only some of its slot's questions count."""

    question: str
    title: str
    worth: Fraction
    is_choice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cell:
    """What counts for one student at one question, and how it stands on the sheet."""

    question: str
    counted: Counted
    standing: Standing

    @property
    def share(self) -> float:
        """Give the points as a share of what there is to have."""
        most = self.counted.max_score
        return float((self.counted.score or 0) / most) if most else 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One student; total is None as long as a fault of ours stands in it."""

    who: Person
    cells: tuple[Cell, ...]
    total: Fraction | None
    sheet: StudentSheet

    @property
    def has_begun(self) -> bool:
        """Tell whether anything of the student counts, or will."""
        return any(cell.counted.was_answered for cell in self.cells)

    @property
    def is_open(self) -> bool:
        """Tell whether there is no total yet: a fault of ours, or a first result to wait for."""
        return self.total is None or any(
            cell.counted.is_waiting and cell.counted.score is None for cell in self.cells
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClassTable:
    """All students at one sheet; untried: how many questions nobody has tried in practice."""

    exam: Exam | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    max_total: Fraction
    untried: int = 0


def class_table(
    connection: Connection,
    questions: Mapping[str, Question],
    exam: Exam | None = None,
    only: Person | None = None,
) -> ClassTable:
    """Give the class at an exam, or in practice. only: one person, whatever their role."""
    name = exam.id if exam else ""
    students = [only] if only else everybody(connection, Role.STUDENT)
    known = {student.id for student in students}
    handed_in = history(connection, only.id) if only else all_entries(connection, name)
    entries = [each for each in handed_in if each.person in known and each.exam == name]
    by_hand = overrides(connection, name)
    sheet = exam or _practice_sheet(questions, entries, by_hand, known)
    columns = _columns(sheet, questions, entries)
    allowances = allowances_of(connection, name)
    found: dict[tuple[int, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.person, entry.question].append(entry)
    rows = tuple(
        _row(student, sheet, columns, found, by_hand, allowances.get(student.id, Allowance()))
        for student in students
    )
    graded = sum(bool(question.code_parts) for question in questions.values())
    return ClassTable(
        exam=exam,
        columns=tuple(columns.values()),
        rows=rows,
        max_total=rows[0].sheet.max_total if rows else Fraction(0),
        untried=0 if exam else graded - len(columns.keys() & questions.keys()),
    )


def _row(
    student: Person,
    sheet: Exam,
    columns: Mapping[str, Column],
    entries: Mapping[tuple[int, str], Sequence[Entry]],
    by_hand: Mapping[tuple[int, str], Override],
    allowance: Allowance,
) -> Row:
    def rule(worth: Fraction) -> Rule:
        return rule_of(sheet, worth, allowance) if sheet.id else Rule(worth=worth)

    counted = {
        question.id: count(
            entries.get((student.id, question.id), ()),
            rule(columns[question.id].worth),
            by_hand.get((student.id, question.id)),
        )
        for question in sheet.questions
    }
    own = sheet_of(student.name, sheet, counted)
    cells = (
        Cell(question=name, counted=counted[name], standing=answer.standing)
        for name, answer in zip(columns, own.answers, strict=True)
    )
    return Row(who=student, cells=tuple(cells), total=own.total, sheet=own)


def _practice_sheet(
    questions: Mapping[str, Question],
    entries: Sequence[Entry],
    by_hand: Mapping[tuple[int, str], Override],
    students: set[int],
) -> Exam:
    """Give practice as a sheet of what was tried, in the order of the course."""
    tried = {entry.question for entry in entries}
    tried |= {question for person, question in by_hand if person in students}
    names = [name for name in questions if name in tried] + sorted(tried - questions.keys())
    slots = tuple(Slot(questions=(ExamQuestion(id=name),), pick=1, where="") for name in names)
    return Exam(id="", title="Practice", path="", kind=ExamKind.EXERCISES, slots=slots)


def _columns(
    sheet: Exam, questions: Mapping[str, Question], entries: Sequence[Entry]
) -> dict[str, Column]:
    # a question that the course lost is worth what it was when it was graded
    lost = {entry.question: entry.max_score or Fraction(0) for entry in entries}
    found = {}
    for slot in sheet.slots:
        for question in slot.questions:
            known = questions.get(question.id)
            worth = worth_of(question, questions)
            if known is None and question.points is None:
                worth = lost.get(question.id, worth)
            found[question.id] = Column(
                question=question.id,
                title=known.title if known else question.id,
                worth=worth,
                is_choice=slot.is_choice,
            )
    return found


def allowances_of(connection: Connection, exam: str) -> dict[int, Allowance]:
    """Give what students were granted in an exam, by person."""
    rows = connection.execute(select(accommodation).where(accommodation.c.exam == exam))
    return {
        row.person: Allowance(
            time_percent=row.time_percent,
            extra_ms=row.extra_ms,
            extra_attempts=row.extra_attempts,
        )
        for row in rows
    }
