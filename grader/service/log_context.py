"""Which submission a thread works on, for the lines that it logs: its number, never its receipt."""

from __future__ import annotations

from contextvars import ContextVar

_grading: ContextVar[tuple[int, int] | None] = ContextVar("grading", default=None)


def now_grades(submission: int, fence: int) -> None:
    """Have what this thread logs from now on name a submission and the fence of its claim."""
    _grading.set((submission, fence))


def grades_nothing() -> None:
    """Have what this thread logs from now on name no submission."""
    _grading.set(None)


def context() -> dict[str, int]:
    """Give the fields that every line of this thread gets."""
    found = _grading.get()
    return {} if found is None else {"submission_id": found[0], "fence": found[1]}
