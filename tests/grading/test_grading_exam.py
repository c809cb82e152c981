"""A folder per student becomes a sheet per student: points, choices, what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest
from small_course import Small

from grader.bank import load_exam
from grader.core.errors import QuestionError
from grader.core.exam import ExamAnswer, Sheet, Standing
from grader.grading.exam import ExamPlan, find_hand_ins, grade_exam, plan_exam
from grader.grading.plan import PlanSetting

PART = """
    entry: f(x)
    draw:
      x: int 0..9
    groups:
      - {id: even, points: 1, where: x % 2 == 0}
      - {id: odd, points: 3, where: x % 2 == 1}
"""
RIGHT = "def f(x): return 2 * x\n"
HALF = "def f(x): return 2 * x if x % 2 else 0.5\n"
EXAM = """---
id: midterm
type: exercises
questions:
  - a
  - {id: b, points: 10}
  - {pick: 1, from: [c, d], points: 2}
---
"""


@pytest.fixture
def course(small: Small) -> Small:
    small.write(PART, "def f(x):\n    return 2 * x\n", points=4)
    text = (small.root / "questions/q.md").read_text()
    for name in "abcd":
        (small.root / f"questions/{name}.md").write_text(text.replace("id: q\n", f"id: {name}\n"))
    (small.root / "questions/exams").mkdir()
    return small


def plan_of(course: Small, text: str = EXAM) -> ExamPlan:
    path = course.root / "questions/exams/midterm.md"
    path.write_text(text)
    exam = load_exam(path, course.course)
    return plan_exam(exam, course.course, PlanSetting(cache=course.cache))


def sheets(
    course: Small, folder: Path, students: Mapping[str, Mapping[str, str]], jobs: int = 1
) -> dict[str, Sheet]:
    for student, files in students.items():
        (folder / student).mkdir(parents=True)
        for name, source in files.items():
            path = folder / student / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(source)
    plan = plan_of(course)
    hand_ins = find_hand_ins(folder, plan.exam)
    graded = grade_exam(plan, hand_ins, course.sandbox, jobs=jobs)
    return {sheet.student: sheet for sheet in graded}


def answer(sheet: Sheet, question: str) -> ExamAnswer:
    (found,) = [one for one in sheet.answers if one.question_id == question]
    return found


@pytest.mark.parametrize("jobs", [1, 3])
def test_points_are_scaled_and_added_per_student(course: Small, tmp_path: Path, jobs: int) -> None:
    found = sheets(
        course,
        tmp_path / "hand-ins",
        {
            "student2": {"a.py": RIGHT, "b.py": HALF, "c.py": RIGHT},
            "student10": {"a.py": HALF, "b/main.py": RIGHT},
        },
        jobs,
    )

    assert list(found) == ["student2", "student10"]
    assert found["student2"].total == 4 + Fraction(15, 2) + 2
    assert found["student10"].total == 3 + 10
    assert {sheet.max_total for sheet in found.values()} == {Fraction(16)}
    assert answer(found["student10"], "c").standing is Standing.MISSING


def test_of_a_choice_the_first_ones_of_the_sheet_count(course: Small, tmp_path: Path) -> None:
    found = sheets(
        course, tmp_path / "h", {"s": {"d.py": RIGHT, "c.py": HALF}, "t": {"d.py": RIGHT}}
    )

    assert answer(found["s"], "c").score == Fraction(3, 2)
    assert answer(found["s"], "d").standing is Standing.NOT_COUNTED
    assert answer(found["t"], "c").standing is Standing.NOT_COUNTED
    assert answer(found["t"], "d").score == 2


def test_what_cannot_be_loaded_gives_no_points_and_what_is_ours_gives_no_total(
    course: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sheets(course, tmp_path / "h", {"s": {"a.py": "def f(x:\n", "b.py": RIGHT}})

    assert answer(found["s"], "a").standing is Standing.UNGRADABLE
    assert answer(found["s"], "a").score is None
    assert found["s"].total == 10
    ours = ExamAnswer(question_id="a", standing=Standing.ERROR, score=None, max_score=Fraction(4))
    sheet = Sheet(student="s", answers=(ours, *found["s"].answers[1:]), max_total=Fraction(16))
    assert sheet.total is None


def test_stray_and_doubled_files_are_noted(course: Small, tmp_path: Path) -> None:
    students = {"s": {"A.py": RIGHT, "a.zip": "not a zip", "notes.txt": "x", "e.py": RIGHT}}

    found = sheets(course, tmp_path / "h", students)

    assert answer(found["s"], "a").score == 4
    assert found["s"].notes == (
        "two answers to a: a.zip is not graded",
        "not named like a question: e.py, notes.txt",
    )


def test_choice_between_questions_of_different_points_is_refused(course: Small) -> None:
    path = course.root / "questions/d.md"
    text = path.read_text()
    path.write_text(
        text.replace("(4p)", "(2p)")
        .replace("points: 4", "points: 2")
        .replace("points: 3", "points: 1")
    )

    with pytest.raises(
        QuestionError, match=r"midterm\.md:\d+: the questions of one pick are worth"
    ):
        plan_of(course, EXAM.replace(", points: 2}", "}"))
