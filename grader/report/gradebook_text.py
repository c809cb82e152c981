"""What is written into the cells of a grade book, and what is said of it before."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.report.as_csv import guarded
from grader.report.from_json import StoredReport
from grader.report.short import points_text
from grader.report.visible import one_line

if TYPE_CHECKING:
    from grader.report.gradebook import Filled

#: a comment that begins with this is ours, and replaced by the next one
OURS = "grader:"
_NUMBER = re.compile(r"-?\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
_LONGEST = 400
_MOST_SHOWN = 30


def number_text(points: Fraction, decimal: str) -> str:
    """Give points with two decimals, halves rounded up: '4.00', or '4,00'."""
    hundredths = (points * 100 + Fraction(1, 2)).__floor__()
    return f"{hundredths // 100}{decimal}{hundredths % 100:02d}"


def parsed_number(text: str) -> Fraction | None:
    """Give the number in a cell, whatever its decimal sign; None where there is none."""
    return Fraction(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def feedback_text(report: StoredReport) -> str:
    """Give the comment on a report: points, failed groups, the known mistake; nothing of theirs.

    Moodle shows a comment as HTML, so it is escaped; and it is safe to open in a spreadsheet.
    """
    said = [f"{OURS} {points_text(report.score)} of {points_text(report.max_score)} points"]
    for part in report.content["parts"]:
        failed = [one_line(g["id"], 60) for g in part["groups"] if g["outcome"] == "failed"]
        if failed:
            said.append(f"failed: {', '.join(failed)}")
        if part["misconception"]:
            said.append(f"it behaves like: {one_line(part['misconception']['name'], 120)}")
    text = one_line(html.escape("; ".join(said), quote=False), _LONGEST)
    return guarded(text)


def preview_text(filled: Filled) -> str:
    """Give what would change, cell by cell, and everything that does not fit together."""
    lines = [
        f"  {one_line(change.key, 60)}: {one_line(change.column, 60)}: "
        f"{one_line(change.before, 60) or 'empty'}, now {one_line(change.after, 120)}"
        for change in filled.changes
    ]
    for what, names in (
        ("stays as it is", filled.kept),
        ("no grade, the cell stays as it is", filled.no_grade),
        ("a report without a row", filled.reports_without_row),
        ("a row without a report", filled.rows_without_report),
    ):
        lines += _listed(what, names)
    grown = len(filled.changes)
    cells = "1 cell changes" if grown == 1 else f"{grown} cells change"
    lines.append(f"{cells}, {filled.already} held the grade already")
    return "\n".join(lines)


def _listed(what: str, names: Sequence[str]) -> list[str]:
    shown = [f"  {what}: {one_line(name, 120)}" for name in names[:_MOST_SHOWN]]
    more = len(names) - _MOST_SHOWN
    return [*shown, f"  {what}: {more} more"] if more > 0 else shown
