"""A question for staff: its class, its file, whether it holds; never names for its author."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from class_scene import fill, own_course, work
from test_web_hostile import assert_harmless
from visitor import Server, Visitor, words

from grader.core.errors import QuestionError
from grader.core.question import Question
from grader.grading.checks import Check, Grade
from grader.grading.verify import Verification
from grader.service.access import Role
from grader.service.verifying import Advance, Verifier
from tests.report import examples
from tests.service.stage import QUESTION

PAGE = f"/class/questions/{QUESTION}"


@pytest.fixture
def boss(server: Server) -> Visitor:
    own_course(server)
    return server.visitor(Role.INSTRUCTOR, "Boss")


def runs(question: Question, advance: Advance) -> Verification:
    """Find a problem in a file, in the words of an author who means no good."""
    check = Check(grade=Grade.PROBLEM, what="mutant <script> survives", where="questions/q.md:7")
    advance(check.what)
    return Verification(question_id=question.id, checks=(check,))


def test_example_shows_report_and_picture(server: Server, boss: Visitor) -> None:
    ada = server.stage.person(name="Ada")
    receipt = work(server, ada, examples.mixed())

    page = boss.text(PAGE)

    assert f'href="/submissions/{receipt}"' in page
    assert "<svg" in page
    assert_harmless(page)


def test_other_example_can_be_chosen_but_not_of_another_question(
    server: Server, boss: Visitor
) -> None:
    first = work(server, server.stage.person(name="Ada"), examples.mixed())
    work(server, server.stage.person(name="Emil"), examples.mixed())

    chosen = boss.text(f"{PAGE}?example={first}")
    other = boss.text(f"/class/questions/relu?example={first}")

    assert f'One of them: <a href="/submissions/{first}">' in chosen
    assert "One of them" not in other


def test_list_is_narrowed_to_a_status(server: Server, boss: Visitor) -> None:
    ada, emil = server.stage.person(name="Ada"), server.stage.person(name="Emil")
    right, broken = work(server, ada, examples.passed()), work(server, emil, examples.ungradable())

    page = boss.text(f"{PAGE}?status=ungradable")

    assert f"/submissions/{broken}" in page
    assert f"/submissions/{right}" not in page
    assert "graded (1)" in words(page)


def test_question_that_the_course_lost_still_shows_what_was_handed_in(
    server: Server, boss: Visitor
) -> None:
    receipt = work(server, server.stage.person(), examples.mixed())
    server.stage.catalogue.questions = {}

    page = boss.text(PAGE)

    assert "does not have this question any more" in page
    assert receipt in page
    assert boss.get("/class/questions/nothing").status_code == 404


def test_errors_of_files_are_shown_with_their_line(server: Server, boss: Visitor) -> None:
    path = server.stage.catalogue.questions[QUESTION].path
    said = QuestionError(where=f"{path}:14", what="points of 'ties' is -1", hint="<b> write 1")
    server.stage.catalogue.errors = (said,)

    for address in ("/class/questions", PAGE):
        page = boss.text(address)
        assert f"{path}:14: points of" in page
        assert_harmless(page)
    assert "14" not in words(boss.text("/class/questions/relu"))[:400]


def test_course_is_read_again_by_who_runs_it_and_audited(server: Server, boss: Visitor) -> None:
    server.stage.catalogue.questions = {}

    answer = boss.post("/class/questions")

    assert answer.headers["location"] == "/class/questions"
    assert QUESTION in server.stage.catalogue.questions
    assert server.stage.rows("SELECT count(*) FROM audit WHERE action = 'read course'") == [(1,)]
    assert server.visitor(Role.ASSISTANT).post("/class/questions").status_code == 403


def test_verification_is_shown_with_file_and_line(server: Server, boss: Visitor) -> None:
    server.verifier = Verifier(runs)
    author = server.visitor(Role.AUTHOR)

    answer = author.post(f"{PAGE}/verification")
    server.verifier.wait(60)

    assert answer.headers["location"] == PAGE  # with a fragment it would not be refreshed
    page = author.text(PAGE)
    assert "It does not hold" in page
    assert "questions/q.md:7" in page
    assert "mutant <script> survives" in words(page)
    assert_harmless(page)
    assert "does not hold" in author.text("/class/questions")


def test_second_verification_at_once_is_refused(server: Server) -> None:
    going = threading.Event()

    def waits(question: Question, advance: Advance) -> Verification:
        assert going.wait(60)
        return runs(question, advance)

    server.verifier = Verifier(waits)
    author = server.visitor(Role.AUTHOR)
    author.post(f"{PAGE}/verification")

    running = author.text(PAGE)
    other = author.post("/class/questions/relu/verification")

    going.set()
    server.verifier.wait(60)
    assert '<noscript><meta http-equiv="refresh"' in running
    assert "Verifying: 0 checks so far" in words(running)
    assert other.status_code == 409
    assert "another question is being verified" in words(other.text)


def test_server_that_runs_nothing_says_so(boss: Visitor) -> None:
    assert "This server runs no questions" in boss.text(PAGE)
    assert boss.post(f"{PAGE}/verification").status_code == 404


def test_hidden_groups_are_named_for_staff(boss: Visitor) -> None:
    page = words(boss.text(PAGE))

    assert "hidden" in page
    assert "Known mistake: assigns instead of adding" in page


def test_report_of_another_version_of_grader_is_no_fault(server: Server, boss: Visitor) -> None:
    fill(server, boss.person)
    with server.stage.database.writing() as connection:
        connection.exec_driver_sql("UPDATE result SET report = x'00'")

    assert boss.get(PAGE).status_code == 200
    assert boss.get("/class/grades.csv").status_code == 200


@pytest.mark.parametrize("text", [t for t in examples.HOSTILE if t.isascii()])
def test_hostile_report_stays_text(server: Server, boss: Visitor, text: str) -> None:
    report = replace(examples.hostile(text), question_id=QUESTION)
    work(server, server.stage.person(), report)

    assert_harmless(boss.text(PAGE))
