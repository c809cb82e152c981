"""The API: the class as a table, what counts for each student at each question."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from grader.service.class_table import Cell, Row, class_table
from grader.web.api_models import Name, Told, exact, near
from grader.web.exam_pages import find_exam
from grader.web.guard import StaffCaller
from grader.web.problems import API, declared
from grader.web.site import site_of

router = APIRouter(prefix=API)


class ColumnTold(Told):
    """A question of the sheet, and its points there."""

    question: str
    title: str
    max_score: str


class CellTold(Told):
    """What counts for one student at one question; score is null where there is none to count."""

    question: str
    score: str | None
    score_number: float | None
    standing: Annotated[
        str,
        Field(
            description="graded, waiting, missing, ungradable, error (our fault: no score, which "
            "is not zero) or not_counted (beyond the number of a choice)"
        ),
    ]
    attempts: int
    is_waiting: bool
    percent: Annotated[str, Field(description="late credit of the attempt that counts")]
    is_set_by_hand: bool
    receipt: str | None


class StudentTold(Told):
    """One student's row; total is null as long as a fault of ours stands in it."""

    pseudonym: str
    name: str
    total: str | None
    total_number: float | None
    cells: list[CellTold]


class ClassTold(Told):
    """The class at an exam or sheet, or, with an empty exam, in practice."""

    exam: str
    max_total: str
    columns: list[ColumnTold]
    students: list[StudentTold]


@router.get("/class", operation_id="readClass", responses=declared(403, 404, 422))
def read_class(
    request: Request,
    person: StaffCaller,
    exam: Annotated[Name, Query(description="empty: practice, where the best attempt counts")] = "",
) -> ClassTold:
    """Give what counts for each student: for staff whose token has the scope read."""
    site = site_of(request)
    sheet = find_exam(site, exam) if exam else None
    with site.database.reading() as connection:
        table = class_table(connection, site.catalogue.questions, sheet)
    return ClassTold(
        exam=exam,
        max_total=str(table.max_total),
        columns=[
            ColumnTold(question=each.question, title=each.title, max_score=str(each.worth))
            for each in table.columns
        ],
        students=[_student(row) for row in table.rows],
    )


def _student(row: Row) -> StudentTold:
    return StudentTold(
        pseudonym=row.who.pseudonym,
        name=row.who.name,
        total=exact(row.total),
        total_number=near(row.total),
        cells=[_cell(cell) for cell in row.cells],
    )


def _cell(cell: Cell) -> CellTold:
    counted = cell.counted
    return CellTold(
        question=cell.question,
        score=exact(counted.score),
        score_number=near(counted.score),
        standing=cell.standing.value,
        attempts=counted.attempts,
        is_waiting=counted.is_waiting,
        percent=str(counted.percent),
        is_set_by_hand=counted.override is not None,
        receipt=counted.entry.receipt if counted.entry else None,
    )
