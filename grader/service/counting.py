"""What counts: of several attempts one, at its late credit, on the scale of its sheet.

What cannot be graded, and what failed by our fault, is free: the attempt before it counts on. A
score that an instructor set by hand stands instead of all that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, select

from grader.core.exam import Counting, Exam, ExamAnswer, ExamQuestion, Sheet, Slot, Standing
from grader.core.question import Question
from grader.service.exam_clock import Allowance, late_percent
from grader.service.results import Entry
from grader.service.tables import score_override

_FREE = ("ungradable", "infrastructure_error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A score set by hand, on the scale of the sheet; None puts what was graded back."""

    person: int
    question: str
    score: Fraction | None
    reason: str
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one question counts. percent_at gives what an answer received then is worth."""

    worth: Fraction
    counts: Counting = Counting.BEST
    percent_at: Callable[[int], Fraction] = lambda _: Fraction(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One person's points at one question; score is None where there is none to count.

    entry: the attempt that counts. percent: its late credit. attempts: how many were handed in,
    and attempt: which of them counts, from 1 on. override: set unless it was taken back.
    """

    entry: Entry | None
    score: Fraction | None
    max_score: Fraction
    standing: Standing
    percent: Fraction
    attempts: int
    is_waiting: bool
    override: Override | None = None
    attempt: int | None = None

    @property
    def was_answered(self) -> bool:
        """Tell whether anything was handed in, or set by hand."""
        return self.attempts > 0 or self.standing is Standing.GRADED

    @property
    def has_points(self) -> bool:
        """Tell whether there are points to count, or an attempt that is still graded."""
        return self.score is not None or self.is_waiting

    @property
    def is_late(self) -> bool:
        """Tell whether the attempt that counts came after closing."""
        return self.percent != 100


def count(entries: Iterable[Entry], rule: Rule, override: Override | None = None) -> Counted:
    """Say which of one person's hand-ins for one question counts, and for how much."""
    handed_in = sorted((e for e in entries if e.kind == "submit"), key=lambda e: e.number)
    graded = [entry for entry in handed_in if entry.score is not None]
    found = _choose(graded, rule)
    percent = rule.percent_at(found.received_ms) if found else Fraction(100)
    score = _points(found, rule.worth, percent) if found else None
    standing = Standing.GRADED if found else _without_score(handed_in)
    if override is not None and override.score is not None:
        score, standing = override.score, Standing.GRADED
    return Counted(
        entry=found,
        score=score,
        max_score=rule.worth,
        standing=standing,
        percent=percent,
        attempts=len(handed_in),
        is_waiting=any(not entry.is_done for entry in handed_in),
        override=override if override is not None and override.score is not None else None,
        attempt=handed_in.index(found) + 1 if found else None,
    )


def _choose(graded: Sequence[Entry], rule: Rule) -> Entry | None:
    if not graded:
        return None
    if rule.counts is Counting.LAST:
        return graded[-1]
    return max(  # the earliest of equals
        graded, key=lambda entry: _points(entry, rule.worth, rule.percent_at(entry.received_ms))
    )


def _points(entry: Entry, worth: Fraction, percent: Fraction) -> Fraction:
    if not entry.score or not entry.max_score:
        return Fraction(0)
    score = entry.score
    if worth != entry.max_score:  # arithmetic on fractions is slow, and a class has ten thousand
        score = score * worth / entry.max_score
    return score if percent == 100 else score * percent / 100


def _without_score(handed_in: Sequence[Entry]) -> Standing:
    statuses = {entry.status for entry in handed_in}
    if any(not entry.is_done for entry in handed_in):
        return Standing.WAITING
    if "infrastructure_error" in statuses:
        return Standing.ERROR
    return Standing.UNGRADABLE if "ungradable" in statuses else Standing.MISSING


def overrides(connection: Connection, exam: str = "") -> Mapping[tuple[int, str], Override]:
    """Give what was set by hand in an exam, or outside of exams: (person, question) -> newest."""
    rows = connection.execute(
        select(score_override).where(score_override.c.exam == exam).order_by(score_override.c.id)
    ).mappings()
    return {
        (row["person"], row["question"]): Override(
            person=row["person"],
            question=row["question"],
            score=None if row["score"] is None else Fraction(row["score"]),
            reason=row["reason"],
            created_ms=row["created_ms"],
        )
        for row in rows
    }


# -- a sheet -------------------------------------------------------------------------------


def worth_of(question: ExamQuestion, questions: Mapping[str, Question]) -> Fraction:
    """Give the points of a question on its sheet; 0 for one that the course lost."""
    if question.points is not None:
        return question.points
    known = questions.get(question.id)
    return known.max_score if known else Fraction(0)


def rule_of(exam: Exam, worth: Fraction, allowance: Allowance) -> Rule:
    """Give how a question of an exam counts for one student."""
    return Rule(
        worth=worth,
        counts=exam.counts,
        percent_at=lambda received_ms: late_percent(exam, allowance, received_ms),
    )


def sheet_of(student: str, exam: Exam, counted: Mapping[str, Counted]) -> Sheet:
    """Give one student's exam: of a choice the first ones that were answered count."""
    return Sheet(
        student=student,
        answers=tuple(
            _answer(slot, question, counted) for slot in exam.slots for question in slot.questions
        ),
        max_total=sum(
            (slot.pick * counted[slot.questions[0].id].max_score for slot in exam.slots),
            Fraction(0),
        ),
    )


def _answer(slot: Slot, question: ExamQuestion, counted: Mapping[str, Counted]) -> ExamAnswer:
    found = counted[question.id]
    answered = [each.id for each in slot.questions if counted[each.id].was_answered]
    # what has points, or will have, before what could not be graded
    given = sorted(answered, key=lambda name: not counted[name].has_points)
    taken = given[: slot.pick]
    is_free = question.id not in taken and len(taken) == slot.pick
    return ExamAnswer(
        question_id=question.id,
        standing=Standing.NOT_COUNTED if is_free else found.standing,
        score=None if is_free else found.score,
        max_score=found.max_score,
    )
