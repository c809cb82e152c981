"""An exam or exercise sheet as its author declared it: which questions, when, worth what."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from grader.core.report import Report
from grader.core.reveal import Reveal


class ExamKind(enum.Enum):
    """Timed or not."""

    EXAM = "exam"
    EXERCISES = "exercises"


class Counting(enum.Enum):
    """Which attempt at a question counts."""

    BEST = "best"
    LAST = "last"


class Feedback(enum.Enum):
    """What a student sees before the exam has closed."""

    ALL = "all"
    SHOWN = "shown"
    NOTHING_UNTIL_CLOSE = "nothing-until-close"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCredit:
    """What an answer is worth that comes after closing, up to a time with a UTC offset."""

    until: datetime
    percent: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamQuestion:
    """One question of an exam. points scales the question's own ones; None leaves them."""

    id: str
    points: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place on the sheet: `pick` of these questions count. where is file:line."""

    questions: tuple[ExamQuestion, ...]
    pick: int
    where: str

    @property
    def is_choice(self) -> bool:
        """Tell whether there are more questions than count."""
        return self.pick < len(self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """A sheet of questions. Times have a UTC offset; an exercise sheet may have none of them.

    duration is per student and is cut at closes; attempts is per question, None for any number.
    """

    id: str
    title: str
    path: str
    kind: ExamKind
    slots: tuple[Slot, ...]
    course: str = ""
    opens: datetime | None = None
    closes: datetime | None = None
    duration: timedelta | None = None
    attempts: int | None = None
    counts: Counting = Counting.BEST
    feedback: Feedback = Feedback.ALL
    late: tuple[LateCredit, ...] = ()
    instructions: str = ""
    reveal: Reveal = field(default_factory=Reveal)
    notes: tuple[str, ...] = ()

    @property
    def questions(self) -> Iterator[ExamQuestion]:
        """Give every question of the sheet, also those of which only some count."""
        for slot in self.slots:
            yield from slot.questions


class Standing(enum.Enum):
    """What became of one question of one student's sheet."""

    GRADED = "graded"
    WAITING = "waiting"  # still being graded: no score yet, and no total
    MISSING = "missing"  # nothing was handed in: no points
    UNGRADABLE = "ungradable"  # it cannot be read or loaded: no points
    ERROR = "error"  # our or the author's fault: no score, and no total
    NOT_COUNTED = "not_counted"  # handed in beyond the number of a choice


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExamAnswer:
    """One question of one student's sheet; score is None where there is no score to count."""

    question_id: str
    standing: Standing
    score: Fraction | None
    max_score: Fraction
    report: Report | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """One student's exam. total is None as long as something has no score yet."""

    student: str
    answers: tuple[ExamAnswer, ...]
    max_total: Fraction
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> Fraction | None:
        """Give the sum of what counts; each score was rounded by nobody."""
        if any(answer.standing in (Standing.ERROR, Standing.WAITING) for answer in self.answers):
            return None
        return sum((answer.score or Fraction(0) for answer in self.answers), Fraction(0))
