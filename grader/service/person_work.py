"""One person at every sheet: what counts, every attempt, and what was granted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from grader.core.exam import Exam
from grader.service.access import Person
from grader.service.catalogue import Catalogue
from grader.service.class_table import Row, class_table
from grader.service.exam_clock import Allowance
from grader.service.results import Entry, history
from grader.service.sittings import Phase, situation

MINUTE_MS, DAY_MS = 60_000, 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Work:
    """A person at one sheet: practice (exam is None), or an exam with what was granted there."""

    exam: Exam | None
    row: Row
    attempts: dict[str, list[Entry]]
    allowance: Allowance
    phase: Phase | None

    @property
    def granted(self) -> dict[str, int]:
        """Give what was granted in the units that people use."""
        days, rest_ms = divmod(self.allowance.extra_ms, DAY_MS)
        return {
            "time_percent": self.allowance.time_percent,
            "extra_days": days,
            "extra_minutes": rest_ms // MINUTE_MS,
            "extra_attempts": self.allowance.extra_attempts,
        }


def works_of(connection: Connection, catalogue: Catalogue, who: Person, now_ms: int) -> list[Work]:
    """Give a person's work in practice, then in each exam of the course."""
    attempts: dict[str, dict[str, list[Entry]]] = {}
    for entry in history(connection, who.id):
        attempts.setdefault(entry.exam, {}).setdefault(entry.question, []).append(entry)
    found = []
    for exam in (None, *catalogue.exams.values()):
        now = situation(connection, who, exam, now_ms) if exam else None
        found.append(
            Work(
                exam=exam,
                row=class_table(connection, catalogue.questions, exam, only=who).rows[0],
                attempts=attempts.get(exam.id if exam else "", {}),
                allowance=now.allowance if now else Allowance(),
                phase=now.phase if now else None,
            )
        )
    return found
