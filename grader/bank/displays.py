"""The formulas of a Markdown text with their lines: displayed ones and those in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from grader.bank.sections import mark_lines

_FORMULA = re.compile(
    r"\\\\|\\\$|`+[^`\n]*`+"  # an escaped sign or code, which begins no formula
    r"|\$\$(?P<display>.+?)\$\$"
    r"|\\\[(?P<bracket>.+?)\\\]"
    r"|(?P<environment>\\begin\{(?P<name>align|equation|gather|multline)(?P<star>\*?)\}.+?"
    r"\\end\{(?P=name)(?P=star)\})"
    r"|\$(?P<inline>[^$\n]+?)\$",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFormula:
    """A formula of a text: its LaTeX, the line where it begins, and whether it stands alone."""

    text: str
    line: int
    is_display: bool


def formulas_of(text: str, first_line: int) -> Iterator[WrittenFormula]:
    """Give the formulas of a Markdown text outside of code, in their order."""
    lines = mark_lines(text.split("\n"), first_line)
    plain = "\n".join("" if line.fence else line.text for line in lines)
    for found in _FORMULA.finditer(plain):
        display = found["display"] or found["bracket"] or found["environment"]
        held = display or found["inline"]
        if held is None:
            continue
        start = found.start() + found.group().index(held)
        start += len(held) - len(held.lstrip())
        yield WrittenFormula(
            text=held.strip(),
            line=first_line + plain.count("\n", 0, start),
            is_display=display is not None,
        )
