"""The class: a table of who has how many points where, its figures, and files for grade books."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, Response

from grader.core.exam import Exam
from grader.report.exam_rows import exam_as_csv
from grader.service.analysis import LEAST_STUDENTS
from grader.service.class_table import ClassTable, class_table
from grader.service.exports import grades_as_csv, note_export
from grader.service.sheet_figures import Progress, figures_of, progress_of
from grader.web.forms import safe_name
from grader.web.guard import Manager, Reader
from grader.web.rendering import page
from grader.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
NO_EXAM = "There is no such exam."


@router.get("/class")
def show_class(request: Request, person: Reader, exam: str = "") -> HTMLResponse:
    """Show students and questions with what counts."""
    site = site_of(request)
    table = _table(site, exam)
    return page(request, "class.html", table=table, exam=table.exam, exams=site.catalogue.exams)


@router.get("/class/grades.csv")
def save_grades(request: Request, person: Manager, exam: str = "") -> Response:
    """Give a row for each student and question, for a grade book."""
    site = site_of(request)
    found = exam_of(site, exam)
    with site.database.reading() as connection:
        table = class_table(connection, site.catalogue.questions, found)
        content = grades_as_csv(connection, table)
    note_export(site.desk, person, exam or "practice")
    return csv_file(content, f"grades-{exam or 'practice'}.csv")


@router.get("/class/exams/{name}/sheet.csv")
def save_sheet(request: Request, name: str, person: Manager) -> Response:
    """Give a row for each student of an exam, with the total."""
    table = _table(site_of(request), name)
    assert table.exam is not None
    sheets = [row.sheet for row in table.rows]
    note_export(site_of(request).desk, person, name)
    return csv_file(exam_as_csv(table.exam, sheets), f"exam-{name}.csv")


@router.get("/class/analysis")
def show_practice_figures(request: Request, person: Reader) -> HTMLResponse:
    """Show what the questions of practice tell about the class."""
    return _figures_page(request, _table(site_of(request), ""), None)


@router.get("/class/exams/{name}")
def show_exam_figures(request: Request, name: str, person: Reader) -> HTMLResponse:
    """Show who is how far with an exam, and what its questions tell about the class."""
    site = site_of(request)
    table = _table(site, name)
    assert table.exam is not None
    with site.database.reading() as connection:
        progress = progress_of(connection, table.exam, table)
    return _figures_page(request, table, progress)


def _figures_page(
    request: Request, table: ClassTable, progress: Sequence[Progress] | None
) -> HTMLResponse:
    return page(
        request,
        "sheet_figures.html",
        table=table,
        exam=table.exam,
        titles={column.question: column.title for column in table.columns},
        figures=figures_of(table),
        least=LEAST_STUDENTS,
        progress=progress,
    )


def _table(site: Site, name: str) -> ClassTable:
    exam = exam_of(site, name)
    with site.database.reading() as connection:
        return class_table(connection, site.catalogue.questions, exam)


def exam_of(site: Site, name: str) -> Exam | None:
    """Give an exam by its id, None for practice (''); 404 where there is none."""
    if not name:
        return None
    found = site.catalogue.exams.get(name)
    if found is None:
        raise HTTPException(404, NO_EXAM)
    return found


def csv_file(content: str, name: str) -> Response:
    """Give a table that a browser saves."""
    headers = {"Content-Disposition": f'attachment; filename="{safe_name(name)}"'}
    return Response(content.encode(), media_type="text/csv; charset=utf-8", headers=headers)
