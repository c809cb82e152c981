"""The tables of README.md as values: which attacks try which threat, and what they may see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from grader.core.call import Isolation

PAGE = Path(__file__).with_name("README.md")
LEVELS = (Isolation.L1, Isolation.L3)
_QUOTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """One row: its number, its class of threats, what tries it, and what comes of it by level."""

    number: int
    kind: str
    names: tuple[str, ...]
    tried_by: str
    results: dict[Isolation, str]


@cache
def threats() -> tuple[Threat, ...]:
    """All rows, in the order of the page."""
    return tuple(_rows())


def _rows() -> Iterator[Threat]:
    kind = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            kind = line.lstrip("# ")
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and cells[0][:1].isdigit():
            yield Threat(
                number=int(cells[0].split()[0]),
                kind=kind,
                names=tuple(_QUOTED.findall(cells[1])),
                tried_by=cells[1],
                results=dict(zip(LEVELS, cells[2:], strict=True)),
            )


def visible_at(level: Isolation) -> set[str]:
    """Names of the attacks that see something of no use at this level."""
    cells = (threat.results[level] for threat in threats() if level in threat.results)
    return {name for cell in cells for name in _QUOTED.findall(cell.partition("visible: ")[2])}
