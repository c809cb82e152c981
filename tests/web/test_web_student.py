"""A student's way through the pages: find, read, check, hand in, wait, read the report, compare."""

from __future__ import annotations

import pytest
from visitor import SOURCE, Server, record, words

from grader.grading.grade import grade
from grader.grading.intake import submission_of
from grader.sandbox import Sandbox
from grader.service.access import Role
from tests.report import examples
from tests.service.stage import QUESTION

PAGE = f"/questions/{QUESTION}"


def test_question_shows_statement_formulas_and_starter_and_no_hidden_thing(server: Server) -> None:
    question = server.stage.catalogue.questions[QUESTION]
    code = question.parts[0].code
    assert code is not None

    page = server.visitor().text(PAGE)

    assert question.title in page
    assert '<span class="math' in page
    assert "def backward(x, delta_f, kernel, stride):" in page
    for known in (*code.wrong, *code.right):
        assert known.name not in page
        assert known.hint not in page or not known.hint


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        pytest.param("", True, id="all"),
        pytest.param("?q=backward+POOLING", True, id="words"),
        pytest.param("?q=nothing-like-this", False, id="other-words"),
        pytest.param("?tag=max-pooling", True, id="tag"),
        pytest.param("?tag=relu", False, id="other-tag"),
        pytest.param("?difficulty=2", True, id="difficulty"),
        pytest.param("?difficulty=5", False, id="other-difficulty"),
        pytest.param("?status=to+learn", True, id="status"),
        pytest.param("?status=solved", False, id="other-status"),
    ],
)
def test_list_is_narrowed(server: Server, query: str, is_found: bool) -> None:
    page = server.visitor().text(f"/{query}")

    assert (f'href="{PAGE}"' in page) is is_found


def test_receipt_is_there_at_once_and_the_workers_are_told(server: Server) -> None:
    visitor = server.visitor(name="Ada")

    where = visitor.receipt()
    page = words(visitor.text(where))

    assert (len(server.stage.told.numbers), server.stage.told.wakes) == (1, 1)
    assert where.removeprefix("/submissions/") in page
    assert "You may close this page" in page
    assert server.stage.rows("SELECT content_sha256 FROM submission")[0][0] in page
    assert "2027-01-15 08:00:00 UTC" in page


def test_page_of_what_waits_asks_again_without_scripts(server: Server) -> None:
    visitor = server.visitor()

    assert '<noscript><meta http-equiv="refresh"' in visitor.text(visitor.receipt())


def test_double_click_hands_in_once(server: Server) -> None:
    visitor = server.visitor()

    first, second = (visitor.receipt(key="of the form") for _ in range(2))

    assert first == second
    assert server.stage.rows("SELECT count(*) FROM submission") == [(1,)]


def test_form_that_is_sent_again_with_other_code_is_another_attempt(server: Server) -> None:
    visitor = server.visitor()

    first, second = visitor.receipt(key="k"), visitor.receipt("x = 1\n", key="k")

    assert first != second


def test_report_shows_picture_and_misconception_and_what_to_practise(server: Server) -> None:
    visitor = server.visitor()
    where = visitor.receipt()
    record(server.stage, examples.mixed())

    page = visitor.text(where)

    assert "<svg" in page
    assert "It behaves like" in page
    assert "Practise the same ideas" in page
    assert "http-equiv" not in page


def test_wrong_solution_is_graded_from_the_form_to_the_report(
    server: Server, sandbox: Sandbox
) -> None:
    visitor = server.visitor()
    where = visitor.receipt()
    plan = server.stage.catalogue.plan(QUESTION)
    record(
        server.stage,
        grade(plan, submission_of("solution.py", {"solution.py": SOURCE.encode()}), sandbox),
    )

    page = words(visitor.text(where))

    assert "score 0 of 5" in page
    assert "a value differs from the expected one" in page


def test_our_fault_is_told_as_ours(server: Server) -> None:
    visitor = server.visitor()
    where = visitor.receipt()
    record(server.stage, examples.error())

    page = words(visitor.text(where))

    assert "Something of ours failed" in page
    assert "no score, which is not zero" in page


def test_status_in_the_list_follows_the_attempts(server: Server) -> None:
    visitor = server.visitor()
    visitor.receipt()
    record(server.stage, examples.mixed())
    assert f'href="{PAGE}"' in visitor.text("/?status=tried")

    visitor.receipt("x = 2\n")
    record(server.stage, examples.passed())

    assert f'href="{PAGE}"' in visitor.text("/?status=solved")
    assert "Solution" in visitor.text(PAGE)


def test_history_says_which_attempt_counts_and_shows_what_changed(server: Server) -> None:
    visitor = server.visitor()
    visitor.receipt("kept = 1\nold = 1\n")
    record(server.stage, examples.passed())
    second = visitor.receipt("kept = 1\nnew = <2>\n")
    record(server.stage, examples.mixed())

    history = visitor.text(f"{PAGE}/history")
    changes = visitor.text(f"{second}/changes")

    assert words(history).count("this one") == 1
    assert history.index("this one") > history.index(second)
    assert "<del>-old = 1</del>" in changes
    assert "<ins>+new = &lt;2&gt;</ins>" in changes


def test_first_attempt_has_no_changes(server: Server) -> None:
    visitor = server.visitor()

    assert visitor.get(f"{visitor.receipt()}/changes").status_code == 404


@pytest.mark.parametrize("lines", [1001, 60_000])
def test_long_attempts_are_not_compared(server: Server, lines: int) -> None:
    visitor = server.visitor()
    visitor.receipt("x=1\n" * lines)
    second = visitor.receipt("y=1\n" * lines)

    assert "too long to be compared" in visitor.text(f"{second}/changes")


def test_file_instead_of_the_editor_is_what_is_handed_in(server: Server) -> None:
    visitor = server.visitor()
    files = [("files", ("my work/../sub\\week 1.ipynb", b"{}", "application/json"))]

    where = visitor.receipt("typed = 1\n", files=files)

    assert server.stage.rows("SELECT name FROM submission_file") == [("week 1.ipynb",)]
    answer = visitor.get(f"{where}/files/week 1.ipynb")
    assert answer.content == b"{}"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-type"] == "application/octet-stream"


def test_what_was_typed_is_there_when_the_student_comes_back(server: Server) -> None:
    visitor = server.visitor()

    assert visitor.hand_in("half = 1\n", kind="draft").status_code == 303
    assert "half = 1" in visitor.text(PAGE)
    visitor.receipt("whole = 2\n")

    assert "whole = 2" in visitor.text(PAGE)
    assert server.stage.rows("SELECT count(*) FROM submission") == [(1,)]


def test_refused_answer_comes_back_in_the_form(server: Server) -> None:
    visitor = server.visitor()
    files = [("files", ("program.exe", b"MZ", "application/x-dosexec"))]

    answer = visitor.hand_in("typed = 1\n", files=files)

    assert answer.status_code == 422
    assert "the file is of another kind" in answer.text
    assert "typed = 1" in answer.text


def test_check_is_kept_apart_from_what_counts(server: Server) -> None:
    visitor = server.visitor()
    where = visitor.receipt(kind="check")
    record(server.stage, examples.passed())

    assert "A check of a few shown cases" in visitor.text(where)
    assert "Nothing was handed in yet" in visitor.text(f"{PAGE}/history")
    assert "nothing of it counts" not in visitor.text(PAGE)


def test_submission_of_somebody_else_does_not_exist(server: Server) -> None:
    where = server.visitor().receipt()
    other = server.visitor()

    for path in (where, f"{where}/events", f"{where}/changes", f"{where}/files/solution.py"):
        assert other.get(path).status_code == 404
    assert server.visitor(Role.AUTHOR).get(where).status_code == 404
    assert server.visitor(Role.ASSISTANT).get(where).status_code == 200


def test_practice_shows_what_is_due_and_what_comes_next(server: Server) -> None:
    visitor = server.visitor()
    assert "Start with" in visitor.text("/practice")
    visitor.receipt()
    record(server.stage, examples.mixed())

    page = visitor.text("/practice")

    assert "Begun, not solved yet" in page
    assert "The same ideas elsewhere" in page


@pytest.mark.parametrize("path", ["/questions/nothing", "/submissions/nothing", "/nothing"])
def test_what_is_not_there_is_told_with_a_page(server: Server, path: str) -> None:
    answer = server.visitor().get(path)

    assert answer.status_code == 404
    assert "There is no such" in answer.text
    assert "To the questions" in answer.text
