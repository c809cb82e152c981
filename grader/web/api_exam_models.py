"""What the API gives of exams, as types; times are those of the token's owner."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from grader.web.api_models import Told


class ExamSummary(Told):
    """An exam or sheet, with the clock of the token's owner.

    phase: 'to begin' means that one's own time runs from `beginExam` on. ends_at: when it is over.
    duration_seconds: of everybody, before what was granted.
    """

    id: str
    title: str
    kind: Literal["exam", "exercises"]
    phase: Literal["not open yet", "to begin", "open", "running", "late", "over"]
    opens_at: datetime | None
    closes_at: datetime | None
    ends_at: datetime | None
    duration_seconds: int | None


class ExamList(Told):
    """The exams of the course, by when they open."""

    exams: list[ExamSummary]


class ExamQuestionTold(Told):
    """A question of an exam. score: what counts now; null without one, or while it is hidden.

    slot: questions of one slot are a choice, of which so many count as `pick` says.
    """

    id: str
    title: str | None
    slot: int
    pick: int
    attempts_left: int | None
    score: str | None
    max_score: str


class ExamDetail(ExamSummary):
    """An exam with its questions, once its student may read them; hides_results: no points yet."""

    instructions: str
    hides_results: bool
    questions: list[ExamQuestionTold]


class ExamQuestionDetail(Told):
    """A question of an exam as its student sees it."""

    id: str
    title: str
    statement: str
    interface: str
    starter: str
