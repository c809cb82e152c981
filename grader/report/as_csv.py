"""Reports as grades.csv: one row for each submission, safe to open in a spreadsheet.

Texts are quoted always, so that no separator of another locale splits them, and guarded: a text
that a spreadsheet would compute begins with an apostrophe. Numbers are bare, and a score that
there is none of is an empty cell, which is not a zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from grader.core.report import Outcome, Report
from grader.report.failure_text import misconception_text
from grader.report.rows import rows_of, score_of
from grader.report.values_as_json import points_as_json
from grader.report.visible import one_line

COLUMNS = (
    "submission",
    "question",
    "score",
    "max_score",
    "status",
    "verdict",
    "failed_groups",
    "not_run_groups",
    "misconceptions",
    "message",
    "official",
    "seed",
    "submission_sha256",
    "grader_version",
    "question_version",
)
_LONGEST = 500
# also the full-width forms, which some locales compute
_COMPUTED = "=+@\t\r\n＝＋－＠-"
_BEGINS = re.compile(f"[{_COMPUTED}]")
# where semicolons separate cells, what follows one in a text may begin a cell
_BEGINS_A_CELL = re.compile(f';(?="*[{_COMPUTED}])')


def reports_as_csv(reports: Sequence[Report]) -> str:
    """Give a head line and one line for each report, lines ending in LF."""
    lines = [",".join(COLUMNS), *(_line(report) for report in reports)]
    return "".join(f"{line}\n" for line in lines)


def guarded(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    text = _BEGINS_A_CELL.sub(";'", text)
    return f"'{text}" if _BEGINS.match(text) else text


def _line(report: Report) -> str:
    rows = rows_of(report)
    found = [part.misconception for part in report.parts if part.misconception]
    texts_and_numbers = (
        text_cell(report.submission_name),
        text_cell(report.question_id),
        number_cell(score_of(report)),
        number_cell(report.max_score),
        text_cell(report.status.value),
        text_cell(report.verdict.value if report.verdict else ""),
        text_cell(_listed(row.name for row in rows if row.outcome is Outcome.FAILED)),
        text_cell(_listed(row.name for row in rows if row.outcome is Outcome.NOT_RUN)),
        text_cell(_listed(misconception_text(one) for one in found)),
        text_cell(report.message),
        text_cell("yes" if report.is_official else "no"),
        str(report.seed),
        text_cell(report.submission_sha256),
        text_cell(report.versions.get("grader", "")),
        text_cell(report.question_version),
    )
    return ",".join(texts_and_numbers)


def _listed(names: Iterable[str]) -> str:
    return "; ".join(names)


def text_cell(text: str) -> str:
    """Give a quoted, guarded cell of printable text."""
    shown = one_line(text, _LONGEST)
    return '"' + guarded(shown).replace('"', '""') + '"'


def number_cell(points: Fraction | None) -> str:
    """Give a bare number, or an empty cell where there is none."""
    value = points_as_json(points)
    return "" if value is None else repr(value)
