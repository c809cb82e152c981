"""What a student has typed and not handed in: kept as they type, the newest alone."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from grader.service.access import Person
from grader.service.submissions import Refused
from grader.service.tables import draft


def save_draft(
    connection: Connection, person: Person, question: str, exam: str, content: str, now_ms: int
) -> None:
    """Keep what a student has typed; the newest replaces what was there."""
    if len(content.encode("utf-8", "replace")) > 256 << 10:
        raise Refused("the draft is larger than 256 KiB", status=413)
    values = {"content": content, "saved_ms": now_ms}
    row = insert_or(draft).values(person=person.id, question=question, exam=exam, **values)
    connection.execute(
        row.on_conflict_do_update(index_elements=["person", "question", "exam"], set_=values)
    )


def draft_of(connection: Connection, person: Person, question: str, exam: str = "") -> str | None:
    """Give what a student last typed, or None."""
    found = select(draft.c.content).where(
        draft.c.person == person.id, draft.c.question == question, draft.c.exam == exam
    )
    return connection.execute(found).scalar_one_or_none()
