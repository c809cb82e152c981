"""What a regrade changes: whose status or score is another one, by how much, and which groups."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, func, or_, select

from grader.core.codec import CodecError
from grader.core.stored import versions_in
from grader.service.tables import grading_run, group_outcome, person, result, submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One submission whose status or score is another one in the run than before it."""

    receipt: str
    person_name: str
    pseudonym: str
    before: Fraction | None
    after: Fraction | None
    old_status: str
    new_status: str
    groups: tuple[str, ...]

    @property
    def difference(self) -> Fraction:
        """Give how much the student would have more; what has no score counts as nothing here."""
        return (self.after or Fraction(0)) - (self.before or Fraction(0))

    @property
    def is_loss(self) -> bool:
        """Tell whether the student would have less."""
        return self.difference < 0


def changes(connection: Connection, run: int) -> list[Change]:
    """Give what differs from what was published before this run, losses first, then by name.

    Who has left the course is not among them.
    """
    new, old = result.alias("new"), result.alias("old")
    rows = connection.execute(
        select(
            submission.c.id,
            submission.c.receipt,
            person.c.name,
            person.c.pseudonym,
            old.c.grading_run.label("old_run"),
            old.c.status.label("old_status"),
            old.c.score.label("before"),
            new.c.status.label("new_status"),
            new.c.score.label("after"),
        )
        .join(new, (new.c.submission == submission.c.id) & (new.c.grading_run == run))
        .outerjoin(
            old, (old.c.submission == submission.c.id) & (old.c.grading_run == _run_before(run))
        )
        .join(person, person.c.id == submission.c.person)
        .where(person.c.deleted_ms.is_(None))
    ).mappings()
    differing = [
        row
        for row in rows
        if (row["old_status"], row["before"]) != (row["new_status"], row["after"])
    ]
    outcomes = _outcomes(connection, run)
    found = [
        Change(
            receipt=row["receipt"],
            person_name=row["name"],
            pseudonym=row["pseudonym"],
            before=_points(row["before"]),
            after=_points(row["after"]),
            old_status=row["old_status"] or "",
            new_status=row["new_status"],
            groups=_differing(
                outcomes.get((row["id"], row["old_run"]), {}), outcomes.get((row["id"], run), {})
            ),
        )
        for row in differing
    ]
    return sorted(found, key=lambda change: (not change.is_loss, change.person_name))


def _run_before(run: int):  # type: ignore[no-untyped-def]  # a scalar subquery
    """Give, for a submission, the run that was published when this one began."""
    earlier = result.alias("earlier")
    return (
        select(func.max(earlier.c.grading_run))
        .join(grading_run, grading_run.c.id == earlier.c.grading_run)
        .where(earlier.c.submission == submission.c.id, earlier.c.grading_run < run)
        .where(grading_run.c.state == "applied")
        .correlate(submission)
        .scalar_subquery()
    )


def _outcomes(connection: Connection, run: int) -> dict[tuple[int, int], dict[str, str]]:
    """Give (submission, run) -> group -> outcome, of every run of the submissions of one."""
    ours = select(result.c.submission).where(result.c.grading_run == run)
    rows = connection.execute(
        select(group_outcome).where(
            group_outcome.c.submission.in_(ours), group_outcome.c.grading_run <= run
        )
    )
    found: dict[tuple[int, int], dict[str, str]] = {}
    for row in rows:
        of_run = found.setdefault((row.submission, row.grading_run), {})
        of_run[f"{row.part}/{row.group_id}"] = row.outcome
    return found


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in {**old, **new} if old.get(name) != new.get(name))


def versions(connection: Connection, run: int) -> tuple[list[str], list[str]]:
    """Give the versions of the question that were graded before the run, and in it."""
    stored = (
        select(result.c.grading_run, result.c.report)
        .join(submission, submission.c.id == result.c.submission)
        .where(submission.c.id.in_(select(result.c.submission).where(result.c.grading_run == run)))
        .where(or_(result.c.grading_run == run, result.c.grading_run == _run_before(run)))
    )
    old: set[str] = set()
    new: set[str] = set()
    for number, report in connection.execute(stored):
        if report:
            with suppress(CodecError):  # of another version of grader
                (new if number == run else old).add(versions_in(report)[0])
    return sorted(old), sorted(new)


def _points(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
