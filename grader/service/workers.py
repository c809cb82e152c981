"""Threads that claim, grade and finish; each submission's own code runs in the sandbox.

A thread renews its lease while it grades. When it dies, or the whole process does, the lease ends
and another claims the submission: grading twice is harmless, recording twice is refused by the
fence.
"""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from fractions import Fraction

from sqlalchemy import Connection
from sqlalchemy.dialects.sqlite import insert as insert_or

from grader.core.errors import GraderError
from grader.core.report import Report, Status
from grader.core.stored import pack
from grader.grading.grade import grade
from grader.grading.intake import Submission, submission_of
from grader.sandbox import Sandbox
from grader.service import log_context, practice, queue
from grader.service.catalogue import Catalogue
from grader.service.clock import Clock
from grader.service.closing import close_overdue
from grader.service.database import Database
from grader.service.receiving import Desk
from grader.service.submissions import FIRST_RUN, files_of
from grader.service.tables import worker
from grader.service.tally import Tally

_log = logging.getLogger("grader.service")
_IDLE_SECONDS = 0.2
_RECONCILE_SECONDS = 60.0
_HEARTBEAT_SECONDS = 15.0
_STATUS = {
    Status.GRADED: "graded",
    Status.UNGRADABLE: "ungradable",
    Status.ERROR: "infrastructure_error",
}


class Workers:
    """The embedded dispatcher: grades what waits in a database, some at a time, until closed."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        sandbox: Sandbox,
        clock: Clock,
        lease_ms: int = queue.LEASE_MS,
        when_tended: Callable[[], None] = lambda: None,
    ) -> None:
        self._database, self._catalogue = database, catalogue
        self._lease_ms, self._when_tended = lease_ms, when_tended
        self._tell_done: Callable[[int], None] = lambda _: None
        self.tally = Tally()
        self._sandbox, self._clock = sandbox, clock
        self._stop, self._work = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []
        self._desk = Desk(database=database, catalogue=catalogue, clock=clock, dispatcher=self)
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"

    def start(self, count: int) -> None:
        """Start so many graders, and one thread that reconciles and gives the sign of life.

        when_tended is called after each round of that thread, whatever it came to.
        """
        self._tend()
        self._close_exams()
        names = [f"grade-{number}" for number in range(count)]
        self._threads = [threading.Thread(target=self._run, name=name) for name in names]
        self._threads.append(threading.Thread(target=self._tend_for_ever, name="reconcile"))
        self._threads.append(threading.Thread(target=self._prepare, name="prepare"))
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def announce(self, connection: Connection, number: int) -> None:
        """Do nothing: the row of the submission is the work item."""

    def wake(self) -> None:
        """Say that something waits; without this it is found a little later."""
        self._work.set()

    def when_done(self, tell: Callable[[int], None]) -> None:
        """Have tell called, in a grader's thread, with each submission that has its result."""
        self._tell_done = tell

    def close(self, seconds: float = 10.0) -> None:
        """Stop; what is being graded is given back when it does not end in time."""
        self._stop.set()
        self._work.set()
        for thread in self._threads:
            thread.join(timeout=seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if not self.grade_one():
                    self._work.wait(_IDLE_SECONDS)
                    self._work.clear()
            except Exception:  # noqa: BLE001 -- one fault must not end the thread; the lease recovers
                _log.exception("a worker failed")
                self._stop.wait(1.0)

    def _prepare(self) -> None:
        """Make every plan before somebody waits for it; the corpora are kept on disk."""
        for name, question in self._catalogue.questions.items():
            if self._stop.is_set():
                return
            if question.code_parts:
                try:
                    self._catalogue.plan(name, "check")
                except GraderError as error:
                    _log.error("a question cannot be graded: %s", error)

    def grade_one(self) -> bool:
        """Grade the next submission; False when nothing waits."""
        log_context.grades_nothing()
        with self._database.writing() as connection:
            held = queue.claim(connection, self._clock.now_ms(), self._lease_ms)
        if held is None:
            return False
        log_context.now_grades(held.submission, held.fence)
        self.tally.claimed(held.claims, held.run, FIRST_RUN)
        started_ms = self._clock.now_ms()
        if held.is_hopeless:
            found = _given_up(started_ms)
        else:
            with _Renewal(self._database, self._clock, held, self._lease_ms):
                found = self._graded(held, started_ms)
        with self._database.writing() as connection:
            is_ours = queue.finish(connection, held, found, self._clock.now_ms())
            if is_ours and held.run == FIRST_RUN:
                practice.note(connection, held.submission, self._clock.now_ms())
        if is_ours:
            self._tell_done(held.submission)
        fields = {"status": found.status}
        _log.info("finished" if is_ours else "fenced off", extra={"fields": fields})
        return True

    def _graded(self, held: queue.Claim, started_ms: int) -> queue.Finished:
        with self._database.reading() as connection:
            files = files_of(connection, held.submission)
        try:
            plan = self._catalogue.plan(held.question, held.kind)
        except (KeyError, GraderError) as error:
            _log.error("a question cannot be graded: %s", error)
            return _given_up(started_ms)
        report = grade(plan, _submission(files), self._sandbox)
        self.tally.reported(report)
        return finished_of(report, started_ms)

    def _tend_for_ever(self) -> None:
        since = 0.0
        while not self._stop.wait(_HEARTBEAT_SECONDS):
            since += _HEARTBEAT_SECONDS
            try:
                self._tend(is_beat_only=since < _RECONCILE_SECONDS)
                self._close_exams()
            except Exception:  # noqa: BLE001 -- the next round may go well
                _log.exception("reconciling failed")
            self._when_tended()
            since = 0.0 if since >= _RECONCILE_SECONDS else since

    def _tend(self, *, is_beat_only: bool = False) -> None:
        now_ms = self._clock.now_ms()
        with self._database.writing() as connection:
            if not is_beat_only and (lost := queue.reconcile(connection, now_ms)):
                self.tally.reconciled(len(lost))
                _log.warning("%d submissions had no result and wait again", len(lost))
            values = {"id": self._name, "started_ms": now_ms, "heartbeat_ms": now_ms}
            connection.execute(
                insert_or(worker)
                .values(**values)
                .on_conflict_do_update(index_elements=["id"], set_={"heartbeat_ms": now_ms})
            )

    def _close_exams(self) -> None:
        """End the sittings whose time is up; one that fails does not keep the others open."""
        for exam in self._catalogue.exams.values():
            try:
                close_overdue(self._desk, exam)
            except Exception:  # noqa: BLE001 -- tried again with the next sign of life
                _log.exception("an exam could not be closed")


class _Renewal:
    """Renews a lease at a third of its length, as long as the block runs."""

    def __init__(self, database: Database, clock: Clock, held: queue.Claim, lease_ms: int) -> None:
        self._database, self._clock, self._held = database, clock, held
        self._lease_ms = lease_ms
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._done.wait(self._lease_ms / 3000):
            try:
                with self._database.writing() as connection:
                    now_ms = self._clock.now_ms()
                    if not queue.renew(connection, self._held, now_ms, self._lease_ms):
                        return
            except Exception:  # noqa: BLE001 -- the lease may end; then another grades it
                _log.exception("a lease was not renewed")


def _submission(files: Mapping[str, bytes]) -> Submission:
    name = next(iter(files)) if len(files) == 1 else "submission"
    return submission_of(name, files)


def _given_up(started_ms: int) -> queue.Finished:
    return queue.Finished(
        status="infrastructure_error",
        score=None,
        max_score=Fraction(0),
        report=b"",
        started_ms=started_ms,
    )


def finished_of(report: Report, started_ms: int) -> queue.Finished:
    """Give what is recorded of a report."""
    groups = tuple(
        queue.GroupResult(
            part=part.id,
            group=group.id,
            outcome=group.outcome.value,
            score=group.score,
            max_score=group.max_score,
            misconception=part.misconception.name if part.misconception else "",
        )
        for part in report.parts
        for group in part.groups
    )
    return queue.Finished(
        status=_STATUS[report.status],
        score=report.score if report.status is Status.GRADED else None,
        max_score=report.max_score,
        report=pack(report),
        started_ms=started_ms,
        groups=groups,
    )
