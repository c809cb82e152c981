"""Reading the course again while the server runs."""

from __future__ import annotations

from grader.service import audit
from grader.service.access import Person
from grader.service.receiving import Desk


def read_again(desk: Desk, author: Person) -> tuple[str, ...]:
    """Read the course again; gives the questions whose version is another one now.

    A grading that runs keeps the plan it has; one that begins later gets the new version. The files
    are read before the audit is written: that takes a while, and hand-ins need the lock.
    """
    catalogue = desk.catalogue
    before = {name: question.version for name, question in catalogue.questions.items()}
    catalogue.reload()
    after = {name: question.version for name, question in catalogue.questions.items()}
    changed = tuple(n for n in sorted({*before, *after}) if before.get(n) != after.get(n))
    about = {"changed": list(changed), "errors": len(catalogue.errors)}
    with desk.database.writing() as connection:
        now_ms = desk.clock.now_ms()
        audit.record(connection, now_ms, author.pseudonym, "read course", "course", after=about)
    return changed
