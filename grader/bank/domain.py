"""`draw` blocks and conditions of a question file as Domains and Expressions."""

from __future__ import annotations

from collections.abc import Iterable

from grader.bank.fields import read_table, read_text
from grader.bank.nodes import Node, Table
from grader.core.domain import ArrayDraw, Declaration, Domain, Draw, parse_declaration
from grader.core.expression import DrawError, Expression, parse_expression


def read_domain(node: Node, name: str) -> Domain:
    """Give the domain of a part's draw block."""
    declarations: list[Declaration] = []
    for key, value in read_table(node, name):
        known = [declaration.name for declaration in declarations]
        declarations.append(_read_declaration(key.value, value, known))
        _refuse_arrays(_expressions(declarations[-1].draw), declarations, value)
    return Domain(declarations=tuple(declarations))


def read_overrides(node: Node, name: str, domain: Domain) -> Domain:
    """Give the domain with a group's own draws in place of the part's."""
    new: list[Declaration] = []
    for key, value in read_table(node, name):
        known = list(domain.names)
        if key.value in known:
            known = known[: known.index(key.value)]
        known += [declaration.name for declaration in new if declaration.name not in domain.names]
        new.append(_read_declaration(key.value, value, known))
    whole = domain.with_overrides(Domain(declarations=tuple(new)))
    for declaration in whole:
        _refuse_arrays(_expressions(declaration.draw), whole, node)
    return whole


def _read_declaration(name: str, value: Node, known: list[str]) -> Declaration:
    if not value_has_text(value):
        raise value.error(f"{name!r} has no domain", "write 'int 1..3', 'floats[H, W]', …")
    try:
        return parse_declaration(name, read_text(value, f"draw of {name!r}"), known)
    except DrawError as error:
        raise value.error(str(error)) from error


def value_has_text(value: Node) -> bool:
    """Tell whether a node is more than an empty scalar."""
    return bool(getattr(value, "value", "…").strip())


def read_condition(node: Node, name: str, domain: Domain) -> Expression:
    """Give a condition over the domain's numbers and texts."""
    condition = read_expression(read_text(node, name), node, domain)
    _refuse_arrays((condition,), domain, node)
    return condition


def read_expression(text: str, place: Node, domain: Domain) -> Expression:
    """Give an expression over the domain's names."""
    try:
        return parse_expression(text, domain.names)
    except DrawError as error:
        raise place.error(str(error)) from error


def _expressions(draw: Draw) -> Iterable[Expression]:
    if isinstance(draw, ArrayDraw):
        yield from draw.shape
    low, high = getattr(draw, "low", None), getattr(draw, "high", None)
    yield from (bound for bound in (low, high) if bound is not None)


def _refuse_arrays(
    expressions: Iterable[Expression], declarations: Iterable[Declaration], place: Node
) -> None:
    """Refuse arrays where a number is needed: their elements are not known when sizes are drawn."""
    arrays = {found.name for found in declarations if isinstance(found.draw, ArrayDraw)}
    for expression in expressions:
        for name in expression.names:
            if name in arrays:
                raise place.error(
                    f"{expression.text!r} uses the array {name!r}",
                    "sizes, bounds and conditions are made of drawn numbers and texts",
                )


def table_of(node: Node | None, name: str) -> Table | None:
    """Give an optional node as a mapping."""
    return None if node is None else read_table(node, name)
