"""What a student has typed and not handed in: kept as they type, the newest alone."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the editor of a question."""

    question: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A draft, and when it was kept."""

    content: str
    saved_ms: int


def kept_of(connection: Connection, person: Person, question: str, exam: str = "") -> Kept | None:
    """Give what a student last typed, and when; None where nothing was kept."""
    found = connection.execute(
        select(draft.c.content, draft.c.saved_ms).where(
            draft.c.person == person.id, draft.c.question == question, draft.c.exam == exam
        )
    ).first()
    return None if found is None else Kept(content=found.content, saved_ms=found.saved_ms)


def draft_of(connection: Connection, person: Person, question: str, exam: str = "") -> str | None:
    """Give what a student last typed, or None."""
    kept = kept_of(connection, person, question, exam)
    return None if kept is None else kept.content
