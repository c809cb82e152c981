"""Whether given inputs lie in a domain: asked of inputs that come from outside of the grader."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from grader.core.domain import ArrayDraw, Domain
from grader.core.expression import DrawError, Expression
from grader.draw.elements import bounds_of, is_inside
from grader.draw.frames import frame_of


def is_in_domain(domain: Domain, where: Expression | None, inputs: Mapping[str, object]) -> bool:
    """Tell whether these could have been drawn: every name, type, size, bound and word fits."""
    if set(inputs) != set(domain.names):
        return False
    arrays = {
        declaration.name: declaration.draw
        for declaration in domain
        if isinstance(declaration.draw, ArrayDraw)
    }
    frame = frame_of(domain, where, {n: v for n, v in inputs.items() if n not in arrays})
    if frame is None:
        return False
    for name, draw in arrays.items():
        array = inputs[name]
        if not isinstance(array, np.ndarray) or array.shape != frame.shapes[name]:
            return False
        try:
            if not is_inside(draw, bounds_of(draw, frame.scalars), array):
                return False
        except DrawError:
            return False
    return True
