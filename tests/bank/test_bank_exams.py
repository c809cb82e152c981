"""Exam files are read, or refused with file, line and a remedy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from bank_files import PLAIN, Files, edited, line_of

from grader.bank import exam_files, find_exam, load_bank, load_exam
from grader.core.errors import QuestionError
from grader.core.exam import Counting, Exam, ExamKind, Feedback

MIDTERM = """---
id: midterm
type: exam
title: Midterm, convolutional networks
course: Statistical Machine Learning
opens: 2026-12-01T09:00+01:00
closes: 2026-12-01T12:00+01:00
duration: 90 min
attempts: 5
counts: best
feedback: shown
late: [{until: 2026-12-02T12:00+01:00, percent: 80}]
questions:
  - one
  - {id: two, points: 10}
  - {pick: 2, from: [three, four, five]}
---
# Instructions
Write **your own** code.
"""
SHEET = """---
id: sheet
type: exercises
questions: [one, two]
---
Hand in by mail.
"""


@pytest.fixture
def course(files: Files) -> Files:
    for name in ("one", "two", "three", "four", "five"):
        files.write(edited(PLAIN, "id: ssu_batch4_004", f"id: {name}"), f"questions/{name}.md")
    return files


def loaded(course: Files, text: str) -> Exam:
    return load_exam(course.write(text, "questions/exams/midterm.md"), course.course)


def test_exam_of_the_format_is_read(course: Files) -> None:
    exam = loaded(course, MIDTERM)

    assert (exam.id, exam.kind, exam.title) == (
        "midterm",
        ExamKind.EXAM,
        "Midterm, convolutional networks",
    )
    assert exam.opens == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert exam.closes == datetime(2026, 12, 1, 11, tzinfo=UTC)
    assert exam.duration == timedelta(minutes=90)
    assert (exam.attempts, exam.counts, exam.feedback) == (5, Counting.BEST, Feedback.SHOWN)
    assert [(late.until, late.percent) for late in exam.late] == [
        (datetime(2026, 12, 2, 11, tzinfo=UTC), Fraction(80))
    ]
    assert [question.id for question in exam.questions] == ["one", "two", "three", "four", "five"]
    assert [slot.is_choice for slot in exam.slots] == [False, False, True]
    assert exam.slots[1].questions[0].points == 10
    assert exam.slots[2].pick == 2
    assert exam.instructions == "Write **your own** code."


def test_exercise_sheet_needs_no_times(course: Files) -> None:
    exam = loaded(course, SHEET)

    assert exam.kind is ExamKind.EXERCISES
    assert (exam.opens, exam.closes, exam.duration, exam.attempts) == (None, None, None, None)
    assert exam.feedback is Feedback.ALL
    assert exam.instructions == "Hand in by mail."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90 min", timedelta(minutes=90)),
        ("1 h 30 min", timedelta(minutes=90)),
        ("2h", timedelta(hours=2)),
        ("2 hours", timedelta(hours=2)),
    ],
)
def test_duration_is_read_as_people_write_it(course: Files, text: str, expected: timedelta) -> None:
    assert loaded(course, edited(MIDTERM, "90 min", text)).duration == expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: midterm\n", "id:\n", "no id"),
        ("type: exam", "type: exams", "did you mean 'exam'?"),
        ("opens: 2026-12-01T09:00+01:00", "opens: 2026-12-01T09:00", "opens has no UTC offset"),
        ("opens: 2026-12-01T09:00+01:00", "opens: tomorrow", "opens is 'tomorrow'; write a time"),
        ("opens: 2026-12-01T09:00+01:00", "opens:", "an exam without opens"),
        ("closes: 2026-12-01T12:00+01:00", "closes: 2026-12-01T09:00+01:00", "closes is not after"),
        ("duration: 90 min", "duration: 181 min", "longer than the window of 180 min"),
        ("duration: 90 min", "duration: 90", "duration is '90'; write '90 min'"),
        ("duration: 90 min", "duration: 0 min", "duration is '0 min'"),
        ("attempts: 5", "attempts: 0", "attempts is 0; it lies between 1 and 1000"),
        ("attempts: 5", "attempts: 1.5", "attempts is 1.5; a whole number"),
        ("counts: best", "counts: first", "counts is 'first'; it is one of best, last"),
        ("feedback: shown", "feedback: nothing", "it is one of all, shown, nothing-until-close"),
        ("until: 2026-12-02T12:00+01:00", "until: 2026-12-01T11:00+01:00", "until is not after"),
        ("percent: 80", "percent: 101", "percent is 101; it lies between 0 and 100"),
        ("percent: 80", "percentage: 80", "did you mean 'percent'?"),
        (", percent: 80", "", "needs a time and a percentage"),
        ("- one\n", "- ones\n", "no question 'ones'; did you mean 'one'?"),
        ("three, four", "three, one", "question 'one' is there twice"),
        ("points: 10", "points: -1", "points of a question is -1; points are whole numbers"),
        ("points: 10", "weight: 10", "unknown key 'weight' in an entry of questions"),
        ("{id: two, points: 10}", "{points: 10}", "an entry without id"),
        ("pick: 2", "pick: 4", "pick is 4, but 'from' has 3 questions"),
        ("pick: 2", "pick: 1.5", "pick is 1.5; a whole number"),
        (", from: [three, four, five]", "", "a pick without 'from'"),
        ("five]", "six]", "no question 'six'"),
    ],
)
def test_bad_exam_is_refused_with_its_line(course: Files, old: str, new: str, message: str) -> None:
    text = edited(MIDTERM, old, new)

    with pytest.raises(QuestionError) as caught:
        loaded(course, text)

    assert message in str(caught.value)
    where, _, line = caught.value.where.rpartition(":")
    assert where == "questions/exams/midterm.md"
    if new.strip() and "id:\n" not in new:
        assert int(line) == line_of(text, new.splitlines()[0])


def test_unknown_key_is_noted(course: Files) -> None:
    exam = loaded(course, edited(MIDTERM, "attempts: 5", "attempt: 5"))

    assert exam.attempts is None
    assert "did you mean 'attempts'?" in exam.notes[0]


def test_exam_is_found_by_id_and_by_file(
    course: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = course.write(MIDTERM, "questions/exams/autumn/first.md")
    course.write("Exams of the course\n", "questions/exams/README.md")
    monkeypatch.chdir(tmp_path)

    assert list(exam_files(course.course)) == [path]
    for name in ("midterm", str(path)):
        found = find_exam(course.course, name)
        assert found is not None
        assert found.id == "midterm"
    assert find_exam(course.course, "one") is None
    assert find_exam(course.course, "no/such.md") is None


def test_exams_are_no_questions(course: Files) -> None:
    course.write(MIDTERM, "questions/exams/midterm.md")

    bank = load_bank(course.course)

    assert "midterm" not in bank.questions
    assert bank.errors == ()


def test_two_exams_with_one_id_are_refused(course: Files) -> None:
    course.write(MIDTERM, "questions/exams/a.md")
    course.write(MIDTERM, "questions/exams/b.md")

    with pytest.raises(QuestionError, match=r"exams/a\.md: id 'midterm' is also in .*exams/b\.md"):
        find_exam(course.course, "midterm")


def test_broken_exam_is_refused_by_its_name_and_not_passed_over(course: Files) -> None:
    course.write("---\nid: [\n---\n", "questions/exams/midterm.md")

    with pytest.raises(QuestionError, match=r"midterm\.md:"):
        find_exam(course.course, "midterm")
