"""The tree of spelling: a formula as it is written, before any name has a meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

_RELATIONS = {
    "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "in": r"\in", "not in": r"\notin",
}  # fmt: skip
_MARKS = {"*": "^*", "'": "'", "T": "^T"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A piece of a formula; at is its offset in the text, which does not count for equality."""

    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Node):
    """A number; text keeps the digits, since x_{12} may be two indices."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Node):
    """A letter, a Greek letter, an accented one, or a word that the question declares."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Node):
    """The sign of an indicator; its condition follows as a group or stands below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots(Node):
    """The dots of {1, …, K}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Node):
    """What brackets hold: items, and after ':' the conditions. bracket is ( [ { or \\{."""

    bracket: str
    items: tuple[Node, ...]
    such: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Script(Node):
    """Something with a subscript, a superscript, and marks: stars, primes, a T for transposed."""

    base: Node
    sub: Group | None = None
    sup: Group | None = None
    marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product(Node):
    """Factors; signs[n] stands between factors n and n + 1, '' when they are side by side."""

    factors: tuple[Node, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum(Node):
    """Terms with the sign before each."""

    terms: tuple[Node, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Node):
    """A chain: signs[n] stands between members n and n + 1."""

    members: tuple[Node, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logic(Node):
    """Conditions joined by 'and', 'or', or one after 'not'."""

    sign: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Big(Node):
    """sum, prod, max, min, argmax, argmin over what stands below, of the product that follows."""

    sign: str
    body: Node
    sub: Group | None = None
    sup: Group | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Node):
    """A function of one factor: log x."""

    name: str
    argument: Node
    sup: Group | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fraction(Node):
    """A fraction with a bar."""

    top: Group
    bottom: Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped(Node):
    """abs, floor, ceil or sqrt of something."""

    sign: str
    argument: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(Node):
    """A partial sign with what it stands before."""

    argument: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases(Node):
    """Rows of values and conditions; the condition of 'otherwise' is None."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Node):
    """One row of cases."""

    value: Node
    condition: Node | None


def children(node: Node) -> Iterator[Node]:
    """Give the nodes directly inside of a node."""
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Node))


def walk(node: Node) -> Iterator[Node]:
    """Give a node and everything inside of it."""
    yield node
    for child in children(node):
        yield from walk(child)


def unwrapped(node: Node) -> Node:
    """Take braces away that hold one thing and mean nothing."""
    while (
        isinstance(node, Group) and node.bracket == "{" and len(node.items) == 1 and not node.such
    ):
        node = node.items[0]
    return node


def written(node: Node | None) -> str:
    """Give LaTeX for a node, for messages and lists of changes."""
    match node:
        case None:
            return r"\text{otherwise}"
        case Number() | Name():
            return node.text
        case Indicator():
            return r"\mathbb{1}"
        case Dots():
            return r"\dots"
        case Group():
            return _written_group(node)
        case Script():
            sub, sup = _inside("_", node.sub), _inside("^", node.sup)
            return written(node.base) + "".join(_MARKS[mark] for mark in node.marks) + sub + sup
        case Product():
            return _joined(node.factors, [_between(node, at) for at in range(len(node.signs))])
        case Sum():
            first = "-" if node.signs[0] == "-" else ""
            return first + _joined(node.terms, [f" {sign} " for sign in node.signs[1:]])
        case Relation():
            signs = [f" {_RELATIONS.get(sign, sign)} " for sign in node.signs]
            return _joined(node.members, signs)
        case Logic(sign="not"):
            return rf"\lnot {written(node.parts[0])}"
        case Logic():
            return _joined(node.parts, [rf" \text{{ {node.sign} }} "] * (len(node.parts) - 1))
        case Big():
            sign = rf"\arg\{node.sign[3:]}" if node.sign.startswith("arg") else rf"\{node.sign}"
            return f"{sign}{_inside('_', node.sub)}{_inside('^', node.sup)} {written(node.body)}"
        case Function():
            return rf"\{node.name}{_inside('^', node.sup)} {written(node.argument)}"
        case Fraction():
            return rf"\frac{written(node.top)}{written(node.bottom)}"
        case Wrapped(sign="sqrt"):
            return rf"\sqrt{{{written(node.argument)}}}"
        case Wrapped(sign="abs"):
            return f"|{written(node.argument)}|"
        case Wrapped():
            return rf"\l{node.sign} {written(node.argument)} \r{node.sign}"
        case Partial():
            return rf"\partial {written(node.argument)}"
        case Cases():
            rows = r" \\ ".join(written(row) for row in node.rows)
            return rf"\begin{{cases}} {rows} \end{{cases}}"
        case Row():
            return f"{written(node.value)} & {written(node.condition)}"
        case _:
            raise AssertionError(f"no LaTeX for {type(node).__name__}")


def _between(node: Product, at: int) -> str:
    is_applied = isinstance(node.factors[at], Name) and isinstance(node.factors[at + 1], Group)
    return f" {node.signs[at]} " if node.signs[at] else "" if is_applied else " "


def _inside(sign: str, group: Group | None) -> str:
    return "" if group is None else sign + _written_group(group)


def _written_group(group: Group) -> str:
    closing = {"(": ")", "[": "]", "{": "}", "\\{": "\\}"}[group.bracket]
    held = ", ".join(written(item) for item in group.items)
    if group.such:
        held += " : " + ", ".join(written(item) for item in group.such)
    return group.bracket + held + closing


def _joined(nodes: tuple[Node, ...], signs: list[str]) -> str:
    text = written(nodes[0])
    for sign, node in zip(signs, nodes[1:], strict=True):
        text += sign + written(node)
    return text
