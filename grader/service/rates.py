"""How often somebody may hand in: token buckets in the database, shared by all threads.

They never eat a submission at a deadline: the caller does not ask in the last minutes before one.
"""

from __future__ import annotations

import math

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from grader.service.access import Person
from grader.service.tables import rate

PER_MINUTE, PER_HOUR = 6, 60
_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000


def take(connection: Connection, person: Person, question: str, now_ms: int) -> int | None:
    """Take one from both buckets of a person and question; else give the seconds to wait."""
    key = (rate.c.person == person.id) & (rate.c.question == question)
    found = connection.execute(select(rate).where(key)).mappings().first()
    minute, hour = float(PER_MINUTE), float(PER_HOUR)
    if found is not None:
        passed_ms = max(now_ms - found["updated_ms"], 0)
        minute = min(PER_MINUTE, float(found["per_minute"]) + passed_ms * PER_MINUTE / _MINUTE_MS)
        hour = min(PER_HOUR, float(found["per_hour"]) + passed_ms * PER_HOUR / _HOUR_MS)
    waits_ms = [
        (1 - left) * period / size
        for left, size, period in ((minute, PER_MINUTE, _MINUTE_MS), (hour, PER_HOUR, _HOUR_MS))
        if left < 1
    ]
    if waits_ms:
        return math.ceil(max(waits_ms) / 1000)
    values = {"per_minute": repr(minute - 1), "per_hour": repr(hour - 1), "updated_ms": now_ms}
    row = insert_or(rate).values(person=person.id, question=question, **values)
    connection.execute(
        row.on_conflict_do_update(index_elements=["person", "question"], set_=values)
    )
    return None
