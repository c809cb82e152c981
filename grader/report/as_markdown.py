"""Reports as Markdown: tables of groups, and each failure as in the text report, in a fence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.core.report import GroupReport, Outcome, PartReport, Report, Status
from grader.report.as_text import footer_lines, note_lines, reason_lines
from grader.report.failure_text import (
    failure_lines,
    part_remarks,
    printed_lines,
)
from grader.report.markdown_text import code_span, fenced, table, words
from grader.report.page import Page
from grader.report.rows import headline
from grader.report.short import points_text
from grader.report.visible import name_text, wrap

_PAGE = Page(width=80, colour=False)
_LONGEST_NAME = 60
_OUTCOMES = {Outcome.PASSED: "passed", Outcome.FAILED: "**failed**", Outcome.NOT_RUN: "not run"}


def reports_as_markdown(reports: Sequence[Report], *, most_bytes: int | None = None) -> str:
    """Give one document; several reports begin with a table of all.

    Beyond most_bytes whole sections are left out, the last ones first, and a note says how many.
    """
    sections = [section for report in reports for section in _sections(report)]
    if len(reports) > 1:
        sections.insert(0, _contents(reports))
    kept: list[str] = []
    left = most_bytes
    for at, section in enumerate(sections):
        size = len(section.encode("utf-8")) + 2
        if left is not None and size + 200 > left:
            kept.append(f"*{len(sections) - at} more sections are left out here.*")
            break
        left = None if left is None else left - size
        kept.append(section)
    return "\n\n".join(kept) + "\n"


def _contents(reports: Sequence[Report]) -> str:
    rows = [
        [code_span(_name(report)), words(report.question_id), words(headline(report))]
        for report in reports
    ]
    head = table(["submission", "question", "outcome"], rows)
    return "\n".join([f"# {len(reports)} submissions", "", *head])


def _sections(report: Report) -> Iterator[str]:
    """Give pieces of Markdown, each whole by itself."""
    yield f"## {words(report.question_title or report.question_id)}"
    name = code_span(_name(report))
    yield f"{code_span(report.question_id)}, submission {name}: **{words(headline(report))}**"
    if report.status is not Status.GRADED:
        yield "\n".join(fenced(reason_lines(report, _PAGE)))
    elif report.message.strip():
        yield "\n".join(fenced(wrap(report.message, _PAGE.width, first="  | ", rest="  | ")))
    if report.status is Status.GRADED:
        for part in report.parts:
            yield from _part(part, has_heading=len(report.parts) > 1)
    remarks = [*printed_lines(report.stdout, _PAGE), *note_lines(report, _PAGE)]
    if remarks:
        yield "\n".join(fenced(remarks))
    yield words(" · ".join(line for line in footer_lines(report, _PAGE) if line))


def _part(part: PartReport, *, has_heading: bool) -> Iterator[str]:
    if has_heading or not part.groups:
        points = f"{points_text(part.score)} / {points_text(part.max_score)}"
        yield f"### Part {words(part.id)} ({words(part.answer)}): {points}"
    if part.note.strip():
        yield "\n".join(fenced(wrap(part.note, _PAGE.width, first="note: ", rest="  | ")))
    if part.groups:
        rows = [_row(group) for group in part.groups]
        yield "\n".join(table(["group", "outcome", "points", "cases"], rows))
    for group in part.groups:
        if group.failures:
            yield f"### {words(group.id)}"
        for failure in group.failures:
            yield "\n".join(fenced(failure_lines(group, failure, _PAGE)))
        if group.hint.strip() and group.outcome is Outcome.FAILED and not part.misconception:
            yield f"**Hint** for {words(group.id)}: {words(group.hint)}"
    for label, text in part_remarks(part):
        yield f"**{label.strip()}** {words(text)}"


def _row(group: GroupReport) -> list[str]:
    points = f"{points_text(group.score)} / {points_text(group.max_score)}"
    return [words(group.id), _OUTCOMES[group.outcome], points, str(group.cases or "")]


def _name(report: Report) -> str:
    return name_text(report.submission_name, _LONGEST_NAME)
