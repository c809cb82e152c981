"""One call for both questions about a gradient, whose answers must agree."""

from __future__ import annotations

from typing import Any

from pooling_inputs import Array

from reference.tie_gradients import distance_to_valid_gradient, explain_invalid_gradient


def judge(dx: Any, dout: Array, x: Array, *arguments: Any) -> tuple[float, str | None]:
    """Distance and explanation, which must agree."""
    distance = distance_to_valid_gradient(dx, dout, x, *arguments)
    text = explain_invalid_gradient(dx, dout, x, *arguments)
    assert (text is None) == (distance == 0.0)
    assert distance >= 0.0
    return distance, text
