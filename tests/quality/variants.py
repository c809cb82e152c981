"""Variants of a submission, read from a Markdown file: a section each, with what it loses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_SECTION = re.compile(
    r"^## (?P<name>[^\n]+)\n(?P<keys>(?:\w+: [^\n]*\n)*)```python\n(?P<code>.*?)^```$", re.M | re.S
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One submission. loses: 'part.group' of a question with several parts, else the group."""

    name: str
    source: str
    loses: frozenset[str]


def read_variants(file: str) -> list[Variant]:
    """Read every section of a file beside this one; a section that cannot be read is an error."""
    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    found = [_variant(section) for section in _SECTION.finditer(text)]
    headings = re.findall(r"^## (.+)$", text, re.M)
    assert [variant.name for variant in found] == headings, "a section has no code or no fence"
    assert len(set(headings)) == len(headings), "two sections have one name"
    return found


def _variant(section: re.Match[str]) -> Variant:
    keys = dict(line.split(": ", 1) for line in section["keys"].splitlines())
    assert set(keys) <= {"loses", "missed", "row"}, f"{section['name']}: {sorted(keys)}"
    loses = frozenset(filter(None, keys.get("loses", "").split(", ")))
    return Variant(name=section["name"], source=section["code"], loses=loses)
