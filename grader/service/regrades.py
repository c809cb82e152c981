"""Regrade: a new run in preview, who gains and who loses, then applied or discarded as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, func, insert, select, update

from grader.core.errors import UsageError
from grader.service import audit, queue
from grader.service.access import Person
from grader.service.queue import LANE_LATER
from grader.service.receiving import Desk
from grader.service.submissions import FIRST_RUN
from grader.service.tables import grading_run, group_outcome, person, result, submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One submission whose status or score is another one in the preview."""

    receipt: str
    person_name: str
    before: Fraction | None
    after: Fraction | None
    groups: tuple[str, ...]

    @property
    def is_loss(self) -> bool:
        """Tell whether the student would have less."""
        return (self.after or Fraction(0)) < (self.before or Fraction(0))


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
    settled = select(submission.c.id).where(
        submission.c.question == question,
        submission.c.kind == "submit",
        submission.c.state == "done",
    )
    numbers = list(connection.execute(settled).scalars())
    queue.want_run(connection, numbers, run, LANE_LATER)
    for number in numbers:
        desk.dispatcher.announce(connection, number)
    audit.record(
        connection, now_ms, author.pseudonym, "start regrade", question,
        after={"run": run, "submissions": len(numbers), "reason": reason},
    )  # fmt: skip
    return run, len(numbers)


def waiting(connection: Connection, run: int) -> int:
    """Give how many of a run have no result yet."""
    left = (
        select(func.count())
        .select_from(submission)
        .where(submission.c.wanted_run == run, submission.c.state != "done")
    )
    return int(connection.execute(left).scalar_one())


def changes(connection: Connection, run: int) -> list[Change]:
    """Give what would change, losses first, then by name."""
    new, old = result.alias("new"), result.alias("old")
    rows = connection.execute(
        select(
            submission.c.id,
            submission.c.receipt,
            submission.c.published_run,
            person.c.name,
            old.c.status.label("old_status"),
            old.c.score.label("before"),
            new.c.status.label("new_status"),
            new.c.score.label("after"),
        )
        .join(new, (new.c.submission == submission.c.id) & (new.c.grading_run == run))
        .outerjoin(
            old,
            (old.c.submission == submission.c.id)
            & (old.c.grading_run == submission.c.published_run),
        )
        .join(person, person.c.id == submission.c.person)
    ).mappings()
    found = [
        Change(
            receipt=row["receipt"],
            person_name=row["name"],
            before=_points(row["before"]),
            after=_points(row["after"]),
            groups=_changed_groups(connection, row["id"], row["published_run"], run),
        )
        for row in rows
        if (row["old_status"], row["before"]) != (row["new_status"], row["after"])
    ]
    return sorted(found, key=lambda change: (not change.is_loss, change.person_name))


def _changed_groups(
    connection: Connection, number: int, before: int | None, run: int
) -> tuple[str, ...]:
    outcomes: list[dict[str, str]] = []
    for which in (before, run):
        rows = connection.execute(
            select(group_outcome).where(
                group_outcome.c.submission == number, group_outcome.c.grading_run == which
            )
        ).mappings()
        outcomes.append({f"{row['part']}/{row['group_id']}": row["outcome"] for row in rows})
    old, new = outcomes
    return tuple(name for name in {**old, **new} if old.get(name) != new.get(name))


def apply(
    connection: Connection, run: int, author: Person, now_ms: int, *, confirm_losses: bool
) -> int:
    """Publish a preview; UsageError while some wait, or when losses are not confirmed."""
    _require_preview(connection, run)
    if left := waiting(connection, run):
        raise UsageError(where="", what=f"{left} submissions are not regraded yet", hint="wait")
    found = changes(connection, run)
    losses = sum(change.is_loss for change in found)
    if losses and not confirm_losses:
        raise UsageError(where="", what=f"{losses} students would lose points", hint="confirm it")
    ours = select(result.c.submission).where(result.c.grading_run == run)
    connection.execute(
        update(submission).where(submission.c.id.in_(ours)).values(published_run=run)
    )
    connection.execute(update(grading_run).where(grading_run.c.id == run).values(state="applied"))
    about = {"changed": len(found), "losses": losses}
    audit.record(connection, now_ms, author.pseudonym, "apply regrade", str(run), after=about)
    return len(found)


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


def _points(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
