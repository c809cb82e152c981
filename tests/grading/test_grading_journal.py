"""What a journal holds is not graded again, whatever happened to its file."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from small_course import Small, submission

from grader.core.errors import UsageError
from grader.core.report import Report, Status
from grader.grading import batch
from grader.grading.batch import grade_all, grade_once
from grader.grading.intake import Submission
from grader.grading.journal import Journal
from grader.grading.plan import QuestionPlan

PART = """
    entry: f(x)
    draw:
      x: int 0..9
    groups:
      - {id: all, points: 1}
"""
RIGHT, WRONG = "def f(x): return 2 * x\n", "def f(x): return x\n"


@pytest.fixture
def plan(small: Small) -> QuestionPlan:
    return small.write(PART, "def f(x):\n    return 2 * x\n").plan()


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the submissions that were really graded, in order."""
    names: list[str] = []
    real = batch.grade

    def counted(plan: QuestionPlan, given: Submission, sandbox: object) -> Report:
        names.append(given.name)
        return real(plan, given, sandbox)  # type: ignore[arg-type]

    monkeypatch.setattr(batch, "grade", counted)
    return names


def interrupted(small: Small, plan: QuestionPlan, path: Path, *given: Submission) -> None:
    """Grade these, then be stopped as by Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt), Journal(path) as journal:
        for one in given:
            grade_once(plan, one, small.sandbox, journal)
        raise KeyboardInterrupt


def handed_in(name: str, source: str = RIGHT) -> Submission:
    return replace(submission(source, name), sha256=f"{hash(source)}")


def test_second_run_grades_only_what_is_missing(
    small: Small, plan: QuestionPlan, graded: list[str], tmp_path: Path
) -> None:
    class_of_four = [handed_in(f"{n}.py", (RIGHT, WRONG)[n % 2]) for n in range(4)]
    interrupted(small, plan, tmp_path / "run", *class_of_four[:3])

    with Journal(tmp_path / "run") as journal:
        assert journal.count == 3
        reads = [lambda given=given: given for given in class_of_four]
        reports = list(grade_all(plan, reads, small.sandbox, jobs=2, journal=journal))

    assert sorted(graded) == ["0.py", "1.py", "2.py", "3.py"]
    assert [report.score for report in reports] == [1, 0, 1, 0]
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda given: replace(given, sha256="other"), id="content"),
        pytest.param(lambda given: replace(given, name="b.py"), id="name"),
        pytest.param(lambda given: replace(given, refusal="too large"), id="refusal"),
    ],
)
def test_changed_submission_is_graded_again(
    small: Small,
    plan: QuestionPlan,
    tmp_path: Path,
    changed: Callable[[Submission], Submission],
) -> None:
    given = handed_in("a.py")
    with Journal(tmp_path / "run") as journal:
        grade_once(plan, given, small.sandbox, journal)

        assert journal.find(plan, given, small.sandbox) is None  # this run has it in hand
        assert journal.find(plan, changed(given), small.sandbox) is None


def test_changed_question_is_graded_again(
    small: Small, plan: QuestionPlan, graded: list[str], tmp_path: Path
) -> None:
    given, path = handed_in("a.py"), tmp_path / "run"
    interrupted(small, plan, path, given)
    other = small.write(PART, "def f(x):\n    return 3 * x\n").plan()

    with Journal(path) as journal:
        again = grade_once(plan, given, small.sandbox, journal)
        new = grade_once(other, given, small.sandbox, journal)

    assert (again.score, new.score) == (1, 0)
    assert graded == ["a.py", "a.py"]


@pytest.mark.parametrize(
    ("damage", "kept"),
    [
        pytest.param(lambda raw: raw[:-1], 1, id="torn-at-the-end"),
        pytest.param(lambda raw: raw + b"\0" * 500, 2, id="zeros-at-the-end"),
        pytest.param(lambda raw: raw[:-3] + b"xyz", 1, id="changed"),
        pytest.param(lambda raw: b"", 0, id="empty"),
        pytest.param(lambda raw: raw[:5], 0, id="torn-in-the-head"),
        pytest.param(lambda raw: b"something else entirely\n" + raw, 0, id="foreign"),
    ],
)
def test_damaged_journal_keeps_what_is_whole(
    small: Small,
    plan: QuestionPlan,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    kept: int,
) -> None:
    path = tmp_path / "run"
    interrupted(small, plan, path, handed_in("a.py"), handed_in("b.py"))
    path.write_bytes(damage(path.read_bytes()))

    with Journal(path) as journal:
        assert journal.count == kept
        report = grade_once(plan, handed_in("c.py"), small.sandbox, journal)
        journal.close(is_finished=False)

    assert report.score == 1


def test_record_that_is_added_after_a_damaged_one_is_found(
    small: Small, plan: QuestionPlan, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    path.write_bytes(b"grader/journal/v1\n" + b"torn")
    interrupted(small, plan, path, handed_in("a.py"))

    with Journal(path) as journal:
        assert journal.find(plan, handed_in("a.py"), small.sandbox) is not None


def test_fault_of_ours_is_not_kept(small: Small, plan: QuestionPlan, tmp_path: Path) -> None:
    given = handed_in("a.py")
    with Journal(tmp_path / "run") as journal:
        ours = replace(
            grade_once(plan, given, small.sandbox, None), status=Status.ERROR, score=None
        )
        journal.add(plan, given, small.sandbox, ours)

        assert journal.find(plan, given, small.sandbox) is None
        assert ours.max_score == Fraction(1)


def test_two_gradings_do_not_share_a_journal(tmp_path: Path) -> None:
    with Journal(tmp_path / "run"), pytest.raises(UsageError, match="another grading writes"):
        Journal(tmp_path / "run")


def test_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "run").symlink_to(tmp_path / "precious")

    with pytest.raises(UsageError, match="cannot be written"):
        Journal(tmp_path / "run")

    assert (tmp_path / "precious").read_text() == "mine"
