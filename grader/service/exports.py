"""The grades of a class as a file for a grade book: one row for each student and question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from grader.core.codec import CodecError
from grader.core.exam import Exam, Standing
from grader.core.stored import versions_in
from grader.report.as_csv import number_cell, text_cell
from grader.service import audit
from grader.service.access import Person
from grader.service.class_table import Cell, ClassTable, allowances_of
from grader.service.exam_clock import Allowance, closing_ms
from grader.service.receiving import Desk
from grader.service.results import Entry
from grader.service.tables import person, result, submission

COLUMNS = (
    "student_id",
    "email",
    "question",
    "score",
    "max_score",
    "submitted_at_utc",
    "late_seconds",
    "attempt",
    "submission_id",
    "grader_version",
    "question_version",
)


def grades_as_csv(connection: Connection, table: ClassTable) -> str:
    """Give a head line, then each student at each question, by the attempt that counts.

    A score that there is none of is an empty cell, and not a zero. What a choice leaves out has
    none. Texts are guarded: no spreadsheet computes them.
    """
    who = {
        row.id: (row.external_id or row.pseudonym, row.email or "")
        for row in connection.execute(select(person))
    }
    versions = _versions(connection, table)
    allowances = allowances_of(connection, table.exam.id if table.exam else "")
    lines = [",".join(COLUMNS)]
    for row in table.rows:
        closes_ms = _closing(table.exam, allowances.get(row.who.id, Allowance()))
        for cell in row.cells:
            cells = [
                *map(text_cell, (*who[row.who.id], cell.question)),
                *_figures(cell, closes_ms),
                *_origin(cell.counted.entry, versions),
            ]
            lines.append(",".join(cells))
    return "".join(f"{line}\n" for line in lines)


def links_as_csv(rows: list[tuple[str, str, str]]) -> str:
    """Give name, e-mail and sign-in address of each person, for a mail merge."""
    lines = ["name,email,sign_in"]
    lines += [",".join(map(text_cell, row)) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def note_export(desk: Desk, author: Person, what: str) -> None:
    """Have the audit say who saved the grades of everybody."""
    now_ms = desk.clock.now_ms()
    with desk.database.writing() as connection:
        audit.record(connection, now_ms, author.pseudonym, "export grades", what)


def _figures(cell: Cell, closes_ms: int | None) -> Iterator[str]:
    counted = cell.counted
    is_free = cell.standing is Standing.NOT_COUNTED
    yield number_cell(None if is_free else counted.score)
    yield number_cell(counted.max_score)
    entry = counted.entry
    if entry is None:
        yield from ("", "", "")
        return
    at = datetime.fromtimestamp(entry.received_ms / 1000, UTC)
    yield at.strftime("%Y-%m-%dT%H:%M:%SZ")
    # within the grace of the network nothing is late
    is_late = closes_ms is not None and counted.is_late
    late_ms = max(entry.received_ms - (closes_ms or 0), 0) if is_late else 0
    yield str(-(-late_ms // 1000))
    yield str(counted.attempt or "")


def _origin(entry: Entry | None, versions: Mapping[int, tuple[str, str]]) -> Iterator[str]:
    question, grader = versions.get(entry.number, ("", "")) if entry else ("", "")
    yield from map(text_cell, (entry.receipt if entry else "", grader, question))


def _closing(exam: Exam | None, allowance: Allowance) -> int | None:
    return None if exam is None else closing_ms(exam, allowance)


def _versions(connection: Connection, table: ClassTable) -> dict[int, tuple[str, str]]:
    """Give by which versions of question and grader each attempt that counts was graded."""
    wanted = {
        cell.counted.entry.number for row in table.rows for cell in row.cells if cell.counted.entry
    }
    stored = (
        select(result.c.submission, result.c.report)
        .join(submission, submission.c.id == result.c.submission)
        .where(result.c.grading_run == submission.c.published_run)
        .where(submission.c.exam == (table.exam.id if table.exam else ""))
    )
    found = {}
    for number, report in connection.execute(stored):
        if number in wanted and report:
            try:
                found[number] = versions_in(report)
            except CodecError:  # of another version of grader: the score stands
                continue
    return found
