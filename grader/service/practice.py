"""Practice: when to meet a question again (FSRS), and what to meet next after a failure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from fsrs import Card, Rating, Scheduler
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from grader.core.question import Question
from grader.service.access import Person
from grader.service.submissions import FIRST_RUN
from grader.service.tables import practice_card, result, submission

_MASTERED = 0.9
_MASTERED_AFTER = timedelta(days=30)


class Learning(enum.Enum):
    """Where a learner stands with a question."""

    TO_LEARN = "to learn"
    LEARNING = "tried"
    SOLVED = "solved"
    MASTERED = "mastered"


def scheduler(*, enable_fuzzing: bool = True) -> Scheduler:
    """Give the scheduler: nine in ten are remembered when they are due."""
    return Scheduler(desired_retention=0.9, enable_fuzzing=enable_fuzzing)


def rating_of(score: Fraction, max_score: Fraction, *, is_first: bool, is_quick: bool) -> Rating:
    """Give the rating of one attempt: below half Again, below four fifths Hard, else Good.

    Full marks at the first attempt in under half the usual time are Easy.
    """
    share = score / max_score if max_score else Fraction(1)
    if share < Fraction(1, 2):
        return Rating.Again
    if share < Fraction(4, 5):
        return Rating.Hard
    return Rating.Easy if share == 1 and is_first and is_quick else Rating.Good


def note(connection: Connection, number: int, now_ms: int) -> None:
    """Count the first grading of a submission as a review; exams and self-checks do not count.

    How long the student took is not known here, so nothing is rated Easy.
    """
    found = connection.execute(
        select(submission.c.person, submission.c.question, result.c.score, result.c.max_score)
        .join(result, result.c.submission == submission.c.id)
        .where(submission.c.id == number, result.c.status == "graded")
        .where(submission.c.kind == "submit", submission.c.exam == "")
        .where(result.c.grading_run == FIRST_RUN)
    ).first()
    if found is not None:
        score, most = Fraction(found.score), Fraction(found.max_score)
        rating = rating_of(score, most, is_first=False, is_quick=False)
        review(connection, found.person, found.question, rating, now_ms)


def standings(connection: Connection, person: Person) -> dict[str, Learning]:
    """Give where a learner stands with each question that was tried outside of exams."""
    is_full = (result.c.score == result.c.max_score) & (result.c.status == "graded")
    rows = connection.execute(
        select(submission.c.question, func.max(is_full))
        .outerjoin(
            result,
            (result.c.submission == submission.c.id)
            & (result.c.grading_run == submission.c.published_run),
        )
        .where(submission.c.person == person.id)
        .where(submission.c.kind == "submit", submission.c.exam == "")
        .group_by(submission.c.question)
    )
    return {question: Learning.SOLVED if solved else Learning.LEARNING for question, solved in rows}


def review(
    connection: Connection,
    person: int,
    question: str,
    rating: Rating,
    now_ms: int,
    by: Scheduler | None = None,
) -> datetime:
    """Note an attempt and give when the question is due again."""
    found = connection.execute(_card_of(person, question)).scalar_one_or_none()
    card = Card.from_json(found) if found else Card()
    card, _ = (by or scheduler()).review_card(card, rating, _time(now_ms))
    values = {"card": card.to_json(), "due_ms": int(card.due.timestamp() * 1000)}
    row = insert_or(practice_card).values(person=person, question=question, **values)
    connection.execute(
        row.on_conflict_do_update(index_elements=["person", "question"], set_=values)
    )
    return card.due


def _card_of(person: int, question: str):  # type: ignore[no-untyped-def]
    return select(practice_card.c.card).where(
        practice_card.c.person == person, practice_card.c.question == question
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A question that is due for practice."""

    question: str
    due_ms: int


def due(connection: Connection, person: Person, now_ms: int) -> list[Due]:
    """Give what is due, longest overdue first."""
    return [card for card in _cards(connection, person) if card.due_ms <= now_ms]


def upcoming(connection: Connection, person: Person, now_ms: int) -> list[Due]:
    """Give what becomes due later, soonest first."""
    return [card for card in _cards(connection, person) if card.due_ms > now_ms]


def _cards(connection: Connection, person: Person) -> list[Due]:
    rows = connection.execute(
        select(practice_card.c.question, practice_card.c.due_ms)
        .where(practice_card.c.person == person.id)
        .order_by(practice_card.c.due_ms)
    )
    return [Due(question=row.question, due_ms=row.due_ms) for row in rows]


def mastered(connection: Connection, person: Person, now_ms: int) -> set[str]:
    """Give the questions that will be remembered in a month with nine chances in ten."""
    rows = connection.execute(
        select(practice_card.c.question, practice_card.c.card).where(
            practice_card.c.person == person.id
        )
    )
    at, by = _time(now_ms) + _MASTERED_AFTER, scheduler()
    return {
        row.question
        for row in rows
        if by.get_card_retrievability(Card.from_json(row.card), at) > _MASTERED
    }


def related_questions(
    question: Question, questions: Mapping[str, Question], solved: Iterable[str]
) -> list[str]:
    """Give unsolved questions that share a concept, those with most in common and easiest first."""
    done = {*solved, question.id}
    concepts = set(question.related)
    shared = [
        (-len(concepts & set(other.related)), other.difficulty or 3, other.id)
        for other in questions.values()
        if other.id not in done and concepts & set(other.related)
    ]
    return [name for _, _, name in sorted(shared)]


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
