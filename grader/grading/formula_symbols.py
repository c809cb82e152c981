"""The symbols of a question's formulas: declared ones, drawn names, and their values on a case."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.core.corpus import Case
from grader.core.domain import ArrayDraw, NumberDraw
from grader.core.errors import QuestionError
from grader.core.expression import DrawError, Expression
from grader.core.question import CodePart, FormulaTarget, ReferenceCall
from grader.formula import Grid, Held, SetTable, Symbol, grid_of
from grader.grading.judge import Judge
from grader.grading.reference import arguments_of

_SET = re.compile(r"(?P<head>.+?)\s*\((?P<arguments>[^()]*)\)\s*", re.DOTALL)
_GREEK_NAME = re.compile(
    r"(?P<greek>alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|"
    r"tau|phi|chi|psi|omega)(?:_(?P<label>[A-Za-z0-9]+))?"
)
_PLAIN_NAME = re.compile(r"(?P<head>[A-Za-z])(?:_?(?P<label>[0-9]+)|_(?P<word>[A-Za-z]+))?")


def fault(target: FormulaTarget, what: str, hint: str = "") -> QuestionError:
    """Give an error at the declaration of a target."""
    return QuestionError(where=target.where, what=what, hint=hint)


def called(call: ReferenceCall, judge: Judge, case: Case) -> Any:
    """Give what a reference call returns on the inputs of a case."""
    return judge.the_reference.call(call.function, *arguments_of(call, case.inputs))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantity:
    """A symbol's LaTeX, its key in instances, and where its value comes from."""

    latex: str
    name: str
    source: ReferenceCall | Expression | str
    is_set: bool = False
    arguments: int = 0


def quantities_of(target: FormulaTarget, code: CodePart) -> list[Quantity]:
    """Give declared symbols and drawn names; several names of one source are one symbol."""
    found = []
    for latex, source in target.symbols.items():
        parts = _SET.fullmatch(latex)
        is_set = parts is not None and isinstance(source, ReferenceCall)
        name = source.text if isinstance(source, ReferenceCall) else source.text.strip()
        arguments = len(parts["arguments"].split(",")) if parts is not None and is_set else 0
        found.append(
            Quantity(latex=latex, name=name, source=source, is_set=is_set, arguments=arguments)
        )
    taken = set(target.symbols)
    for declaration in code.domain:
        latex = _latex_of(declaration.name)
        is_number = isinstance(declaration.draw, (ArrayDraw, NumberDraw))
        if is_number and latex and latex not in taken:
            found.append(Quantity(latex=latex, name=declaration.name, source=declaration.name))
    return found


def _latex_of(name: str) -> str:
    r"""Give a drawn name in LaTeX: delta_f as \delta_f, x1 as x_1, kernel as \text{kernel}."""
    if (greek := _GREEK_NAME.fullmatch(name)) is not None:
        return f"\\{greek['greek']}" + (f"_{{{greek['label']}}}" if greek["label"] else "")
    if (plain := _PLAIN_NAME.fullmatch(name)) is not None:
        label = plain["label"] or plain["word"]
        return plain["head"] + (f"_{{{label}}}" if label else "")
    return f"\\text{{{name}}}" if name.isalnum() else ""


def held_by(
    quantities: Sequence[Quantity], judge: Judge, case: Case, target: FormulaTarget
) -> dict[str, Held]:
    """Give the values of the quantities on a case, by name."""
    held: dict[str, Held] = {}
    for quantity in quantities:
        source = quantity.source
        if isinstance(source, ReferenceCall):
            value = called(source, judge, case)
        elif isinstance(source, Expression):
            value = _evaluated(source, case, target)
        else:
            value = case.inputs.get(source)
        if value is None:
            continue
        held[quantity.name] = (
            _table(value, quantity, target)
            if quantity.is_set
            else as_held(value, quantity.latex, target)
        )
    return held


def _evaluated(source: Expression, case: Case, target: FormulaTarget) -> object:
    try:
        return source.evaluate(case.inputs)
    except DrawError as error:
        raise fault(target, str(error)) from error


def lengths_of(target: FormulaTarget, case: Case) -> Mapping[str, float]:
    """Give the lengths of declared index letters on a case."""
    return {
        f"length of {letter}": float(_whole(expression, case, target))
        for letter, expression in target.letters.items()
    }


def _whole(expression: Expression, case: Case, target: FormulaTarget) -> int:
    try:
        return expression.whole(case.inputs)
    except DrawError as error:
        raise fault(target, str(error)) from error


def symbol_of(quantity: Quantity, held: Held, target: FormulaTarget) -> Symbol:
    """Give the symbol that a quantity is, by the value it has on one instance."""
    shown = quantity.latex.split("(")[0].strip() if quantity.is_set else quantity.latex
    rank = 0 if isinstance(held, float) else len(held.shape)
    if quantity.is_set and rank != quantity.arguments:
        what = f"{quantity.latex} has {quantity.arguments} arguments, its lists are {rank} deep"
        raise fault(target, what, "the function gives a list of index tuples for each argument")
    return Symbol(name=quantity.name, rank=rank, shown=shown, is_set=quantity.is_set)


def as_held(value: object, latex: str, target: FormulaTarget) -> float | Grid:
    """Give a number or array of the reference's as the formula room holds it."""
    try:
        plain = np.asarray(value, dtype=float)
        grid = grid_of(plain.tolist())
    except (TypeError, ValueError) as error:
        raise fault(target, f"{latex} is no number and no array of numbers: {error}") from error
    if not all(math.isfinite(number) for number in grid.values):
        raise fault(target, f"{latex} is not finite on an input", "draw inputs without nan, inf")
    if plain.ndim == 0:
        return grid.values[0]
    return Grid(plain.shape, grid.values)


def _table(value: Any, quantity: Quantity, target: FormulaTarget) -> SetTable:
    """Give nested lists of index tuples as a table of sets."""
    try:
        entries = list(_entries(value, quantity.arguments, ()))
        shape = tuple(
            max(index[axis] for index, _ in entries) + 1 for axis in range(quantity.arguments)
        )
        return SetTable(shape, dict(entries))
    except (TypeError, ValueError) as error:
        what = f"{quantity.latex} is no list of index tuples for each argument: {error}"
        raise fault(target, what) from error


def _entries(
    value: Any, depth: int, index: tuple[int, ...]
) -> Iterator[tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]]:
    if depth == 0:
        members = (member if isinstance(member, Iterable) else (member,) for member in value)
        yield index, tuple(tuple(operator.index(at) for at in member) for member in members)
        return
    for at, inner in enumerate(value):
        yield from _entries(inner, depth - 1, (*index, at))
