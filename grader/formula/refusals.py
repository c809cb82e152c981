"""What is refused by its form alone: two readings, or marks of a layer."""

from __future__ import annotations

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.keys import key_of
from grader.formula.spelling import (
    Big,
    Fraction,
    Function,
    Group,
    Logic,
    Name,
    Node,
    Product,
    Relation,
    Script,
    Wrapped,
    children,
    unwrapped,
    walk,
    written,
)


def refuse_layer(group: Group) -> None:
    """Refuse a superscript in brackets, which marks a layer or a sample."""
    item = unwrapped(group)
    if isinstance(item, Group) and item.bracket in ("(", "[") and len(item.items) == 1:
        inner = item.items[0]
        if not isinstance(inner, (Relation, Logic)):
            what = f"the superscript {quoted(written(item))} marks a layer"
            raise Unreadable(Kind.LAYER, what, group.at)


def refuse_layers(node: Node) -> None:
    """Refuse layer marks anywhere in a formula, before its names are looked at."""
    for piece in walk(node):
        if isinstance(piece, Script) and piece.sup is not None and isinstance(piece.base, Name):
            refuse_layer(piece.sup)


#: arguments of a function that end where they visibly end
_CLOSED = (Group, Fraction, Wrapped, Big)


def refuse_two_readings(node: Product) -> None:
    """Refuse 1/2x and a/bc, and log a b: two readings each."""
    for number, sign in enumerate(node.signs):
        left, right = node.factors[number], node.factors[number + 1]
        after = node.signs[number + 1] if number + 1 < len(node.signs) else None
        if sign == "/" and after in ("", "/"):
            last = node.factors[number + 2]
            if after == "" and isinstance(last, Big):
                continue  # 1/n \sum: nobody divides by n times a sum that way
            if after == "" and isinstance(right, Name) and isinstance(last, Group):
                continue  # 1/f(x): decided by what f is
            piece = written(
                Product(factors=(left, right, last), signs=(sign, after or ""), at=left.at)
            )
            what = f"'{quoted(piece)}' can be read in two ways"
            raise Unreadable(Kind.AMBIGUOUS, what, left.at, r"write \frac{…}{…}, or brackets")
        if isinstance(left, Function) and sign == "" and not isinstance(left.argument, _CLOSED):
            what = f"'{quoted(written(left) + ' ' + written(right))}' can be read in two ways"
            hint = rf"write \{left.name}(…) with brackets"
            raise Unreadable(Kind.AMBIGUOUS, what, left.at, hint)


def refuse_power_behind(node: Function, argument: Script) -> None:
    """Refuse log(x)^2: the power of the logarithm, or of x?"""
    if argument.sup is not None:
        what = f"'{quoted(written(node))}' can be read in two ways"
        hint = rf"write \{node.name}^2(x) or \{node.name}((x)^2)"
        raise Unreadable(Kind.AMBIGUOUS, what, node.at, hint)


def refuse_factor_behind(node: Big, keys: frozenset[str]) -> None:
    """Refuse max_p x_p y: is y inside of the maximum or behind it?

    A factor without the letters that are bound, behind one that has them, has two readings.
    """
    body = node.body
    if node.sign == "sum" or not isinstance(body, Product):
        return
    mentioned = [_mentions(factor, keys) for factor in body.factors]
    if True in mentioned and not mentioned[-1]:
        sign = written(Big(sign=node.sign, body=body.factors[-1])).split()[0]
        last = quoted(written(body.factors[-1]))
        what = f"{last} can be inside of {sign} or behind it"
        raise Unreadable(Kind.AMBIGUOUS, what, body.factors[-1].at)


def _mentions(node: Node, keys: frozenset[str]) -> bool:
    if key_of(node) in keys:
        return True
    if isinstance(node, Script) and node.marks:
        scripts = [group for group in (node.sub, node.sup) if group is not None]
        return any(_mentions(group, keys) for group in scripts)
    return any(_mentions(child, keys) for child in children(node))
