"""The key of a corpus names all that it depends on, so a change never meets an old corpus."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from small_course import Small

PART = """
    entry: f(x)
    draw:
      x: int 0..9
    groups:
      - {id: all, points: 1}
"""
REFERENCE = "from reference.more import two\n\ndef f(x):\n    return two * x\n"


@pytest.fixture
def course(small: Small) -> Small:
    small.write(PART, REFERENCE)
    (small.root / "reference/more.py").write_text("two = 2\n")
    return small


def replace(course: Small, name: str, old: str, new: str) -> None:
    path = course.root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda c: replace(c, "questions/q.md", "0..9", "0..8"), id="domain"),
        pytest.param(lambda c: replace(c, "questions/q.md", "id: all", "id: every"), id="group"),
        pytest.param(
            lambda c: replace(c, "reference/ref.py", "two * x", "x * two"), id="reference"
        ),
        pytest.param(
            lambda c: replace(c, "reference/more.py", "2", "3"), id="module-of-the-reference"
        ),
    ],
)
def test_change_gives_another_key(course: Small, change: Callable[[Small], None]) -> None:
    before = course.plan().parts[0].key

    change(course)

    assert course.plan().parts[0].key != before


def test_another_seed_gives_another_key(course: Small) -> None:
    assert course.plan(seed=0).parts[0].key != course.plan(seed=1).parts[0].key


def test_nothing_changed_gives_the_same_key(course: Small) -> None:
    assert course.plan().parts[0].key == course.plan().parts[0].key


def test_changed_reference_decides_the_next_grade(course: Small) -> None:
    before = course.grade("def f(x):\n    return 2 * x\n")
    replace(course, "reference/more.py", "2", "3")

    after = course.grade("def f(x):\n    return 2 * x\n")

    assert (before.score, after.score) == (1, 0)
    assert before.question_version != after.question_version
