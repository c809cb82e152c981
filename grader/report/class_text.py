"""Many reports on one screen: a line for each submission, and the table of a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.core.report import GroupReport, Outcome, Report, Status
from grader.report.as_text import LEAST_WIDTH
from grader.report.short import points_text
from grader.report.visible import columns, cut, name_text, one_line, pad, wrap

_NAME_WIDTH = 28
_MARKS_WIDTH = 16
_MARKS = {Outcome.PASSED: "p", Outcome.FAILED: "F", Outcome.NOT_RUN: "-"}


def summary_line(report: Report, width: int = 80) -> str:
    """Give one submission in one line: name, score, what failed or why there is no score."""
    width = max(width, LEAST_WIDTH)
    name = pad(name_text(report.submission_name, _NAME_WIDTH), _NAME_WIDTH)
    return cut(f"{name}  {_score(report):>9}  {_outcome(report)}", width).rstrip()


def class_table(reports: Sequence[Report], width: int = 80) -> str:
    """Give an aligned table for each question: submission, score, outcomes of groups, note."""
    width = max(width, LEAST_WIDTH)
    by_question: dict[str, list[Report]] = {}
    for report in reports:
        by_question.setdefault(report.question_id, []).append(report)
    tables = ["\n".join(_table(of_one, width)) + "\n" for of_one in by_question.values()]
    return "\n".join(tables)


def _table(reports: Sequence[Report], width: int) -> list[str]:
    rows = [("submission", "score", "groups", "note"), *map(_row, reports)]
    widths = [max(columns(row[at]) for row in rows) for at in range(3)]
    title = f"{one_line(reports[0].question_id)}  {one_line(reports[0].question_title)}"
    lines = [cut(title.rstrip(), width), ""]
    for name, score, marks, note in rows:
        line = f"{pad(name, widths[0])}  {score:>{widths[1]}}  {pad(marks, widths[2])}  {note}"
        lines.append(cut(line, width).rstrip())
    return lines + _legend(reports, width)


def _row(report: Report) -> tuple[str, str, str, str]:
    name = name_text(report.submission_name, _NAME_WIDTH)
    marks = "".join(_MARKS[group.outcome] for group in _groups(report))
    return name, _score(report), cut(marks, _MARKS_WIDTH), _note(report)


def _legend(reports: Sequence[Report], width: int) -> list[str]:
    """Name the groups in the order of their marks."""
    groups = next((found for report in reports if (found := _groups(report))), [])
    if not groups:
        return []
    names = ", ".join(f"{at} {one_line(group.id)}" for at, group in enumerate(groups, start=1))
    text = f"groups: {names} (p passed, F failed, - not run)"
    return ["", *wrap(text, width, rest="  ")]


def _groups(report: Report) -> list[GroupReport]:
    return [group for part in report.parts for group in part.groups]


def _score(report: Report) -> str:
    """Give '3 / 5'; a dash for the score that there is none of, which is not zero."""
    score = report.score if report.status is Status.GRADED else None
    return f"{points_text(score)} / {points_text(report.max_score)}"


def _outcome(report: Report) -> str:
    if report.status is not Status.GRADED:
        return _note(report)
    failed = _names(group for group in _groups(report) if group.outcome is Outcome.FAILED)
    not_run = _names(group for group in _groups(report) if group.outcome is Outcome.NOT_RUN)
    texts = [f"FAILED {failed}" if failed else "", f"not run {not_run}" if not_run else ""]
    if _groups(report) and not failed and not not_run:
        texts.append("passed")
    return "; ".join(filter(None, [*_label(report), *texts, *_remarks(report)]))


def _names(groups: Iterable[GroupReport]) -> str:
    return ", ".join(one_line(group.id) for group in groups)


def _note(report: Report) -> str:
    if report.status is Status.GRADED:
        return "; ".join([*_label(report), *_remarks(report)])
    kind = "not graded" if report.status is Status.UNGRADABLE else "grader or question fault"
    return f"{kind}: {one_line(report.message)}" if report.message else kind


def _label(report: Report) -> list[str]:
    """Mark what is no official grade; the label comes first, so that it is never cut off."""
    return [] if report.is_official else ["self-check"]


def _remarks(report: Report) -> list[str]:
    found = [part.misconception.name for part in report.parts if part.misconception]
    waiting = [f"{part.id} not graded yet" for part in report.parts if part.score is None]
    return [one_line(text) for text in [*found, *waiting]]
