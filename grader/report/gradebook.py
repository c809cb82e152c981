"""Grades put into the file that an instructor exported from Canvas or Moodle.

Only our cells are written; every other character of the file stays. A file written from nothing
would have to guess headers that are localised and site-dependent, so there is no such thing here.
What a cell holds decides whether it is ours: empty or a number, it is; a word (EX, N/A, a letter
grade) is somebody's decision and stays. No grade, by our fault or because the submission cannot be
read, leaves the cell as it was.

Sources: Canvas' exporter and importer of grade books; Moodle's offline grading worksheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from grader.core.errors import UsageError
from grader.core.report import Status
from grader.report.csv_cells import Cell, CsvError, tables_of
from grader.report.from_json import StoredReport
from grader.report.gradebook_columns import Layout, Wishes, layout_of, listed
from grader.report.gradebook_text import feedback_text, number_text, parsed_number
from grader.report.student_keys import key_of
from grader.report.visible import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One cell that gets another value."""

    key: str
    column: str
    before: str
    after: str


@dataclass(slots=True, kw_only=True)
class Filled:
    """A file with the grades in it, and what there is to say of it."""

    text: str
    changes: list[Change] = field(default_factory=list)
    already: int = 0
    kept: list[str] = field(default_factory=list)
    no_grade: list[str] = field(default_factory=list)
    reports_without_row: list[str] = field(default_factory=list)
    rows_without_report: list[str] = field(default_factory=list)


def fill(
    text: str, kind: str, reports: Sequence[StoredReport], wishes: Wishes, place: str
) -> Filled:
    """Put the score of each report into the file of a kind, 'canvas' or 'moodle'.

    UsageError, with nothing filled, when a column or student is missing, ambiguous or read-only, or
    when points and maxima do not fit. place names the file in messages.
    """
    _check_one_question(reports)
    try:
        tables = tables_of(text)
    except CsvError as error:
        raise UsageError(where=place, what=f"cannot be read as CSV ({error})") from error
    layout = layout_of(tables, kind, reports[0], wishes, place)
    rows = _student_rows(layout, place)
    by_key = _reports_by_key(reports, kind, wishes)
    if rows and not by_key.keys() & rows.keys():
        raise UsageError(
            where=place,
            what=f"no report is of a student in column {layout.header(layout.key)!r}: reports of "
            f"{listed(list(by_key)[:3])}, students {listed(list(rows)[:3])}",
            hint="name the column that holds what the submissions are called: --key",
        )
    filled = Filled(text=text)
    values: dict[Cell, str] = {}
    for key, report in by_key.items():
        if key not in rows:
            filled.reports_without_row.append(report.submission_name)
        elif report.status is not Status.GRADED or report.score is None:
            filled.no_grade.append(report.submission_name)
        else:
            values |= _filled_row(layout, rows[key], report, wishes, filled, place)
    filled.rows_without_report = [
        layout.cell(row, layout.key) for key, row in rows.items() if key not in by_key
    ]
    filled.text = layout.table.with_values(values)
    return filled


def _check_one_question(reports: Sequence[StoredReport]) -> None:
    ids = list(dict.fromkeys(report.question_id for report in reports))
    if len(ids) > 1:
        raise UsageError(
            where=reports[0].place,
            what=f"reports of several questions: {', '.join(ids[:5])}",
            hint="a column holds the grades of one question",
        )


# -- rows ----------------------------------------------------------------------------------


def _student_rows(layout: Layout, place: str) -> dict[str, Sequence[Cell]]:
    rows: dict[str, Sequence[Cell]] = {}
    width = len(layout.table.rows[0])
    for row, line in zip(layout.table.rows[1:], layout.table.lines[1:], strict=True):
        key = layout.cell(row, layout.key).casefold()
        if not key:
            continue
        if len(row) != width:
            what = f"the row has {len(row)} cells and the header {width}"
            raise UsageError(where=f"{place}:{line}", what=what)
        if key in rows:
            what = f"a second row of {one_line(layout.cell(row, layout.key), 60)!r}"
            raise UsageError(where=f"{place}:{line}", what=what, hint="every student has one row")
        rows[key] = row
    return rows


def _reports_by_key(
    reports: Sequence[StoredReport], kind: str, wishes: Wishes
) -> dict[str, StoredReport]:
    by_key: dict[str, StoredReport] = {}
    for report in reports:
        key = key_of(report.submission_name, kind, has_own_key=bool(wishes.key))
        if key in by_key:
            names = (by_key[key].submission_name, report.submission_name)
            raise UsageError(
                where=report.place,
                what=f"two reports of one student: {listed(names)}",
                hint="grade the one that counts",
            )
        by_key[key] = report
    return by_key


def _filled_row(
    layout: Layout,
    row: Sequence[Cell],
    report: StoredReport,
    wishes: Wishes,
    filled: Filled,
    place: str,
) -> Mapping[Cell, str]:
    """Give the cells of one student that get another value, and note what stays and why."""
    key, standing = layout.cell(row, layout.key), layout.cell(row, layout.grade)
    if layout.cell(row, layout.can_be_changed).casefold() == "no":
        filled.kept.append(f"{key}: the grade cannot be changed there")
        return {}
    if standing and parsed_number(standing) is None:
        filled.kept.append(f"{key}: {standing}")
        return {}
    points = _points(layout, row, report, wishes, place)
    wanted = [(layout.grade, number_text(points, layout.decimal))]
    if layout.feedback >= 0:
        wanted += _feedback(layout, row, report, filled)
    changed: dict[Cell, str] = {}
    for at, value in wanted:
        cell = row[at]
        is_same = cell.value == value
        if at == layout.grade and standing:
            is_same = number_text(parsed_number(standing) or Fraction(0), layout.decimal) == value
        if is_same:
            filled.already += at == layout.grade
            continue
        changed[cell] = value
        filled.changes.append(
            Change(key=key, column=layout.header(at), before=cell.value, after=value)
        )
    return changed


def _feedback(
    layout: Layout, row: Sequence[Cell], report: StoredReport, filled: Filled
) -> Iterator[tuple[int, str]]:
    """Give our comment, unless a person has written one."""
    standing = layout.cell(row, layout.feedback)
    ours = feedback_text(report)
    if standing and not standing.startswith(ours.partition(" ")[0]):
        filled.kept.append(f"{layout.cell(row, layout.key)}: the comment that is there")
    else:
        yield layout.feedback, ours


def _points(
    layout: Layout, row: Sequence[Cell], report: StoredReport, wishes: Wishes, place: str
) -> Fraction:
    points = report.score or Fraction(0)
    maximum = parsed_number(layout.cell(row, layout.row_maximum)) or layout.maximum
    if maximum is None or maximum == report.max_score:
        return points
    if not wishes.scale:
        raise UsageError(
            where=place,
            what=f"the column is out of {number_text(maximum, '.')} and the reports are out of "
            f"{number_text(report.max_score, '.')}",
            hint="--scale turns one into the other",
        )
    return points * maximum / report.max_score if report.max_score else Fraction(0)
