"""Which submission is graded next, by whom, and whose result counts: all SQL of the queue.

A claim increments the row's fence; only who holds the present fence may finish it. So a worker that
was thought dead and comes back can neither overwrite nor record anything. The order is lane, then
how many of the student's own were waiting before it, then age; one at a time per student.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, Update, func, select, text, update
from sqlalchemy.dialects.sqlite import insert as insert_or

from grader.service.tables import group_outcome, result, submission

LEASE_MS = 15_000
#: what nobody waits for: regrades, and what its student has handed in anew since
LANE_STUDENT, LANE_LATER = 0, 1
#: so many claims without a result are our fault, and are recorded as such
MOST_CLAIMS = 3
_OLD_MS = 600_000

_EXPIRE = text(
    "UPDATE submission SET state='queued', lease_until_ms=NULL "
    "WHERE state='running' AND lease_until_ms < :now"
)
# two statements and two partial indexes: one query over both states was a hundred times slower
CLAIM = text(
    "UPDATE submission SET state='running', fence=fence+1, claims=claims+1, "
    "lease_until_ms=:until WHERE id = ("
    "SELECT s.id FROM submission s INDEXED BY waiting WHERE s.state='queued' "
    "AND NOT EXISTS (SELECT 1 FROM submission r INDEXED BY running "
    "WHERE r.person=s.person AND r.state='running') "
    "ORDER BY s.lane, s.nth, s.id LIMIT 1) "
    "RETURNING id, person, question, kind, fence, claims, wanted_run, received_ms"
)
#: as text: made of its parts anew for each hand-in it took half of the time of one
PUT_OFF = text(
    "UPDATE submission INDEXED BY history SET lane=:later "
    "WHERE person=(SELECT person FROM submission WHERE id=:number) "
    "AND question=(SELECT question FROM submission WHERE id=:number) AND id < :number "
    "AND (exam, kind)=(SELECT exam, kind FROM submission WHERE id=:number) "
    "AND state='queued' AND published_run IS NULL"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to grade one submission until the lease ends."""

    submission: int
    person: int
    question: str
    kind: str
    fence: int
    claims: int
    run: int
    received_ms: int

    @property
    def is_hopeless(self) -> bool:
        """Tell whether it was tried often enough: something of ours fails on it."""
        return self.claims > MOST_CLAIMS


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """What became of one group."""

    part: str
    group: str
    outcome: str
    score: Fraction
    max_score: Fraction
    misconception: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The one result of a submission in a run; score is None unless status is 'graded'."""

    status: str
    score: Fraction | None
    max_score: Fraction
    report: bytes
    started_ms: int
    groups: tuple[GroupResult, ...] = ()


def claim(connection: Connection, now_ms: int, lease_ms: int = LEASE_MS) -> Claim | None:
    """Claim the next submission inside a writing transaction; None when nothing waits."""
    connection.execute(_EXPIRE, {"now": now_ms})
    found = connection.execute(CLAIM, {"until": now_ms + lease_ms}).mappings().first()
    if found is None:
        return None
    return Claim(
        submission=found["id"],
        person=found["person"],
        question=found["question"],
        kind=found["kind"],
        fence=found["fence"],
        claims=found["claims"],
        run=found["wanted_run"],
        received_ms=found["received_ms"],
    )


def renew(connection: Connection, held: Claim, now_ms: int, lease_ms: int = LEASE_MS) -> bool:
    """Lengthen the lease; False when the claim is somebody else's by now."""
    done = connection.execute(_held(held).values(lease_until_ms=now_ms + lease_ms))
    return done.rowcount == 1


def release(connection: Connection, held: Claim) -> None:
    """Give a claim back untried, as at an orderly stop; it does not count."""
    statement = _held(held).values(
        state="queued", lease_until_ms=None, claims=submission.c.claims - 1
    )
    connection.execute(statement)


def finish(connection: Connection, held: Claim, found: Finished, now_ms: int) -> bool:
    """Record the result under the fence; False, and nothing is written, when the fence moved on."""
    values: dict[str, object] = {"state": "done", "lease_until_ms": None}
    if _is_published(connection, held.run):
        values["published_run"] = held.run
    if connection.execute(_held(held).values(**values)).rowcount != 1:
        return False
    row = insert_or(result).values(
        submission=held.submission,
        grading_run=held.run,
        status=found.status,
        score=None if found.score is None else str(found.score),
        max_score=str(found.max_score),
        report=found.report,
        fence=held.fence,
        started_ms=found.started_ms,
        finished_ms=now_ms,
    )
    connection.execute(row.on_conflict_do_nothing())
    for group in found.groups:
        values = {
            "submission": held.submission,
            "grading_run": held.run,
            "part": group.part,
            "group_id": group.group,
            "outcome": group.outcome,
            "score": str(group.score),
            "max_score": str(group.max_score),
            "misconception": group.misconception,
        }
        connection.execute(insert_or(group_outcome).values(**values).on_conflict_do_nothing())
    return True


def _is_published(connection: Connection, run: int) -> bool:
    state = text("SELECT state FROM grading_run WHERE id = :run")
    return bool(connection.execute(state, {"run": run}).scalar_one() == "applied")


def _held(held: Claim) -> Update:
    return (
        update(submission)
        .where(submission.c.id == held.submission, submission.c.fence == held.fence)
        .where(submission.c.state == "running")
    )


def reconcile(connection: Connection, now_ms: int) -> list[int]:
    """Queue again what is called done and has no result, and let what waited long come first.

    Gives those that were found without a result: none, unless something of ours went wrong.
    """
    lost = (
        select(submission.c.id)
        .outerjoin(
            result,
            (result.c.submission == submission.c.id)
            & (result.c.grading_run == submission.c.wanted_run),
        )
        .where(submission.c.state == "done", result.c.submission.is_(None))
    )
    found = list(connection.execute(lost).scalars())
    if found:
        again = update(submission).where(submission.c.id.in_(found)).values(state="queued")
        connection.execute(again)
    connection.execute(
        update(submission)
        .where(submission.c.state == "queued", submission.c.nth > 0)
        .where(submission.c.received_ms < now_ms - _OLD_MS)
        .values(nth=submission.c.nth - 1)
    )
    connection.execute(
        update(submission)
        .where(submission.c.state == "queued", submission.c.published_run.is_(None))
        .where(submission.c.lane == LANE_LATER, submission.c.received_ms < now_ms - _OLD_MS)
        .values(lane=LANE_STUDENT)
    )
    return found


def put_off_older(connection: Connection, number: int) -> None:
    """Have one's older hand-ins for the same question wait until nobody waits for a first one.

    They are graded all the same: the older one may be the best, or the newer one unreadable.
    """
    connection.execute(PUT_OFF, {"number": number, "later": LANE_LATER})


def ahead_of(connection: Connection, number: int) -> int | None:
    """Give how many are graded before this one; None when it does not wait."""
    mine = connection.execute(
        select(submission.c.lane, submission.c.nth, submission.c.state).where(
            submission.c.id == number
        )
    ).first()
    if mine is None or mine.state != "queued":
        return None
    before = text(
        "SELECT count(*) FROM submission INDEXED BY waiting WHERE state='queued' "
        "AND (lane, nth, id) < (:lane, :nth, :id)"
    )
    counted = connection.execute(before, {"lane": mine.lane, "nth": mine.nth, "id": number})
    running = select(func.count()).select_from(submission).where(submission.c.state == "running")
    return int(counted.scalar_one()) + int(connection.execute(running).scalar_one())


def want_run(connection: Connection, numbers: list[int], run: int, lane: int) -> None:
    """Ask for another run of submissions that are done, as a regrade does."""
    connection.execute(
        update(submission)
        .where(submission.c.id.in_(numbers), submission.c.state == "done")
        .values(state="queued", wanted_run=run, lane=lane, nth=0, claims=0)
    )
