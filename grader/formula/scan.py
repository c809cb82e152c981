r"""Text → raw tokens: commands, letters, numbers, signs, each with its offset.

Unicode signs become the LaTeX they stand for, and `<=`, `!=` the sign they mean. Comments go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.formula.failure import Kind, Unreadable
from grader.formula.unicode_signs import UNICODE

MOST_CHARACTERS = 2_000
#: nesting of brackets; the parser needs none, but what walks the tree does
MOST_DEPTH = 24
_RAW = re.compile(
    r"(?P<space>\s+)|(?P<comment>%[^\n]*)|(?P<command>\\(?:[A-Za-z]+|.|$))"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<letter>[A-Za-z])"
    r"|(?P<pair><=|>=|!=|==|:=|\.\.\.|\$\$)|(?P<sign>.)",
    re.DOTALL,
)
_PAIRS = {
    "<=": "\\le", ">=": "\\ge", "!=": "\\ne", "==": "=", ":=": "=", "...": "\\dots", "$$": "$",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Raw:
    """A raw token: its kind (space, command, number, letter, sign), its text, its offset."""

    kind: str
    text: str
    at: int


def scan(text: str) -> list[Raw]:
    """Cut a text into raw tokens; Unreadable when it is too long, too deep or unbalanced."""
    if len(text) > MOST_CHARACTERS:
        what = f"the formula has {len(text)} characters, at most {MOST_CHARACTERS} are read"
        raise Unreadable(Kind.LENGTH, what)
    raws = list(_raws(text, 0))
    _check_braces(raws)
    return raws


def _raws(text: str, base: int, *, is_expansion: bool = False) -> Iterator[Raw]:
    for found in _RAW.finditer(text):
        kind, piece = found.lastgroup or "sign", found.group()
        at = base if is_expansion else base + found.start()
        if kind == "comment":
            continue
        if kind == "pair":
            piece = _PAIRS[piece]
            kind = "command" if piece.startswith("\\") else "sign"
        if kind == "sign" and piece in UNICODE:
            yield from _raws(UNICODE[piece], at, is_expansion=True)
        else:
            yield Raw(kind, piece, at)


def _check_braces(raws: Sequence[Raw]) -> None:
    depth = 0
    for raw in raws:
        depth += (raw.text == "{") - (raw.text == "}")
        if depth > MOST_DEPTH:
            raise Unreadable(Kind.DEPTH, "the formula is nested too deep", raw.at)
        if depth < 0:
            raise Unreadable(Kind.SYNTAX, "a '}' closes nothing", raw.at)
    if depth:
        last = next(raw for raw in reversed(raws) if raw.text == "{")
        raise Unreadable(Kind.SYNTAX, "a '{' is never closed", last.at)


class Cursor:
    """Reads raw tokens one after the other, and arguments as TeX does."""

    def __init__(self, raws: Sequence[Raw], end: int = 0) -> None:
        self.raws = raws
        self.position = 0
        self.end = raws[-1].at if raws else end

    def peek(self, ahead: int = 0) -> Raw | None:
        """Give a token to come without taking it, or None at the end."""
        at = self.position + ahead
        return self.raws[at] if at < len(self.raws) else None

    def take(self) -> Raw:
        """Give the next token."""
        raw = self.raws[self.position]
        self.position += 1
        return raw

    def skip_space(self) -> None:
        """Go on to what is no space."""
        while (raw := self.peek()) is not None and raw.kind == "space":
            self.position += 1

    def argument(self, of: str) -> list[Raw]:
        """Take the next group without its braces, or the next single token."""
        self.skip_space()
        if self.peek() is None:
            raise Unreadable(Kind.SYNTAX, f"{of} has no argument", self.end)
        raw = self.take()
        if raw.text != "{":
            return [raw]
        depth, held = 1, []
        while depth:
            following = self.take()  # braces are balanced, checked by scan, apart from pieces of it
            depth += (following.text == "{") - (following.text == "}")
            held.append(following)
        return held[:-1]

    def option(self) -> list[Raw] | None:
        """Take what stands in [ ] next, or nothing."""
        self.skip_space()
        raw = self.peek()
        if raw is None or raw.text != "[":
            return None
        for ahead in range(1, len(self.raws) - self.position):
            if self.raws[self.position + ahead].text == "]":
                held = list(self.raws[self.position + 1 : self.position + ahead])
                self.position += ahead + 1
                return held
        return None


def joined(raws: Sequence[Raw]) -> str:
    """Give the texts of tokens without space."""
    return "".join(raw.text for raw in raws if raw.kind != "space")
