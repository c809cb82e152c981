"""`--fail-under`: points or a percentage, and the exit code that follows from scores."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.core.report import Report


def threshold(text: str) -> tuple[float, bool]:
    """Parse '3', '2.5' or '80%' into a number and whether it is a percentage."""
    is_percent = text.endswith("%")
    value = float(text.removesuffix("%"))
    if not 0 <= value < float("inf") or (is_percent and value > 100):
        raise argparse.ArgumentTypeError(f"{text!r} is neither points nor a percentage up to 100%")
    return value, is_percent


def exit_code(reports: Sequence[Report], fail_under: tuple[float, bool] | None) -> int:
    """Give the exit code for reports; what could not be graded is below every threshold."""
    return exit_code_of_scores([(_score(each), each.max_score) for each in reports], fail_under)


def _score(report: Report) -> Fraction | None:
    if report.status.value == "error":
        return None
    return Fraction(-1) if report.score is None else report.score


def exit_code_of_scores(
    graded: Sequence[tuple[Fraction | int | None, Fraction]],
    fail_under: tuple[float, bool] | None,
) -> int:
    """Give the exit code for scores and what could be reached; None stands for a fault of ours."""
    from grader.cli.main import EXIT_BELOW, EXIT_GRADED, EXIT_OUR_FAULT

    if any(score is None for score, _ in graded):
        return EXIT_OUR_FAULT
    if fail_under is None:
        return EXIT_GRADED
    value, is_percent = fail_under
    for score, most in graded:
        least = float(most) * value / 100 if is_percent else value
        if float(score or 0) < least - 1e-9:
            return EXIT_BELOW
    return EXIT_GRADED
