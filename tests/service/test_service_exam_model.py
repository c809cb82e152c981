"""Whatever a student and the clock do in an exam: what was handed in is what a few lines foretell."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stage import QUESTION, Stage, StillClock, empty_database

from grader.core.exam import Exam, ExamKind, ExamQuestion, Slot
from grader.service import sittings
from grader.service.access import Person, Role
from grader.service.audit import find_broken_link
from grader.service.catalogue import Catalogue
from grader.service.closing import close_overdue, finish
from grader.service.drafts import Typed
from grader.service.exam_clock import Allowance
from grader.service.submissions import Refused

OPENS = datetime(2027, 1, 15, 9, tzinfo=UTC)
WINDOW, DURATION, GRACE, PATIENCE = 3600, 1800, 15, 60
EXAM = Exam(
    id="midterm",
    title="Midterm",
    path="",
    kind=ExamKind.EXAM,
    slots=(Slot(questions=(ExamQuestion(id=QUESTION),), pick=1, where=""),),
    opens=OPENS,
    closes=OPENS + timedelta(seconds=WINDOW),
    duration=timedelta(seconds=DURATION),
)
PASS = st.tuples(st.just("pass"), st.sampled_from([1, 7, 300, 900, 1200]))
GRANT = st.tuples(
    st.just("grant"), st.sampled_from([100, 150, 200]), st.sampled_from([0, 600, 86_400])
)
#: to a moment around the end, where the rules differ by a second
TO_END = st.tuples(st.just("to end"), st.sampled_from([-1, 0, 1, 15, 16, 60, 61]))
DEED = st.sampled_from([("save",), ("hand in",), ("finish",), ("close",), ("begin",)])
BEGIN = st.sampled_from([[], [("begin",)], [("pass", 5), ("begin",)], [("pass", 900), ("begin",)]])
STEPS = st.builds(
    lambda first, rest: [*first, *rest],
    BEGIN,
    st.lists(DEED | PASS | DEED | TO_END | GRANT, min_size=4, max_size=15),
)


@dataclass
class Foretold:
    """The rules once more, in seconds since opening and by themselves."""

    now: int = -5
    begun: int | None = None
    finished: bool = False
    closed: float = -1
    percent: int = 100
    extra: int = 0
    draft: tuple[int, str] | None = None
    received: list[tuple[int, str]] = field(default_factory=list)

    def end(self) -> float:
        assert self.begun is not None
        closes = WINDOW + self.extra + DURATION * (self.percent - 100) / 100
        return min(self.begun + DURATION * self.percent / 100, closes)

    def runs(self) -> bool:
        return self.begun is not None and not self.finished and self.now <= self.end() + GRACE

    def is_due(self) -> bool:
        is_open = self.begun is not None and not self.finished
        return is_open and self.now > self.end() + PATIENCE and self.closed < self.end()

    def may_begin(self) -> bool:
        closes = WINDOW + self.extra + DURATION * (self.percent - 100) / 100
        return self.begun is None and 0 <= self.now <= closes + GRACE

    def stop(self, at: int) -> None:
        if self.draft is not None and self.draft[0] > max([-9, *(at for at, _ in self.received)]):
            self.received.append((at, self.draft[1]))


@contextmanager
def empty_stage(catalogue: Catalogue) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory() as folder:
        database = empty_database(Path(folder) / "state")
        yield Stage(database=database, catalogue=catalogue, clock=StillClock())
        database.close()


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
@example(steps=[("pass", 5), ("begin",), ("save",), ("hand in",), ("finish",)])
@example(steps=[("pass", 5), ("begin",), ("hand in",), ("pass", 1), ("save",), ("to end", 15)])
def test_what_was_handed_in_is_as_foretold(
    catalogue: Catalogue, steps: list[tuple[str, ...]]
) -> None:
    with empty_stage(catalogue) as stage:
        model = Foretold()
        person, boss = stage.person(), stage.person(Role.INSTRUCTOR)
        for number, step in enumerate([*steps, ("pass", 2 * 86_400), ("close",)]):
            stage.clock.at_ms = int(OPENS.timestamp() * 1000) + model.now * 1000
            assert deed(stage, model, person, boss, step, f"a = {number}"), (step, model)

        rows = stage.rows(
            "SELECT s.received_ms, b.content FROM submission s JOIN submission_file f "
            "ON f.submission = s.id JOIN blob b ON b.sha256 = f.sha256 ORDER BY s.id"
        )
        begins_ms = int(OPENS.timestamp() * 1000)
        found = [((at_ms - begins_ms) // 1000, text.decode()) for at_ms, text in rows]
        assert found == model.received
        with stage.database.reading() as connection:
            assert find_broken_link(connection) is None


def deed(
    stage: Stage, model: Foretold, person: Person, boss: Person, step: tuple[object, ...], text: str
) -> bool:
    """Do one step in both worlds and tell whether they agree on whether it was possible."""
    now_ms = stage.clock.now_ms()
    writing = stage.database.writing
    try:
        match step:
            case ("pass", int(seconds)):
                model.now += seconds
                return True
            case ("to end", int(delta)):
                if model.begun is not None:
                    model.now = max(model.now, int(model.end()) + delta)
                return True
            case ("grant", int(percent), int(extra)):
                model.percent, model.extra = percent, extra
                more = Allowance(time_percent=percent, extra_ms=extra * 1000)
                with writing() as connection:
                    sittings.grant(connection, person, EXAM, more, now_ms, boss)
                return True
            case ("begin",):
                expected = model.now >= 0
                with writing() as connection:
                    sittings.begin(connection, person, EXAM, now_ms)
                if model.may_begin():
                    model.begun = model.now
            case ("save",):
                expected = model.runs()
                with writing() as connection:
                    typed = Typed(question=QUESTION, content=text)
                    sittings.save_exam_draft(connection, person, EXAM, typed, now_ms)
                model.draft = (model.now, text)
            case ("hand in",):
                expected = model.runs()
                given_now = stage.given(text.encode(), exam=EXAM.id)
                with writing() as connection:
                    sittings.hand_in_for_exam(connection, person, EXAM, given_now, now_ms)
                model.received.append((model.now, text))
            case ("finish",):
                expected = model.runs()
                with writing() as connection:
                    finish(connection, stage.desk, person, EXAM)
                model.stop(min(model.now, int(model.end())))
                model.finished, model.closed = model.now < model.end(), int(model.end())
            case _:
                is_due = model.is_due()
                expected = close_overdue(stage.desk, EXAM) == int(is_due)
                if is_due:
                    model.stop(int(model.end()))
                    model.closed = int(model.end())
                return expected
    except Refused:
        return not expected
    return expected
