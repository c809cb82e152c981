"""`# Checks` cut into blocks `## Kind: name`, each with its `key: value` lines and code fences."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.bank.nodes import Node
from grader.bank.sections import Fence, Line, Section, heading_of, read_fences
from grader.core.expression import did_you_mean


class Kind(enum.Enum):
    """What a block declares."""

    CASE = "Case"
    WRONG = "Wrong"
    RIGHT = "Right"


_KEYS = {
    Kind.CASE: ("group", "part", "expect"),
    Kind.WRONG: ("fails", "hint", "file", "part"),
    Kind.RIGHT: ("file", "part"),
}
_EVERY_KEY = tuple(dict.fromkeys(key for keys in _KEYS.values() for key in keys))
_HEAD = re.compile(r"(\w[\w ]*?)\s*:\s*(.*)")
_KEY = re.compile(r"\s{0,3}(?:[-*]\s+)?\**(\w+)\**\s*:\**\s*(.*)")


@dataclass(frozen=True, slots=True)
class Field(Node):
    """The text after a key, with the lines that continue it."""

    text: str


@dataclass(frozen=True, slots=True)
class Block(Node):
    """One check. fields: key -> its text. fences in order; expected is the one below `expect:`."""

    kind: Kind
    name: str
    fields: Mapping[str, Field]
    fences: tuple[Fence, ...]
    expected: Fence | None = field(default=None)


def read_blocks(section: Section, file: str) -> Iterator[Block]:
    """Give the blocks of `# Checks` in order."""
    lines = list(section.lines)
    heads = [at for at, line in enumerate(lines) if (heading_of(line) or (0, ""))[0] == 2]
    for at, end in zip(heads, [*heads, len(lines)][1:], strict=True):
        place = Node(file, lines[at].number)
        kind, name = _read_head((heading_of(lines[at]) or (2, ""))[1], place)
        yield _read_block(kind, name, place, lines[at + 1 : end])


def _read_head(title: str, place: Node) -> tuple[Kind, str]:
    known = [kind.value for kind in Kind]
    found = _HEAD.fullmatch(title)
    word = found[1] if found else title.split(" ")[0]
    kind = next((kind for kind in Kind if kind.value.lower() == word.lower()), None)
    if kind is None:
        near = did_you_mean(word.capitalize(), known).removeprefix("; ")
        hint = near or "checks are '## Case: name', '## Wrong: name' and '## Right: name'"
        raise place.error(f"'## {title}' is no check", hint)
    if found is None or not found[2].strip():
        raise place.error(f"'## {title}' has no name", f"write '## {kind.value}: name'")
    return kind, found[2].strip()


def _read_block(kind: Kind, name: str, place: Node, lines: list[Line]) -> Block:
    fields, expected = _read_fields(kind, name, place.file, lines)
    fences = read_fences(lines)
    for fence in fences:
        if not fence.is_closed:
            raise Node(place.file, fence.line - 1).error("the code fence is never closed")
    below = next((fence for fence in fences if fence.line - 1 == expected), None)
    fences = [fence for fence in fences if fence is not below]
    return Block(place.file, place.line, kind, name, fields, tuple(fences), below)


def _read_fields(
    kind: Kind, name: str, file: str, lines: list[Line]
) -> tuple[dict[str, Field], int]:
    """Give the fields, and the line of the fence that an empty `expect:` announces (0: none)."""
    fields: dict[str, Field] = {}
    current, announced = "", 0
    for line in lines:
        text = line.text.strip()
        if line.fence or not text:
            if line.is_mark and current == "expect" and not fields["expect"].text:
                announced = announced or line.number
            if line.fence or current != "expect":
                current = ""
            continue
        key, value = _key_of(line.text, current, kind, Node(file, line.number))
        if key in fields:
            raise Node(file, line.number).error(f"{key!r} is there twice in {name!r}")
        if key:
            current = key
            fields[key] = Field(file, line.number, value)
        elif current:
            joint = "\n" if current == "expect" else " "
            more = line.text.rstrip() if current == "expect" else text
            known = fields[current]
            fields[current] = Field(file, known.line, f"{known.text}{joint}{more}".strip(" "))
    return fields, announced


def _key_of(text: str, current: str, kind: Kind, place: Node) -> tuple[str, str]:
    """Give key and value of a line; ('', '') for text that goes on, or is a remark."""
    found = _KEY.fullmatch(text)
    if found is None:
        return "", ""
    key = found[1].lower()
    if key in _KEYS[kind]:
        return key, found[2].strip()
    if current:
        return "", ""
    if key in _EVERY_KEY:
        allowed = ", ".join(_KEYS[kind])
        raise place.error(f"{key!r} in a {kind.value}", f"it may have {allowed}")
    near = did_you_mean(key, _KEYS[kind]).removeprefix("; ")
    if near:
        raise place.error(f"unknown {key!r} in a {kind.value}", near)
    return "", ""
