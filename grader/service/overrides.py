"""Scores that an instructor sets by hand: from 0 to what the sheet gives, with a reason.

Nothing is overwritten: the newest row counts, and one without a score puts back what was graded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, insert, select

from grader.core.exam import Exam
from grader.core.question import Question
from grader.service import audit
from grader.service.access import Person
from grader.service.counting import overrides, worth_of
from grader.service.submissions import Refused
from grader.service.tables import person, score_override

LONGEST_REASON = 500
_POINTS = re.compile(r"(\d{1,6})(?:[.,](\d{1,6}))?|(\d{1,6})/(\d{1,6})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a score stands: whose, at which question, in which exam ('' for practice)."""

    who: Person
    question: str
    exam: str = ""

    @property
    def label(self) -> str:
        """Give it as the audit calls it."""
        return f"{self.exam or 'practice'}/{self.question}/{self.who.pseudonym}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """One deed in the history of a score: set, or (score None) taken back."""

    question: str
    exam: str
    score: Fraction | None
    reason: str
    author: str
    created_ms: int


def read_points(text: str, most: Fraction) -> Fraction:
    """Read points as people write them: 4, 4.5, 4,5 or 9/2; Refused outside of 0 to most."""
    found = _POINTS.fullmatch(text.strip())
    if found is None or int(found[4] or 1) == 0:
        raise Refused("the score is no number of points", "such as 4, 4.5 or 9/2")
    score = (
        Fraction(int(found[3]), int(found[4]))
        if found[3]
        else Fraction(f"{found[1]}.{found[2] or 0}")
    )
    if score > most:
        raise Refused(f"the score is more than the {most} that this question gives")
    return score


def set_score(
    connection: Connection,
    place: Place,
    score: Fraction,
    reason: str,
    now_ms: int,
    author: Person,
) -> None:
    """Set a score by hand; Refused without a reason."""
    _write(connection, place, score, reason, now_ms, author)


def take_back(
    connection: Connection, place: Place, reason: str, now_ms: int, author: Person
) -> None:
    """Let what was graded count again; Refused where no score is set by hand."""
    found = overrides(connection, place.exam).get((place.who.id, place.question))
    if found is None or found.score is None:
        raise Refused("no score is set by hand here", status=409)
    _write(connection, place, None, reason, now_ms, author)


def _write(
    connection: Connection,
    place: Place,
    score: Fraction | None,
    reason: str,
    now_ms: int,
    author: Person,
) -> None:
    said = " ".join(reason.split())
    if not said:
        raise Refused("there is no reason", "say why: the student reads it too")
    if len(said) > LONGEST_REASON:
        raise Refused(f"the reason is longer than {LONGEST_REASON} characters")
    before = overrides(connection, place.exam).get((place.who.id, place.question))
    row = insert(score_override).values(
        person=place.who.id,
        question=place.question,
        exam=place.exam,
        score=None if score is None else str(score),
        reason=said,
        author=author.id,
        created_ms=now_ms,
    )
    connection.execute(row)
    # the reason is not repeated: it may speak of the person, and the audit outlives them
    audit.record(
        connection, now_ms, author.pseudonym,
        "set score" if score is not None else "take score back", place.label,
        before={"score": str(before.score) if before and before.score is not None else None},
        after={"score": None if score is None else str(score)},
    )  # fmt: skip


def history_of(connection: Connection, who: Person) -> list[ByHand]:
    """Give all that was set by hand for a person, newest first."""
    rows = connection.execute(
        select(score_override, person.c.name.label("author_name"))
        .join(person, person.c.id == score_override.c.author)
        .where(score_override.c.person == who.id)
        .order_by(score_override.c.id.desc())
    ).mappings()
    return [
        ByHand(
            question=row["question"],
            exam=row["exam"],
            score=None if row["score"] is None else Fraction(row["score"]),
            reason=row["reason"],
            author=row["author_name"],
            created_ms=row["created_ms"],
        )
        for row in rows
    ]


def most_points(questions: Mapping[str, Question], exam: Exam | None, question: str) -> Fraction:
    """Give what a question gives on a sheet; Refused where the sheet does not have it."""
    if exam is not None:
        for each in exam.questions:
            if each.id == question:
                return worth_of(each, questions)
    elif question in questions:
        return questions[question].max_score
    raise Refused("there is no such question on the sheet", status=404)
