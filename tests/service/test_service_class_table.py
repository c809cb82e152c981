"""The table of a class: a handful of queries for any size, and figures without our faults."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import event, insert
from stage import QUESTION, Stage

from grader.core.exam import Exam, ExamQuestion, Slot
from grader.core.report import Report
from grader.core.stored import pack, versions_in
from grader.service.access import Role
from grader.service.class_table import class_table
from grader.service.question_facts import facts_of, tried
from grader.service.sheet_figures import figures_of
from grader.service.tables import question_version, result, submission
from tests.report import examples
from tests.service.test_service_showing import exam_of, graded

STUDENTS, QUESTIONS = 350, 30


@contextmanager
def counted_queries(connection: Any) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(*given: Any) -> None:
        seen.append(given[2])

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def crowd(stage: Stage, attempts: int) -> list[str]:
    """Give a class of the size that must be usable; names of its questions."""
    students = [stage.person() for _ in range(STUDENTS)]
    names = [f"question_{number}" for number in range(QUESTIONS)]
    version = {"title": "", "max_score": "5", "first_seen_ms": 0}
    common = {
        "exam": "", "kind": "submit", "content_sha256": "", "state": "done", "lane": 0, "nth": 0,
        "wanted_run": 1, "published_run": 1,
    }  # fmt: skip
    rows = [
        {"person": who.id, "question": name, "question_version": name, **common}
        for _ in range(attempts)
        for who in students
        for name in names
    ]
    for number, row in enumerate(rows, 1):
        row |= {"id": number, "receipt": f"r{number}", "received_ms": number}
        row["idempotency_key"] = row["receipt"]
    results = [
        {
            "submission": row["id"], "grading_run": 1, "status": "graded", "max_score": "5",
            "score": ("0", "2", "5/2", "5")[row["id"] * 7 % 4], "report": b"", "fence": 1,
            "started_ms": 0, "finished_ms": 1,
        }
        for row in rows
    ]  # fmt: skip
    with stage.database.writing() as connection:
        connection.execute(
            insert(question_version),
            [{"version": name, "question": name, **version} for name in names],
        )
        connection.execute(insert(submission), rows)
        connection.execute(insert(result), results)
    return names


def test_table_of_a_class_takes_as_many_queries_as_that_of_one(stage: Stage) -> None:
    counts = []
    for _ in range(2):
        graded(stage, stage.person(), examples.mixed())
        with (
            stage.database.reading() as connection,
            counted_queries(connection.engine) as seen,
        ):
            class_table(connection, stage.catalogue.questions)
        counts.append(len(seen))

    assert counts[0] == counts[1]
    assert counts[0] <= 4


@pytest.mark.slow
def test_large_class_is_there_soon(stage: Stage) -> None:
    names = crowd(stage, attempts=2)
    with stage.database.reading() as connection:
        began = time.monotonic()
        table = class_table(connection, stage.catalogue.questions)
        figures_of(table)
        seconds = time.monotonic() - began

    assert (len(table.rows), [column.question for column in table.columns]) == (
        STUDENTS, sorted(names),
    )  # fmt: skip
    assert seconds < 10  # one second where it was measured; a shared machine is slower


def test_question_that_the_course_lost_keeps_its_points(stage: Stage) -> None:
    ada = stage.person()
    graded(stage, ada, examples.passed())

    with stage.database.reading() as connection:
        table = class_table(connection, {})

    assert table.rows[0].total == examples.passed().score
    assert table.columns[0].worth == examples.passed().max_score


def test_staff_are_not_in_the_table(stage: Stage) -> None:
    graded(stage, stage.person(Role.INSTRUCTOR), examples.passed())

    with stage.database.reading() as connection:
        table = class_table(connection, stage.catalogue.questions)

    assert (table.rows, table.columns) == ((), ())


def choice(stage: Stage) -> Exam:
    questions = (
        ExamQuestion(id=QUESTION),
        ExamQuestion(id="relu"),
        ExamQuestion(id="max_pool_nchw"),
    )
    slots = (
        Slot(questions=questions[:1], pick=1, where=""),
        Slot(questions=questions[1:], pick=1, where=""),
    )
    return exam_of(stage, slots=slots)


def test_analysis_leaves_out_choices_and_who_has_our_fault(stage: Stage) -> None:
    exam = choice(stage)
    for report in (examples.passed(), examples.mixed(), examples.error()):
        graded(stage, stage.person(), report, exam=exam.id)
    stage.person()  # has not begun

    with stage.database.reading() as connection:
        found = figures_of(class_table(connection, stage.catalogue.questions, exam))

    assert found.analysis.students == 2
    assert found.without_fault == 1
    assert found.choices == ("relu", "max_pool_nchw")
    assert [item.name for item in found.analysis.items] == [QUESTION]
    expected = (1 + float(examples.mixed().score or 0) / 5) / 2
    assert found.analysis.items[0].facility == pytest.approx(expected)


def misconceived(name: str) -> Report:
    report = examples.mixed()
    part = report.parts[0]
    found = None
    if name and part.misconception:
        found = replace(part.misconception, name=name)
    return replace(report, parts=(replace(part, misconception=found), *report.parts[1:]))


def test_mistakes_are_counted_by_name_and_else_by_their_first_failure(stage: Stage) -> None:
    names = ("assigns", "assigns", "shares", "", "", "")
    for name in names:
        graded(stage, stage.person(), misconceived(name))
    graded(stage, stage.person(), examples.passed())
    graded(stage, stage.person(Role.INSTRUCTOR), misconceived("assigns"))

    with stage.database.reading() as connection:
        facts = facts_of(connection, QUESTION)

    found = [(cluster.students, cluster.is_named) for cluster in facts.clusters]
    assert found == [(3, False), (2, True), (1, True)]
    assert facts.clusters[1].name == "assigns"
    assert "same_as_reference" in facts.clusters[0].name
    assert all(cluster.examples for cluster in facts.clusters)
    assert (facts.tried, facts.solved) == (7, 1)


def test_last_attempt_speaks_for_a_student(stage: Stage) -> None:
    ada = stage.person()
    graded(stage, ada, examples.mixed())
    graded(stage, ada, examples.passed())
    graded(stage, ada, examples.ungradable())

    with stage.database.reading() as connection:
        facts = facts_of(connection, QUESTION)

    assert facts.clusters == ()
    assert [group.failed for group in facts.groups] == [0] * len(facts.groups)
    assert facts.statuses == {"graded": 2, "ungradable": 1}


def test_group_of_which_most_fail_comes_first(stage: Stage) -> None:
    for report in (examples.mixed(), examples.mixed(), examples.passed()):
        graded(stage, stage.person(), report)

    with stage.database.reading() as connection:
        facts = facts_of(connection, QUESTION)

    shares = [group.share for group in facts.groups]
    assert shares == sorted(shares, reverse=True)
    assert facts.groups[0].failed == 2
    assert facts.groups[0].students == 3


def test_question_that_nobody_tried_has_no_figures(stage: Stage) -> None:
    with stage.database.reading() as connection:
        facts = facts_of(connection, QUESTION)
        assert tried(connection) == {}

    assert (facts.tried, facts.facility, facts.median_seconds) == (0, None, None)


def test_facility_is_of_the_best_attempts(stage: Stage) -> None:
    ada, emil = stage.person(), stage.person()
    for who, report in (
        (ada, examples.mixed()),
        (ada, examples.passed()),
        (emil, examples.mixed()),
    ):
        graded(stage, who, report)

    with stage.database.reading() as connection:
        found = tried(connection)[QUESTION]
        facts = facts_of(connection, QUESTION)

    mixed = examples.mixed()
    assert mixed.score is not None
    expected = float((1 + Fraction(mixed.score) / mixed.max_score) / 2)
    assert found.students == 2
    assert found.facility == pytest.approx(expected)
    assert facts.facility == pytest.approx(expected)


def test_versions_of_a_packed_report_are_read_without_the_rest() -> None:
    report = examples.mixed()

    assert versions_in(pack(report)) == (report.question_version, report.versions["grader"])
