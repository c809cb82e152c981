"""Values of a formula: numbers, pairs, arrays, tables of sets; plain Python, nothing of numpy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from grader.formula.failure import Kind, Unreadable

Index = tuple[int, ...]
Pairs = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """An array: its shape, and its values row by row."""

    shape: Index
    values: tuple[float, ...]

    def at(self, index: Index) -> float:
        """Give an element; every index must be inside."""
        place = 0
        for size, position in zip(self.shape, index, strict=True):
            place = place * size + position
        return self.values[place]

    @property
    def transposed(self) -> Grid:
        """Give the transpose of a matrix; a vector is its own."""
        if len(self.shape) != 2:
            return self
        rows, columns = self.shape
        values = (self.values[row * columns + column] for column, row in places((columns, rows)))
        return Grid((columns, rows), tuple(values))


@dataclass(frozen=True, slots=True)
class SetTable:
    """A set for each argument: shape says what the arguments run over, counted from 0.

    Members are tuples of whole numbers, counted from 0 too, also of single ones.
    """

    shape: Index
    sets: Mapping[Index, tuple[Index, ...]]


Value = float | Pairs | Grid
#: what an instance holds: numbers, arrays, tables of sets, by the names of the symbols
Held = float | Grid | SetTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One small input of the question: values by name, and the shape of the target."""

    values: Mapping[str, Held]
    shape: Index


def places(shape: Index) -> Iterator[Index]:
    """Give every index of a shape, row by row."""
    return product(*(range(size) for size in shape))


def grid_of(nested: object) -> Grid:
    """Give nested sequences of numbers as a grid; ValueError when they are ragged."""
    if not isinstance(nested, (list, tuple)):
        return Grid((), (float(nested),))  # type: ignore[arg-type]  # float refuses what is no number
    rows = [grid_of(row) for row in nested]
    if len({row.shape for row in rows}) > 1:
        raise ValueError("the rows have different lengths")
    shape = (len(rows), *(rows[0].shape if rows else ()))
    return Grid(shape, tuple(value for row in rows for value in row.values))


def combine(
    sign: str, left: Value, right: Value, operation: Callable[[float, float], float], at: int
) -> Value:
    """Combine two values element by element; a number goes with every element."""
    if isinstance(left, float) and isinstance(right, float):
        return operation(left, right)
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _combine_pairs(sign, left, right, operation, at)
    if isinstance(left, float):
        assert isinstance(right, Grid)
        return Grid(right.shape, tuple(operation(left, value) for value in right.values))
    if isinstance(right, float):
        return Grid(left.shape, tuple(operation(value, right) for value in left.values))
    if left.shape != right.shape:
        what = f"arrays of shapes {left.shape} and {right.shape} do not go together"
        raise Unreadable(Kind.SHAPE, what, at)
    pairs = zip(left.values, right.values, strict=True)
    return Grid(left.shape, tuple(operation(one, other) for one, other in pairs))


def _combine_pairs(
    sign: str, left: Value, right: Value, operation: Callable[[float, float], float], at: int
) -> Value:
    if isinstance(left, tuple) and isinstance(right, tuple) and sign == "+":
        if len(left) != len(right):
            raise Unreadable(Kind.TYPE, f"{len(left)} numbers and {len(right)} are added", at)
        return tuple(operation(one, other) for one, other in zip(left, right, strict=True))
    raise Unreadable(Kind.TYPE, "a pair stands where a number is needed", at)


def matrix_product(left: Grid, right: Grid, at: int) -> Value:
    """Give the product of matrices and vectors, as side by side means without indices."""
    is_vector, is_row = len(right.shape) == 1, len(left.shape) == 1
    fits = len(left.shape) in (1, 2) and len(right.shape) in (1, 2)
    if not fits or left.shape[-1] != right.shape[0] or (is_vector and is_row):
        what = f"the matrix product of shapes {left.shape} and {right.shape} does not exist"
        raise Unreadable(Kind.SHAPE, what, at)
    rows = 1 if is_row else left.shape[0]
    columns = 1 if is_vector else right.shape[1]
    inner = right.shape[0]
    values = tuple(
        math.fsum(
            left.values[row * inner + k] * right.values[k * columns + column] for k in range(inner)
        )
        for row in range(rows)
        for column in range(columns)
    )
    shape = (() if is_row else (rows,)) + (() if is_vector else (columns,))
    return Grid(shape, values)
