"""What `--format github` leaves behind in a step of GitHub Actions: summary, outputs, files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from grader.cli.common import print_text, write_whole
from grader.core.errors import UsageError
from grader.core.report import Report
from grader.report.as_github import MOST_SUMMARY_BYTES, outputs_of
from grader.report.as_markdown import reports_as_markdown
from grader.report.formats import Surroundings, rendered


def deliver_to_github(reports: Sequence[Report], paths: Sequence[str], folder: Path | None) -> None:
    """Print annotations, append the summary and outputs where GitHub asks for them, write files.

    folder gets report.json, junit.xml and summary.md.
    """
    around = Surroundings(paths=tuple(paths))
    summary = reports_as_markdown(reports, most_bytes=MOST_SUMMARY_BYTES)
    files = {} if folder is None else {"report": "report.json", "junit": "junit.xml"}
    if folder is not None:
        write_whole(folder / files["report"], rendered("json", reports, around) or "")
        write_whole(folder / files["junit"], rendered("junit", reports, around) or "")
        write_whole(folder / "summary.md", summary)
    written = {name: str(folder / file) for name, file in files.items() if folder is not None}
    try:
        outputs = outputs_of(reports, written)
    except ValueError as error:
        raise UsageError(where="--output", what=str(error)) from error
    _append("GITHUB_OUTPUT", outputs)
    if not _append("GITHUB_STEP_SUMMARY", summary) and folder is None:
        print(
            "grader: GITHUB_STEP_SUMMARY is not set, so there is no summary; "
            "--output FOLDER writes it to a file",
            file=sys.stderr,
        )
    print_text(rendered("github", reports, around) or "")


def _append(variable: str, text: str) -> bool:
    """Append to the file that a variable names; False where it names none."""
    name = os.environ.get(variable)
    if not name:
        return False
    try:
        with open(name, "a", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise UsageError(where=variable, what=f"cannot be written ({reason})") from error
    return True
