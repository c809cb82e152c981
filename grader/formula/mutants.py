"""Small changes of a formula: a question whose instances do not notice one is too weak.

Changed is the spelling, one place at a time: arg max and arg min, sum and product, signs,
comparisons, swapped indices, dropped factors and conditions, numbers and indices off by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from grader.formula.keys import flattened, key_of
from grader.formula.spelling import (
    Big,
    Cases,
    Group,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    Sum,
    unwrapped,
    written,
)
from grader.formula.statements import Spelling

_OPPOSITE = {
    "sum": ("prod", "max"),
    "prod": ("sum",),
    "max": ("min", "sum"),
    "min": ("max",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
}
_RELATIONS = {
    "=": ("!=",), "!=": ("=",), "<": ("<=", ">"), "<=": ("<", ">="), ">": (">=", "<"),
    ">=": (">", "<="), "in": ("not in",), "not in": ("in",),
}  # fmt: skip
Change = tuple[Node, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FormulaMutant:
    """A formula with one change; change says what became what, in LaTeX."""

    change: str
    spelling: Spelling


def mutants_of(spelling: Spelling, used: Collection[str]) -> Iterator[FormulaMutant]:
    """Give every mutant of the answer and of the definitions that it uses."""
    answer = spelling.members[-1]
    seen: set[str] = set()
    for changed, change in _mutated(answer):
        members = (changed,)
        yield FormulaMutant(
            change=_numbered(change, seen), spelling=replace(spelling, members=members)
        )
    bodies = {id(one.body): one.body for name, one in spelling.definitions.items() if name in used}
    for body in bodies.values():
        for changed, change in _mutated(body):
            definitions = {
                name: replace(one, body=changed) if one.body is body else one
                for name, one in spelling.definitions.items()
            }
            mutant = replace(spelling, definitions=definitions)
            yield FormulaMutant(change=_numbered(change, seen), spelling=mutant)


def _numbered(change: str, seen: set[str]) -> str:
    """Tell the second place of the same change from the first."""
    number, text = 1, change
    while text in seen:
        number += 1
        text = f"{change} ({number})"
    seen.add(text)
    return text


def _mutated(node: Node) -> Iterator[Change]:
    """Give a node with each single change, in it or below it."""
    for mutate in _MUTATIONS.get(type(node), ()):
        yield from mutate(node)
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(node, Big) and part.name == "sub" and _orders_nothing(node):
            bare = Group(bracket="{", items=(), such=value.such)
            for changed, change in _mutated(bare):
                such = changed.such if isinstance(changed, Group) else ()
                yield replace(node, sub=replace(value, such=such)), change
        elif isinstance(value, Node):
            for changed, change in _mutated(value):
                yield _with(node, part.name, changed), change
        elif isinstance(value, tuple):
            for at, item in enumerate(value):
                if isinstance(item, Node):
                    for changed, change in _mutated(item):
                        items = (*value[:at], changed, *value[at + 1 :])
                        yield _with(node, part.name, items), change


def _with(node: Node, name: str, value: object) -> Node:
    changes: dict[str, Any] = {name: value}
    return replace(node, **changes)


def _orders_nothing(node: Big) -> bool:
    """Tell whether only letters stand below a sign: their order means nothing but to an arg max."""
    if node.sub is None or node.sign.startswith("arg"):
        return False
    return all(key_of(piece) is not None for piece in flattened(node.sub.items))


def _big(node: Big) -> Iterator[Change]:
    for sign in _OPPOSITE[node.sign]:
        yield replace(node, sign=sign), f"{node.sign} -> {sign}"
    if node.sub is not None and node.sub.such:
        bare = replace(node.sub, such=())
        dropped = ", ".join(written(item) for item in node.sub.such)
        yield replace(node, sub=bare), f"drops the condition {dropped}"


def _relation(node: Relation) -> Iterator[Change]:
    for at, sign in enumerate(node.signs):
        for other in _RELATIONS[sign]:
            changed = replace(node, signs=(*node.signs[:at], other, *node.signs[at + 1 :]))
            yield changed, f"{written(node)} -> {written(changed)}"


def _sum(node: Sum) -> Iterator[Change]:
    for at, sign in enumerate(node.signs):
        other = "-" if sign == "+" else "+"
        changed = replace(node, signs=(*node.signs[:at], other, *node.signs[at + 1 :]))
        yield changed, f"{written(node)} -> {written(changed)}"
    if len(node.terms) > 1:
        for at in range(len(node.terms)):
            terms = (*node.terms[:at], *node.terms[at + 1 :])
            signs = (*node.signs[:at], *node.signs[at + 1 :])
            changed = Sum(terms=terms, signs=signs, at=node.at)
            yield changed, f"{written(node)} -> {written(changed)}"


def _product(node: Product) -> Iterator[Change]:
    for at, factor in enumerate(node.factors):
        before, after = node.factors[at - 1 : at], node.factors[at + 1 : at + 2]
        sign_before = node.signs[at - 1] if at else ""
        if isinstance(unwrapped(factor), Group) and before and not sign_before:
            continue  # what an indicator, a set or a function is applied to
        taken = 1
        following = after[0] if after and not node.signs[at] else None
        core = following.base if isinstance(following, Script) else following
        if isinstance(core, Group) and not isinstance(factor, Group):
            taken = 2
        factors = (*node.factors[:at], *node.factors[at + taken :])
        if not factors or sign_before == "/":
            continue
        signs = (
            node.signs[taken:]
            if at == 0
            else (*node.signs[: at - 1], *node.signs[at - 1 + taken :])
        )
        rest = (
            factors[0] if len(factors) == 1 else Product(factors=factors, signs=signs, at=node.at)
        )
        dropped = " ".join(written(one) for one in node.factors[at : at + taken])
        yield rest, f"drops the factor {dropped}"
    for at, sign in enumerate(node.signs):
        if sign == "/":
            changed = replace(node, signs=(*node.signs[:at], "\\cdot", *node.signs[at + 1 :]))
            yield changed, f"{written(node)} -> {written(changed)}"


def _script(node: Script) -> Iterator[Change]:
    if "T" in node.marks:
        yield replace(node, marks=node.marks.replace("T", "")), f"drops ^T of {written(node)}"
    if node.sup is not None and isinstance(node.base, Name) and node.base.text == "e":
        return


def _group(node: Group) -> Iterator[Change]:
    """Swap neighbours: indices ij, arguments (k, l), pairs (i, j)."""
    for at in range(len(node.items) - 1):
        items = list(node.items)
        items[at], items[at + 1] = items[at + 1], items[at]
        changed = replace(node, items=tuple(items))
        yield changed, f"{written(node)} -> {written(changed)}"
    if node.bracket == "{" and len(node.items) <= 2 and node.items:
        last = unwrapped(node.items[-1])
        if isinstance(last, Product) and not any(last.signs) and len(last.factors) == 2:
            swapped = replace(last, factors=last.factors[::-1])
            changed = replace(node, items=(*node.items[:-1], swapped))
            yield changed, f"{written(node)} -> {written(changed)}"


def _number(node: Number) -> Iterator[Change]:
    if node.text.isdigit():
        changed = replace(node, text=str(int(node.text) + 1))
        yield changed, f"{node.text} -> {changed.text}"


def _cases(node: Cases) -> Iterator[Change]:
    for at in range(len(node.rows) - 1):
        rows = list(node.rows)
        one, other = rows[at], rows[at + 1]
        rows[at] = replace(one, value=other.value)
        rows[at + 1] = replace(other, value=one.value)
        what = f"{written(one.value)} and {written(other.value)} of the cases swapped"
        yield replace(node, rows=tuple(rows)), what


_MUTATIONS: dict[type[Node], tuple[Callable[[Any], Iterator[Change]], ...]] = {
    Big: (_big,),
    Relation: (_relation,),
    Sum: (_sum,),
    Product: (_product,),
    Script: (_script,),
    Group: (_group,),
    Number: (_number,),
    Cases: (_cases,),
}
