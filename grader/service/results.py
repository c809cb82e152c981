"""What became of submissions: for their owner as redacted as the rules say, for staff in full."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from grader.core.codec import CodecError
from grader.core.exam import Feedback
from grader.core.redact import Audience, redact
from grader.core.report import Report
from grader.core.reveal import Stage
from grader.core.stored import unpack
from grader.service import queue
from grader.service.access import Permission, Person, Role
from grader.service.submissions import files_of
from grader.service.tables import person, result, submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One submission in a history. status is queued, running, or what the result says."""

    number: int
    receipt: str
    person: int
    person_name: str
    question: str
    exam: str
    kind: str
    received_ms: int
    content_sha256: str
    status: str
    score: Fraction | None
    max_score: Fraction | None

    @property
    def is_done(self) -> bool:
        """Tell whether it has its result."""
        return self.status not in ("queued", "running")


def find_entry(connection: Connection, receipt: str, viewer: Person) -> Entry | None:
    """Give a submission by its receipt, to its owner or to who may read all; else None."""
    found = connection.execute(_entries().where(submission.c.receipt == receipt)).mappings().first()
    if found is None:
        return None
    is_own = found["person"] == viewer.id and viewer.may(Permission.SUBMIT)
    return _entry(found) if is_own or viewer.may(Permission.READ_ALL) else None


def history(
    connection: Connection, owner: int, question: str | None = None, kind: str = "submit"
) -> list[Entry]:
    """Give a person's submissions, newest first."""
    statement = _entries().where(submission.c.person == owner, submission.c.kind == kind)
    if question is not None:
        statement = statement.where(submission.c.question == question)
    rows = connection.execute(statement.order_by(submission.c.id.desc())).mappings()
    return [_entry(row) for row in rows]


def all_entries(connection: Connection, exam: str = "") -> list[Entry]:
    """Give the submissions of everybody that count for the class table, oldest first."""
    statement = _entries().where(submission.c.kind == "submit", submission.c.exam == exam)
    return [
        _entry(row) for row in connection.execute(statement.order_by(submission.c.id)).mappings()
    ]


def entries_of_question(
    connection: Connection, question: str, role: Role | None = None
) -> list[Entry]:
    """Give what was handed in for a question, by everybody or by a role, oldest first."""
    statement = _entries().where(submission.c.kind == "submit", submission.c.question == question)
    if role is not None:
        statement = statement.where(person.c.role == role.value)
    return [
        _entry(row) for row in connection.execute(statement.order_by(submission.c.id)).mappings()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which submissions to list. owner, question, exam, kind: None for any; before: a number."""

    owner: int | None = None
    question: str | None = None
    exam: str | None = None
    kind: str | None = None
    before: int | None = None
    most: int = 50


def entries_like(connection: Connection, wanted: Wanted) -> list[Entry]:
    """Give so many of the submissions that are wanted, newest first."""
    statement = _entries()
    for column, value in (
        (submission.c.person, wanted.owner),
        (submission.c.question, wanted.question),
        (submission.c.exam, wanted.exam),
        (submission.c.kind, wanted.kind),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if wanted.before is not None:
        statement = statement.where(submission.c.id < wanted.before)
    rows = connection.execute(statement.order_by(submission.c.id.desc()).limit(wanted.most))
    return [_entry(row) for row in rows.mappings()]


def hides_score(feedback: Feedback, entry: Entry) -> bool:
    """Tell whether even the score is kept back; that something cannot be read is told at once."""
    return feedback is Feedback.NOTHING_UNTIL_CLOSE and entry.status == "graded"


def report_of(
    connection: Connection,
    entry: Entry,
    viewer: Person,
    feedback: Feedback = Feedback.SHOWN,
    stage: Stage = Stage.HINT,
) -> Report | None:
    """Give the report as the viewer may see it; None when there is none (waiting, or our fault).

    feedback: which groups a student may see now. stage: how much is told of a failure in them.
    """
    is_staff = viewer.may(Permission.READ_HIDDEN) and viewer.may(Permission.READ_ALL)
    if hides_score(feedback, entry) and not is_staff:
        return None
    statement = (
        select(result.c.report)
        .join(submission, submission.c.id == result.c.submission)
        .where(submission.c.id == entry.number)
        .where(result.c.grading_run == submission.c.published_run)
    )
    stored = connection.execute(statement).scalar_one_or_none()
    if not stored:
        return None
    try:
        report = unpack(stored)
    except CodecError:  # of another version of grader: the score stands, the details are gone
        return None
    if is_staff:
        return report
    return redact(_opened(report) if feedback is Feedback.ALL else report, Audience.LEARNER, stage)


def _opened(report: Report) -> Report:
    """Give the report with every group shown; redacting it then only takes out what is staff's."""
    return replace(
        report,
        parts=tuple(
            replace(part, groups=tuple(replace(group, shown=True) for group in part.groups))
            for part in report.parts
        ),
    )


def source_of(connection: Connection, entry: Entry) -> Mapping[str, bytes]:
    """Give the files that were handed in."""
    return files_of(connection, entry.number)


def waits_behind(connection: Connection, entry: Entry) -> int | None:
    """Give how many are graded before it; None when it does not wait."""
    return queue.ahead_of(connection, entry.number)


def _entries() -> Any:
    return (
        select(
            submission.c.id,
            submission.c.receipt,
            submission.c.person,
            person.c.name,
            submission.c.question,
            submission.c.exam,
            submission.c.kind,
            submission.c.received_ms,
            submission.c.content_sha256,
            submission.c.state,
            result.c.status,
            result.c.score,
            result.c.max_score,
        )
        .join(person, person.c.id == submission.c.person)
        .outerjoin(
            result,
            (result.c.submission == submission.c.id)
            & (result.c.grading_run == submission.c.published_run),
        )
    )


def _entry(row: RowMapping) -> Entry:
    score, most = row["score"], row["max_score"]
    return Entry(
        number=row["id"],
        receipt=row["receipt"],
        person=row["person"],
        person_name=row["name"],
        question=row["question"],
        exam=row["exam"],
        kind=row["kind"],
        received_ms=row["received_ms"],
        content_sha256=row["content_sha256"],
        status=row["status"] or row["state"],
        score=None if score is None else points_of(score),
        max_score=None if most is None else points_of(most),
    )


@functools.lru_cache(maxsize=1024)
def points_of(text: str) -> Fraction:
    """Read points; a class has tens of thousands of results and a handful of scores."""
    return Fraction(text)
