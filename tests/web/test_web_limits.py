"""How much and how often: counted while it comes in, refused with a sentence, nothing half stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from visitor import HOST, SOURCE, Server

from grader.service.rates import PER_MINUTE
from tests.service.stage import QUESTION

PATH = f"/questions/{QUESTION}/submissions"
BOUNDARY = "x7x"


def test_solution_of_the_largest_size_is_taken(server: Server) -> None:
    assert server.visitor().hand_in("#" * (256 << 10)).status_code == 303


@pytest.mark.parametrize("size", [(256 << 10) + 1, 300 << 10, 3 << 20])
def test_larger_solution_is_refused_with_a_sentence(server: Server, size: int) -> None:
    answer = server.visitor().hand_in("#" * size)

    assert answer.status_code == 413
    assert "larger than 256 KiB" in answer.text
    assert server.stage.rows("SELECT count(*) FROM submission") == [(0,)]


def test_size_is_counted_whatever_was_announced(server: Server) -> None:
    visitor = server.visitor()

    def body() -> Iterator[bytes]:
        yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="code"\r\n\r\n'.encode()
        for _ in range(600):
            yield b"#" * 1024

    headers = {"Origin": HOST, "Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = visitor.client.post(PATH, content=body(), headers=headers)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("count", "status"),
    [
        pytest.param(20, 303, id="most"),
        pytest.param(21, 413, id="more"),
        pytest.param(65, 400, id="far-more"),
    ],
)
def test_number_of_files_is_limited(server: Server, count: int, status: int) -> None:
    files = [("files", (f"f{n}.py", b"x = 1\n", "text/plain")) for n in range(count)]

    assert server.visitor().hand_in(files=files).status_code == status


def test_two_files_of_one_name_are_refused(server: Server) -> None:
    files = [("files", ("a.py", b"x = 1\n", "text/plain"))] * 2

    answer = server.visitor().hand_in(files=files)

    assert answer.status_code == 422
    assert "two of the files have one name" in answer.text


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        pytest.param("submit", "", "nothing was handed in", id="empty"),
        pytest.param("submit", " \r\n ", "nothing was handed in", id="blank"),
        pytest.param("regrade", SOURCE, "did not say whether", id="other-kind"),
        pytest.param("", SOURCE, "did not say whether", id="no-kind"),
    ],
)
def test_what_cannot_be_used_is_refused(server: Server, kind: str, code: str, said: str) -> None:
    answer = server.visitor().hand_in(code, kind=kind)

    assert answer.status_code == 422
    assert said in answer.text
    assert server.stage.rows("SELECT count(*) FROM submission") == [(0,)]


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "multipart/form-data", "multipart/form-data; boundary=", "text/plain", ""],
)
def test_body_of_another_kind_is_refused(server: Server, content_type: str) -> None:
    visitor = server.visitor()
    headers = {"Origin": HOST, "Content-Type": content_type}

    answer = visitor.client.post(PATH, content=b"--\r\n\r\n{}", headers=headers)

    assert answer.status_code in (400, 403)


def test_too_many_hand_ins_wait_and_keep_what_was_typed(server: Server) -> None:
    visitor = server.visitor()
    for number in range(PER_MINUTE):
        visitor.receipt(f"x = {number}\n")

    answer = visitor.hand_in("the_last = 1\n")

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) == 10
    assert "try again in 10 s" in answer.text
    assert "the_last = 1" in answer.text
    assert server.stage.rows("SELECT count(*) FROM submission") == [(PER_MINUTE,)]
    server.stage.clock.pass_by(seconds=10)
    assert visitor.hand_in("the_last = 1\n").status_code == 303


def test_sending_again_what_has_a_receipt_is_never_too_often(server: Server) -> None:
    visitor = server.visitor()
    for number in range(PER_MINUTE):
        visitor.receipt(f"x = {number}\n", key="k")

    assert visitor.hand_in("x = 0\n", key="k").status_code == 303


def test_checks_do_not_use_up_hand_ins(server: Server) -> None:
    visitor = server.visitor()
    for number in range(PER_MINUTE):
        visitor.receipt(f"x = {number}\n", kind="check")

    assert visitor.hand_in("another = 0\n", kind="check").status_code == 429
    assert visitor.hand_in("x = 0\n").status_code == 303


def test_line_breaks_of_a_form_become_those_of_python(server: Server) -> None:
    server.visitor().receipt("a = 1\r\nb = 2\r\n")

    assert server.stage.rows("SELECT content FROM blob") == [(b"a = 1\nb = 2\n",)]
