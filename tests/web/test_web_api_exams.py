"""Exams by program: nothing is read before its time, and nothing is told that the pages hide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from calling import SUBMIT, Caller, caller, problem
from test_web_exams import EXAM, HOMEWORK, announce, at
from visitor import SOURCE, Server, record

from grader.core.exam import Exam, Feedback
from grader.service.access import Role
from tests.report import examples
from tests.service.stage import QUESTION

WHERE = "/exams/mid%20term%201"
SHEET = replace(EXAM, feedback=Feedback.NOTHING_UNTIL_CLOSE)


def student(server: Server, exam: Exam = EXAM, hours: float = 1.0) -> Caller:
    announce(server, exam)
    at(server, hours)
    return caller(server)


def hand_in(found: Caller, exam: str = EXAM.id, text: str = SOURCE) -> str:
    return found.receipt(text, exam=exam)


@pytest.mark.parametrize("role", [Role.STUDENT, Role.INSTRUCTOR], ids=["student", "instructor"])
def test_questions_of_an_exam_are_held_back_from_practice(server: Server, role: Role) -> None:
    announce(server, EXAM)
    at(server, -1)
    found = caller(server, role)

    listed = [each["id"] for each in found.read("/questions")["questions"]]

    assert QUESTION not in listed
    problem(found.get(f"/questions/{QUESTION}"), 404)
    problem(found.submit(), 404)
    assert server.stage.rows("SELECT count(*) FROM submission") == [(0,)]


def test_questions_are_read_once_the_exam_is_begun(server: Server) -> None:
    found = student(server, hours=-1)
    early = found.read(WHERE)
    problem(found.post(f"{WHERE}/begin"), 409)
    at(server, 1)
    waiting = found.read(WHERE)
    unread = found.get(f"{WHERE}/questions/{QUESTION}")
    unsent = found.submit(exam=EXAM.id)

    begun = found.post(f"{WHERE}/begin").json()

    assert (early["phase"], early["questions"]) == ("not open yet", [])
    assert (waiting["phase"], waiting["questions"]) == ("to begin", [])
    assert problem(unread, 409)["hint"] == "begin it first"
    problem(unsent, 409)
    assert begun["phase"] == "running"
    assert begun["ends_at"] == "2027-01-15T11:30:00Z"
    assert [each["id"] for each in begun["questions"]] == [
        QUESTION,
        "max_pool_nchw",
        "max_pool_nhwc",
    ]
    assert begun["questions"][0]["max_score"] == "10"
    assert "def backward" in found.read(f"{WHERE}/questions/{QUESTION}")["starter"]
    assert found.post(f"{WHERE}/begin").json() == begun
    assert [each["phase"] for each in found.read("/exams")["exams"]] == ["running"]


def test_answers_are_taken_while_time_runs(server: Server) -> None:
    found = student(server)
    found.post(f"{WHERE}/begin")
    receipt = hand_in(found)
    record(server.stage, examples.mixed())

    row = found.read(WHERE)["questions"][0]
    server.stage.clock.pass_by(seconds=91 * 60)
    late = found.submit("late = 1\n", exam=EXAM.id)
    again = found.submit(exam=EXAM.id)

    assert (row["score"], row["attempts_left"]) == ("6", 1)
    assert problem(late, 409)["detail"] == "the exam is over"
    assert again.json()["id"] == receipt
    listed = found.read("/submissions", params={"exam": EXAM.id})["submissions"]
    assert [each["receipt"] for each in listed] == [receipt]


def test_homework_needs_no_beginning(server: Server) -> None:
    found = student(server, HOMEWORK)

    assert found.read(WHERE)["phase"] == "open"
    assert found.submit(exam=EXAM.id).status_code == 201
    assert found.read(f"{WHERE}/questions/{QUESTION}")["id"] == QUESTION


def test_nothing_until_closing_is_nothing_here_too(server: Server) -> None:
    found = student(server, SHEET)
    found.post(f"{WHERE}/begin")
    receipt = hand_in(found)
    record(server.stage, examples.mixed())
    staff = caller(server, Role.INSTRUCTOR)

    told = [each.read(f"/submissions/{receipt}") for each in (found, staff)]
    exam = found.read(WHERE)
    listed = found.read("/submissions")["submissions"]
    report = problem(found.get(f"/submissions/{receipt}/report"), 404)
    at(server, 5)
    after = found.read(f"/submissions/{receipt}")

    for each in (*told, *listed):
        assert (each["state"], each["status"]) == ("done", "hidden")
        assert {each["score"], each["max_score"], each["score_number"]} == {None}
    assert (exam["hides_results"], exam["questions"][0]["score"]) == (True, None)
    assert report["detail"] == "the exam shows results once it has closed"
    assert (after["status"], after["score"]) == ("graded", "3")
    assert found.get(f"/submissions/{receipt}/report").status_code == 200


def test_what_is_no_exam_or_no_question_of_it_is_not_there(server: Server) -> None:
    found = student(server)
    found.post(f"{WHERE}/begin")

    problem(found.get("/exams/none"), 404)
    problem(found.post("/exams/none/begin"), 404)
    problem(found.get(f"{WHERE}/questions/relu"), 404)
    for exam, path in (("none", SUBMIT), (EXAM.id, SUBMIT.replace(QUESTION, "relu"))):
        body = {"files": [{"name": "a.py", "text": "x = 1"}], "exam": exam}
        problem(found.call("POST", path, json=body), 404)
