"""Spelling → meaning: what each piece of a formula is, decided with the declared symbols."""

from __future__ import annotations

from grader.formula import binders, names
from grader.formula.arithmetic import ambiguous_star
from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.keys import derivative_parts
from grader.formula.meaning import (
    Applied,
    Choice,
    Comparison,
    Constant,
    Junction,
    Meaning,
    Operation,
    Pair,
    Picked,
    Whole,
    inside,
)
from grader.formula.refusals import refuse_layer, refuse_power_behind, refuse_two_readings
from grader.formula.scope import Counter, Scope
from grader.formula.sets import domain
from grader.formula.spelling import (
    Big,
    Cases,
    Dots,
    Fraction,
    Function,
    Group,
    Indicator,
    Logic,
    Name,
    Node,
    Number,
    Partial,
    Product,
    Relation,
    Script,
    Sum,
    Wrapped,
    unwrapped,
    written,
)

_CONDITIONS = (Relation, Logic)


class Resolver:
    """Resolves the pieces of one formula."""

    def __init__(self) -> None:
        self.counter = Counter()
        self.notes: dict[str, None] = {}
        self.used: set[str] = set()  # definitions

    # -- values ----------------------------------------------------------------------------

    def value(self, node: Node, scope: Scope) -> Meaning:
        """Give a number, an array or a pair."""
        self.counter.count(node.at)
        match node:
            case Number():
                return Constant(value=float(node.text), at=node.at)
            case Name() | Script():
                return names.named(self, node, scope)
            case Group():
                return self._group(node, scope)
            case Sum():
                return self._sum(node, scope)
            case Product():
                return self._product(node, scope)
            case Big():
                return binders.fold(self, node, scope)
            case Function():
                return self._function(node, scope)
            case Fraction():
                if derivative_parts(node) is not None:
                    return names.named(self, node, scope)
                top, bottom = self.value(node.top, scope), self.value(node.bottom, scope)
                return Operation(sign="/", parts=(top, bottom), at=node.at)
            case Wrapped():
                argument = self.value(node.argument, scope)
                return Operation(sign=node.sign, parts=(argument,), at=node.at)
            case Cases():
                return self._cases(node, scope)
            case _:
                return self._no_value(node, scope)

    def _no_value(self, node: Node, scope: Scope) -> Meaning:
        if isinstance(node, (Relation, Logic)):
            what = f"'{quoted(written(node))}' is a condition where a number is needed"
            hint = r"put it into an indicator: \mathbb{1}[…]"
            raise Unreadable(Kind.CONDITION, what, node.at, hint)
        if isinstance(node, Indicator):
            raise Unreadable(Kind.CONDITION, "an indicator without a condition", node.at)
        if isinstance(node, Partial):
            what = f"'{quoted(written(node))}' is part of a derivative"
            raise Unreadable(Kind.DERIVATIVE, what, node.at)
        if isinstance(node, Dots):
            what = "dots stand for what was left out"
            raise Unreadable(Kind.BINDER, what, node.at, r"write a sum: \sum_{k=1}^{K}")
        raise AssertionError(f"no meaning for {type(node).__name__}")

    def _group(self, node: Group, scope: Scope) -> Meaning:
        if node.such or node.bracket == "\\{":
            what = f"the set '{quoted(written(node))}' where a number is needed"
            raise Unreadable(Kind.TYPE, what, node.at, "sum over it, or compare with '\\in'")
        if len(node.items) > 1 and all(isinstance(item, _CONDITIONS) for item in node.items):
            return self._truth(Logic(sign="and", parts=node.items, at=node.at), scope)
        if len(node.items) > 1:
            parts = tuple(self.value(item, scope) for item in node.items)
            return Pair(parts=parts, at=node.at)
        (item,) = node.items
        if isinstance(item, _CONDITIONS) and node.bracket in ("(", "["):
            if node.bracket == "(":
                self.notes[f"({quoted(written(item))}) read as 1 where it holds, else 0"] = None
            return self._truth(item, scope)
        return self.value(item, scope)

    def _truth(self, node: Node, scope: Scope) -> Meaning:
        return Operation(sign="truth", parts=(self.condition(node, scope),), at=node.at)

    def _sum(self, node: Sum, scope: Scope) -> Meaning:
        terms = []
        for term, sign in zip(node.terms, node.signs, strict=True):
            value = self.value(term, scope)
            negative = Operation(sign="neg", parts=(value,), at=term.at)
            terms.append(negative if sign == "-" else value)
        return terms[0] if len(terms) == 1 else Operation(sign="+", parts=tuple(terms), at=node.at)

    def _function(self, node: Function, scope: Scope) -> Meaning:
        argument = node.argument
        if isinstance(argument, Script) and isinstance(argument.base, Group) and not node.sup:
            refuse_power_behind(node, argument)
            bare = Function(name=node.name, argument=argument.base, at=node.at)
            return self.with_scripts(self.value(bare, scope), argument, scope)
        applied = Applied(name=node.name, argument=self.value(argument, scope), at=node.at)
        if node.sup is None:
            return applied
        return Operation(sign="^", parts=(applied, self.value(node.sup, scope)), at=node.at)

    def _cases(self, node: Cases, scope: Scope) -> Meaning:
        conditions, values = [], []
        for number, row in enumerate(node.rows, 1):
            if row.condition is not None:
                conditions.append(self.condition(row.condition, scope))
            elif number < len(node.rows):
                what = "'otherwise' stands before another row"
                raise Unreadable(Kind.CASES, what, row.at, "make it the last row")
            values.append(self.value(row.value, scope))
        return Choice(conditions=tuple(conditions), values=tuple(values), at=node.at)

    # -- products --------------------------------------------------------------------------

    def _product(self, node: Product, scope: Scope) -> Meaning:
        if derivative_parts(node) is not None:
            return names.named(self, node, scope)
        refuse_two_readings(node)
        factors, signs = list(node.factors), ["", *node.signs]
        result: Meaning | None = None
        at = 0
        while at < len(factors):
            following = factors[at + 1] if at + 1 < len(factors) and not signs[at + 1] else None
            if signs[at] == "*" and result is not None and _holds_array(result):
                raise ambiguous_star(node.at)
            value, taken = self._factor(factors[at], following, scope)
            if result is None:
                result = value
            else:
                sign = {"": ".", "\\cdot": ".", "*": "*", "/": "/", "\\odot": "\\odot"}[signs[at]]
                result = Operation(sign=sign, parts=(result, value), at=factors[at].at)
            at += taken
        assert result is not None
        return result

    def _factor(self, node: Node, following: Node | None, scope: Scope) -> tuple[Meaning, int]:
        """Give a factor, and how many it took: f(x) and 1[…] are two side by side."""
        core = following.base if isinstance(following, Script) else following
        if following is None or not isinstance(core, Group):
            return self.value(node, scope), 1
        bare = node.base if isinstance(node, Script) and node.sub is node.sup is None else node
        applied: Meaning | None = None
        if names.is_indicator(bare, scope) and core.bracket != "{":
            applied = self.indicator(core, scope)
        elif core.bracket in ("(", "["):
            applied = names.application(self, node, core, scope)
        if applied is None:
            return self.value(node, scope), 1
        if isinstance(following, Script):
            applied = self.with_scripts(applied, following, scope)
        return applied, 2

    def indicator(self, group: Group, scope: Scope) -> Meaning:
        """Give 1 where the condition in brackets or below an indicator holds, else 0."""
        item: Node = unwrapped(group.items[0])
        if group.such:
            what = "an indicator with ':' in it"
            raise Unreadable(Kind.CONDITION, what, group.at, r"join conditions by \land")
        if len(group.items) > 1:
            item = Logic(sign="and", parts=group.items, at=group.at)
        while isinstance(item, Group) and len(item.items) == 1 and not item.such:
            item = item.items[0]
        return self._truth(item, scope)

    def with_scripts(self, base: Meaning, node: Script, scope: Scope) -> Meaning:
        """Give something computed with indices, a power or a transposition after it."""
        result = base
        if node.sub is not None:
            indices = tuple(self.value(item, scope) for item in node.sub.items)
            result = Picked(base=result, indices=indices, at=node.at)
        for mark in node.marks:
            if mark != "T":
                what = f"'{quoted(written(node))}' has a prime or star behind a value"
                raise Unreadable(Kind.SYNTAX, what, node.at, "mark names only")
            result = Operation(sign="transpose", parts=(result,), at=node.at)
        if node.sup is not None:
            refuse_layer(node.sup)
            power = self.value(node.sup, scope)
            result = Operation(sign="^", parts=(result, power), at=node.at)
        return result

    # -- conditions and sets ---------------------------------------------------------------

    def condition(self, node: Node, scope: Scope) -> Meaning:
        """Give what is true or false."""
        self.counter.count(node.at)
        node = unwrapped(node)
        while isinstance(node, Group) and node.bracket in ("(", "[") and len(node.items) == 1:
            node = unwrapped(node.items[0])
        if isinstance(node, Logic):
            parts = tuple(self.condition(part, scope) for part in node.parts)
            return Junction(sign=node.sign, parts=parts, at=node.at)
        if isinstance(node, Relation):
            return self._relation(node, scope)
        if isinstance(node, (Big, Product)) and names.indicates(node, scope):
            value = self.value(node, scope)
            one = Constant(value=1.0, at=node.at)
            return Comparison(members=(value, one), signs=("=",), at=node.at)
        what = f"'{quoted(written(node))}' is a number where a condition is needed"
        raise Unreadable(Kind.CONDITION, what, node.at)

    def _relation(self, node: Relation, scope: Scope) -> Meaning:
        members = []
        for number, member in enumerate(node.members):
            is_set = number > 0 and node.signs[number - 1] in ("in", "not in")
            members.append(domain(self, member, scope) if is_set else self.value(member, scope))
        return Comparison(members=tuple(members), signs=node.signs, at=node.at)


def _holds_array(meaning: Meaning) -> bool:
    return any(isinstance(one, Whole) for one in inside(meaning))
