"""The author's fixed cases as inputs of the domain: sizes filled in, lists made arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.core.domain import ArrayDraw, Domain, NumberDraw
from grader.core.errors import QuestionError
from grader.core.question import FixedCase, Group
from grader.draw.elements import dtype_of

Values = dict[str, object]


def completed(domain: Domain, inputs: Mapping[str, object]) -> Values:
    """Give the inputs with sizes read off the arrays: `x: floats[H, W]` gives H and W.

    Arrays get the dtype of their declaration (a list of whole numbers is one of floats where
    floats are declared), and whole numbers declared as float become floats. ValueError when an
    array is none.
    """
    found: Values = {}
    for declaration in domain:
        name, draw = declaration.name, declaration.draw
        if name not in inputs:
            continue
        value = inputs[name]
        if isinstance(draw, ArrayDraw):
            array = np.array(value)
            if array.dtype.kind not in "biuf" or array.ndim != len(draw.shape):
                raise ValueError(f"{name!r} is no array of {len(draw.shape)} dimensions")
            found[name] = array.astype(dtype_of(draw))
            for size, length in zip(draw.shape, array.shape, strict=True):
                if size.text in domain.names and size.text not in inputs:
                    found.setdefault(size.text, length)
        elif isinstance(draw, NumberDraw) and not draw.is_int and type(value) is int:
            found[name] = float(value)
        else:
            found[name] = value
    in_order = {name: found[name] for name in domain.names if name in found}
    return in_order | {name: value for name, value in inputs.items() if name not in in_order}


def case_inputs(case: FixedCase, group: Group, names: tuple[str, ...]) -> Values:
    """Give a fixed case as inputs of a group's domain; QuestionError when it is not one."""
    try:
        inputs = completed(group.domain, case.inputs)
    except ValueError as error:
        raise QuestionError(where=case.where, what=f"case {case.name!r}: {error}") from error
    missing = [name for name in names if name not in inputs]
    if missing:
        raise QuestionError(
            where=case.where,
            what=f"case {case.name!r} gives no value for {', '.join(map(repr, missing))}",
        )
    return inputs


def belongs(case: FixedCase, group: Group, inputs: Mapping[str, object]) -> bool:
    """Tell whether a fixed case is one of a group: it names the group, or the condition holds."""
    if case.group is not None:
        return case.group == group.id
    if group.where is None:
        return True
    try:
        return group.where.holds(inputs)
    except ValueError as error:  # DrawError, or an array where a number is needed
        raise QuestionError(
            where=case.where,
            what=f"case {case.name!r}: {group.where.text!r} of group {group.id!r} "
            f"cannot be told: {error}",
            hint=f"give the missing value, or write 'group: {group.id}' in the case",
        ) from error
