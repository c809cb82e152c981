"""Sets as they are written: declared ones at their arguments, {0, 1}, {1, …, K}, [0, K-1]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.formula import names
from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.keys import key_of, spell
from grader.formula.meaning import Interval, Listed, Meaning, Symbol
from grader.formula.scope import Scope
from grader.formula.spelling import Dots, Group, Node, Product, unwrapped, written

if TYPE_CHECKING:
    from grader.formula.resolve import Resolver


def domain(resolver: Resolver, node: Node, scope: Scope) -> Meaning:
    """Give a set: a declared one at its arguments, {0, 1}, {1, …, K}, [0, K-1]."""
    node = unwrapped(node)
    if isinstance(node, Group) and node.bracket in ("\\{", "[") and not node.such:
        return _listed(resolver, node, scope)
    if isinstance(node, Product) and len(node.factors) == 2 and not any(node.signs):
        head, group = node.factors
        symbol = (scope.known(key_of(head) or "") or (None, 0))[0]
        items = group.items if isinstance(group, Group) and group.bracket in ("(", "[") else ()
        if items and isinstance(symbol, Symbol) and symbol.is_set:
            return names.set_use(resolver, symbol, items, node.at, scope)
    spelled, _, misfits = spell(node, scope.known)
    found = None if spelled is None else spelled.found
    if spelled is not None and isinstance(found, Symbol) and found.is_set:
        return names.set_use(resolver, found, spelled.indices, node.at, scope)
    if misfits:
        resolver.value(node, scope)  # says what is wrong with the indices
    what = f"'{quoted(written(node))}' is not a set of this question"
    raise Unreadable(Kind.TYPE, what, node.at, r"write \{1, \dots, K\} or a declared set")


def _listed(resolver: Resolver, node: Group, scope: Scope) -> Meaning:
    dots = [at for at, item in enumerate(node.items) if isinstance(unwrapped(item), Dots)]
    values = [resolver.value(item, scope) for at, item in enumerate(node.items) if at not in dots]
    if not dots and node.bracket == "\\{":
        return Listed(members=tuple(values), at=node.at)
    is_range = len(node.items) == 2 and not dots
    is_dotted = len(dots) == 1 and dots[0] == len(node.items) - 2 and dots[0] > 0
    if not is_range and not is_dotted:
        what = f"the set '{quoted(written(node))}' cannot be read"
        raise Unreadable(Kind.BINDER, what, node.at, r"write \{1, \dots, K\}")
    return Interval(low=values[0], high=values[-1], at=node.at)
