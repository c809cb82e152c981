"""Regrades as they stand: which there were, and which are in preview."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from grader.service.regrades import waiting
from grader.service.submissions import FIRST_RUN
from grader.service.tables import grading_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One regrade. state: preview, applied or discarded; left: how many are not graded yet."""

    number: int
    question: str
    reason: str
    state: str
    created_ms: int
    left: int


def runs(connection: Connection) -> list[Run]:
    """Give every regrade, newest first."""
    statement = select(grading_run).where(grading_run.c.id != FIRST_RUN)
    rows = connection.execute(statement.order_by(grading_run.c.id.desc())).mappings().all()
    return [
        Run(
            number=row["id"],
            question=row["question"],
            reason=row["reason"],
            state=row["state"],
            created_ms=row["created_ms"],
            left=waiting(connection, row["id"]) if row["state"] == "preview" else 0,
        )
        for row in rows
    ]


def find_run(connection: Connection, number: int) -> Run | None:
    """Give one regrade by its number."""
    return next((run for run in runs(connection) if run.number == number), None)
