"""Why a formula cannot be read: one kind each, and a message that says what to write instead."""

from __future__ import annotations

import enum

_LONGEST_QUOTE = 60


class Kind(enum.Enum):
    """Why a formula cannot be read; the value is what a log counts it under."""

    PROSE = "prose"
    UNBOUND = "unbound"
    DERIVATIVE = "derivative"
    UNKNOWN = "unknown"
    RANK = "rank"
    RANGE = "range"
    OUTSIDE = "outside"
    TYPE = "type"
    CONDITION = "condition"
    BINDER = "binder"
    INDEX = "index"
    SLICE = "slice"
    AMBIGUOUS = "ambiguous"
    LAYER = "layer"
    SHAPE = "shape"
    CASES = "cases"
    EMPTY = "empty"
    SEVERAL = "several"
    COMMAND = "command"
    SYNTAX = "syntax"
    LENGTH = "length"
    DEPTH = "depth"
    BUDGET = "budget"
    VALUE = "value"


#: what to write instead, where the place that fails knows nothing better
HINTS = {
    Kind.PROSE: r"write the condition with symbols, e.g. (i,j) = \arg\max_{…} …",
    Kind.UNBOUND: "bind it by a sum, max or arg max, or say what it is after 'where'",
    Kind.DERIVATIVE: "write it out with the given symbols",
    Kind.UNKNOWN: "use the symbols of the question, or define it after 'where'",
    Kind.RANK: r"separate indices with commas: x_{i+1,j}",
    Kind.RANGE: r"write its limits: \sum_{k=0}^{K-1}; and put brackets around what is summed",
    Kind.OUTSIDE: "restrict the sum, or add a condition",
    Kind.TYPE: "compare numbers with numbers and pairs with pairs: (i,j) = (p,q)",
    Kind.CONDITION: r"write a condition: \mathbb{1}[x_{ij} > 0]",
    Kind.BINDER: r"write the letter below the sign: \sum_{k}, \max_{(p,q) \in S}",
    Kind.INDEX: r"an index is a whole number; \lfloor i/s \rfloor rounds down",
    Kind.SLICE: "write the indices and a sum instead of ':'",
    Kind.AMBIGUOUS: "put brackets around what belongs together",
    Kind.LAYER: "this question has one layer: leave superscripts in brackets out",
    Kind.SHAPE: r"elementwise: \odot; transpose: ^T",
    Kind.CASES: r'add "0 & \text{otherwise}"',
    Kind.EMPTY: "restrict it to where there is something to choose from",
    Kind.SEVERAL: "give one formula, and definitions after 'where'",
    Kind.COMMAND: "write it with sums, products, max, arg max, conditions and cases",
    Kind.SYNTAX: "check the brackets and the arguments there",
    Kind.LENGTH: "give the last line of the derivation only",
    Kind.DEPTH: "name a part of it after 'where'",
    Kind.BUDGET: "sum over the indices of the question only",
    Kind.VALUE: "exclude the places where it has no value, by cases or a condition",
}


class Unreadable(Exception):
    """A formula that cannot be read or has no value; nothing was compared.

    at: where in the text, as an offset, or None when no single place is to blame.
    """

    def __init__(self, kind: Kind, what: str, at: int | None = None, hint: str = "") -> None:
        self.kind, self.what, self.at = kind, what, at
        self.hint = hint or HINTS[kind]
        super().__init__(f"{what}: {self.hint}")

    @property
    def message(self) -> str:
        """Give what a person reads: what is the matter, and what to write instead."""
        return str(self)


def quoted(text: str) -> str:
    """Give a piece of a formula for a message: one line, printable, not long."""
    flat = " ".join(text.split())
    safe = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in flat)
    return safe if len(safe) <= _LONGEST_QUOTE else safe[: _LONGEST_QUOTE - 1] + "…"
