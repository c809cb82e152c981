"""Where in a grade book the students, their grades and their comments are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.core.errors import UsageError
from grader.report.csv_cells import Cell, Table
from grader.report.from_json import StoredReport
from grader.report.gradebook_text import parsed_number
from grader.report.visible import one_line

READ_ONLY = "(read only)"
_TITLE_AND_ID = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)
_SHOWN_COLUMNS = 12
#: what an exported file calls its columns, in lower case; sites in other languages name theirs
_KEYS = {"canvas": "id", "moodle": "identifier"}
_GRADE, _MAXIMUM, _FEEDBACK = "grade", "maximum grade", "feedback comments"
_CAN_BE_CHANGED = "grade can be changed"
#: columns that are never filled with grades, in lower case
_OF_STUDENTS = (
    "student", "id", "sis user id", "sis login id", "integration id", "root account", "section",
    "lastname", "firstname", "identifier", "full name", "id number", "email address", "status",
    "maximum grade", "grade can be changed", "last modified (submission)", "online text",
    "last modified (grade)", "feedback comments", "group", "marker", "marking workflow state",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the caller said of a file; '' is what the kind of file has by itself.

    column: of the grade, by its header, its title or its id. key: of the students. feedback: Moodle
    only. decimal: '.' or ','. scale: turn points into those of the column where the maxima differ.
    """

    column: str = ""
    key: str = ""
    feedback: str = ""
    decimal: str = ""
    scale: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the columns are, -1 for none, and what holds for the grade's one."""

    table: Table
    key: int
    grade: int
    feedback: int
    row_maximum: int
    can_be_changed: int
    maximum: Fraction | None
    decimal: str

    def header(self, at: int) -> str:
        """Give the head of a column."""
        return self.table.rows[0][at].value

    def cell(self, row: Sequence[Cell], at: int) -> str:
        """Give the text of a cell; '' where there is no such column."""
        return row[at].value.strip() if 0 <= at < len(row) else ""


def layout_of(
    tables: Sequence[Table], kind: str, report: StoredReport, wishes: Wishes, place: str
) -> Layout:
    """Find the columns, whatever the delimiter; UsageError when one is missing or ambiguous."""
    key = (wishes.key or _KEYS[kind]).strip().casefold()
    for table in tables:
        heads = [cell.value.strip() for cell in table.rows[0]]
        lowered = [head.casefold() for head in heads]
        if key not in lowered:
            continue
        at_key = _only(lowered, key, place)
        at_grade = _grade_column(heads, kind, report, wishes, place)
        feedback = (wishes.feedback or (_FEEDBACK if kind == "moodle" else "")).casefold()
        if wishes.feedback and feedback not in lowered:
            raise _no_column(wishes.feedback, heads, place)
        maximum = _maximum(table, at_key, at_grade, place)
        if kind == "canvas" and maximum is None and not _TITLE_AND_ID.fullmatch(heads[at_grade]):
            raise UsageError(
                where=place,
                what=f"column {one_line(heads[at_grade], 60)!r} has no points possible",
                hint="name a column of grades with --column",
            )
        at_row_maximum = _optional(lowered, _MAXIMUM if kind == "moodle" else "")
        return Layout(
            table=table,
            key=at_key,
            grade=at_grade,
            feedback=_only(lowered, feedback, place) if feedback in lowered and feedback else -1,
            row_maximum=at_row_maximum,
            can_be_changed=_optional(lowered, _CAN_BE_CHANGED if kind == "moodle" else ""),
            maximum=maximum,
            decimal=wishes.decimal or _decimal_sign(table, (at_grade, at_row_maximum), place),
        )
    heads = [cell.value for cell in tables[0].rows[0]]
    raise _no_column(wishes.key or _KEYS[kind], heads, place, "name the students' with --key")


def _grade_column(
    heads: Sequence[str], kind: str, report: StoredReport, wishes: Wishes, place: str
) -> int:
    wanted = wishes.column.strip().casefold()
    if not wanted and kind == "moodle":
        wanted = _GRADE
    names = {wanted} if wanted else {_title_of(report), report.question_id.casefold()}
    found = []
    for at, head in enumerate(heads):
        lowered = head.casefold()
        parts = _TITLE_AND_ID.fullmatch(lowered)
        is_named = parts is not None and bool(names & {parts["title"].strip(), parts["id"]})
        if is_named or (wanted and lowered == wanted):
            found.append(at)
    if len(found) > 1:
        raise UsageError(
            where=place,
            what=f"several columns could be meant: {listed(heads[at] for at in found)}",
            hint="name one by its id with --column",
        )
    if not found:
        raise _no_column(wishes.column or _title_of(report), heads, place, "use --column")
    head = heads[found[0]]
    if READ_ONLY in head.casefold():
        raise _read_only(head, place)
    if head.casefold() in _OF_STUDENTS or head.casefold() == (wishes.key or "").casefold().strip():
        raise UsageError(
            where=place,
            what=f"column {one_line(head, 60)!r} says who a student is, and holds no grades",
            hint="name a column of grades with --column",
        )
    return found[0]


def _title_of(report: StoredReport) -> str:
    return str(report.content["question"]["title"]).strip().casefold()


def _only(lowered: Sequence[str], name: str, place: str) -> int:
    if lowered.count(name) != 1:
        raise UsageError(where=place, what=f"has {lowered.count(name)} columns {name!r}")
    return lowered.index(name)


def _optional(lowered: Sequence[str], name: str) -> int:
    return lowered.index(name) if name and lowered.count(name) == 1 else -1


def _maximum(table: Table, at_key: int, at_grade: int, place: str) -> Fraction | None:
    """Read what stands above the students: the maximum of a column, and whether it may be written.

    The rows there have no key: Canvas' '    Points Possible', and one about posting.
    """
    maximum = None
    for row in table.rows[1:]:
        if at_key < len(row) and row[at_key].value.strip():
            break
        cell = row[at_grade].value.strip() if at_grade < len(row) else ""
        if cell.casefold() == READ_ONLY:
            raise _read_only(table.rows[0][at_grade].value, place)
        maximum = parsed_number(cell) if maximum is None else maximum
    return maximum


def _decimal_sign(table: Table, columns: Sequence[int], place: str) -> str:
    cells = [
        row[at].value.strip() for row in table.rows[1:] for at in columns if 0 <= at < len(row)
    ]
    numbers = [cell for cell in cells if parsed_number(cell) is not None]
    signs = {sign for sign in ".," if any(sign in number for number in numbers)}
    if len(signs) > 1:
        raise UsageError(
            where=place,
            what="some numbers have a decimal point and some a decimal comma",
            hint="say which is meant: --decimal . or --decimal ,",
        )
    # where commas do not separate cells, they separate decimals
    return signs.pop() if signs else ("," if table.delimiter == ";" else ".")


def _no_column(name: str, heads: Sequence[str], place: str, hint: str = "") -> UsageError:
    what = f"there is no column {one_line(name, 80)!r} among {listed(heads)}"
    return UsageError(where=place, what=what, hint=hint)


def _read_only(head: str, place: str) -> UsageError:
    return UsageError(
        where=place,
        what=f"column {one_line(head, 80)!r} is read only",
        hint="name another one with --column",
    )


def listed(names: Iterable[str]) -> str:
    """Name some of them, printable."""
    every = list(names)
    shown = ", ".join(f"{one_line(name, 60)!r}" for name in every[:_SHOWN_COLUMNS])
    return shown + (", …" if len(every) > _SHOWN_COLUMNS else "")
