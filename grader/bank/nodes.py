"""YAML as texts, lists and tables that know their line: nothing is converted, nothing is expanded.

Events are read one by one, so an alias is refused before it could be expanded and depth is bounded
whatever the file holds. Every scalar stays the text the author wrote ('2016_001', 'no', '1e3').
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from grader.core.errors import QuestionError

_DEEPEST = 32
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # without libyaml: slower, the same
_SINGLE_QUOTES = "write it in single quotes, where a backslash is a backslash"
#: what the parser says -> what the author does about it
_HINTS = {
    "unknown escape": _SINGLE_QUOTES,
    "mapping values are not allowed": "a text with ': ' in it needs single quotes",
    "tab character": "indent with spaces",
    "<document start>": "remove the line '...'",
    "cannot start any token": "indent with spaces; a text that begins with a sign needs quotes",
    "',' or '}'": "inside { } a text with commas or brackets needs single quotes",
    "',' or ']'": "inside [ ] a text with commas or brackets needs single quotes",
    "block end": "entries of one list or mapping begin in the same column",
    "could not find expected ':'": "every line is 'key: value'; continued text is indented",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of YAML and its place."""

    file: str
    line: int

    def error(self, what: str, hint: str = "") -> QuestionError:
        """Give the error that names this place."""
        return QuestionError(where=f"{self.file}:{self.line}", what=what, hint=hint)


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A scalar as written; style is its quote or block sign, '' when plain."""

    value: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list."""

    items: tuple[Node, ...]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class Table(Node):
    """A mapping in the order of the file; keys are kept as nodes for their lines."""

    entries: dict[str, tuple[Text, Node]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[Text, Node]]:
        return iter(self.entries.values())

    def get(self, key: str) -> Node | None:
        """Give the value of key, or None where it is missing or empty."""
        found = self.entries.get(key)
        if found is None or (isinstance(found[1], Text) and not found[1].value.strip()):
            return None
        return found[1]

    def key(self, key: str) -> Node:
        """Give the node of the key itself, or of the table when it is missing."""
        found = self.entries.get(key)
        return found[0] if found else self


def parse_yaml(text: str, file: str, first_line: int) -> Node | None:
    """Parse one YAML document; None when it is empty. first_line is where text begins in file."""
    _refuse_control(text, Node(file, first_line))
    builder = _Builder(file, first_line)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        is_open = error.context_mark and "flow" in (error.context or "")  # its line says more
        mark = error.context_mark if is_open else error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise _unreadable(error, Node(file, line)) from error
    except yaml.YAMLError as error:
        raise Node(file, first_line).error(f"not readable as YAML: {error}") from error
    return builder.root


def _unreadable(error: yaml.MarkedYAMLError, place: Node) -> QuestionError:
    said = " ".join(f"{error.context or ''} {error.problem or ''}".split())
    hint = next((hint for sign, hint in _HINTS.items() if sign in said), "")
    return place.error(f"not readable as YAML: {error.problem or said}", hint)


def _refuse_control(text: str, start: Node) -> None:
    """Refuse raw control characters, which YAML forbids and editors hide."""
    for offset, line in enumerate(text.split("\n")):
        if line.isprintable():
            continue
        bad = next((c for c in line if is_control(c) and c != "\t"), None)
        if bad is not None:
            place = Node(start.file, start.line + offset)
            raise place.error(f"control character U+{ord(bad):04X}", "remove it")


def is_control(character: str) -> bool:
    """Tell whether a character has no place in a text: control signs, Unicode line breaks."""
    return unicodedata.category(character) in ("Cc", "Zl", "Zp") or character == "\ufeff"


class _Builder:
    """Builds nodes from events with a stack of its own, so that depth is ours to bound."""

    def __init__(self, file: str, first_line: int) -> None:
        self.file, self.first_line = file, first_line
        self.root: Node | None = None
        self._open: list[Items | Table] = []
        self._children: list[list[Node]] = []
        self._documents = 0

    def take(self, event: Any) -> None:
        """Take the next event; QuestionError when it is nothing a question needs."""
        line = self.first_line + event.start_mark.line
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Node(self.file, line).error("a second YAML document", "remove the line '...'")
        elif isinstance(event, yaml.AliasEvent):
            raise Node(self.file, line).error(
                f"alias '*{event.anchor}'",
                "aliases are not read: repeat the value, or quote the text",
            )
        elif isinstance(event, yaml.NodeEvent):
            self._refuse_decoration(event, Node(self.file, line))
            self._take_node(event, line)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            self._close()

    @staticmethod
    def _refuse_decoration(event: Any, place: Node) -> None:
        if event.anchor is not None:
            raise place.error(
                f"anchor '&{event.anchor}'",
                "anchors are not read: repeat the value, or quote the text",
            )
        if event.tag is not None:
            raise place.error(
                f"tag '{event.tag}'", "tags are not read: remove it, or quote the text"
            )

    def _take_node(self, event: Any, line: int) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._add(self._text(event, line))
            return
        if len(self._open) >= _DEEPEST:
            raise Node(self.file, line).error(f"nested more than {_DEEPEST} deep")
        is_list = isinstance(event, yaml.SequenceStartEvent)
        self._open.append(Items(self.file, line, ()) if is_list else Table(self.file, line))
        self._children.append([])

    def _text(self, event: Any, line: int) -> Text:
        node = Text(self.file, line, event.value, event.style or "")
        bad = next((c for c in event.value if is_control(c) and c not in "\n\t"), None)
        if bad is not None:
            raise node.error(
                f"control character U+{ord(bad):04X}, made by a backslash in double quotes",
                _SINGLE_QUOTES,
            )
        return node

    def _add(self, node: Node) -> None:
        if self._children:
            self._children[-1].append(node)
        else:
            self.root = node

    def _close(self) -> None:
        opened, children = self._open.pop(), self._children.pop()
        if isinstance(opened, Items):
            self._add(Items(self.file, opened.line, tuple(children)))
        else:
            self._add(self._table(opened, children))

    def _table(self, opened: Table, children: list[Node]) -> Table:
        entries: dict[str, tuple[Text, Node]] = {}
        for key, value in zip(children[::2], children[1::2], strict=True):
            if not isinstance(key, Text):
                raise key.error("a key that is a list or mapping", "a key is a word")
            if key.value == "<<":
                raise key.error("merge key '<<'", "merge keys are not read: repeat the values")
            if key.value in entries:
                first = entries[key.value][0].line
                raise key.error(f"{key.value!r} is there twice, first in line {first}", "keep one")
            if isinstance(value, (Items, Table)):  # an error about all of it names its key's line
                value = replace(value, line=key.line)
            entries[key.value] = (key, value)
        return Table(self.file, opened.line, entries)
