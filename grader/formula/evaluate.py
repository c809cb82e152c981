"""Meaning → values, over finite index sets, within a budget of visited nodes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from grader.formula.arithmetic import FUNCTIONS, arithmetic
from grader.formula.comparing import compared_by_element, holds
from grader.formula.domains import members, runs
from grader.formula.failure import Kind, Unreadable
from grader.formula.meaning import (
    CONDITIONS,
    Applied,
    Choice,
    Comparison,
    Constant,
    Element,
    Fold,
    Interval,
    Junction,
    Let,
    Letter,
    Meaning,
    Operation,
    Pair,
    Part,
    Picked,
    Whole,
)
from grader.formula.values import Grid, Index, Instance, SetTable, Value

#: node visits of all instances of one check together: about two seconds
MOST_VISITS = 1_500_000


class Budget:
    """Node visits that are left for one check."""

    def __init__(self, visits: int = MOST_VISITS) -> None:
        self.left = visits


class Evaluator:
    """Evaluates over one instance. Letters have their values in env, by number."""

    def __init__(
        self, instance: Instance, budget: Budget, *, base: int, outside_is_zero: bool
    ) -> None:
        self.held = instance.values
        self.budget = budget
        self.base = base
        self._outside_is_zero = outside_is_zero
        self.env: dict[int, float] = {}
        self._rules: dict[type[Meaning], Callable[[Any], Any]] = {
            Constant: self._constant,
            Letter: self._letter,
            Element: self._element,
            Whole: lambda node: self.held[node.symbol.name],
            Picked: self._picked,
            Operation: self._operation,
            Applied: self._applied,
            Comparison: self._comparison,
            Junction: self._junction,
            Fold: self._fold,
            Choice: self._choice,
            Pair: self._pair,
            Part: self._part,
            Let: self._let,
        }

    def value(self, node: Meaning) -> Any:
        """Give a number, a pair or a grid; of a condition, True or False."""
        self.budget.left -= 1
        if self.budget.left < 0:
            raise Unreadable(Kind.BUDGET, "the formula takes too many steps", node.at)
        return self._rules[type(node)](node)

    # -- plain values ----------------------------------------------------------------------

    def _constant(self, node: Constant) -> float:
        if not math.isfinite(node.value):
            raise Unreadable(Kind.VALUE, "a number is too large", node.at)
        return node.value

    def _letter(self, node: Letter) -> float:
        return self.env[node.number]

    def _element(self, node: Element) -> Value:
        held = self.held[node.symbol.name]
        if not node.indices:
            assert not isinstance(held, SetTable)
            return held
        assert isinstance(held, Grid)
        index = self.index(node.indices)
        if all(0 <= at < size for at, size in zip(index, held.shape, strict=True)):
            return held.at(index)
        return self._outside(node.symbol.shown, index, held.shape, node.at)

    def _outside(self, shown: str, index: Index, shape: Index, at: int) -> float:
        if self._outside_is_zero:
            return 0.0
        written = ",".join(str(position + self.base) for position in index)
        what = f"{_with_indices(shown, written)} is outside of the array (shape {shape})"
        raise Unreadable(Kind.OUTSIDE, what, at)

    def index(self, nodes: tuple[Meaning, ...]) -> Index:
        """Give indices as places counted from 0."""
        return tuple(self.whole(node) - self.base for node in nodes)

    def whole(self, node: Meaning) -> int:
        """Give a whole number."""
        value = self.value(node)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, float):
            raise Unreadable(Kind.INDEX, f"the index {value:g} is not whole", node.at)
        raise Unreadable(Kind.TYPE, "a pair or an array stands where an index is needed", node.at)

    def _picked(self, node: Picked) -> Value:
        base = self.value(node.base)
        if not isinstance(base, Grid) or len(base.shape) != len(node.indices):
            has = len(base.shape) if isinstance(base, Grid) else 0
            what = f"something with {has} indices, but {len(node.indices)} are written"
            raise Unreadable(Kind.RANK, what, node.at)
        index = self.index(node.indices)
        if all(0 <= at < size for at, size in zip(index, base.shape, strict=True)):
            return base.at(index)
        return self._outside("(…)", index, base.shape, node.at)

    def _pair(self, node: Pair) -> Value:
        return tuple(self.number(part) for part in node.parts)

    def _part(self, node: Part) -> Value:
        pair = self.value(node.pair)
        if not isinstance(pair, tuple) or node.position >= len(pair):
            what = "a pair is defined by something that is no pair"
            raise Unreadable(Kind.TYPE, what, node.at, r"an arg max over (p,q) is one")
        return float(pair[node.position])

    def _let(self, node: Let) -> Value:
        for letter, argument in zip(node.letters, node.values, strict=True):
            self.env[letter.number] = self.number(argument)
        result: Value = self.value(node.body)
        return result

    def number(self, node: Meaning) -> float:
        """Give a number; Unreadable for a pair or an array."""
        value = self.value(node)
        if isinstance(value, float):
            return value
        if isinstance(value, Grid):
            what = "an array without indices stands where a number is needed"
            raise Unreadable(Kind.RANK, what, node.at, "write its indices: x_{ij}")
        raise Unreadable(Kind.TYPE, "a pair stands where a number is needed", node.at)

    # -- operations ------------------------------------------------------------------------

    def _operation(self, node: Operation) -> Value:
        if node.sign == "truth":
            truth = self.value(node.parts[0])
            return truth if isinstance(truth, Grid) else float(truth)
        return arithmetic(node.sign, [self.value(part) for part in node.parts], node.at)

    def _applied(self, node: Applied) -> Value:
        value = self.value(node.argument)
        if isinstance(value, tuple):
            raise Unreadable(Kind.TYPE, "a pair stands where a number is needed", node.at)
        return FUNCTIONS[node.name](value, node.at)

    def _choice(self, node: Choice) -> Value:
        for condition, value in zip(node.conditions, node.values, strict=False):
            if self.truth(condition):
                result: Value = self.value(value)
                return result
        if len(node.values) > len(node.conditions):
            otherwise: Value = self.value(node.values[-1])
            return otherwise
        raise Unreadable(Kind.CASES, "no row of the cases applies for some indices", node.at)

    # -- conditions ------------------------------------------------------------------------

    def _junction(self, node: Junction) -> bool:
        truths = (self.truth(part) for part in node.parts)
        if node.sign == "not":
            return not next(truths)
        return all(truths) if node.sign == "and" else any(truths)

    def truth(self, node: Meaning) -> bool:
        """Give what a condition is; Unreadable when it is one for each element of an array."""
        value = self.value(node)
        if isinstance(value, Grid):
            what = "an array without indices is compared"
            raise Unreadable(Kind.TYPE, what, node.at, r"write its indices: x_{ij} > 0")
        return bool(value)

    def _comparison(self, node: Comparison) -> bool | Value:
        left = self.value(node.members[0])
        for sign, member in zip(node.signs, node.members[1:], strict=True):
            if sign in ("in", "not in"):
                if self._is_in(left, member) != (sign == "in"):
                    return False
                continue
            right = self.value(member)
            if len(node.signs) == 1 and (isinstance(left, Grid) or isinstance(right, Grid)):
                return compared_by_element(left, sign, right, member.at)
            if not holds(left, sign, right, member.at):
                return False
            left = right
        return True

    def _is_in(self, value: Value, over: Meaning) -> bool:
        if isinstance(over, Interval):
            if isinstance(value, float):
                low, high = self.number(over.low), self.number(over.high)
                return low <= value <= high and value.is_integer()
        else:
            wanted = (value,) if isinstance(value, float) else value
            held = list(members(self, over))
            if isinstance(wanted, tuple) and all(len(one) == len(wanted) for one in held):
                return wanted in held
        what = "what is compared with a set is not of the kind of its members"
        raise Unreadable(Kind.TYPE, what, over.at)

    def _fold(self, node: Fold) -> Value:
        conditions = all(isinstance(one, CONDITIONS) for one in node.conditions)
        assert conditions, "resolve gives conditions only"
        numbers = [letter.number for binder in node.binders for letter in binder.letters]
        bodies: list[tuple[tuple[float, ...], float]] = []
        total, env = _STARTS.get(node.sign), self.env
        for values in runs(self, node.binders):
            env.update(zip(numbers, values, strict=True))
            if not all(self.truth(condition) for condition in node.conditions):
                continue
            body = self.number(node.body)
            if total is None:
                bodies.append((values, body))
            else:
                total = total + body if node.sign == "sum" else total * body
        if total is not None:
            return total
        if not bodies:
            name = node.sign.replace("arg", "arg ")
            raise Unreadable(Kind.EMPTY, f"{name} over nothing for some indices", node.at)
        choose = max if node.sign.endswith("max") else min
        best = choose(bodies, key=lambda pair: pair[1])
        if not node.sign.startswith("arg"):
            return best[1]
        return best[0] if len(best[0]) > 1 else best[0][0]


_STARTS = {"sum": 0.0, "prod": 1.0}


def _with_indices(shown: str, indices: str) -> str:
    """Give x_{0,1}, and \\delta_{f,0,1} for a name with a label."""
    name, line, label = shown.partition("_")
    return f"{name}_{{{label.strip('{}')},{indices}}}" if line else f"{name}_{{{indices}}}"
