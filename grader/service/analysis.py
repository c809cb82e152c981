"""Item analysis: which questions are too easy, too hard, or say nothing about who knows more.

Facility, corrected point-biserial, discrimination of the upper and lower 27 percent, Cronbach's
alpha, and the standard error of the total (Crocker and Algina, Introduction to Classical and Modern
Test Theory, 1986, chapters 7 and 14).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEAST_STUDENTS = 30
_TAIL = 0.27

Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question among the others. Figures are None where they are not defined."""

    name: str
    facility: float
    spread: float
    correlation: float | None
    discrimination: float
    alpha_without: float | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """All questions of a sheet. With fewer than 30 students nothing is flagged."""

    students: int
    items: tuple[Item, ...]
    alpha: float | None
    standard_error: float | None


def analyse(scores: Mapping[str, Sequence[float]]) -> Analysis:
    """Analyse question -> score of each student in 0..1, students in the same order everywhere."""
    names = list(scores)
    table = np.array([scores[name] for name in names], dtype=np.float64)
    students = table.shape[1] if table.ndim == 2 else 0
    if students == 0:
        return Analysis(students=0, items=(), alpha=None, standard_error=None)
    alpha = _alpha(table)
    spread = float(table.sum(axis=0).std(ddof=1)) if students > 1 else 0.0
    items = tuple(_item(names[at], table, at, alpha) for at in range(len(names)))
    error = None if alpha is None else spread * math.sqrt(max(1 - alpha, 0.0))
    return Analysis(students=students, items=items, alpha=alpha, standard_error=error)


def _item(name: str, table: Scores, at: int, alpha: float | None) -> Item:
    own, rest = table[at], np.delete(table, at, axis=0)
    others = rest.sum(axis=0)
    facility, correlation = float(own.mean()), _correlation(own, others)
    without = _alpha(rest)
    flags = []
    if table.shape[1] >= LEAST_STUDENTS:
        if facility < 0.2:
            flags.append("hard: fewer than one point in five is reached")
        if facility > 0.95:
            flags.append("easy: almost everybody has all of it")
        if correlation is not None and correlation < 0:
            flags.append("who does well elsewhere does worse here: is the question right?")
        elif correlation is not None and correlation < 0.15:
            flags.append("says little about who knows more")
        if alpha is not None and without is not None and without > alpha + 0.005:
            flags.append("the sheet would be more reliable without it")
    return Item(
        name=name,
        facility=facility,
        spread=float(own.std(ddof=1)) if own.size > 1 else 0.0,
        correlation=correlation,
        discrimination=_discrimination(own, others),
        alpha_without=without,
        flags=tuple(flags),
    )


def _correlation(own: Scores, others: Scores) -> float | None:
    if own.size < 2 or own.std() == 0 or others.std() == 0:
        return None
    return float(np.corrcoef(own, others)[0, 1])


def _discrimination(own: Scores, others: Scores) -> float:
    """Give the difference of means between the best and the last 27 percent by the other items."""
    order = np.argsort(others, kind="stable")
    tail = max(1, round(_TAIL * own.size))
    return float(own[order[-tail:]].mean() - own[order[:tail]].mean())


def _alpha(table: Scores) -> float | None:
    """Give Cronbach's alpha; None for fewer than two items, or where totals do not differ."""
    items, students = table.shape
    if items < 2 or students < 2:
        return None
    total = float(table.sum(axis=0).var(ddof=1))
    if total == 0:
        return None
    within = float(table.var(axis=1, ddof=1).sum())
    return float(items / (items - 1) * (1 - within / total))
