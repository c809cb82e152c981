"""Exams keep to the server's clock: windows, limits, accommodations, drafts, attempts, late credit."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from stage import QUESTION, Stage, finished

from grader.core.exam import Exam, ExamKind, ExamQuestion, LateCredit, Slot
from grader.service import drafts, queue, sittings
from grader.service.access import Person, Role
from grader.service.audit import find_broken_link
from grader.service.closing import close_overdue, finish
from grader.service.exam_clock import Allowance
from grader.service.receiving import Parcel, TooOften, receive
from grader.service.sittings import Phase
from grader.service.submissions import Receipt, Refused

OPENS = datetime(2027, 1, 15, 9, tzinfo=UTC)
HOURS = 3600.0
EXAM = Exam(
    id="midterm",
    title="Midterm",
    path="questions/exams/midterm.md",
    kind=ExamKind.EXAM,
    slots=(Slot(questions=(ExamQuestion(id=QUESTION),), pick=1, where=""),),
    opens=OPENS,
    closes=OPENS + timedelta(hours=3),
    duration=timedelta(minutes=90),
    attempts=2,
)
HOMEWORK = replace(
    EXAM,
    id="homework",
    duration=None,
    late=(
        LateCredit(until=OPENS + timedelta(hours=27), percent=Fraction(80)),
        LateCredit(until=OPENS + timedelta(hours=51), percent=Fraction(50)),
    ),
)


def at(stage: Stage, hours: float) -> None:
    stage.clock.at_ms = int((OPENS + timedelta(hours=hours)).timestamp() * 1000)


def phase(stage: Stage, person: Person, exam: Exam = EXAM) -> Phase:
    with stage.database.reading() as connection:
        return sittings.situation(connection, person, exam, stage.clock.now_ms()).phase


def begin(stage: Stage, person: Person, exam: Exam = EXAM) -> sittings.Situation:
    with stage.database.writing() as connection:
        return sittings.begin(connection, person, exam, stage.clock.now_ms())


def grant(stage: Stage, person: Person, allowance: Allowance, exam: Exam = EXAM) -> None:
    author = stage.person(Role.INSTRUCTOR)
    with stage.database.writing() as connection:
        sittings.grant(connection, person, exam, allowance, stage.clock.now_ms(), author)


def hand_in(stage: Stage, person: Person, exam: Exam = EXAM, source: bytes = b"a = 1") -> Receipt:
    given = stage.given(source, exam=exam.id)
    with stage.database.writing() as connection:
        return sittings.hand_in_for_exam(connection, person, exam, given, stage.clock.now_ms())


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (-0.01, Phase.NOT_OPEN),
        (0, Phase.OPEN),
        (2.99, Phase.OPEN),
        (3.1, Phase.OVER),
    ],
)
def test_window_is_the_servers(stage: Stage, hours: float, expected: Phase) -> None:
    person = stage.person()
    at(stage, hours)

    assert phase(stage, person) is expected


def test_sitting_ends_after_its_duration_with_a_grace_for_the_network(stage: Stage) -> None:
    person = stage.person()
    at(stage, 0.5)
    begin(stage, person)

    at(stage, 2)
    assert phase(stage, person) is Phase.RUNNING
    stage.clock.pass_by(seconds=10)
    assert phase(stage, person) is Phase.RUNNING
    stage.clock.pass_by(seconds=10)
    assert phase(stage, person) is Phase.OVER
    with pytest.raises(Refused, match="the exam is over"):
        hand_in(stage, person)


def test_sitting_is_cut_when_the_exam_closes(stage: Stage) -> None:
    person = stage.person()
    at(stage, 2.5)

    found = begin(stage, person)

    assert found.ends_ms == int((OPENS + timedelta(hours=3)).timestamp() * 1000)


def test_exam_is_begun_once_and_not_before_it_opens(stage: Stage) -> None:
    person = stage.person()
    at(stage, -1)
    with pytest.raises(Refused, match="not open yet"):
        begin(stage, person)
    at(stage, 0)
    first = begin(stage, person)
    at(stage, 1)

    assert begin(stage, person).ends_ms == first.ends_ms
    with pytest.raises(Refused, match="has not been begun"):
        hand_in(stage, stage.person())


def test_accommodation_moves_clock_and_deadline_together(stage: Stage) -> None:
    person = stage.person()
    grant(stage, person, Allowance(time_percent=150))
    at(stage, 2)

    found = begin(stage, person)

    end = OPENS + timedelta(hours=2) + timedelta(minutes=105)  # closes 45 minutes later for them
    assert found.ends_ms == int(end.timestamp() * 1000)


def test_accommodation_lengthens_a_sitting_that_runs(stage: Stage) -> None:
    person = stage.person()
    at(stage, 0)
    before = begin(stage, person).ends_ms

    grant(stage, person, Allowance(time_percent=125, extra_attempts=1))

    after = begin(stage, person).ends_ms
    assert before is not None
    assert after is not None
    assert after - before == 90 * 60_000 // 4
    with stage.database.reading() as connection:
        assert sittings.attempts_left(connection, person, EXAM, QUESTION) == 3
        assert find_broken_link(connection) is None


@pytest.mark.parametrize(
    ("hours", "percent", "expected"),
    [
        (2.9, 100, Phase.OPEN),
        (4, 80, Phase.LATE),
        (27, 80, Phase.LATE),
        (28, 50, Phase.LATE),
        (52, 0, Phase.OVER),
    ],
)
def test_late_credit_follows_the_time_of_receipt(
    stage: Stage, hours: float, percent: int, expected: Phase
) -> None:
    person = stage.person()
    at(stage, hours)

    with stage.database.reading() as connection:
        found = sittings.situation(connection, person, HOMEWORK, stage.clock.now_ms())

    assert (found.phase, found.percent) == (expected, percent)


def test_attempts_are_counted_and_what_was_ungradable_is_free(stage: Stage) -> None:
    person = stage.person()
    at(stage, 0)
    begin(stage, person)
    hand_in(stage, person, source=b"a = 1")
    held = stage.claim()
    assert held is not None
    stage.finish(held)
    hand_in(stage, person, source=b"a = 2")
    with pytest.raises(Refused, match="no attempts are left"):
        hand_in(stage, person, source=b"a = 3")
    held = stage.claim()
    assert held is not None
    with stage.database.writing() as connection:
        found = replace(finished(), status="ungradable", score=None)
        queue.finish(connection, held, found, stage.clock.now_ms())

    assert hand_in(stage, person, source=b"a = 3").is_new


def save(stage: Stage, person: Person, text: str, exam: Exam = EXAM) -> None:
    typed = drafts.Typed(question=QUESTION, content=text)
    with stage.database.writing() as connection:
        sittings.save_exam_draft(connection, person, exam, typed, stage.clock.now_ms())


def blobs(stage: Stage) -> list[bytes]:
    """Give what was handed in, oldest first."""
    rows = stage.rows(
        "SELECT b.content FROM submission s JOIN submission_file f ON f.submission = s.id "
        "JOIN blob b ON b.sha256 = f.sha256 ORDER BY s.id"
    )
    return [row[0] for row in rows]


def test_what_was_saved_at_the_end_is_handed_in_once(stage: Stage) -> None:
    person = stage.person()
    at(stage, 0)
    begin(stage, person)
    for text in ("x = 1", "x = 2"):
        save(stage, person, text)
    at(stage, 1.6)

    assert [close_overdue(stage.desk, EXAM) for _ in range(2)] == [1, 0]

    assert blobs(stage) == [b"x = 2"]
    end_ms = int((OPENS + timedelta(minutes=90)).timestamp() * 1000)
    assert stage.rows("SELECT exam, received_ms FROM submission") == [("midterm", end_ms)]
    assert stage.told.numbers == [1]
    assert phase(stage, person) is Phase.OVER


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param(["draft a", "hand in b"], [b"b"], id="older-than-the-last-hand-in"),
        pytest.param(["hand in b", "draft a"], [b"b", b"a"], id="newer"),
        pytest.param(["draft   "], [], id="blank"),
        pytest.param(["draft STARTER"], [], id="never-changed"),
        pytest.param(
            ["hand in b", "grade", "hand in c", "grade", "draft a"],
            [b"b", b"c"],
            id="no-attempts-left",
        ),
    ],
)
def test_end_hands_in_what_was_saved_last_and_nothing_else(
    stage: Stage, steps: list[str], expected: list[bytes]
) -> None:
    person = stage.person()
    at(stage, 0)
    begin(stage, person)
    starter = stage.catalogue.starter(stage.catalogue.questions[QUESTION])
    for step in steps:
        stage.clock.pass_by(seconds=1)
        if step == "grade":
            held = stage.claim()
            assert held is not None
            stage.finish(held)
        elif step.startswith("draft "):
            save(stage, person, step.removeprefix("draft ").replace("STARTER", starter))
        else:
            hand_in(stage, person, source=step.removeprefix("hand in ").encode())
    at(stage, 1.6)

    close_overdue(stage.desk, EXAM)

    assert blobs(stage) == expected


def test_student_who_is_done_finishes_early_and_what_was_saved_is_handed_in(stage: Stage) -> None:
    person = stage.person()
    at(stage, 0)
    begin(stage, person)
    save(stage, person, "x = 1")
    at(stage, 1)

    with stage.database.writing() as connection:
        finish(connection, stage.desk, person, EXAM)

    assert phase(stage, person) is Phase.OVER
    assert blobs(stage) == [b"x = 1"]
    with pytest.raises(Refused, match="the exam is over"):
        hand_in(stage, person)
    with pytest.raises(Refused, match="the exam is over"):
        save(stage, person, "x = 2")
    with stage.database.writing() as connection, pytest.raises(Refused, match="nothing to finish"):
        finish(connection, stage.desk, person, EXAM)
    at(stage, 2)
    assert close_overdue(stage.desk, EXAM) == 0


def test_homework_hands_in_what_was_saved_when_it_closes_and_may_still_be_late(
    stage: Stage,
) -> None:
    person = stage.person()
    at(stage, 1)
    save(stage, person, "x = 1", HOMEWORK)
    at(stage, 3.1)

    assert close_overdue(stage.desk, HOMEWORK) == 1

    assert blobs(stage) == [b"x = 1"]
    assert phase(stage, person, HOMEWORK) is Phase.LATE
    assert hand_in(stage, person, HOMEWORK).is_new


def test_moved_deadline_moves_the_clock_of_who_sits_already(stage: Stage) -> None:
    person = stage.person()
    at(stage, 2)
    begin(stage, person)
    longer = replace(EXAM, closes=OPENS + timedelta(hours=5))
    at(stage, 3.2)

    assert phase(stage, person) is Phase.OVER
    assert phase(stage, person, longer) is Phase.RUNNING
    assert close_overdue(stage.desk, longer) == 0


def test_time_granted_after_the_clock_has_ended_a_sitting_lets_it_go_on(stage: Stage) -> None:
    person = stage.person()
    at(stage, 0)
    begin(stage, person)
    save(stage, person, "x = 1")
    at(stage, 1.6)
    assert close_overdue(stage.desk, EXAM) == 1
    grant(stage, person, Allowance(time_percent=200))

    assert phase(stage, person) is Phase.RUNNING
    save(stage, person, "x = 2")
    at(stage, 3.1)

    assert [close_overdue(stage.desk, EXAM) for _ in range(2)] == [1, 0]
    assert blobs(stage) == [b"x = 1", b"x = 2"]


def test_forgotten_draft_does_not_take_the_place_of_what_was_handed_in_of_a_choice(
    stage: Stage,
) -> None:
    person, other = stage.person(), "max_pool_nchw"
    choice = Slot(questions=(ExamQuestion(id=other), ExamQuestion(id=QUESTION)), pick=1, where="")
    exam = replace(EXAM, slots=(choice,))
    at(stage, 0)
    begin(stage, person, exam)
    typed = drafts.Typed(question=other, content="x = 1")
    with stage.database.writing() as connection:
        sittings.save_exam_draft(connection, person, exam, typed, stage.clock.now_ms())
    hand_in(stage, person, exam)
    at(stage, 1.6)

    close_overdue(stage.desk, exam)

    assert stage.rows("SELECT question FROM submission") == [(QUESTION,)]


def test_draft_counts_where_the_last_attempt_may_prove_free(stage: Stage) -> None:
    person = stage.person()
    at(stage, 0)
    begin(stage, person)
    for source in (b"a = 1", b"a = 2"):
        hand_in(stage, person, source=source)
    stage.clock.pass_by(seconds=1)
    save(stage, person, "x = 3")
    at(stage, 1.6)

    close_overdue(stage.desk, EXAM)

    assert blobs(stage) == [b"a = 1", b"a = 2", b"x = 3"]


def test_late_draft_is_refused_and_replaces_nothing_that_was_kept_in_time(stage: Stage) -> None:
    person = stage.person()
    at(stage, 1)
    save(stage, person, "x = 1", HOMEWORK)
    at(stage, 3.01)
    with pytest.raises(Refused, match="nothing can be kept: the exam is late"):
        save(stage, person, "x = 2", HOMEWORK)
    at(stage, 20)

    close_overdue(stage.desk, HOMEWORK)

    assert blobs(stage) == [b"x = 1"]


def test_what_comes_within_the_grace_is_taken_before_the_clock_ends_a_sitting(
    stage: Stage,
) -> None:
    person = stage.person()
    at(stage, 0)
    begin(stage, person)
    at(stage, 1.5)
    stage.clock.pass_by(seconds=40)
    assert close_overdue(stage.desk, EXAM) == 0  # somebody's line may wait for the database
    stage.clock.pass_by(seconds=40)
    assert close_overdue(stage.desk, EXAM) == 1


def test_question_of_an_exam_not_begun_is_not_told_from_any_other(stage: Stage) -> None:
    person = stage.person()
    stage.catalogue = copy(stage.catalogue)
    stage.catalogue.exams = {EXAM.id: EXAM}
    for hours in (-1, 1):
        at(stage, hours)
        said = set()
        for name in (QUESTION, "relu", "nothing"):
            parcel = Parcel(question=name, files={"a.py": b"a = 1"}, key=name, exam=EXAM.id)
            with pytest.raises(Refused) as caught:
                receive(stage.desk, person, parcel)
            said.add((caught.value.status, str(caught.value)))
        assert len(said) == 1


def test_draft_that_was_replaced_is_not_brought_back_by_a_repeated_sending(stage: Stage) -> None:
    person = stage.person()
    parcel = Parcel(question=QUESTION, files={"a.py": b"old"}, key="k", typed="old")
    receive(stage.desk, person, parcel)
    with stage.database.writing() as connection:
        drafts.save_draft(connection, person, QUESTION, "", "newer", stage.clock.now_ms())

    receive(stage.desk, person, parcel)

    assert stage.rows("SELECT content FROM draft") == [("newer",)]


def test_repeated_sending_is_acknowledged_even_after_the_end(stage: Stage) -> None:
    person = stage.person()
    at(stage, 0)
    begin(stage, person)
    given = stage.given(exam=EXAM.id)

    def send() -> Receipt:
        with stage.database.writing() as connection:
            return sittings.hand_in_for_exam(connection, person, EXAM, given, stage.clock.now_ms())

    first = send()
    at(stage, 4)

    assert (send().id, send().is_new) == (first.id, False)


def test_nobody_is_told_to_wait_near_an_end(stage: Stage) -> None:
    person = stage.person()
    stage.catalogue = copy(stage.catalogue)
    stage.catalogue.exams = {HOMEWORK.id: replace(HOMEWORK, attempts=None)}

    def send(count: int) -> None:
        for number in range(count):
            key = f"{number} {stage.clock.at_ms}"
            files = {"solution.py": f"a = '{key}'".encode()}
            receive(
                stage.desk,
                person,
                Parcel(question=QUESTION, files=files, key=key, exam=HOMEWORK.id),
            )

    at(stage, 1)
    with pytest.raises(TooOften):
        send(20)
    for hours in (2.95, 26.9, 50.9):  # before it closes, and before each step of late credit
        at(stage, hours)
        send(100)

    assert stage.rows("SELECT count(*) FROM submission") == [(306,)]


def test_draft_that_is_too_large_is_refused_and_the_old_one_stays(stage: Stage) -> None:
    person = stage.person()
    with stage.database.writing() as connection:
        drafts.save_draft(connection, person, QUESTION, "", "x = 1", 1)
        with pytest.raises(Refused, match="larger than 256 KiB"):
            drafts.save_draft(connection, person, QUESTION, "", "#" * 300_000, 2)

    with stage.database.reading() as connection:
        assert drafts.draft_of(connection, person, QUESTION) == "x = 1"
