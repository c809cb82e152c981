"""One failure of a group in words, with the pictures that show it."""

from __future__ import annotations

from grader.core.report import Failure, GroupReport
from grader.core.verdict import Verdict
from grader.report.page import Page
from grader.report.pictures import answers_picture, inputs_picture
from grader.report.visible import columns, cut, one_line, quoted_lines, wrap

INDENT = "  "
QUOTE = "  | "  # stands before every line whose words are not ours
_MOST_SOURCE, _MOST_PRINTED = 12, 10

VERDICT_WORDS = {
    Verdict.AC: "accepted",
    Verdict.WA: "a value differs from the expected one",
    Verdict.RTE: "it raised an exception or died",
    Verdict.TLE: "it took too long",
    Verdict.MLE: "it used too much memory",
    Verdict.OLE: "it printed too much",
    Verdict.PE: "it sent what is not an answer",
    Verdict.CE: "it cannot be read",
    Verdict.JE: "the grader or the question is at fault",
}


def failure_lines(group: GroupReport, failure: Failure, page: Page) -> list[str]:
    """Explain one failure of a group."""
    lines = _heading(group, failure, page) + source_lines(failure.location, page)
    inner = page.narrower(len(INDENT))
    for picture in (inputs_picture(failure, inner), answers_picture(failure, inner)):
        if picture:
            lines += ["", *(f"{INDENT}{line}".rstrip() for line in picture)]
    return lines + printed_lines(failure.stdout, page)


def source_lines(location: tuple[str, ...], page: Page) -> list[str]:
    """Quote the learner's own place and lines."""
    if not location:
        return []
    return quoted_lines("\n".join(location), page.width, prefix=QUOTE, most=_MOST_SOURCE)


def printed_lines(stdout: str, page: Page) -> list[str]:
    """Quote the first lines of what a submission printed."""
    if not stdout.strip():
        return []
    quoted = quoted_lines(stdout, page.width, prefix=QUOTE, most=_MOST_PRINTED)
    return ["", page.faint(f"{INDENT}printed:"), *quoted]


def _heading(group: GroupReport, failure: Failure, page: Page) -> list[str]:
    """Say what failed, and at the right edge the verdict and the property."""
    mismatch = failure.mismatch.sentence() if failure.mismatch else ""
    words = VERDICT_WORDS[failure.verdict]
    if not failure.property:  # redacted
        words += " (input not shown)"
    message = failure.message.strip() or mismatch or words
    name = cut(one_line(group.id), page.width // 2)
    terms = [failure.verdict.value, cut(one_line(failure.property), page.width // 2)]
    tag = f"({', '.join(filter(None, terms))})"
    lines = wrap(message, page.width, first=f"{name}: ", rest=QUOTE)
    if len(lines) > 1 or columns(lines[0]) + columns(tag) + 2 > page.width:
        lines = [f"{name}:", *wrap(message, page.width, first=QUOTE, rest=QUOTE)]
    if mismatch not in message:
        lines += wrap(mismatch, page.width, first=QUOTE, rest=QUOTE)
    gap = max(page.width - columns(lines[0]) - columns(tag), 1)
    lines[0] = page.strong(f"{name}:") + lines[0].removeprefix(f"{name}:")
    lines[0] += " " * gap + page.faint(tag)
    return lines
