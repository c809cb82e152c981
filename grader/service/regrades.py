"""Regrade: a new run in preview, who gains and who loses, then applied or discarded as a whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from grader.core.errors import UsageError
from grader.service import audit, queue
from grader.service.access import Person
from grader.service.backup_keeper import Backups
from grader.service.backups import Reason
from grader.service.queue import LANE_LATER
from grader.service.receiving import Desk
from grader.service.regrade_changes import Change, changes
from grader.service.submissions import FIRST_RUN
from grader.service.tables import grading_run, person, result, submission


def start(
    connection: Connection, desk: Desk, question: str, reason: str, author: Person
) -> tuple[int, int]:
    """Begin a preview over all settled submissions; gives the run and how many it grades."""
    now_ms = desk.clock.now_ms()
    running = select(grading_run.c.id).where(
        grading_run.c.state == "preview", grading_run.c.question == question
    )
    if (other := connection.execute(running).scalar()) is not None:
        what = f"regrade {other} of {question!r} is in preview"
        raise UsageError(where="", what=what, hint="apply or discard it first")
    row = insert(grading_run).values(
        reason=reason, question=question, author=author.id, state="preview", created_ms=now_ms
    )
    key = connection.execute(row).inserted_primary_key
    assert key is not None
    run = int(key[0])
    wanted = _settled(submission.c.id).where(submission.c.question == question)
    numbers = list(connection.execute(wanted).scalars())
    queue.want_run(connection, numbers, run, LANE_LATER)
    for number in numbers:
        desk.dispatcher.announce(connection, number)
    audit.record(
        connection, now_ms, author.pseudonym, "start regrade", question,
        after={"run": run, "submissions": len(numbers), "reason": reason},
    )  # fmt: skip
    return run, len(numbers)


def settled(connection: Connection) -> dict[str, int]:
    """Give for each question how many submissions a regrade of it would grade now."""
    rows = connection.execute(
        _settled(submission.c.question, func.count()).group_by(submission.c.question)
    )
    return {row[0]: row[1] for row in rows}


def _settled(*columns: Any) -> Any:
    """Select of what is graded; of who has left there are no files to grade again."""
    return (
        select(*columns)
        .join(person, person.c.id == submission.c.person)
        .where(submission.c.kind == "submit", submission.c.state == "done")
        .where(person.c.deleted_ms.is_(None))
    )


def waiting(connection: Connection, run: int) -> int:
    """Give how many of a run have no result yet."""
    left = (
        select(func.count())
        .select_from(submission)
        .where(submission.c.wanted_run == run, submission.c.state != "done")
    )
    return int(connection.execute(left).scalar_one())


def require_applicable(connection: Connection, run: int, *, confirm_losses: bool) -> list[Change]:
    """Give what applying a preview changes; UsageError while some wait, or on unconfirmed losses.

    To be asked before a backup is made, and by apply again in its own transaction.
    """
    _require_preview(connection, run)
    if left := waiting(connection, run):
        raise UsageError(where="", what=f"{left} submissions are not regraded yet", hint="wait")
    found = changes(connection, run)
    losses = sum(change.is_loss for change in found)
    if losses and not confirm_losses:
        raise UsageError(where="", what=f"{losses} students would lose points", hint="confirm it")
    return found


def apply(
    connection: Connection, run: int, author: Person, now_ms: int, *, confirm_losses: bool
) -> int:
    """Publish a preview; UsageError while some wait, or when losses are not confirmed."""
    found = require_applicable(connection, run, confirm_losses=confirm_losses)
    losses = sum(change.is_loss for change in found)
    ours = (
        select(result.c.submission)
        .join(submission, submission.c.id == result.c.submission)
        .join(person, person.c.id == submission.c.person)
        .where(result.c.grading_run == run, person.c.deleted_ms.is_(None))
    )
    connection.execute(
        update(submission).where(submission.c.id.in_(ours)).values(published_run=run)
    )
    connection.execute(update(grading_run).where(grading_run.c.id == run).values(state="applied"))
    about = {"changed": len(found), "losses": losses}
    audit.record(connection, now_ms, author.pseudonym, "apply regrade", str(run), after=about)
    return len(found)


def publish(desk: Desk, run: int, author: Person, *, confirm_losses: bool) -> int:
    """Apply a preview after a backup; UsageError, and nothing is changed, where that fails."""
    with desk.database.reading() as connection:
        require_applicable(connection, run, confirm_losses=confirm_losses)
    Backups(desk.database, desk.clock).take(Reason.REGRADE)
    now_ms = desk.clock.now_ms()
    with desk.database.writing() as connection:
        return apply(connection, run, author, now_ms, confirm_losses=confirm_losses)


def discard(connection: Connection, run: int, author: Person, now_ms: int) -> None:
    """Give a preview up; grades are as if it had never been, its rows stay readable."""
    _require_preview(connection, run)
    connection.execute(
        update(submission)
        .where(submission.c.wanted_run == run, submission.c.state != "done")
        .values(state="done", lease_until_ms=None)
    )
    connection.execute(
        update(submission)
        .where(submission.c.wanted_run == run)
        .values(wanted_run=func.coalesce(submission.c.published_run, FIRST_RUN))
    )
    connection.execute(update(grading_run).where(grading_run.c.id == run).values(state="discarded"))
    audit.record(connection, now_ms, author.pseudonym, "discard regrade", str(run))


def _require_preview(connection: Connection, run: int) -> None:
    state = select(grading_run.c.state).where(grading_run.c.id == run)
    if connection.execute(state).scalar_one_or_none() != "preview":
        raise UsageError(where="", what=f"there is no regrade {run} in preview")
