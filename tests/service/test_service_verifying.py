"""Questions are verified in the background, one at a time; a course is read again without loss."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from stage import QUESTION, Stage

from grader.bank import find_course
from grader.core.question import Question
from grader.grading.checks import Check, Grade
from grader.grading.verify import Verification
from grader.sandbox import Sandbox
from grader.service.access import Role
from grader.service.catalogue import Catalogue
from grader.service.course_reading import read_again
from grader.service.receiving import Desk
from grader.service.verifying import Advance, Verifier
from grader.service.workers import Workers

ROOT = Path(__file__).parents[2]
SECONDS = 60
HOLDS = Check(grade=Grade.OK, what="it holds")


def verification(question: Question) -> Verification:
    return Verification(question_id=question.id, checks=(HOLDS,))


@pytest.fixture
def course(tmp_path: Path) -> Catalogue:
    """A course of two questions whose files a test may change."""
    folder = tmp_path / "course"
    for name in ("pooling/max_pooling_backward.md", "activations/relu.md"):
        target = folder / "questions" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "questions" / name, target)
    shutil.copytree(ROOT / "reference", folder / "reference")
    return Catalogue(find_course(folder, folder), tmp_path / "corpora")


def file_of(course: Catalogue, name: str) -> Path:
    return course.course.root / course.questions[name].path


@pytest.mark.slow
def test_question_of_this_course_is_verified_in_the_sandbox(
    course: Catalogue, sandbox: Sandbox
) -> None:
    verifier, question = Verifier.of(course, sandbox), course.questions["relu"]
    assert verifier.state(question) is None

    assert verifier.start(question)
    verifier.wait(SECONDS)

    found = verifier.state(question)
    assert found is not None
    assert found.result is not None
    assert found.result.holds
    assert any("mutants" in check.what for check in found.result.checks)


@pytest.mark.slow
def test_grading_goes_on_while_a_question_is_verified(
    course: Catalogue, sandbox: Sandbox, stage: Stage
) -> None:
    verifier, begun, graded = Verifier.of(course, sandbox), threading.Event(), threading.Event()
    run = verifier._run

    def slowly(question: Question, advance: Advance) -> Verification:
        begun.set()
        assert graded.wait(SECONDS)  # in the midst of it a student is graded
        return run(question, advance)

    verifier._run = slowly
    verifier.start(course.questions["relu"])
    assert begun.wait(SECONDS)
    stage.hand_in(stage.person())

    assert Workers(stage.database, course, sandbox, stage.clock).grade_one()

    graded.set()
    verifier.wait(SECONDS)
    assert stage.rows("SELECT status FROM result") == [("graded",)]


def test_only_one_question_is_verified_at_a_time(course: Catalogue) -> None:
    going = threading.Event()

    def run(question: Question, advance: Advance) -> Verification:
        advance("a step")
        assert going.wait(SECONDS)
        return verification(question)

    verifier = Verifier(run)
    first, second = course.questions["relu"], course.questions[QUESTION]
    assert verifier.start(first)
    assert verifier.start(first)  # a double click
    assert not verifier.start(second)
    state = verifier.state(first)
    assert state is not None
    assert state.is_running
    going.set()
    verifier.wait(SECONDS)

    assert verifier.start(second)
    verifier.wait(SECONDS)
    for question in (first, second):
        found = verifier.state(question)
        assert found is not None
        assert found.result == verification(question)


def test_fault_of_ours_is_told_and_the_next_question_can_be_verified(course: Catalogue) -> None:
    def run(question: Question, advance: Advance) -> Verification:
        if question.id == QUESTION:
            raise OSError("no space left")
        return verification(question)

    verifier = Verifier(run)
    for name in (QUESTION, "relu"):
        verifier.start(course.questions[name])
        verifier.wait(SECONDS)

    states = [verifier.state(course.questions[name]) for name in (QUESTION, "relu")]
    assert [(s.has_failed, s.is_running) for s in states if s] == [(True, False), (False, False)]


def test_result_belongs_to_one_version_of_the_question(course: Catalogue) -> None:
    verifier = Verifier(lambda question, _: verification(question))
    verifier.start(course.questions["relu"])
    verifier.wait(SECONDS)

    file = file_of(course, "relu")
    file.write_text(file.read_text().replace("difficulty: 1", "difficulty: 2"))
    course.reload()

    assert verifier.state(course.questions["relu"]) is None


# -- reading the course again --------------------------------------------------------------


def test_broken_file_leaves_the_question_as_it_was(course: Catalogue) -> None:
    before = course.questions["relu"]
    file = file_of(course, "relu")
    whole = file.read_text()
    file.write_text("---\nid: [\n---\n")
    course.reload()
    broken = course.questions.get("relu")
    said = [str(error) for error in course.errors]
    file.write_text(whole)
    course.reload()

    assert broken is before
    assert len(said) == 1
    assert said[0].startswith("questions/activations/relu.md:")
    assert course.errors == ()
    assert course.questions["relu"].version == before.version


def test_question_whose_file_is_gone_is_gone(course: Catalogue) -> None:
    file_of(course, "relu").unlink()
    course.reload()

    assert "relu" not in course.questions


def test_question_with_another_id_takes_the_place_of_the_old_one(course: Catalogue) -> None:
    file = file_of(course, "relu")
    file.write_text(file.read_text().replace("id: relu\n", "id: rectifier\n", 1))
    course.reload()

    assert "rectifier" in course.questions
    assert "relu" not in course.questions


@pytest.mark.slow
def test_what_waits_for_a_broken_question_is_graded_all_the_same(
    course: Catalogue, stage: Stage, sandbox: Sandbox
) -> None:
    stage.hand_in(stage.person())
    file_of(course, QUESTION).write_text("")
    course.reload()

    Workers(stage.database, course, sandbox, stage.clock).grade_one()

    assert stage.rows("SELECT status FROM result") == [("graded",)]


def test_reading_again_is_audited_with_what_changed(course: Catalogue, stage: Stage) -> None:
    boss = stage.person(Role.INSTRUCTOR)
    desk = Desk(database=stage.database, catalogue=course, clock=stage.clock, dispatcher=stage.told)
    file = file_of(course, "relu")
    file.write_text(file.read_text().replace("difficulty: 1", "difficulty: 2"))

    changed = read_again(desk, boss)

    assert changed == ("relu",)
    rows = stage.rows("SELECT actor, action, after FROM audit ORDER BY id DESC LIMIT 1")
    assert rows == [(boss.pseudonym, "read course", '{"changed": ["relu"], "errors": 0}')]


@pytest.mark.slow
def test_plan_in_use_is_kept_when_the_course_is_read_again(course: Catalogue) -> None:
    plan = course.plan("relu")
    course.reload()

    assert course.plan("relu") is plan
