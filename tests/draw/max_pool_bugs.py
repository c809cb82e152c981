"""Planted bugs of max pooling backward, each a misconception seen in public projects."""

from __future__ import annotations

from typing import Any

import numpy as np
from max_pool_question import Inputs, planes, window_cells, windows


def _routed(inputs: Inputs, choose: Any, *, adds: bool = True, **changes: Any) -> Any:
    """Route gradients to the cells that choose(x, cells) picks in each window."""
    result = np.zeros(inputs["x"].shape)
    for at, plane in planes(inputs):
        x, kernel = plane["x"], plane["kernel"]
        stride = changes["stride"] if "stride" in changes else plane["stride"]
        for k, m in windows(x.shape, kernel, plane["stride"]):
            cells = window_cells(k, m, kernel, stride)
            inside = [c for c in cells if c[0] < x.shape[0] and c[1] < x.shape[1]]
            for cell in choose(x, inside):
                g = plane["delta_f"][k, m]
                result[(*at, *cell)] = result[(*at, *cell)] + g if adds else g
    return result


def _first(x: Any, cells: list[Any]) -> list[Any]:
    return [max(cells, key=lambda cell: x[cell])] if cells else []


def assigns(inputs: Inputs) -> Any:
    """Assign where overlapping windows must add."""
    return _routed(inputs, _first, adds=False)


def feeds_every_maximum(inputs: Inputs) -> Any:
    """Give the whole gradient to each tied maximum."""
    return _routed(inputs, lambda x, cells: [c for c in cells if x[c] == max(x[d] for d in cells)])


def ignores_stride(inputs: Inputs) -> Any:
    """Place the windows side by side whatever the stride."""
    return _routed(inputs, _first, stride=inputs["kernel"])


def starts_at_zero(inputs: Inputs) -> Any:
    """Start the running maximum at zero, so that negative windows feed nobody."""
    return _routed(inputs, lambda x, cells: [c for c in _first(x, cells) if x[c] > 0])


def tolerates(inputs: Inputs) -> Any:
    """Take values within a tolerance of the maximum for maxima."""
    return _routed(
        inputs, lambda x, cells: [c for c in cells if np.isclose(x[c], max(x[d] for d in cells))]
    )


def takes_minimum(inputs: Inputs) -> Any:
    """Feed the minimum."""
    return _routed(inputs, lambda x, cells: [min(cells, key=lambda cell: x[cell])])


def swaps_axes(inputs: Inputs) -> Any:
    """Use the number of rows for columns and the other way round."""
    x = inputs["x"]
    turned = np.asarray(x).reshape(*x.shape[:-2], x.shape[-1], x.shape[-2])
    g = inputs["delta_f"]
    g = np.asarray(g).reshape(*g.shape[:-2], g.shape[-1], g.shape[-2])
    return _routed({**inputs, "x": turned, "delta_f": g}, _first).reshape(x.shape)


def ignores_upstream(inputs: Inputs) -> Any:
    """Return the mask of the maxima instead of the gradient."""
    return _routed({**inputs, "delta_f": np.ones_like(inputs["delta_f"])}, _first)


def scans_columns(inputs: Inputs) -> Any:
    """Unravel the place of the maximum column by column."""
    result = np.zeros(inputs["x"].shape)
    for at, plane in planes(inputs):
        x, kernel, stride = plane["x"], plane["kernel"], plane["stride"]
        for k, m in windows(x.shape, kernel, stride):
            cells = window_cells(k, m, kernel, stride)
            place = int(np.argmax([x[cell] for cell in cells]))
            b, a = divmod(place, kernel)
            result[(*at, k * stride + a, m * stride + b)] += plane["delta_f"][k, m]
    return result


def takes_last(inputs: Inputs) -> Any:
    """Feed the last of several maxima, which is right where any rule is."""
    return _routed(inputs, lambda x, cells: _first(x, cells[::-1]))


BUGS = {
    "assigns": (assigns, {"overlapping", "ties"}),
    "feeds every maximum": (feeds_every_maximum, {"ties"}),
    "ignores stride": (ignores_stride, {"non-overlapping", "overlapping", "ties"}),
    "starts at zero": (starts_at_zero, {"non-overlapping", "overlapping", "ties"}),
    "tolerates": (tolerates, {"non-overlapping", "overlapping", "ties"}),
    "takes minimum": (takes_minimum, {"non-overlapping", "overlapping", "ties"}),
    "swaps axes": (swaps_axes, {"non-overlapping", "overlapping", "ties"}),
    "ignores upstream": (ignores_upstream, {"non-overlapping", "overlapping", "ties"}),
    "scans columns": (scans_columns, {"non-overlapping", "overlapping", "ties"}),
}
