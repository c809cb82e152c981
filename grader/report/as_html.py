"""Reports as one HTML page that opens offline: no script, no link out, nothing loaded.

A policy in the page forbids scripts, forms and every request. Each text is made printable, then
escaped; what a submission wrote stands in quotations whose lines begin with a bar.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from grader.core.report import Failure, GroupReport, Outcome, PartReport, Report, Status
from grader.report.as_text import footer_lines, note_lines
from grader.report.failure_text import (
    INDENT,
    VERDICT_WORDS,
    outline_text,
    part_remarks,
    printed_lines,
    source_lines,
)
from grader.report.grids import scene_of
from grader.report.html_style import STYLE
from grader.report.page import Page
from grader.report.pictures import failure_picture
from grader.report.rows import headline, reason_text
from grader.report.short import points_text
from grader.report.svg import failure_svg, windows_in_words
from grader.report.visible import name_text, one_line, wrap

_PAGE = Page(width=88, colour=False)
_LONGEST_NAME = 60
_OUTCOMES = {Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.NOT_RUN: "not run"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"


def reports_as_html(reports: Sequence[Report]) -> str:
    """Give one page; several reports begin with a table that leads to each."""
    title = _html(reports[0].question_title or reports[0].question_id) if reports else "Reports"
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title>",
        f"<style>{STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
    ]
    if len(reports) > 1:
        lines += _contents(reports)
    for number, report in enumerate(reports, 1):
        lines += _article(report, f"s{number}", 2 if len(reports) > 1 else 1)
    lines += ["</main>", "</body>", "</html>"]
    return "".join(f"{line}\n" for line in lines if line)


def report_as_article(report: Report, name: str, level: int) -> str:
    """Give one report as an <article> for a page that brings its own style and policy.

    name: unique on the page, begins every id; level: of the report's heading, 1 to 4.
    """
    return "\n".join(_article(report, name, level))


def _contents(reports: Sequence[Report]) -> Iterator[str]:
    yield f"<h1>{len(reports)} submissions</h1>"
    yield "<table>"
    yield '<thead><tr><th scope="col">submission</th><th scope="col">question</th>'
    yield '<th scope="col">outcome</th></tr></thead>'
    yield "<tbody>"
    for number, report in enumerate(reports, 1):
        yield (
            f'<tr><th scope="row"><a href="#s{number}"><code>{_name(report)}</code></a></th>'
            f"<td>{_html(report.question_id)}</td><td>{_html(headline(report))}</td></tr>"
        )
    yield "</tbody>"
    yield "</table>"


def _article(report: Report, name: str, level: int) -> Iterator[str]:
    yield f'<article id="{name}">'
    yield f"<h{level}>{_html(report.question_title or report.question_id)}</h{level}>"
    yield (
        f"<p><code>{_html(report.question_id)}</code>, submission <code>{_name(report)}</code>:"
        f" <strong>{_html(headline(report))}</strong></p>"
    )
    if report.status is not Status.GRADED:
        yield _quotation(reason_text(report).split("\n"))
    elif report.message.strip():
        yield _quotation(wrap(report.message, _PAGE.width, first="  | ", rest="  | "))
    if report.status is Status.GRADED:
        for number, part in enumerate(report.parts, 1):
            yield from _part(part, f"{name}-{number}", level + 1, len(report.parts) > 1)
    yield _quotation([*printed_lines(report.stdout, _PAGE), *note_lines(report, _PAGE)])
    footer = " · ".join(line for line in footer_lines(report, _PAGE) if line)
    yield f"<footer><p>{_html(footer)}</p></footer>"
    yield "</article>"


def _part(part: PartReport, name: str, level: int, has_heading: bool) -> Iterator[str]:
    points = f"{points_text(part.score)} / {points_text(part.max_score)}"
    has_heading = has_heading or not part.groups
    if has_heading:
        yield f"<h{level}>Part {_html(part.id)} ({_html(part.answer)}): {points}</h{level}>"
    if part.note.strip():
        yield _quotation(wrap(part.note, _PAGE.width, first="note: ", rest="  | "))
    if part.groups:
        yield "<table>"
        yield '<thead><tr><th scope="col">group</th><th scope="col">outcome</th>'
        yield '<th scope="col">points</th><th scope="col">cases</th></tr></thead>'
        yield "<tbody>"
        yield from map(_group_row, part.groups)
        yield "</tbody>"
        yield "</table>"
    for at, group in enumerate(part.groups, 1):
        for index, failure in enumerate(group.failures, 1):
            yield from _failure(group, failure, f"{name}-{at}-{index}", level + has_heading)
        if group.hint.strip() and group.outcome is Outcome.FAILED and not part.misconception:
            yield f"<p><strong>Hint</strong> for {_html(group.id)}: {_html(group.hint)}</p>"
    for label, text in part_remarks(part):
        yield f"<p><strong>{label}</strong>{_html(text)}</p>"


def _group_row(group: GroupReport) -> str:
    kind = {Outcome.PASSED: ' class="passed"', Outcome.FAILED: ' class="failed"'}
    points = f"{points_text(group.score)} / {points_text(group.max_score)}"
    return (
        f'<tr><th scope="row">{_html(group.id)}</th>'
        f"<td{kind.get(group.outcome, '')}>{_OUTCOMES[group.outcome]}</td>"
        f'<td class="number">{points}</td><td class="number">{group.cases or ""}</td></tr>'
    )


def _failure(group: GroupReport, failure: Failure, name: str, level: int) -> Iterator[str]:
    words = VERDICT_WORDS[failure.verdict]
    told = "" if failure.property else " (input not shown)"
    yield f"<h{level}>{_html(group.id)}: {words} ({failure.verdict.value}){told}</h{level}>"
    mismatch = failure.mismatch.sentence() if failure.mismatch else ""
    said = [failure.message] if failure.message.strip() else []
    said += [mismatch] if mismatch and mismatch not in failure.message else []
    lines = [line for text in said for line in wrap(text, _PAGE.width, first="  | ", rest="  | ")]
    yield _quotation([*lines, *source_lines(failure.location, _PAGE)])
    if failure.outline:
        yield f"<p>{_html(outline_text(failure))}</p>"
    yield from _figure(failure, name)
    if failure.remark.strip():
        yield f"<p>{_html(failure.remark)}</p>"
    yield _quotation(printed_lines(failure.stdout, _PAGE))


def _figure(failure: Failure, name: str) -> Iterator[str]:
    picture = failure_svg(failure, name)
    if not picture:
        return
    scene = scene_of(failure)
    yield "<figure>"
    yield picture
    if scene and scene.windows:
        yield f"<figcaption>{_html(windows_in_words(scene.windows))}</figcaption>"
    yield "</figure>"
    lines = [f"{INDENT}{line}" for line in failure_picture(failure, _PAGE)]
    yield f"<details><summary>The same as text</summary>{_quotation(lines)}</details>"


def _quotation(lines: Sequence[str]) -> str:
    """Give lines that are ours or begin with a bar, each as it is; nothing of no lines."""
    text = "\n".join(line.rstrip() for line in lines).strip("\n")
    return f"<pre>{escape(text)}</pre>" if text else ""


def _name(report: Report) -> str:
    return escape(name_text(report.submission_name, _LONGEST_NAME))


def _html(text: str) -> str:
    return escape(one_line(text, 2000))
