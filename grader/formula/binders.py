"""Sums, products, maxima: which letters they bind, over what, under which conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.keys import flattened, letter_of
from grader.formula.meaning import (
    Binder,
    Constant,
    Fold,
    Interval,
    Letter,
    Listed,
    Meaning,
    Operation,
    Positions,
    Symbol,
    places_of,
)
from grader.formula.refusals import refuse_factor_behind
from grader.formula.scope import Scope
from grader.formula.sets import domain
from grader.formula.spelling import (
    Big,
    Dots,
    Group,
    Node,
    Product,
    Relation,
    Script,
    unwrapped,
    written,
)

if TYPE_CHECKING:
    from grader.formula.resolve import Resolver


@dataclass(slots=True, kw_only=True)
class _Found:
    """What stands below a sign: letters with their domains (None: by position), conditions."""

    letters: dict[str, Letter] = field(default_factory=dict)
    domains: list[tuple[tuple[str, ...], Meaning | None]] = field(default_factory=list)
    conditions: list[Node] = field(default_factory=list)


def fold(resolver: Resolver, node: Big, scope: Scope) -> Meaning:
    """Give a big operator with what it binds."""
    if node.sub is None:
        return _of_list(resolver, node, scope)
    found = _Found()
    if node.sup is not None:
        _read_limits(resolver, node.sub, node.sup, found, scope)
    else:
        _read_items(resolver, node.sub.items, found, scope, only=bool(node.sub.such))
        found.conditions += node.sub.such
    return _folded(resolver, node, found, scope)


def _folded(resolver: Resolver, node: Big, found: _Found, scope: Scope) -> Meaning:
    if not found.letters:
        what = f"no letter is bound below {written(node).split('_')[0]}"
        raise Unreadable(Kind.BINDER, what, node.at)
    for key in found.letters:
        known = scope.known(key)
        if known is not None and isinstance(known[0], Symbol) and known[1]:
            what = f"{known[0].shown} is an array of the question and cannot be bound"
            raise Unreadable(Kind.BINDER, what, node.at, "take another letter")
    refuse_factor_behind(node, frozenset(found.letters))
    inner = scope.bind(found.letters)
    conditions = tuple(resolver.condition(condition, inner) for condition in found.conditions)
    body = resolver.value(node.body, inner)
    binders = []
    for keys, over in found.domains:
        if over is None:
            for key in keys:
                letter = found.letters[key]
                places = _positions(key, letter, (*conditions, body), found.conditions, inner)
                resolved = places or _limits_among(resolver, key, found.conditions, scope)
                if resolved is None:
                    what = f"I cannot tell what {letter.shown} runs over"
                    raise Unreadable(Kind.RANGE, what, letter.at)
                binders.append(Binder(letters=(letter,), domain=resolved))
        else:
            letters = tuple(found.letters[key] for key in keys)
            binders.append(Binder(letters=letters, domain=over))
    return Fold(
        sign=node.sign, binders=tuple(binders), conditions=conditions, body=body, at=node.at
    )


def _positions(
    key: str,
    letter: Letter,
    meanings: tuple[Meaning, ...],
    conditions: Sequence[Node],
    scope: Scope,
) -> Positions | None:
    places = places_of(letter.number, meanings)
    length = scope.declared.letters.get(key, "")
    if not places and not length:
        return None
    return Positions(
        places=places, length="" if places else length, shown=letter.shown, at=letter.at
    )


def _limits_among(
    resolver: Resolver, key: str, conditions: Sequence[Node], scope: Scope
) -> Meaning | None:
    """Give the limits of a letter that stands in the middle of a condition 0 <= k < K."""
    for condition in conditions:
        if isinstance(condition, Relation) and (chain := _chain(condition)) and chain[0] == key:
            return _interval(resolver, condition, scope)
    return None


# -- without a letter below ----------------------------------------------------------------------


def _of_list(resolver: Resolver, node: Big, scope: Scope) -> Meaning:
    """Give max(a, b), or max{x_p : p in S}."""
    body, sign = unwrapped(node.body), written(node).split()[0].split("_")[0]
    if isinstance(body, Product) and isinstance(unwrapped(body.factors[0]), Group):
        first = replace(node, body=body.factors[0])
        return resolver.value(replace(body, factors=(first, *body.factors[1:])), scope)
    if isinstance(body, Script) and isinstance(body.base, Group):
        first = replace(node, body=body.base)
        return resolver.with_scripts(resolver.value(first, scope), body, scope)
    if isinstance(body, Group) and body.such and len(body.items) == 1:
        found = _Found()
        _read_items(resolver, body.such[:1], found, scope, only=False)
        found.conditions += body.such[1:]
        return _folded(resolver, replace(node, body=body.items[0]), found, scope)
    if isinstance(body, Group) and len(body.items) > 1 and node.sign in ("max", "min"):
        if any(isinstance(item, Dots) for item in body.items):
            what = "dots stand for what was left out"
            raise Unreadable(Kind.BINDER, what, body.at, rf"write {sign}_{{k}} x_k")
        parts = tuple(resolver.value(item, scope) for item in body.items)
        return Operation(sign=node.sign, parts=parts, at=node.at)
    raise Unreadable(Kind.BINDER, f"no letter stands below {sign}", node.at)


# -- below a sign --------------------------------------------------------------------------------


def _read_limits(resolver: Resolver, sub: Group, sup: Group, found: _Found, scope: Scope) -> None:
    """Read k = 1 below and K above; also k, l = 1 and k = 1, l = 1."""
    waiting: list[Node] = []
    lows: list[tuple[Node, Node]] = []
    for item in sub.items:
        bare = unwrapped(item)
        if isinstance(bare, Relation) and bare.signs == ("=",):
            letters = [*waiting, *flattened(bare.members[:1])]
            lows += [(letter, bare.members[1]) for letter in letters]
            waiting = []
        else:
            waiting += flattened((bare,))
    if waiting or sub.such or not lows or len(sup.items) not in (1, len(lows)):
        what = f"the limits {quoted('_' + written(sub) + '^' + written(sup))} cannot be read"
        raise Unreadable(Kind.BINDER, what, sub.at, r"write \sum_{k=1}^{K}")
    highs = sup.items if len(sup.items) == len(lows) else sup.items * len(lows)
    for (letter, low), high in zip(lows, highs, strict=True):
        domain_of = Interval(
            low=resolver.value(low, scope), high=resolver.value(high, scope), at=sub.at
        )
        found.domains.append(((_bind(resolver, letter, found),), domain_of))


def _bind(resolver: Resolver, node: Node, found: _Found) -> str:
    key = letter_of(node)
    if key is None:
        what = f"'{quoted(written(node))}' is no letter that can be bound"
        raise Unreadable(Kind.BINDER, what, node.at)
    if key in found.letters:
        raise Unreadable(Kind.BINDER, f"{key} is bound twice", node.at, "take another letter")
    found.letters[key] = resolver.counter.letter(key, node.at)
    return key


def _read_items(
    resolver: Resolver, items: Sequence[Node], found: _Found, scope: Scope, *, only: bool
) -> None:
    """Read letters, memberships and conditions below a sign; only: conditions stand after ':'."""
    waiting: list[str] = []
    for item in items:
        bare = unwrapped(item)
        if isinstance(bare, Relation):
            waiting = _read_relation(resolver, bare, found, waiting, scope)
            continue
        names_of = _letters(bare)
        if names_of is None:
            if found.letters and not only:
                found.conditions.append(bare)
                continue
            what = f"'{quoted(written(bare))}' below a sign is no letter"
            raise Unreadable(Kind.BINDER, what, bare.at)
        waiting += [_bind(resolver, name, found) for name in names_of]
    if waiting:
        found.domains.append((tuple(waiting), None))


def _letters(node: Node) -> list[Node] | None:
    """Give the names of k, (k,l) or kl; None for anything else."""
    pieces = flattened((node,))
    return pieces if all(letter_of(piece) is not None for piece in pieces) else None


def _read_relation(
    resolver: Resolver, node: Relation, found: _Found, waiting: list[str], scope: Scope
) -> list[str]:
    """Read one relation below a sign; gives the letters that still wait for a domain."""
    inner = scope.bind(found.letters)
    is_first = not found.letters
    pattern = _letters(node.members[0])
    if node.signs == ("in",) and pattern is not None:
        keys = [letter_of(name) for name in pattern]
        if is_first or not all(scope_knows(inner, key) for key in keys):
            over = domain(resolver, node.members[1], scope)
            bound = [_bind(resolver, name, found) for name in pattern]
            shares = waiting if len(pattern) == 1 else []
            if isinstance(over, (Interval, Listed)) and len(pattern) == 1:
                found.domains += [((one,), over) for one in (*shares, *bound)]
            else:
                found.domains.append(((*shares, *bound), over))
            return [] if shares else waiting
        found.conditions.append(node)
        return waiting
    chain = _chain(node)
    if chain is not None and (is_first or not scope_knows(inner, chain[0])):
        middle = _bind(resolver, node.members[1], found)
        found.domains.append(((middle,), _interval(resolver, node, scope)))
        return waiting
    unbound = [
        member
        for member in node.members
        if (key := letter_of(member)) is not None and not scope_knows(inner, key)
    ]
    if is_first and (not unbound or "=" in node.signs):
        what = f"'{quoted(written(node))}' does not say which letter runs"
        hint = r"write \sum_{k=0}^{K-1}, or \sum_{k : k \ne i}"
        raise Unreadable(Kind.BINDER, what, node.at, hint)
    waiting = waiting + [_bind(resolver, name, found) for name in unbound]
    found.conditions.append(node)
    return waiting


def scope_knows(scope: Scope, key: str | None) -> bool:
    """Tell whether a name means something already."""
    return key is not None and scope.known(key) is not None


def _chain(node: Relation) -> tuple[str, str, str] | None:
    """Give letter and signs of low <= k < high."""
    if len(node.signs) == 2 and all(sign in ("<", "<=") for sign in node.signs):
        key = letter_of(node.members[1])
        return None if key is None else (key, node.signs[0], node.signs[1])
    return None


def _interval(resolver: Resolver, node: Relation, scope: Scope) -> Interval:
    low, high = resolver.value(node.members[0], scope), resolver.value(node.members[2], scope)
    one = Constant(value=1.0, at=node.at)
    if node.signs[0] == "<":
        low = Operation(sign="+", parts=(low, one), at=node.at)
    if node.signs[1] == "<":
        less = Operation(sign="neg", parts=(one,), at=node.at)
        high = Operation(sign="+", parts=(high, less), at=node.at)
    return Interval(low=low, high=high, at=node.at)
