"""An exam as table, CSV and JSON: every student once, faults of ours are no zeros, names harmless."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction

import pytest

from grader.core.exam import Exam, ExamAnswer, ExamKind, ExamQuestion, Sheet, Slot, Standing
from grader.report.exam_rows import exam_as_csv, exam_as_json
from grader.report.exam_text import exam_table, points_table
from tests.report import examples

EXAM = Exam(
    id="midterm",
    title="Midterm",
    path="questions/exams/midterm.md",
    kind=ExamKind.EXERCISES,
    slots=(
        Slot(questions=(ExamQuestion(id="a"),), pick=1, where=""),
        Slot(questions=(ExamQuestion(id="b"), ExamQuestion(id="c")), pick=1, where=""),
    ),
)


def answer(name: str, standing: Standing, score: int | None = None) -> ExamAnswer:
    points = None if score is None else Fraction(score)
    report = examples.ungradable() if standing is Standing.UNGRADABLE else None
    return ExamAnswer(
        question_id=name, standing=standing, score=points, max_score=Fraction(5), report=report
    )


def sheet(student: str, *answers: ExamAnswer, notes: tuple[str, ...] = ()) -> Sheet:
    return Sheet(student=student, answers=answers, max_total=Fraction(10), notes=notes)


WHOLE = sheet(
    "ada",
    answer("a", Standing.GRADED, 5),
    answer("b", Standing.GRADED, 2),
    answer("c", Standing.NOT_COUNTED),
)
EMPTY = sheet(
    "bob",
    answer("a", Standing.MISSING),
    answer("b", Standing.UNGRADABLE),
    answer("c", Standing.NOT_COUNTED),
)
OURS = sheet(
    "eve",
    answer("a", Standing.ERROR),
    answer("b", Standing.GRADED, 5),
    answer("c", Standing.NOT_COUNTED),
)


def test_fault_of_ours_is_an_empty_cell_and_never_a_zero() -> None:
    rows = list(csv.reader(io.StringIO(exam_as_csv(EXAM, [WHOLE, EMPTY, OURS]))))

    assert rows[0] == ["student", "a", "b", "c", "total", "max_total", "notes"]
    assert [row[:6] for row in rows[1:]] == [
        ["ada", "5", "2", "", "7", "10"],
        ["bob", "0", "0", "", "0", "10"],
        ["eve", "", "5", "", "", "10"],
    ]
    assert "a: no score, by a fault of grader or question" in rows[3][6]


def test_json_says_what_became_of_each_answer() -> None:
    content = json.loads(exam_as_json(EXAM, [WHOLE, OURS]))

    assert [student["total"] for student in content["students"]] == [7, None]
    standings = [one["standing"] for one in content["students"][1]["answers"]]
    assert standings == ["error", "graded", "not_counted"]


def test_table_explains_its_marks_and_only_those_it_uses() -> None:
    table = exam_table(EXAM, [WHOLE, OURS])

    assert table.splitlines()[2:6] == [
        "student  a  b  c  total",
        "of       5  5  5     10",
        "ada      5  2         7",
        "eve      ?  5         -",
    ]
    assert "? fault of the grader or the question: no score" in table
    assert "nothing handed in" not in table


def test_choice_is_one_row_of_the_points() -> None:
    worth = {name: Fraction(5) for name in "abc"}

    table = points_table(EXAM, worth, Fraction(10))

    assert table.splitlines()[2:] == ["| `a` | 5 |", "| 1 of `b`, `c` | 5 |", "| total | 10 |"]


@pytest.mark.parametrize("text", examples.HOSTILE)
def test_hostile_student_is_harmless_in_every_form(text: str) -> None:
    hostile = sheet(text, *WHOLE.answers, notes=(text,))

    table = exam_table(EXAM, [hostile])
    rows = list(csv.reader(io.StringIO(exam_as_csv(EXAM, [hostile]))))
    content = json.loads(exam_as_json(EXAM, [hostile]))

    assert len(rows) == 2
    assert not rows[1][0].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert len(content["students"]) == 1
    for line in table.splitlines():
        assert all(character.isprintable() for character in line)
        assert not line.startswith("::")
        assert "##[" not in line
