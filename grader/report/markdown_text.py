"""Text for Markdown as GitHub, GitLab and CommonMark read it: nothing foreign is ever markup.

Our authors' words are escaped. What a submission wrote goes into code only, fenced or in a span:
there no renderer looks for links, mentions or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.report.visible import one_line

_PUNCTUATION = re.compile(r"([\\`*_\[\]#~^$@]|:(?=//|\w+:)|(?<=www)\.)", re.IGNORECASE)
_BACKTICKS = re.compile("`+")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def words(text: str) -> str:
    """Give a text as plain words, also inside of a table, but not at the beginning of a line."""
    shown = one_line(text, 2000).replace("|", "¦")
    shown = _PUNCTUATION.sub(r"\\\1", shown)
    return re.sub("[&<>]", lambda found: _ENTITIES[found.group()], shown)


def code_span(text: str) -> str:
    """Give a text on one line as code, also inside of a table."""
    shown = one_line(text, 500).replace("|", "¦") or " "
    fence = "`" * (_longest_run(shown) + 1)
    return (
        f"{fence} {shown} {fence}"
        if "`" in shown or shown != shown.strip()
        else (f"{fence}{shown}{fence}")
    )


def fenced(lines: Sequence[str]) -> list[str]:
    """Give lines as a block of code whose fence is longer than any run of backticks inside."""
    kept = "\n".join(line.rstrip() for line in lines).strip("\n").split("\n")
    fence = "`" * max(3, _longest_run("\n".join(kept)) + 1)
    return [f"{fence}text", *kept, fence]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Give a table; cells are Markdown already, on one line and without a bar."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)
