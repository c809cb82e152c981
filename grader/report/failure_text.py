"""One failure of a group in words, with the pictures that show it."""

from __future__ import annotations

from grader.core.report import (
    Failure,
    GroupReport,
    MatchedMisconception,
    Outcome,
    PartReport,
)
from grader.core.verdict import Verdict
from grader.report.page import Page
from grader.report.pictures import failure_picture
from grader.report.visible import columns, cut, one_line, quoted_lines, wrap

INDENT = "  "
QUOTE = "  | "  # stands before every line whose words are not ours
LIKE = "It behaves like: "
GIVES = "It gives: "
TIE_RULES = {
    "first": "of several equal maxima the first gets everything",
    "last": "of several equal maxima the last gets everything",
    "split": "several equal maxima share in equal parts",
    "all": "each of several equal maxima gets everything",
}
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


def explanation_lines(part: PartReport, group: GroupReport, page: Page) -> list[str]:
    """Explain why a group failed: each failure, then the author's hint; an empty line before."""
    lines: list[str] = []
    for failure in group.failures:
        lines += ["", *failure_lines(group, failure, page)]
    # a named misconception says more than the hint that everyone who fails the group gets
    if group.hint.strip() and group.outcome is Outcome.FAILED and not part.misconception:
        if not group.failures:
            lines += ["", page.strong(f"{cut(one_line(group.id), page.width - 1)}:")]
        lines += ["", *wrap(group.hint, page.width, first=f"{INDENT}Hint: ", rest=INDENT)]
    return lines


def misconception_lines(part: PartReport, page: Page) -> list[str]:
    """Tell what is known of a part as a whole, each thing with an empty line before."""
    lines: list[str] = []
    for label, words in part_remarks(part):
        lines += ["", *wrap(words, page.width, first=label, rest=INDENT)]
    return lines


def part_remarks(part: PartReport) -> list[tuple[str, str]]:
    """Give what is known of a part as a whole, as labels and words of the author's or ours.

    The known mistake that it behaves like, if there is one; how it treats ties, where that is the
    learner's choice; how fast it is, where that is graded.
    """
    remarks: list[tuple[str, str]] = []
    if found := part.misconception:
        remarks.append((LIKE if found.is_declared else GIVES, misconception_text(found)))
    if part.tie_rule is not None:
        remarks.append(("Ties: ", f"{TIE_RULES.get(part.tie_rule.rule, part.tie_rule.rule)}."))
    if speed := part.speed:
        words = f"{speed.ratio:.3g} times the CPU time of the reference "
        words += f"({speed.low:.3g} to {speed.high:.3g}); at most {speed.limit:g} times is allowed."
        remarks.append(("Speed: ", words))
    return remarks


def misconception_text(found: MatchedMisconception) -> str:
    """Give the name of a misconception, on how many cases if not on all, and the author's hint."""
    name = found.name
    if not found.is_sure:
        name += f" (on {found.agreed_cases} of {found.compared_cases} cases)"
    return f"{name} — {found.hint}" if found.hint.strip() else name


def failure_lines(group: GroupReport, failure: Failure, page: Page) -> list[str]:
    """Explain one failure of a group."""
    lines = _heading(group, failure, page) + source_lines(failure.location, page)
    lines += _outline_lines(failure, page)
    picture = failure_picture(failure, page.narrower(len(INDENT)))
    if picture:
        lines += ["", *(f"{INDENT}{line}".rstrip() for line in picture)]
    if failure.remark.strip():
        lines += ["", *wrap(failure.remark, page.width, first=INDENT, rest=INDENT)]
    return lines + printed_lines(failure.stdout, page)


def _outline_lines(failure: Failure, page: Page) -> list[str]:
    if not failure.outline:
        return []
    return wrap(outline_text(failure), page.width, first=INDENT, rest=INDENT)


def outline_text(failure: Failure) -> str:
    """Say of what kind the input is whose values are held back; '' where they are not."""
    kinds = "; ".join(f"{name}: {kind}" for name, kind in failure.outline.items())
    return f"on an input of this kind: {kinds}" if kinds else ""


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
