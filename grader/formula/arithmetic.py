"""Arithmetic on values: element by element, matrix products, and the functions of one argument."""

from __future__ import annotations

import math
from collections.abc import Callable

from grader.formula.failure import Kind, Unreadable
from grader.formula.values import Grid, Value, combine, matrix_product


def ambiguous_star(at: int) -> Unreadable:
    """Give the refusal of * between arrays."""
    what = "* between arrays can mean convolution, correlation or a product"
    return Unreadable(Kind.AMBIGUOUS, what, at, "write the sum over the indices")


def arithmetic(sign: str, values: list[Value], at: int) -> Value:
    """Give the result of an operation; Unreadable when it has no finite value or does not fit."""
    try:
        result = _RULES[sign](values, at)
    except (ArithmeticError, ValueError) as error:
        what = "a division by zero" if isinstance(error, ZeroDivisionError) else "it has no value"
        raise Unreadable(Kind.VALUE, f"{what} for some indices", at) from error
    if isinstance(result, float) and not math.isfinite(result):
        raise Unreadable(Kind.VALUE, "a value is too large", at)
    return result


def _folded(sign: str, operation: Callable[[float, float], float]) -> Callable[..., Value]:
    def rule(values: list[Value], at: int) -> Value:
        result = values[0]
        for value in values[1:]:
            result = combine(sign, result, value, operation, at)
        return result

    return rule


def _times(one: float, other: float) -> float:
    return one * other


def _divided(one: float, other: float) -> float:
    return one / other


def _product(values: list[Value], at: int) -> Value:
    left, right = values
    if isinstance(left, Grid) and isinstance(right, Grid):
        return matrix_product(left, right, at)
    return combine(".", left, right, _times, at)


def _starred(values: list[Value], at: int) -> Value:
    if any(isinstance(value, Grid) for value in values):
        raise ambiguous_star(at)
    return combine("*", values[0], values[1], _times, at)


def _power(values: list[Value], at: int) -> Value:
    if isinstance(values[0], Grid):
        what = "a power of an array can mean a matrix power or one of each element"
        raise Unreadable(Kind.AMBIGUOUS, what, at, "write its indices: x_{ij}^2")
    return combine("^", values[0], values[1], _raised, at)


def _raised(base: float, exponent: float) -> float:
    result = base**exponent
    if isinstance(result, complex):
        raise ValueError("a root of a negative number")
    return float(result)


def _each(operation: Callable[[float], float]) -> Callable[..., Value]:
    def rule(values: list[Value], at: int) -> Value:
        (value,) = values
        if isinstance(value, Grid):
            return Grid(value.shape, tuple(operation(one) for one in value.values))
        if isinstance(value, tuple):
            raise Unreadable(Kind.TYPE, "a pair stands where a number is needed", at)
        return operation(value)

    return rule


def _transposed(values: list[Value], at: int) -> Value:
    (value,) = values
    if not isinstance(value, Grid):
        hint = "write the power as x^{T}, and declare T, or leave it out"
        raise Unreadable(Kind.TYPE, "a number or a pair has no transpose", at, hint)
    return value.transposed


_RULES: dict[str, Callable[[list[Value], int], Value]] = {
    "+": _folded("+", lambda one, other: one + other),
    "max": _folded("max", max),
    "min": _folded("min", min),
    "neg": _each(lambda value: -value),
    "abs": _each(abs),
    "floor": _each(lambda value: float(math.floor(value))),
    "ceil": _each(lambda value: float(math.ceil(value))),
    "sqrt": _each(math.sqrt),
    "transpose": _transposed,
    ".": _product,
    "*": _starred,
    "\\odot": _folded("\\odot", _times),
    "/": _folded("/", _divided),
    "^": _power,
}


def _sign(value: float) -> float:
    return float((value > 0) - (value < 0))


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    return math.exp(value) / (1.0 + math.exp(value))


_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "tanh": math.tanh,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "sign": _sign,
    "sgn": _sign,
    "relu": lambda value: max(value, 0.0),
    "sigmoid": _sigmoid,
}


def _applied(operation: Callable[[float], float]) -> Callable[[float | Grid, int], Value]:
    rule = _each(operation)

    def apply(value: float | Grid, at: int) -> Value:
        try:
            return rule([value], at)
        except (ArithmeticError, ValueError) as error:
            raise Unreadable(Kind.VALUE, "a function has no value for some indices", at) from error

    return apply


def _softmax(value: float | Grid, at: int) -> Value:
    if not isinstance(value, Grid) or len(value.shape) != 1:
        what = "softmax of something that is no vector"
        raise Unreadable(Kind.TYPE, what, at, r"write \frac{e^{z_k}}{\sum_j e^{z_j}}")
    top = max(value.values)
    powers = [math.exp(one - top) for one in value.values]
    total = math.fsum(powers)
    return Grid(value.shape, tuple(power / total for power in powers))


#: functions of one value, by name; those of numbers go element by element
FUNCTIONS: dict[str, Callable[[float | Grid, int], Value]] = {
    **{name: _applied(operation) for name, operation in _FUNCTIONS.items()},
    "softmax": _softmax,
}
