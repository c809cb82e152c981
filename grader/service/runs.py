"""Regrades as they stand: which there were, and which are in preview."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from grader.service.submissions import FIRST_RUN
from grader.service.tables import grading_run, person, result, submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One regrade. state: preview, applied or discarded.

    graded: how many results it has; left: how many are not graded yet.
    """

    number: int
    question: str
    reason: str
    author: str
    state: str
    created_ms: int
    graded: int
    left: int


def runs(connection: Connection) -> list[Run]:
    """Give every regrade, newest first."""
    graded = (
        select(func.count())
        .select_from(result)
        .where(result.c.grading_run == grading_run.c.id)
        .scalar_subquery()
    )
    left = (
        select(func.count())
        .select_from(submission)
        .where(submission.c.wanted_run == grading_run.c.id, submission.c.state != "done")
        .scalar_subquery()
    )
    rows = connection.execute(
        select(grading_run, person.c.name, graded.label("graded"), left.label("left"))
        .outerjoin(person, person.c.id == grading_run.c.author)
        .where(grading_run.c.id != FIRST_RUN)
        .order_by(grading_run.c.id.desc())
    ).mappings()
    return [
        Run(
            number=row["id"],
            question=row["question"],
            reason=row["reason"],
            author=row["name"] or "",
            state=row["state"],
            created_ms=row["created_ms"],
            graded=row["graded"],
            left=row["left"],
        )
        for row in rows
    ]


def find_run(connection: Connection, number: int) -> Run | None:
    """Give one regrade by its number."""
    return next((run for run in runs(connection) if run.number == number), None)
