"""Sizes, bounds and conditions of the draw language: parsed by the rules below, never eval-ed.

An expression is arithmetic (`+ - * // %`), `min`, `max`, `abs`, comparisons (chained as in Python),
`and`, `or`, `not`, numbers, quoted texts, names drawn before, and tuples of these, `(kernel, 2)`,
for the arguments of a reference call.
"""

from __future__ import annotations

import ast
import difflib
import operator
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

Scalar = int | float | bool | str

_BINARY: dict[type[ast.operator], Callable[[object, object], object]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_CALLS: dict[str, Callable[..., object]] = {"min": min, "max": max, "abs": abs}
_LONGEST = 400


class DrawError(ValueError):
    """A declaration or condition of the draw language that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression; names are what it needs, in order of first use."""

    text: str
    names: tuple[str, ...]
    _tree: ast.expr = field(repr=False, compare=False)

    def evaluate(self, drawn: Mapping[str, object]) -> object:
        """Give the value under drawn names; DrawError when it divides by zero or mixes types."""
        try:
            return _evaluate(self._tree, drawn)
        except KeyError as error:
            raise DrawError(f"{error.args[0]!r} is not drawn before") from error
        except (TypeError, ValueError, ArithmeticError) as error:
            raise DrawError(f"{self.text!r} has no value: {error}") from error

    def whole(self, drawn: Mapping[str, object]) -> int:
        """Give the value as an int; DrawError when it is anything else."""
        value = self.evaluate(drawn)
        if isinstance(value, bool) or not isinstance(value, int):
            raise DrawError(f"{self.text!r} is {value!r}; a whole number is needed")
        return value

    def holds(self, drawn: Mapping[str, object]) -> bool:
        """Tell whether the condition is true."""
        value = self.evaluate(drawn)
        try:
            return bool(value)
        except ValueError as error:  # an array of several values is neither true nor false
            raise DrawError(f"{self.text!r} is no condition: {error}") from error


def parse_expression(text: str, known: Collection[str]) -> Expression:
    """Parse text over the known names; DrawError says what is wrong and offers the nearest name."""
    if len(text) > _LONGEST:
        raise DrawError(f"expression of {len(text)} characters; at most {_LONGEST}")
    names: list[str] = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # '1or 2', '"\\d"': Python warns whoever runs it
            tree = ast.parse(text.strip(), mode="eval").body
        _check(tree, names)
    except DrawError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DrawError(f"{text.strip()!r} is not an expression") from error
    for name in names:
        if name not in known:
            raise DrawError(f"{name!r} is not drawn before{did_you_mean(name, known)}")
    return Expression(text.strip(), tuple(names), tree)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """Give '; did you mean ...?' for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def _check(node: ast.expr, names: list[str]) -> None:
    match node:
        case ast.Name():
            if node.id not in names:
                names.append(node.id)
        case ast.Constant(value=bool() | int() | float() | str()):
            pass
        case ast.BinOp() if type(node.op) in _BINARY:
            _check(node.left, names)
            _check(node.right, names)
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            _check(node.operand, names)
        case ast.BoolOp():
            for value in node.values:
                _check(value, names)
        case ast.Compare() if all(type(op) in _COMPARE for op in node.ops):
            for value in (node.left, *node.comparators):
                _check(value, names)
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in _CALLS and node.args:
            for value in node.args:
                _check(value, names)
        case ast.Tuple() if node.elts:
            for value in node.elts:
                _check(value, names)
        case _:
            raise DrawError(
                f"{ast.unparse(node)!r} is not allowed; expressions know + - * // %, "
                "min, max, abs, comparisons, and, or, not"
            )


def _evaluate(node: ast.expr, drawn: Mapping[str, object]) -> object:
    match node:
        case ast.Name():
            return drawn[node.id]
        case ast.Constant():
            return node.value
        case ast.BinOp():
            left, right = _evaluate(node.left, drawn), _evaluate(node.right, drawn)
            if isinstance(left, str) or isinstance(right, str):  # 'a' * 10**9, '%d' % n
                raise TypeError("a text cannot be calculated with")
            return _BINARY[type(node.op)](left, right)
        case ast.UnaryOp(op=ast.USub()):
            return operator.neg(_evaluate(node.operand, drawn))  # type: ignore[arg-type]  # checked when evaluated
        case ast.UnaryOp():
            return not _evaluate(node.operand, drawn)
        case ast.BoolOp():
            return _evaluate_bool(node, drawn)
        case ast.Compare():
            return _evaluate_compare(node, drawn)
        case ast.Tuple():
            return tuple(_evaluate(value, drawn) for value in node.elts)
        case ast.Call(func=ast.Name(id=name)):
            return _CALLS[name](*(_evaluate(value, drawn) for value in node.args))
        case _:
            raise AssertionError(f"unchecked node {ast.dump(node)}")


def _evaluate_bool(node: ast.BoolOp, drawn: Mapping[str, object]) -> bool:
    values = (bool(_evaluate(value, drawn)) for value in node.values)
    return all(values) if isinstance(node.op, ast.And) else any(values)


def _evaluate_compare(node: ast.Compare, drawn: Mapping[str, object]) -> bool:
    left = _evaluate(node.left, drawn)
    for op, comparator in zip(node.ops, node.comparators, strict=True):
        right = _evaluate(comparator, drawn)
        if not _COMPARE[type(op)](left, right):
            return False
        left = right
    return True
