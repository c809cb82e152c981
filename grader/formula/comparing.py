"""Comparisons of values: numbers with numbers, pairs with pairs, arrays element by element."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from grader.formula.failure import Kind, Unreadable
from grader.formula.values import Grid, Value, combine


def holds(left: Value, sign: str, right: Value, at: int) -> bool:
    """Tell whether a comparison of two numbers or two pairs holds."""
    if isinstance(left, Grid) or isinstance(right, Grid):
        what = "an array without indices is compared"
        raise Unreadable(Kind.TYPE, what, at, r"write its indices: x_{ij} > 0")
    if isinstance(left, tuple) != isinstance(right, tuple):
        what = "a pair is compared with a number"
        hint = r"an arg max over two indices is a pair: compare it with (i,j)"
        raise Unreadable(Kind.TYPE, what, at, hint)
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) != len(right):
        raise Unreadable(Kind.TYPE, f"{len(left)} numbers are compared with {len(right)}", at)
    if (isinstance(left, tuple) or isinstance(right, tuple)) and sign not in ("=", "!="):
        raise Unreadable(Kind.TYPE, "pairs have no order", at, r"compare them with = or \ne")
    return bool(_ORDERS[sign](left, right))


_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def compared_by_element(left: Value, sign: str, right: Value, at: int) -> Value:
    """Give 1 or 0 for each element of an array: s > 0 inside of an indicator."""
    order = _ORDERS[sign]
    return combine(sign, left, right, lambda one, other: float(order(one, other)), at)
