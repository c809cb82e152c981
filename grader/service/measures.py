"""What the database says of gradings and of what waits, as numbers; no names, no receipts."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, func, literal_column, select
from sqlalchemy.exc import SQLAlchemyError

from grader.service.database import Database
from grader.service.submissions import FIRST_RUN
from grader.service.tables import result, submission

STATUSES = ("graded", "ungradable", "superseded", "infrastructure_error")
#: upper bounds in seconds of the classes that gradings are counted in
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many wait, for how long the oldest does, and how many are being graded."""

    count: int
    oldest_seconds: float
    running: int


def waiting_now(connection: Connection, now_ms: int) -> Waiting:
    """Give what waits now."""
    queued = select(func.count(), func.min(submission.c.received_ms)).where(
        submission.c.state == "queued"
    )
    count, oldest_ms = connection.execute(queued).one()
    running = select(func.count()).select_from(submission).where(submission.c.state == "running")
    return Waiting(
        count=count,
        oldest_seconds=0.0 if oldest_ms is None else max(now_ms - oldest_ms, 0) / 1000,
        running=connection.execute(running).scalar_one(),
    )


class Gradings:
    """All results there ever were, counted; each look reads only those that are new.

    They are found by rowid, which grows with each result; only a VACUUM could number them anew,
    and nobody vacuums a database while it is served.
    """

    def __init__(self) -> None:
        self._last = 0
        self._statuses: Counter[str] = Counter()
        self._classes = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def look(self, connection: Connection) -> None:
        """Count what is new."""
        rowid = literal_column("result.rowid", Integer)
        new = select(
            rowid, result.c.status, result.c.grading_run, result.c.started_ms, result.c.finished_ms
        ).where(rowid > self._last)
        for number, status, run, started_ms, finished_ms in connection.execute(new.order_by(rowid)):
            self._last = number
            if run == FIRST_RUN:
                self._statuses[status] += 1
            seconds = max(finished_ms - started_ms, 0) / 1000
            self._classes[bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds

    @property
    def by_status(self) -> Mapping[str, int]:
        """Give how many submissions came to each status in their first grading."""
        return {status: self._statuses[status] for status in STATUSES}

    @property
    def up_to(self) -> list[tuple[float, int]]:
        """Give (bound, how many gradings took no longer); the last bound is infinite."""
        found, total = [], 0
        for bound, count in zip((*BOUNDS, float("inf")), self._classes, strict=True):
            total += count
            found.append((bound, total))
        return found

    @property
    def seconds(self) -> float:
        """Give how long all gradings took together."""
        return self._seconds


def look(database: Database, gradings: Gradings, now_ms: int) -> Waiting | None:
    """Count what is new, and give what waits; None where the database cannot be read."""
    try:
        with database.reading() as connection:
            gradings.look(connection)
            return waiting_now(connection, now_ms)
    except SQLAlchemyError:
        return None
