"""What one name means: an element, an array, a bound letter, a definition, Kronecker's delta."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.keys import Spelled, derivative_parts, flattened, key_of, look_up, spell
from grader.formula.meaning import (
    Applied,
    Comparison,
    Element,
    Let,
    Letter,
    Meaning,
    Operation,
    Part,
    SetUse,
    Symbol,
    Whole,
)
from grader.formula.refusals import refuse_layer
from grader.formula.scope import Definition, Scope
from grader.formula.spelling import (
    Big,
    Fraction,
    Group,
    Indicator,
    Logic,
    Name,
    Node,
    Number,
    Product,
    Relation,
    Script,
    unwrapped,
    written,
)

if TYPE_CHECKING:
    from grader.formula.resolve import Resolver

_DELTA = r"\delta"


def named(resolver: Resolver, node: Node, scope: Scope) -> Meaning:
    """Give the meaning of a name with its scripts, or of a derivative."""
    if isinstance(node, Script) and not isinstance(node.base, Name):
        return _computed(resolver, node, scope)
    spelled, power, misfits = spell(node, scope.known)
    if spelled is None:
        return _without_entry(resolver, node, scope, misfits)
    result = _entry(resolver, spelled, node, scope)
    is_transposed = isinstance(node, Script) and "T" in node.marks
    if is_transposed:
        result = Operation(sign="transpose", parts=(result,), at=node.at)
    if power is not None:
        result = Operation(sign="^", parts=(result, resolver.value(power, scope)), at=node.at)
    return result


def _computed(resolver: Resolver, node: Script, scope: Scope) -> Meaning:
    if is_indicator(node.base, scope) and node.sub is not None and node.sup is None:
        return resolver.indicator(node.sub, scope)
    if isinstance(node.base, Number) and node.base.text == "1" and node.sub is not None:
        return resolver.indicator(node.sub, scope)
    base = unwrapped(node.base)
    if isinstance(base, (Name, Script)) and base is not node.base:
        what = f"'{quoted(written(node))}' has braces around a name"
        raise Unreadable(Kind.SYNTAX, what, node.at, "leave the braces out")
    return resolver.with_scripts(resolver.value(node.base, scope), node, scope)


def _entry(resolver: Resolver, spelled: Spelled, node: Node, scope: Scope) -> Meaning:
    found = spelled.found
    indices = tuple(resolver.value(index, scope) for index in spelled.indices)
    if isinstance(found, Letter):
        return Letter(number=found.number, shown=found.shown, at=node.at)
    if isinstance(found, Definition):
        return _defined(resolver, found, indices, node, scope)
    assert isinstance(found, Symbol)
    if found.is_set:
        what = f"{found.shown} is a set, where a number is needed"
        raise Unreadable(
            Kind.TYPE, what, node.at, rf"write (i,j) \in {found.shown}, or sum over it"
        )
    if found.rank and not indices:
        return Whole(symbol=found, at=node.at)
    return Element(symbol=found, indices=indices, at=node.at)


def _defined(
    resolver: Resolver,
    found: Definition,
    arguments: tuple[Meaning, ...],
    node: Node,
    scope: Scope,
) -> Meaning:
    """Put a definition in where it is used: it may depend on what is bound there."""
    if len(arguments) != len(found.parameters):
        what = f"{found.name} is defined with {len(found.parameters)} indices"
        raise Unreadable(Kind.RANK, what, node.at, "use it with as many")
    resolver.used.add(found.name)
    letters = tuple(resolver.counter.letter(name, node.at) for name in found.parameters)
    inner = scope.use(found, node.at)
    inner = inner.bind(dict(zip(found.parameters, letters, strict=True)))
    body = resolver.value(found.body, inner)
    if found.position is not None:
        body = Part(pair=body, position=found.position, at=node.at)
    if not letters:
        return body
    return Let(letters=letters, values=arguments, body=body, at=node.at)


def application(resolver: Resolver, node: Node, group: Group, scope: Scope) -> Meaning | None:
    """Give f(a, b) where f is an array, a set or a definition of so many arguments, else None."""
    if group.such or not isinstance(unwrapped(node), (Name, Script)):
        return None
    if isinstance(node, Script) and (node.sup is not None or "T" in node.marks):
        return None
    key = key_of(node)
    entry = None if key is None else scope.known(key)
    if entry is None:
        return None
    found, rank = entry
    if rank == 0 or isinstance(found, Letter):
        return None
    items = group.items
    if isinstance(found, Symbol) and found.is_set:
        return set_use(resolver, found, items, group.at, scope)
    if len(items) != rank:
        return None
    return _entry(resolver, Spelled(found=found, indices=items), node, scope)


def set_use(
    resolver: Resolver, found: Symbol, items: tuple[Node, ...], at: int, scope: Scope
) -> SetUse:
    """Give a declared set at its arguments."""
    if len(items) != found.rank:
        what = f"{found.shown} has {found.rank} arguments, but {len(items)} are written"
        raise Unreadable(Kind.RANK, what, at, f"write {found.shown} with {found.rank} of them")
    arguments = tuple(resolver.value(item, scope) for item in items)
    return SetUse(symbol=found, arguments=arguments, at=at)


def is_indicator(node: Node, scope: Scope) -> bool:
    """Tell whether something is the sign of an indicator, or an I that means nothing else."""
    if isinstance(node, Indicator):
        return True
    return isinstance(node, Name) and node.text == "I" and scope.known("I") is None


def indicates(node: Node, scope: Scope) -> bool:
    """Tell whether a value is 0 or 1 by its form: an indicator among the conditions."""
    first = node.factors[0] if isinstance(node, Product) else node
    base = first.base if isinstance(first, Script) else first
    return not isinstance(node, Big) and is_indicator(base, scope)


# -- what is not known -------------------------------------------------------------------------


def _without_entry(
    resolver: Resolver, node: Node, scope: Scope, misfits: list[tuple[str, int, int]]
) -> Meaning:
    """Give the meaning of what no entry explains, or say what is wrong with it."""
    base = node.base if isinstance(node, Script) else node
    text = base.text if isinstance(base, Name) else ""
    if isinstance(node, Script) and text == "e" and node.sup is not None and node.sub is None:
        return Applied(name="exp", argument=resolver.value(node.sup, scope), at=node.at)
    if isinstance(node, Script) and text == "I" and node.sub is not None and not misfits:
        item = unwrapped(node.sub.items[0])
        if isinstance(item, (Relation, Logic, Group)):
            return resolver.indicator(node.sub, scope)
    if isinstance(node, Script) and node.sup is not None:
        refuse_layer(node.sup)
    if text == _DELTA and not misfits and isinstance(node, Script) and node.sub is not None:
        return _kronecker(resolver, node, node.sub, scope)
    if misfits:
        raise _rank_failure(misfits, node, scope)
    if isinstance(node, (Fraction, Product)):
        raise _derivative_failure(node, scope)
    if (key := key_of(node)) in scope.declared.target_keys or _is_target(node, scope):
        what = f"{quoted(written(node))} is what is asked for"
        raise Unreadable(Kind.UNKNOWN, what, node.at, "write it by the given symbols")
    marks = node.marks if isinstance(node, Script) else ""
    if marks.replace("T", "") or _is_index_letter(text):
        what = f"{_plain(key or text)} is neither given nor bound by a sum, max or arg max"
        say = f'say what it is, e.g. "where {text}{"^*" if "*" in marks else ""} = …"'
        hint = say if marks else "put brackets around what is summed, or bind it"
        raise Unreadable(Kind.UNBOUND, what, node.at, hint)
    what = f"{quoted(_plain(text) or written(node))} is not among the symbols of this question"
    raise Unreadable(Kind.UNKNOWN, what, node.at, f"there are: {scope.declared.names}")


def _is_target(node: Node, scope: Scope) -> bool:
    keys = scope.declared.target_keys
    if derivative_parts(node) is not None or not isinstance(node, Script):
        return False
    spelled, misfits = look_up(node, lambda key: (key, 99) if key in keys else None)
    return spelled is not None or bool(misfits)


def _is_index_letter(text: str) -> bool:
    return len(text) == 1 and (text in "ijklmnpqruvabct")


def _plain(key: str) -> str:
    """Give a key as messages write it: i* for i^*."""
    return key.removesuffix("T")


def _kronecker(resolver: Resolver, node: Script, sub: Group, scope: Scope) -> Meaning:
    pieces = flattened(sub.items)
    labelled = sorted(key for key in scope.declared.own_keys if key.startswith(f"{_DELTA}_"))
    if _is_target(node, scope):
        what = f"{quoted(written(node))} is what is asked for"
        raise Unreadable(Kind.UNKNOWN, what, node.at, "write it by the given symbols")
    if labelled or len(pieces) != 2:
        what = f"{quoted(written(node))} can be the Kronecker delta or a gradient"
        hint = rf"write [i = k] for the one, {labelled[0] if labelled else _DELTA}… for the other"
        raise Unreadable(Kind.AMBIGUOUS, what, node.at, hint)
    left, right = (resolver.value(piece, scope) for piece in pieces)
    resolver.notes[f"{quoted(written(node))} read as the Kronecker delta"] = None
    equal = Comparison(members=(left, right), signs=("=",), at=node.at)
    return Operation(sign="truth", parts=(equal,), at=node.at)


def _rank_failure(misfits: list[tuple[str, int, int]], node: Node, scope: Scope) -> Unreadable:
    key, rank, count = misfits[0]
    entry = scope.known(key)
    assert entry is not None
    shown = entry[0].shown if isinstance(entry[0], (Symbol, Letter)) else entry[0].name
    if rank == 0:
        what = f"{shown} is a single number and has no index"
        return Unreadable(Kind.RANK, what, node.at, "leave the index out")
    has, are = ("index" if rank == 1 else "indices"), ("is" if count == 1 else "are")
    what = f"{shown} has {rank} {has}, but {count} {are} written"
    hint = "separate indices with commas: x_{i+1,j}"
    if count == 1 and rank > 1:
        hint = f"{shown}_ij means {shown}_i·j in LaTeX: write {shown}_{{ij}}, or {shown}_{{i+1,j}}"
    return Unreadable(Kind.RANK, what, node.at, hint)


def _derivative_failure(node: Node, scope: Scope) -> Unreadable:
    parts = derivative_parts(node)
    assert parts is not None
    heads = [part.base if isinstance(part, Script) else part for part in parts]
    shown = "/".join(f"∂{quoted(written(head))}" for head in heads)
    return Unreadable(Kind.DERIVATIVE, f"the derivative {shown} is still in your formula", node.at)
