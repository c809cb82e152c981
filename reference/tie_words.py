"""The sentences that tell what is wrong with a gradient of max pooling.

They name cells as `[row, column]`, what arrived there, and what the windows that can reach these
cells carry. Numbers come in whole multiples of 1 / `per_one`, as `reference.tie_flow` has them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from reference.tie_flow import Split, possible_sums
from reference.windows import Windows

__all__ = ["explain_imbalance", "name_cells"]

MOST_CELLS_NAMED = 6
MOST_TERMS_SHOWN = 4


def explain_imbalance(
    cells: Sequence[int],
    totals: Sequence[int],
    splits: Sequence[Split],
    per_one: int,
    windows: Windows,
) -> str:
    """Why the sum of `totals` over `cells` cannot be, in one sentence without a full stop.

    cells: what `measure_imbalance` returned. totals: the gradient of each cell. splits: the
    graded windows.
    """
    if _everyone_got_all(totals, splits):
        return _tell_everyone_got_all(totals, splits, per_one)
    one = len(cells) == 1
    subject = ("cell " if one else "cells ") + name_cells(cells, windows)
    got = sum(totals[cell] for cell in cells)
    reaching = [split for split in splits if not set(cells).isdisjoint(split.cells)]
    if not reaching:
        why = "is no window's maximum" if cells[0] in windows.cells else "lies in no window"
        return f"{subject} {why} but got {_show(per_one, got)[0]}"
    least, most = possible_sums(cells, splits)
    whose = "whose maximum it is" if one else "whose maximum they are"
    if least == most:
        carry = _tell_sum([split.gradient for split in reaching], per_one, whose)
        return f"{subject} got {_show(per_one, got, most)[0]} but {carry}"
    low, high = ("at least", "only") if most > 0 else ("at least", "at most")
    bound, limit = (high, most) if got > most else (low, least)
    got_text, limit_text = _show(per_one, got, limit)
    return f"{subject} got {got_text} although the windows {whose} carry {bound} {limit_text}"


def name_cells(cells: Sequence[int], windows: Windows) -> str:
    """Flat cell numbers as `[row, column]`, the first few of them."""
    _, width = windows.plane
    names = [f"[{cell // width}, {cell % width}]" for cell in cells[:MOST_CELLS_NAMED]]
    more = len(cells) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def _everyone_got_all(totals: Sequence[int], splits: Sequence[Split]) -> bool:
    """Whether every maximum of every window got the whole gradient of the window."""
    whole = [0] * len(totals)
    for split in splits:
        for cell in split.cells:
            whole[cell] += split.gradient
    return whole == list(totals)


def _tell_everyone_got_all(totals: Sequence[int], splits: Sequence[Split], per_one: int) -> str:
    counts = {len(split.cells) for split in splits if len(split.cells) > 1 and split.gradient}
    who = f"each of the {counts.pop()} equal maxima" if len(counts) == 1 else "every equal maximum"
    whole, carried = sum(totals), sum(split.gradient for split in splits)
    told = f"{who} of a window got the whole gradient".replace("maxima of a window", "maxima")
    if whole == carried:
        return told
    got_text, carried_text = _show(per_one, whole, carried)
    return f"the gradient sums to {got_text} but dout sums to {carried_text}: {told}"


def _tell_sum(parts: Sequence[int], per_one: int, whose: str) -> str:
    """What the windows that must leave all their gradient at some cells carry."""
    [total] = _show(per_one, sum(parts))
    if len(parts) == 1:
        return f"the window {whose} carries {total}"
    terms = " + ".join(_show(per_one, *parts)) + " = " if len(parts) <= MOST_TERMS_SHOWN else ""
    return f"the {len(parts)} windows {whose} carry {terms}{total}"


def _show(per_one: int, *numbers: int) -> list[str]:
    """Texts of six digits; all digits where that would make different numbers look alike."""
    values = [_to_float(number, per_one) for number in numbers]
    short = [f"{value:.6g}" for value in values]
    if len(set(short)) == len(set(numbers)):
        return short
    return [str(value).removesuffix(".0") for value in values]


def _to_float(number: int, per_one: int) -> float:
    """The nearest float; beyond the largest one, an infinity, which is only shown."""
    try:
        return number / per_one
    except OverflowError:
        return math.inf if number > 0 else -math.inf
