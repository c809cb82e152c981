"""What counts: one attempt of several, at its late credit, on its sheet's scale; or what staff set."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.core.exam import Counting, Exam, ExamKind, ExamQuestion, LateCredit, Slot, Standing
from grader.service.counting import Counted, Override, Rule, count, sheet_of
from grader.service.exam_clock import Allowance, closing_ms, end_ms, late_percent, over_ms
from grader.service.results import Entry

FULL = Fraction(10)
CLOSES = datetime(2027, 1, 15, 12, tzinfo=UTC)
CLOSES_MS = int(CLOSES.timestamp() * 1000)
EXAM = Exam(
    id="midterm",
    title="Midterm",
    path="",
    kind=ExamKind.EXAM,
    slots=(),
    opens=CLOSES - timedelta(hours=3),
    closes=CLOSES,
    late=(
        LateCredit(until=CLOSES + timedelta(hours=24), percent=Fraction(80)),
        LateCredit(until=CLOSES + timedelta(hours=48), percent=Fraction(50)),
    ),
)


def entry(number: int, score: int | None, status: str = "graded", **changes: object) -> Entry:
    found = Entry(
        number=number,
        receipt=f"r{number}",
        person=1,
        person_name="Ada",
        question="q",
        exam="",
        kind="submit",
        received_ms=number,
        content_sha256="",
        status=status,
        score=None if score is None else Fraction(score),
        max_score=Fraction(5),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


UNREADABLE = entry(8, None, "ungradable")
OURS = entry(9, None, "infrastructure_error")


@pytest.mark.parametrize(
    ("counts", "entries", "number", "score"),
    [
        pytest.param("best", [entry(1, 2), entry(2, 4), entry(3, 3)], 2, 8, id="best"),
        pytest.param("best", [entry(1, 4), entry(2, 4)], 1, 8, id="best-is-the-earliest-of-equals"),
        pytest.param("last", [entry(1, 4), entry(2, 1)], 2, 2, id="last"),
        pytest.param("last", [entry(2, 1), entry(1, 4)], 2, 2, id="last-in-any-order"),
        pytest.param("last", [entry(1, 4), UNREADABLE], 1, 8, id="unreadable-is-free"),
        pytest.param("last", [entry(1, 4), OURS], 1, 8, id="our-fault-is-free"),
        pytest.param("last", [entry(1, 4), entry(2, None, "queued")], 1, 8, id="waiting"),
        pytest.param("best", [entry(1, 0)], 1, 0, id="zero-is-a-score"),
        pytest.param("last", [entry(1, 2), entry(2, 5, kind="check")], 1, 4, id="checks-never"),
    ],
)
def test_attempt_counts_on_the_scale_of_its_sheet(
    counts: str, entries: list[Entry], number: int, score: int
) -> None:
    found = count(entries, Rule(worth=FULL, counts=Counting(counts)))

    assert found.entry is not None
    assert (found.entry.number, found.score, found.max_score) == (number, score, FULL)
    assert found.standing is Standing.GRADED


@pytest.mark.parametrize(
    ("entries", "standing"),
    [
        pytest.param([], Standing.MISSING, id="nothing"),
        pytest.param([UNREADABLE], Standing.UNGRADABLE, id="unreadable"),
        pytest.param([OURS], Standing.ERROR, id="ours"),
        pytest.param([UNREADABLE, OURS], Standing.ERROR, id="ours-outranks-unreadable"),
        pytest.param([OURS, entry(10, None, "running")], Standing.WAITING, id="still-graded"),
    ],
)
def test_without_a_graded_attempt_there_is_no_score(
    entries: list[Entry], standing: Standing
) -> None:
    found = count(entries, Rule(worth=FULL))

    assert (found.score, found.standing) == (None, standing)


def test_best_is_chosen_after_late_credit() -> None:
    on_time, late = entry(1, 4, received_ms=CLOSES_MS), entry(2, 5, received_ms=CLOSES_MS + 20_000)
    rule = Rule(worth=FULL, percent_at=lambda ms: late_percent(EXAM, Allowance(), ms))

    worse = count([on_time, replace(late, score=Fraction(4))], rule)
    better = count([replace(on_time, score=Fraction(1)), late], rule)

    assert (worse.score, worse.percent, worse.is_late) == (8, 100, False)
    assert (better.score, better.percent, better.is_late) == (8, 80, True)


@pytest.mark.parametrize("entries", [[], [entry(1, 2)], [OURS]])
def test_score_set_by_hand_stands_instead_until_it_is_taken_back(entries: list[Entry]) -> None:
    given_back = Override(person=1, question="q", score=None, reason="", created_ms=2)
    by_hand = replace(given_back, score=Fraction(7))
    rule = Rule(worth=FULL)

    assert count(entries, rule, by_hand).score == 7
    assert count(entries, rule, by_hand).standing is Standing.GRADED
    assert count(entries, rule, given_back).score == count(entries, rule).score


def of_slot(pick: int, *counted: Counted) -> tuple[list[Standing], Fraction | None, Fraction]:
    names = [f"q{number}" for number in range(len(counted))]
    slot = Slot(questions=tuple(ExamQuestion(id=name) for name in names), pick=pick, where="")
    sheet = sheet_of("Ada", replace(EXAM, slots=(slot,)), dict(zip(names, counted, strict=True)))
    return [answer.standing for answer in sheet.answers], sheet.total, sheet.max_total


def test_of_a_choice_the_first_that_were_answered_count() -> None:
    rule = Rule(worth=FULL)
    none, low, high = (count(entries, rule) for entries in ([], [entry(1, 1)], [entry(1, 5)]))
    waiting = count([entry(1, None, "queued")], rule)
    missing, graded, free = Standing.MISSING, Standing.GRADED, Standing.NOT_COUNTED

    assert of_slot(1, none, low, high) == ([free, graded, free], 2, 10)
    assert of_slot(2, none, low, high) == ([free, graded, graded], 12, 20)
    assert of_slot(2, none, low) == ([missing, graded], 2, 20)
    assert of_slot(1, waiting, high) == ([Standing.WAITING, free], None, 10)
    unreadable = count([UNREADABLE], rule)
    assert of_slot(1, unreadable, high) == ([free, graded], 10, 10)


def test_sheet_with_a_fault_of_ours_has_no_total() -> None:
    ours, high = count([OURS], Rule(worth=FULL)), count([entry(1, 5)], Rule(worth=FULL))

    assert of_slot(2, ours, high)[1] is None


PERCENTS = st.sampled_from([100, 125, 150, 200])
EXTRAS = st.integers(0, 10**9)
DURATIONS = st.none() | st.timedeltas(timedelta(minutes=1), timedelta(hours=3))


@given(DURATIONS, PERCENTS, EXTRAS, st.integers(-(10**7), 10**7))
def test_more_time_never_ends_earlier(
    duration: timedelta | None, percent: int, extra_ms: int, begun_ms: int
) -> None:
    exam = replace(EXAM, duration=duration)
    more, started = Allowance(time_percent=percent, extra_ms=extra_ms), CLOSES_MS + begun_ms

    for ends in (
        lambda allowance: end_ms(exam, allowance, started),
        lambda allowance: closing_ms(exam, allowance),
        lambda allowance: over_ms(exam, allowance),
    ):
        usual, granted = ends(Allowance()), ends(more)
        assert usual is not None
        assert granted is not None
        assert granted >= usual


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**9))
def test_later_is_never_worth_more(from_closes_ms: int, wait_ms: int) -> None:
    first = CLOSES_MS + from_closes_ms

    earlier, later = (late_percent(EXAM, Allowance(), ms) for ms in (first, first + wait_ms))

    assert later <= earlier
