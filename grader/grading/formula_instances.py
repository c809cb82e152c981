"""A question's drawn inputs as instances for formulas, with the expected values beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from grader.core.call import Entry
from grader.core.comparison import Comparison
from grader.core.corpus import Case
from grader.core.domain import ArrayDraw, Declaration, Word
from grader.core.limits import Limits
from grader.core.question import CodePart, FormulaTarget, Group, Part
from grader.formula import Declaration as Undeclarable
from grader.formula import Declared, Grid, Instance, declare
from grader.grading.formula_symbols import (
    as_held,
    called,
    fault,
    held_by,
    lengths_of,
    quantities_of,
    symbol_of,
)
from grader.grading.plan import PartPlan

#: instances of one check, smallest first: some tiny ones, and some spread over the rest
MOST_INSTANCES = 30
#: a formula is evaluated in plain Python, so large cases are left out
MOST_ELEMENTS = 400
_UNFIT = {Word.TIES, Word.NAN, Word.INF}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instances:
    """What formulas of one part are compared on: declared names, instances, expected values."""

    declared: Declared
    instances: tuple[Instance, ...]
    expected: tuple[Grid, ...]
    cases: tuple[Case, ...]


def instances_of(target: FormulaTarget, plan: PartPlan) -> Instances | None:
    """Give the instances of a target; None when every group of its inputs is about ties or NaN.

    QuestionError when a declaration or the reference does not fit.
    """
    cases = _chosen(plan)
    if not cases:
        return None
    expected = [_expected(target, plan, case) for case in cases]
    quantities = quantities_of(target, plan.code)
    held = [held_by(quantities, plan.judge, case, target) for case in cases]
    ranks = {len(grid.shape) for grid in expected}
    if len(ranks) != 1:
        raise fault(target, "the target has different numbers of axes on different inputs")
    symbols = {
        quantity.latex: symbol_of(quantity, held[0][quantity.name], target)
        for quantity in quantities
        if quantity.name in held[0]
    }
    try:
        declared = declare(
            target.target,
            ranks.pop(),
            symbols,
            letters={letter: f"length of {letter}" for letter in target.letters},
            base=target.base,
            outside_is_zero=target.outside_is_zero,
        )
    except Undeclarable as error:
        raise fault(target, str(error)) from error
    instances = [
        Instance(values={**values, **lengths_of(target, case)}, shape=grid.shape)
        for values, grid, case in zip(held, expected, cases, strict=True)
    ]
    return Instances(
        declared=declared,
        instances=tuple(instances),
        expected=tuple(expected),
        cases=tuple(cases),
    )


def part_for_formula(part: Part, target: FormulaTarget) -> CodePart:
    """Give a formula part's own inputs as a code part: its corpus is made like any other."""
    assert target.domain is not None
    if target.expected is None:
        raise fault(target, f"part '{part.id}' draws inputs of its own but has no 'expected'")
    call = target.expected
    return CodePart(
        entries=(Entry(name=call.function, parameters=target.domain.names),),
        call=None,
        returns=(),
        expected={"": call},
        domain=target.domain,
        groups=(Group(id="all", points=part.points, domain=target.domain),),
        ties=None,
        compare=Comparison(),
        validator=None,
        properties=(),
        limits=Limits(),
        times_reference=None,
        starter="",
        cases=(),
        wrong=(),
        right=(),
    )


def shown_inputs(case: Case) -> str:
    """Give the inputs of a case on one line: 'x = [[1, 3], [2, 0]], kernel = 2'."""
    return ", ".join(f"{name} = {_shown(value)}" for name, value in case.inputs.items())


def _shown(value: object) -> str:
    if isinstance(value, np.ndarray):
        return (
            "[" + ", ".join(_shown(row) for row in value) + "]" if value.ndim else _shown(value[()])
        )
    return f"{value:g}" if isinstance(value, (float, np.floating)) else str(value)


# -- cases -----------------------------------------------------------------------------------------


def _chosen(plan: PartPlan) -> list[Case]:
    """Give cases of the groups without ties and NaN, smallest first."""
    groups = [group for group in plan.code.groups if not _is_unfit(group.domain)]
    each = MOST_INSTANCES // max(len(groups), 1)
    chosen: dict[int, Case] = {}
    for group in groups:
        fitting = [at for at in plan.corpus.of_group(group.id) if _is_small(plan.corpus.cases[at])]
        tiny, rest = fitting[: each // 2], fitting[each // 2 :]
        count = each - len(tiny)
        spread = [rest[number * len(rest) // count] for number in range(min(count, len(rest)))]
        chosen.update((at, plan.corpus.cases[at]) for at in (*tiny, *spread))
    return sorted(chosen.values(), key=_size)


def _is_unfit(declarations: Iterable[Declaration]) -> bool:
    draws = (declaration.draw for declaration in declarations)
    return any(isinstance(draw, ArrayDraw) and draw.words & _UNFIT for draw in draws)


def _size(case: Case) -> int:
    return sum(value.size for value in case.inputs.values() if isinstance(value, np.ndarray))


def _is_small(case: Case) -> bool:
    return 0 < _size(case) <= MOST_ELEMENTS or not any(
        isinstance(value, np.ndarray) for value in case.inputs.values()
    )


def _expected(target: FormulaTarget, plan: PartPlan, case: Case) -> Grid:
    if target.expected is not None:
        value = called(target.expected, plan.judge, case)
    elif len(case.expected) == 1:
        (value,) = case.expected.values()
    else:
        names = ", ".join(case.expected)
        what = f"the part returns {names}: which of them is the target?"
        raise fault(target, what, "add 'expected: function(…)' to the formula")
    grid = as_held(value, "expected", target)
    if not isinstance(grid, Grid):
        return Grid((), (grid,))
    return grid
