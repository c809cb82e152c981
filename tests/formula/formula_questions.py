"""The questions of these tests: what they declare, their instances, and right values by loops."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from itertools import product

from grader.formula import (
    Declared,
    Grid,
    Instance,
    SetTable,
    Symbol,
    Unreadable,
    declare,
    evaluate,
    first_difference,
    read,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: declarations, instances smallest first, and the right values."""

    declared: Declared
    instances: list[Instance]
    expected: list[Grid]


def symbol(name: str, rank: int, shown: str = "", *, is_set: bool = False) -> Symbol:
    return Symbol(name=name, rank=rank, shown=shown or name, is_set=is_set)


def verdict(text: str, asked: Asked) -> str:
    """Give 'right', 'wrong', or the kind of a formula that cannot be read."""
    try:
        formula = read(text, asked.declared)
        results = evaluate(formula, asked.instances)
    except Unreadable as error:
        return error.kind.value
    return "right" if first_difference(results, asked.expected) is None else "wrong"


def message(text: str, asked: Asked) -> str:
    """Give the message of a formula that cannot be read."""
    try:
        evaluate(read(text, asked.declared), asked.instances)
    except Unreadable as error:
        return error.message
    return "it can be read"


def grid(shape: tuple[int, ...], values: object) -> Grid:
    return Grid(shape, tuple(float(value) for value in values))  # type: ignore[attr-defined]


def places(*sizes: int) -> list[tuple[int, ...]]:
    return list(product(*map(range, sizes)))


_random = random.Random(1)


def _halves(*shape: int) -> Grid:
    return grid(shape, (_random.randint(-4, 4) / 2 for _ in range(math.prod(shape))))


# -- max pooling -----------------------------------------------------------------------------------

DELTA_F = symbol("delta_f", 2, r"\delta_f")
POOLING = {
    **{name: symbol("x", 2) for name in ("x", "X")},
    **{name: symbol("f", 2) for name in ("f", "Y")},
    **dict.fromkeys((r"\delta_f", "dout"), DELTA_F),
    r"\Omega(k, l)": symbol("Omega", 2, r"\Omega", is_set=True),
    **{name: symbol(name, 0) for name in ("s", "K", "H", "W", "P", "Q")},
}


def _pooled(h: int, w: int, k: int, s: int) -> tuple[Instance, Grid, Grid]:
    """Give an instance with the gradient by x and the Jacobian, by loops over the windows."""
    p, q = (h - k) // s + 1, (w - k) // s + 1
    values = list(range(h * w))
    _random.shuffle(values)
    x = grid((h, w), (value - 3 for value in values))
    delta = grid((p, q), (_random.randint(1, 9) for _ in range(p * q)))
    windows = {
        (a, b): tuple((a * s + i, b * s + j) for i, j in places(k, k)) for a, b in places(p, q)
    }
    gradient = dict.fromkeys(places(h, w), 0.0)
    jacobian = dict.fromkeys(places(p, q, h, w), 0.0)
    for window, cells in windows.items():
        top = max(cells, key=x.at)
        gradient[top] += delta.at(window)
        jacobian[window + top] = 1.0
    held = {
        "x": x,
        "f": grid((p, q), (max(map(x.at, cells)) for cells in windows.values())),
        "delta_f": delta,
        "Omega": SetTable((p, q), windows),
        **{n: float(v) for n, v in zip("sKHWPQ", (s, k, h, w, p, q), strict=True)},
    }
    instance = Instance(values=held, shape=(h, w))
    return instance, grid((h, w), gradient.values()), grid((p, q, h, w), jacobian.values())


_SIZES = [(1, 1, 1, 1), (1, 3, 1, 2), (2, 2, 2, 2), (2, 3, 2, 1), (3, 2, 1, 1), (2, 4, 2, 2)]
_SIZES += [(3, 4, 2, 1), (4, 3, 3, 1), (3, 5, 2, 3), (4, 5, 3, 2)]
_POOLED = [_pooled(*size) for size in _SIZES]
BACK = Asked(
    declare(r"\delta_{x,ij}", 2, POOLING, letters={"a": "K", "b": "K"}),
    [instance for instance, _, _ in _POOLED],
    [gradient for _, gradient, _ in _POOLED],
)
JAC = Asked(
    declare(r"\frac{\partial f_{kl}}{\partial x_{ij}}", 4, POOLING),
    [Instance(values=i.values, shape=jacobian.shape) for i, _, jacobian in _POOLED],
    [jacobian for _, _, jacobian in _POOLED],
)

# -- a dense layer, base 1 -------------------------------------------------------------------------

DENSE = {
    "W": symbol("W", 2),
    r"\delta_y": symbol("delta_y", 1, r"\delta_y"),
    "dout": symbol("delta_y", 1, r"\delta_y"),
    **{name: symbol("s", 1) for name in ("s", "Z")},
    "K": symbol("K", 0),
    "J": symbol("J", 0),
}


def _dense(k: int, j: int, *, is_elu: bool) -> tuple[Instance, Grid, Grid]:
    w, delta = _halves(k, j), _halves(k)
    s = grid((k,), (_random.choice((-2, -1, -0.5, 0.5, 1, 3)) for _ in range(k)))
    below = [math.exp(value) if is_elu else 0.0 for value in s.values]
    slopes = [1.0 if value > 0 else low for value, low in zip(s.values, below, strict=True)]
    by_s = [d * slope for d, slope in zip(delta.values, slopes, strict=True)]
    by_x = [sum(by_s[a] * w.at((a, b)) for a in range(k)) for b in range(j)]
    held = {"W": w, "delta_y": delta, "s": s, "K": float(k), "J": float(j)}
    return Instance(values=held, shape=(j,)), grid((j,), by_x), grid((k,), by_s)


_ELU = [_dense(k, j, is_elu=True) for k, j in places(4, 4) if k and j]
_RELU = [_dense(k, j, is_elu=False) for k, j in places(4, 4) if k and j]
_BY_X = declare(r"\delta_{x,j}", 1, DENSE, base=1)
DX_ELU = Asked(_BY_X, [i for i, _, _ in _ELU], [x for _, x, _ in _ELU])
DX_RELU = Asked(_BY_X, [i for i, _, _ in _RELU], [x for _, x, _ in _RELU])
DS_RELU = Asked(
    declare(r"\delta_{s,k}", 1, DENSE, base=1),
    [Instance(values=i.values, shape=s.shape) for i, _, s in _RELU],
    [s for _, _, s in _RELU],
)

# -- softmax with cross-entropy, base 1 ------------------------------------------------------------


def _softmax(n: int) -> tuple[Instance, Grid]:
    z = _halves(n)
    total = sum(map(math.exp, z.values))
    p = grid((n,), (math.exp(value) / total for value in z.values))
    y = grid((n,), (at == n // 2 for at in range(n)))
    difference = (a - b for a, b in zip(p.values, y.values, strict=True))
    return Instance(values={"z": z, "p": p, "y": y}, shape=(n,)), grid((n,), difference)


_SOFT = [_softmax(n) for n in (1, 2, 3, 4)]
SOFT = Asked(
    declare(
        r"\frac{\partial L}{\partial z_i}", 1, {name: symbol(name, 1) for name in "zpy"}, base=1
    ),
    [instance for instance, _ in _SOFT],
    [right for _, right in _SOFT],
)

# -- correlation -----------------------------------------------------------------------------------


def _correlated(h: int, w: int, r: int, s: int) -> tuple[Instance, Grid, Grid]:
    x, weight, delta = _halves(h, w), _halves(r, s), _halves(h - r + 1, w - s + 1)
    by_x, by_w = dict.fromkeys(places(h, w), 0.0), dict.fromkeys(places(r, s), 0.0)
    for (row, column), (a, b) in product(places(*delta.shape), places(r, s)):
        by_x[row + a, column + b] += delta.at((row, column)) * weight.at((a, b))
        by_w[a, b] += delta.at((row, column)) * x.at((row + a, column + b))
    held = {"x": x, "w": weight, "d": delta, "R": float(r), "S": float(s)}
    instance = Instance(values=held, shape=(h, w))
    return instance, grid((h, w), by_x.values()), grid((r, s), by_w.values())


_CORRELATED = [
    _correlated(*size) for size in [(1, 1, 1, 1), (2, 2, 1, 2), (2, 3, 2, 1), (3, 4, 2, 2)]
]
_DELTA = symbol("d", 2, r"\delta")
_SIZES_OF = {"R": symbol("R", 0), "S": symbol("S", 0)}


def correlation_by_x(target: str, *, zero: bool = False, base: int = 0) -> Asked:
    weights = {name: symbol("w", 2) for name in ("w", "K")}
    symbols = {**weights, r"\delta": _DELTA, **_SIZES_OF}
    return Asked(
        declare(target, 2, symbols, base=base, outside_is_zero=zero),
        [instance for instance, _, _ in _CORRELATED],
        [by_x for _, by_x, _ in _CORRELATED],
    )


CX = correlation_by_x(r"\frac{\partial L}{\partial X_{ij}}")
CX_SMALL = correlation_by_x(r"\frac{\partial L}{\partial x_{ij}}")
CX_ZERO = correlation_by_x(r"\frac{\partial L}{\partial x_{ij}}", zero=True)
CX_ZERO_FROM_1 = correlation_by_x(r"\frac{\partial L}{\partial x_{ij}}", zero=True, base=1)
CW = Asked(
    declare(
        r"\frac{\partial L}{\partial K_{ab}}",
        2,
        {"X": symbol("x", 2), r"\delta": _DELTA, **_SIZES_OF},
    ),
    [Instance(values=i.values, shape=by_w.shape) for i, _, by_w in _CORRELATED],
    [by_w for _, _, by_w in _CORRELATED],
)
