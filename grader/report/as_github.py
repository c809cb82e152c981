"""Reports for GitHub Actions: annotations as workflow commands, and the step's outputs.

A workflow command is obeyed wherever a line of the step's output begins with it, so no word of a
submission is printed here but the path of its file, escaped. The rest is in the step summary,
which is Markdown, and in files. Ten annotations of a kind are shown for a step and those beyond
are dropped silently: the tenth says how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.core.report import Outcome, Report, Status
from grader.report.failure_text import part_remarks
from grader.report.rows import headline, rows_of, score_of
from grader.report.short import points_text
from grader.report.values_as_json import points_as_json
from grader.report.visible import one_line

MOST_ANNOTATIONS = 10
MOST_SUMMARY_BYTES = 900 * 1024  # 1024 KiB are refused as a whole
_LONGEST_MESSAGE = 1000
_LINE = re.compile(r"(?P<file>.+) line (?P<line>\d{1,7})")


def reports_as_annotations(reports: Sequence[Report], paths: Sequence[str]) -> str:
    """Give what a step prints: an annotation for each failed group, then a line for each report.

    paths: of the submissions, as the repository knows them; '' where there is none.
    """
    commands = [
        command
        for report, path in zip(reports, paths, strict=True)
        for command in _annotations(report, path)
    ]
    if len(commands) > MOST_ANNOTATIONS:
        left = len(commands) - MOST_ANNOTATIONS + 1
        more = _command("grader", f"{left} more groups failed: see the step summary")
        commands = [*commands[: MOST_ANNOTATIONS - 1], more]
    lines = [f"{one_line(report.question_id, 100)}: {headline(report)}" for report in reports]
    return "".join(f"{line}\n" for line in [*commands, *(f"grader: {line}" for line in lines)])


def outputs_of(reports: Sequence[Report], files: dict[str, str]) -> str:
    """Give the lines for $GITHUB_OUTPUT: numbers, words of ours and paths, nothing else.

    A single graded report has a score; files are named by their output. ValueError when a path has
    a line break, which would make one more output.
    """
    values = dict(files)
    if len(reports) == 1:
        score = points_as_json(score_of(reports[0]))
        values |= {} if score is None else {"score": repr(score)}
        values["max-score"] = repr(points_as_json(reports[0].max_score))
    statuses = {report.status for report in reports}
    worst = [s for s in (Status.ERROR, Status.UNGRADABLE, Status.GRADED) if s in statuses]
    values["result"] = worst[0].value if worst else ""
    for name, value in values.items():
        if len(value.splitlines()) > 1 or value.endswith(("\n", "\r")):
            raise ValueError(f"the path of {name} has a line break")
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _annotations(report: Report, path: str) -> Iterator[str]:
    title = one_line(report.question_id, 100)
    if report.status is not Status.GRADED:
        yield _command(title, headline(report), *_place(report.location, path))
        return
    found = [remark for part in report.parts if part.misconception for remark in part_remarks(part)]
    like = f"; {found[0][0].lower()}{found[0][1]}" if found else ""
    for row in rows_of(report):
        if row.outcome is Outcome.FAILED:
            points = f"{points_text(row.score)} of {points_text(row.max_score)} points"
            message = f"{row.name}: {row.summary or 'failed'}, {points}{like}"
            location = row.failure.location if row.failure else ()
            yield _command(title, message, *_place(location, path))


def _place(location: tuple[str, ...], path: str) -> tuple[str, str]:
    """Give the file and line that a location names, as far as they are known."""
    found = _LINE.fullmatch(location[0]) if location else None
    if not path or found is None or path.endswith(".ipynb"):
        return path, ""
    is_same = path.replace("\\", "/").rpartition("/")[2] == found["file"]
    return (path, found["line"]) if is_same else (path, "")


def _command(title: str, message: str, path: str = "", line: str = "") -> str:
    properties = {"title": title, "file": one_line(path, 500), "line": line}
    written = ",".join(f"{name}={_property(text)}" for name, text in properties.items() if text)
    return f"::error {written}::{_message(one_line(message, _LONGEST_MESSAGE))}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
