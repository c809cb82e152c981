"""An exam or practice in figures: what its questions tell about the class, and who is how far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from grader.core.exam import Exam, Standing
from grader.service.access import Person
from grader.service.analysis import Analysis, analyse
from grader.service.class_table import ClassTable, Row, allowances_of
from grader.service.exam_clock import Allowance, end_ms
from grader.service.tables import sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The analysis of a sheet, and what it leaves out: students, and questions of a choice."""

    analysis: Analysis
    without_fault: int
    choices: tuple[str, ...]


def figures_of(table: ClassTable) -> Figures:
    """Analyse a sheet over who has begun it; what they did not hand in gives no points.

    Who has a fault of ours in their sheet is left out, for that is no zero; and so are questions of
    which students chose, for not everybody answered the same ones.
    """
    begun = [row for row in table.rows if row.has_begun]
    sound = [row for row in begun if not _has_fault(row)]
    names = [column.question for column in table.columns if not column.is_choice]
    places = [at for at, column in enumerate(table.columns) if not column.is_choice]
    scores = {
        name: [row.cells[at].share for row in sound] for name, at in zip(names, places, strict=True)
    }
    return Figures(
        analysis=analyse(scores),
        without_fault=len(begun) - len(sound),
        choices=tuple(column.question for column in table.columns if column.is_choice),
    )


def _has_fault(row: Row) -> bool:
    return any(cell.standing in (Standing.ERROR, Standing.WAITING) for cell in row.cells)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One student in an exam; times are None where nothing was begun, or nothing ends.

    A sheet that never closes has no beginning either: there only what was handed in tells.
    """

    who: Person
    allowance: Allowance
    has_answered: bool
    started_ms: int | None
    ends_ms: int | None
    ended_ms: int | None

    @property
    def word(self) -> str:
        """Say how far the student is."""
        if self.started_ms is None:
            return "handing in" if self.has_answered else "not begun"
        return "running" if self.ended_ms is None else "finished"


def progress_of(connection: Connection, exam: Exam, table: ClassTable) -> list[Progress]:
    """Give how far each student is with an exam, by name."""
    allowances = allowances_of(connection, exam.id)
    sittings: Mapping[int, tuple[int, int | None]] = {
        row.person: (row.started_ms, row.ended_ms)
        for row in connection.execute(select(sitting).where(sitting.c.exam == exam.id))
    }
    found = []
    for row in table.rows:
        allowance = allowances.get(row.who.id, Allowance())
        started_ms, ended_ms = sittings.get(row.who.id, (None, None))
        found.append(
            Progress(
                who=row.who,
                allowance=allowance,
                has_answered=row.has_begun,
                started_ms=started_ms,
                ends_ms=None if started_ms is None else end_ms(exam, allowance, started_ms),
                ended_ms=ended_ms,
            )
        )
    return found
