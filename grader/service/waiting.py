"""How far a submission is, for who waits: its place, and about how many seconds are left."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from grader.service.queue import ahead_of
from grader.service.tables import result, submission

_RECENT = 50
_USUAL_SECONDS = 2.0  # before anything was graded


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """state: queued, running or done. ahead: how many are graded before; seconds: an estimate."""

    state: str
    ahead: int = 0
    seconds: int = 0

    @property
    def is_done(self) -> bool:
        """Tell whether there is nothing to wait for."""
        return self.state == "done"


def waiting_of(connection: Connection, numbers: Iterable[int], workers: int) -> dict[int, Waiting]:
    """Give how far each of these submissions is."""
    wanted = list(numbers)
    rows = connection.execute(
        select(submission.c.id, submission.c.state, submission.c.published_run).where(
            submission.c.id.in_(wanted)
        )
    ).all()
    each = _median_seconds(connection) / max(workers, 1)
    found = {}
    for row in rows:
        if row.published_run is not None:  # a regrade is not the owner's to wait for
            found[row.id] = Waiting(state="done")
            continue
        ahead = ahead_of(connection, row.id) or 0
        found[row.id] = Waiting(state=row.state, ahead=ahead, seconds=math.ceil(each * (ahead + 1)))
    return found


def _median_seconds(connection: Connection) -> float:
    recent = (
        select(result.c.started_ms, result.c.finished_ms)
        .where(result.c.status == "graded")
        .order_by(result.c.submission.desc())
        .limit(_RECENT)
    )
    lengths = [row.finished_ms - row.started_ms for row in connection.execute(recent)]
    return statistics.median(lengths) / 1000 if lengths else _USUAL_SECONDS
