"""A report as rows that carry points, the way grade books and test viewers want it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from grader.core.report import Failure, GroupReport, Outcome, PartReport, Report, Status
from grader.report.as_text import footer_lines, note_lines, reason_lines
from grader.report.failure_text import (
    VERDICT_WORDS,
    explanation_lines,
    misconception_lines,
    printed_lines,
)
from grader.report.page import Page
from grader.report.short import points_text
from grader.report.visible import cut, one_line, wrap

PAGE = Page(width=80, colour=False)
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """A group, or a part that has none: what is scored by itself.

    number: '1.2' for the second group of the first part. name and explanation are printable; the
    explanation's lines are ours or begin with a bar. outcome is None where a person has to grade.
    failure: the first one, if any.
    """

    number: str
    name: str
    part_name: str
    score: Fraction | None
    max_score: Fraction
    outcome: Outcome | None
    explanation: str = ""
    summary: str = ""
    failure: Failure | None = None


def score_of(report: Report) -> Fraction | None:
    """Give the score; None where there is none, which is never a zero."""
    return report.score if report.status is Status.GRADED else None


def rows_of(report: Report) -> list[Row]:
    """Give the rows of a graded report; none of one that is not graded."""
    if report.status is not Status.GRADED:
        return []
    rows = []
    has_parts = len(report.parts) > 1
    for number, part in enumerate(report.parts, 1):
        name = cut(one_line(part.id), _LONGEST_NAME)
        if not part.groups:
            rows.append(_part_row(part, f"{number}", name))
            continue
        told = False
        for at, group in enumerate(part.groups, 1):
            row_name = cut(one_line(group.id), _LONGEST_NAME)
            explains = group.outcome is Outcome.FAILED and not told
            told = told or explains
            rows.append(
                Row(
                    number=f"{number}.{at}",
                    name=f"{name}: {row_name}" if has_parts else row_name,
                    part_name=name,
                    score=group.score,
                    max_score=group.max_score,
                    outcome=group.outcome,
                    explanation=_explanation(part, group, names_misconception=explains),
                    summary=_summary(group),
                    failure=group.failures[0] if group.failures else None,
                )
            )
    return rows


def _part_row(part: PartReport, number: str, name: str) -> Row:
    outcome = None
    if part.score is not None:
        outcome = Outcome.PASSED if part.score == part.max_score else Outcome.FAILED
    lines = wrap(part.note, PAGE.width, rest="  | ", first="note: ") if part.note.strip() else []
    return Row(
        number=number,
        name=name,
        part_name=name,
        score=part.score,
        max_score=part.max_score,
        outcome=outcome,
        explanation="\n".join([*lines, *misconception_lines(part, PAGE)]).strip("\n"),
        summary="not graded yet" if outcome is None else "",
    )


def _explanation(part: PartReport, group: GroupReport, *, names_misconception: bool) -> str:
    lines = explanation_lines(part, group, PAGE)
    if names_misconception:
        lines += misconception_lines(part, PAGE)
    if group.outcome is Outcome.NOT_RUN and not lines:
        lines = ["not run: what it builds on failed"]
    return "\n".join(lines).strip("\n")


def _summary(group: GroupReport) -> str:
    """Say in our words what a group came to, without a word of the submission's."""
    if group.outcome is Outcome.NOT_RUN:
        return "not run: what it builds on failed"
    if group.outcome is Outcome.PASSED:
        return ""
    verdicts = dict.fromkeys(failure.verdict for failure in group.failures)
    said = [f"{VERDICT_WORDS[verdict]} ({verdict.value})" for verdict in verdicts]
    return "; ".join(said) or "failed"


def reason_text(report: Report, *, is_free: bool = True) -> str:
    """Say why there is no score; empty when the report is graded."""
    return "\n".join(reason_lines(report, PAGE, is_free=is_free)).strip("\n")


def remarks_text(report: Report, *, is_free: bool = True) -> str:
    """Give what concerns the whole submission: message, printed while loading, notes, footer."""
    lines: list[str] = []
    if report.status is Status.GRADED:
        if report.message.strip():
            lines += wrap(report.message, PAGE.width, first="message: ", rest="  | ")
    else:
        lines += reason_lines(report, PAGE, is_free=is_free)
    lines += printed_lines(report.stdout, PAGE) + note_lines(report, PAGE)
    lines += footer_lines(report, PAGE)
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def headline(report: Report) -> str:
    """Say the outcome in a few words of ours."""
    match report.status:
        case Status.UNGRADABLE:
            return "not graded: the submission cannot be read"
        case Status.ERROR:
            return "grader or question fault: no score was given and no attempt was used"
        case Status.GRADED:
            if report.score is None:
                return f"no score yet, of {points_text(report.max_score)}"
            return f"score {points_text(report.score)} of {points_text(report.max_score)}"
