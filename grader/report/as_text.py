"""A Report for people: the score, every group in a line, then why it failed, drawn.

No line is wider than the page. Lines that quote the submission begin with a bar, so that nothing it
prints or raises can pass for a line of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from grader.core.report import GroupReport, Outcome, PartReport, Report, Status
from grader.report.failure_text import (
    INDENT,
    QUOTE,
    VERDICT_WORDS,
    explanation_lines,
    misconception_lines,
    printed_lines,
    source_lines,
)
from grader.report.page import Page
from grader.report.short import points_text
from grader.report.visible import columns, cut, name_text, one_line, pad, wrap

LEAST_WIDTH = 40
_MOST_NOTES = 20
_LEAST_NAME = 8  # columns of a group's name, before its cases are cut
_OUTCOMES = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.NOT_RUN: "not run"}


def report_as_text(report: Report, *, colour: bool, width: int = 80) -> str:
    """Give the report as lines of at most width columns (40 or more), with a final line break."""
    page = Page(width=max(width, LEAST_WIDTH), colour=colour)
    lines = _header(report, page)
    lines += _graded(report, page) if report.status is Status.GRADED else reason_lines(report, page)
    lines += printed_lines(report.stdout, page) + note_lines(report, page)
    lines += footer_lines(report, page)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _header(report: Report, page: Page) -> list[str]:
    name = name_text(report.submission_name, min(40, page.width - len("submission: ")))
    question = cut(one_line(report.question_id), page.width)
    title = f"{question}  {one_line(report.question_title)}".rstrip()
    gap = page.width - columns(title) - columns(name)
    if gap >= 2:
        lines = [page.strong(question) + title.removeprefix(question) + " " * gap + name]
    else:
        title = cut(title, page.width)
        lines = [page.strong(question) + title.removeprefix(question), f"submission: {name}"]
    return lines


def _graded(report: Report, page: Page) -> list[str]:
    if report.score is None:
        score = f"no score yet, of {points_text(report.max_score)}"
    else:
        score = f"score {points_text(report.score)} of {points_text(report.max_score)}"
    lines = [page.strong(score)]
    if report.message.strip():
        lines += wrap(report.message, page.width, first=QUOTE, rest=QUOTE)
    has_headings = len(report.parts) > 1
    for part in report.parts:
        lines += ["", *_part_table(part, page, has_heading=has_headings)]
    for part in report.parts:
        lines += _part_failures(part, page)
    return lines


def _part_table(part: PartReport, page: Page, *, has_heading: bool) -> list[str]:
    lines = []
    if has_heading or not part.groups:
        points = f"{points_text(part.score)} / {points_text(part.max_score)}"
        name = cut(f"part {one_line(part.id)} ({one_line(part.answer)})", page.width - 20)
        lines.append(f"{name}   {points}")
    if part.note.strip():
        lines += wrap(part.note, page.width, first=f"{INDENT}note: ", rest=QUOTE)
    return lines + _group_lines(part.groups, page)


def _group_lines(groups: Sequence[GroupReport], page: Page) -> list[str]:
    rows = [_group_cells(group) for group in groups]
    widths = [max((columns(row[at]) for row in rows), default=0) for at in range(4)]
    room = page.width - len(f"{INDENT}not run    ") - sum(widths[1:]) - len(" /   ")
    name_width = min(widths[0], max(room, _LEAST_NAME))
    lines = []
    for group, (name, score, most, cases) in zip(groups, rows, strict=True):
        left = pad(cut(name, name_width), name_width)
        points = f"{score:>{widths[1]}} / {most:<{widths[2]}}"
        rest = cut(
            f"  {left}  {points}  {cases:>{widths[3]}}", page.width - len(f"{INDENT}not run")
        )
        lines.append(INDENT + _painted(group.outcome, page) + rest)
    return lines


def _group_cells(group: GroupReport) -> tuple[str, str, str, str]:
    cases = f"{group.cases} case{'s' * (group.cases != 1)}" if group.cases else ""
    return one_line(group.id), points_text(group.score), points_text(group.max_score), cases


def _painted(outcome: Outcome, page: Page) -> str:
    text = pad(_OUTCOMES[outcome], len("not run"))
    match outcome:
        case Outcome.PASSED:
            return page.good(text)
        case Outcome.FAILED:
            return page.bad(text)
        case Outcome.NOT_RUN:
            return page.faint(text)
        case _:
            assert_never(outcome)


def _part_failures(part: PartReport, page: Page) -> list[str]:
    lines = [line for group in part.groups for line in explanation_lines(part, group, page)]
    return lines + misconception_lines(part, page)


def reason_lines(report: Report, page: Page, *, is_free: bool = True) -> list[str]:
    """Say why a submission was not graded; nothing when it was.

    is_free: what cannot be read costs no attempt where the report is read.
    """
    match report.status:
        case Status.GRADED:
            return []
        case Status.UNGRADABLE:
            free = ["", f"{INDENT}This costs no attempt."] if is_free else []
            return _ungradable(report, page) + free
        case Status.ERROR:
            return _error(report, page)
        case _:
            assert_never(report.status)


def _ungradable(report: Report, page: Page) -> list[str]:
    message = report.message.strip() or "the submission cannot be read"
    verdict = f" ({report.verdict.value})" if report.verdict else ""
    lines = ["", *wrap(message + verdict, page.width, first="not graded: ", rest=QUOTE)]
    lines[1] = page.bad("not graded:") + lines[1].removeprefix("not graded:")
    return [*lines, *source_lines(report.location, page)]


def _error(report: Report, page: Page) -> list[str]:
    start = "grader or question fault: "
    words = VERDICT_WORDS[report.verdict] if report.verdict else "the grading could not be finished"
    lines = ["", *wrap(report.message.strip() or words, page.width, first=start, rest=QUOTE)]
    lines[1] = page.bad(start.rstrip()) + lines[1].removeprefix(start.rstrip())
    return [
        *lines,
        *source_lines(report.location, page),
        "",
        *wrap(
            "No score was given and no attempt was used; the submission is not to blame.",
            page.width,
            first=INDENT,
            rest=INDENT,
        ),
    ]


def note_lines(report: Report, page: Page) -> list[str]:
    """List the notes of a grading, the first of them when there are many."""
    if not report.notes:
        return []
    lines = ["", "notes"]
    for note in report.notes[:_MOST_NOTES]:
        lines += wrap(note, page.width, first=f"{INDENT}- ", rest=QUOTE)
    if len(report.notes) > _MOST_NOTES:
        lines.append(f"{INDENT}… {len(report.notes) - _MOST_NOTES} more notes")
    return lines


def footer_lines(report: Report, page: Page) -> list[str]:
    """Say what kind of grade it is and what it was made with, on one line if it fits."""
    isolation = cut(one_line(report.isolation), page.width // 2)
    items = [f"seed {report.seed}", f"{report.timing.total_seconds:.2f} s"]
    items += [f"{name} {text}" for name, text in sorted(report.versions.items())]
    if report.is_official:
        kind = f"official ({isolation or 'isolation not stated'})"
    else:
        # `grader check` is a self-check at every level, so the level is said beside it
        kind = "self-check: not an official grade"
        is_isolated = isolation not in ("", "self-check")
        items.insert(0, f"isolation {isolation}" if is_isolated else "no isolation")
    lines = [kind]
    for item in (cut(one_line(item), page.width - 3) for item in items):
        if columns(lines[-1]) + 3 + columns(item) <= page.width:
            lines[-1] += f" · {item}"
        else:
            lines.append(item)
    lines[0] = page.strong(kind) + page.faint(lines[0].removeprefix(kind))
    return ["", lines[0], *map(page.faint, lines[1:])]
