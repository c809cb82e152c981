"""The API as programs use it: hand in once, follow, read; data and never pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import httpx
import pytest
from calling import API, SUBMIT, caller, caller_of, encoded, problem
from visitor import SOURCE, Server, record

from grader.core.handed_in import digest_of_hand_in
from grader.report import to_json_text
from grader.service import queue
from grader.service.access import Role
from grader.service.rates import PER_MINUTE
from grader.service.submissions import MOST_BYTES
from tests.report import examples
from tests.service.stage import QUESTION


def rows(server: Server) -> int:
    (count,) = server.stage.rows("SELECT count(*) FROM submission")[0]
    return int(count)


def test_token_says_whose_it_is(server: Server) -> None:
    found = caller(server, Role.ASSISTANT, ("submit",), name="Ada")

    assert found.read("/me") == {
        "pseudonym": found.person.pseudonym,
        "name": "Ada",
        "role": "assistant",
        "scopes": ["submit"],
    }


def test_questions_are_listed_with_where_one_stands(server: Server) -> None:
    student = caller(server)
    student.receipt()
    record(server.stage, examples.passed())

    found = {each["id"]: each for each in student.read("/questions")["questions"]}

    assert set(found) == set(server.stage.catalogue.questions)
    assert found[QUESTION]["standing"] == "solved"
    assert found[QUESTION]["points"] == "5"
    assert found["max_pool_plane"]["standing"] == "to learn"


def test_question_is_given_without_what_students_may_not_see(server: Server) -> None:
    question = server.stage.catalogue.questions[QUESTION]
    code = question.code_parts[0].code
    assert code is not None

    answer = caller(server).get(f"/questions/{QUESTION}")

    found = answer.json()
    assert found["statement"] == question.statement
    assert "def backward" in found["starter"]
    for known in (*code.right, *code.wrong):
        assert known.source.strip() not in answer.text
        assert known.source.strip().splitlines()[-1].strip() not in found["starter"]
    assert question.solution.strip()[:60] not in answer.text


def test_hand_in_gives_a_receipt_that_holds(server: Server) -> None:
    student = caller(server)

    answer = student.submit()

    found = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == found["links"]["submission"]
    assert found["is_new"] is True
    assert found["received_at"].endswith("Z")
    files = {"solution.py": SOURCE.encode()}
    assert found["content_sha256"] == digest_of_hand_in(QUESTION, "submit", "", files)
    assert server.stage.told.numbers == [1]
    assert server.stage.rows("SELECT receipt FROM submission") == [(found["id"],)]


def test_what_is_sent_again_is_the_first_receipt_again(server: Server) -> None:
    student = caller(server)
    first = student.submit().json()

    again = student.submit()

    assert again.status_code == 200
    assert again.json() == {**first, "is_new": False}
    assert rows(server) == 1


def test_key_of_ones_own_makes_the_same_content_another_hand_in(server: Server) -> None:
    student = caller(server)

    answers = [student.submit(key=key).status_code for key in ("a", "b", "a")]

    assert answers == [201, 201, 200]
    assert rows(server) == 2


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("x = 2\n", {}, id="other-content"),
        pytest.param(SOURCE, {"kind": "check"}, id="other-kind"),
    ],
)
def test_key_of_something_else_is_a_conflict(server: Server, text: str, fields: object) -> None:
    student = caller(server)
    student.submit(key="k")

    answer = student.submit(text, key="k", **fields)  # type: ignore[arg-type]  # a dict of fields

    assert problem(answer, 409)["detail"] == "this key was used for something else"
    assert rows(server) == 1


def test_keys_of_two_persons_have_nothing_to_do_with_each_other(server: Server) -> None:
    answers = [caller(server).submit(text, key="k") for text in ("x = 1\n", "x = 2\n")]

    assert [answer.status_code for answer in answers] == [201, 201]


def test_same_sent_at_the_same_time_is_one_hand_in(server: Server) -> None:
    student = caller(server)
    student.read("/me")
    start = threading.Barrier(8)

    def send(_: int) -> httpx.Response:
        start.wait()
        return student.submit()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))

    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert rows(server) == 1


@pytest.mark.parametrize("key", ["end-" + "0" * 64, "form-" + "0" * 64, "api-content-x"])
def test_key_cannot_be_one_that_the_server_makes(server: Server, key: str) -> None:
    caller(server).submit(key=key)

    ((stored,),) = server.stage.rows("SELECT idempotency_key FROM submission")
    assert stored == f"api-key-{key}"


@pytest.mark.parametrize("key", ["", "ä", "a b", "x" * 201])
def test_key_that_is_none_is_refused(server: Server, key: str) -> None:
    headers = {"Idempotency-Key": key.encode()}

    answer = caller(server).call(
        "POST", SUBMIT, json={"files": [encoded(b"x = 1")]}, headers=headers
    )

    problem(answer, 422)
    assert rows(server) == 0


# -- sizes and shapes ----------------------------------------------------------------------


def test_largest_hand_in_is_taken_as_base64(server: Server) -> None:
    body = {"files": [encoded(b"#" * MOST_BYTES)]}

    assert caller(server).call("POST", SUBMIT, json=body).status_code == 201


@pytest.mark.parametrize("size", [MOST_BYTES + 1, MOST_BYTES + (64 << 10), 3 << 20])
def test_larger_hand_in_is_refused(server: Server, size: int) -> None:
    body = {"files": [encoded(b"#" * size)]}

    answer = caller(server).call("POST", SUBMIT, json=body)

    assert "larger than 256 KiB" in problem(answer, 413)["detail"]
    assert rows(server) == 0


def test_size_is_counted_while_it_comes_in(server: Server) -> None:
    def body() -> Iterator[bytes]:
        yield b'{"files": [{"name": "a.py", "text": "'
        for _ in range(600):
            yield b"#" * 1024

    headers = {"Content-Type": "application/json"}
    answer = caller(server).call("POST", SUBMIT, content=body(), headers=headers)

    problem(answer, 413)


def test_body_of_a_stranger_is_not_read(server: Server) -> None:
    nobody = caller(server, scopes=())

    for content in (b"{", b"#" * (3 << 20)):
        answer = nobody.call("POST", SUBMIT, content=content)
        assert problem(answer, 401)["detail"] == "no token was sent"


FILE = {"name": "a.py", "text": "x = 1"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("", "Invalid JSON", id="empty"),
        pytest.param("{", "Invalid JSON", id="half"),
        pytest.param("[]", "body", id="list"),
        pytest.param('{"files": [{"name": "a.py", "text": "\\ud800"}]}', "Invalid JSON", id="lone"),
        pytest.param({}, "body.files: Field required", id="nothing"),
        pytest.param({"files": []}, "at least 1 item", id="no-files"),
        pytest.param({"files": [FILE] * 21}, "at most 20 items", id="many-files"),
        pytest.param({"files": [FILE], "more": 1}, "body.more", id="unknown-key"),
        pytest.param({"files": [FILE], "kind": "regrade"}, "body.kind", id="kind"),
        pytest.param({"files": [FILE], "kind": None}, "body.kind", id="no-kind"),
        pytest.param({"files": [FILE, FILE]}, "two of the files have one name", id="one-name"),
        pytest.param({"files": [{"name": "a.py"}]}, "body.files.0", id="no-content"),
        pytest.param({"files": [{**FILE, "base64": "eA=="}]}, "body.files.0", id="both"),
        pytest.param({"files": [{"name": "a.py", "text": 3}]}, "body.files.0", id="number"),
        pytest.param({"files": [{"name": "a.py", "text": " \n"}]}, "the file is empty", id="blank"),
        pytest.param({"files": [{"name": "a.txt", "text": "x"}]}, "another kind", id="suffix"),
        *(
            pytest.param({"files": [{"name": name, "text": "x"}]}, "body.files.0", id=f"name-{at}")
            for at, name in enumerate(
                ["", "../a.py", "a/b.py", "a\\b.py", ".py", "a\n.py", "ä.py", "\x00.py", "x" * 200]
            )
        ),
        *(
            pytest.param({"files": [{"name": "a.py", "base64": text}]}, "body.files", id=f"b64-{at}")
            for at, text in enumerate(["x", "eA=", "e A==", "eA==\n", "eA==eA==", "ä", "-_-_"])
        ),
    ],
)  # fmt: skip
def test_body_that_cannot_be_used_is_refused(server: Server, body: object, said: str) -> None:
    student = caller(server)
    headers = {"Content-Type": "application/json"}
    sent = {"content": body, "headers": headers} if isinstance(body, str) else {"json": body}

    answer = student.call("POST", SUBMIT, **sent)

    assert said in problem(answer, 422)["detail"]
    assert rows(server) == 0


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_body_that_is_not_json_is_refused(server: Server, kind: str) -> None:
    headers = {"Content-Type": kind}

    answer = caller(server).call("POST", SUBMIT, content=b"{}", headers=headers)

    problem(answer, 415)


def test_too_many_hand_ins_wait(server: Server) -> None:
    student = caller(server)
    for number in range(PER_MINUTE):
        student.receipt(f"x = {number}\n")

    answer = student.submit("one = 'more'\n")

    assert problem(answer, 429)["hint"] == "try again in 10 s"
    assert answer.headers["retry-after"] == "10"
    assert student.submit("x = 0\n").status_code == 200
    server.stage.clock.pass_by(seconds=10)
    assert student.submit("one = 'more'\n").status_code == 201


# -- following and reading -----------------------------------------------------------------


def test_submission_says_how_it_stands(server: Server) -> None:
    student = caller(server)
    receipt = student.receipt()
    waiting = student.read(f"/submissions/{receipt}")
    reason = problem(student.get(f"/submissions/{receipt}/report"), 404)["detail"]

    record(server.stage, examples.two_parts())

    done = student.read(f"/submissions/{receipt}")
    assert (waiting["state"], waiting["status"], waiting["score"]) == ("queued", "queued", None)
    assert reason == "it is not graded yet"
    assert (done["state"], done["status"]) == ("done", "graded")
    assert (done["score"], done["score_number"]) == ("5/2", 2.5)
    assert (done["max_score"], done["person"]) == ("9/2", student.person.pseudonym)


def test_report_is_the_one_of_the_page(server: Server) -> None:
    student = caller(server)
    receipt = student.receipt()
    record(server.stage, examples.mixed())

    answer = student.get(f"/submissions/{receipt}/report")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert found["schema"] == "grader/report/v1"
    assert [group["shown"] for group in found["parts"][0]["groups"]] == [True, True, True]
    assert '"replay": "case' not in answer.text
    assert answer.text != to_json_text(examples.mixed())


def test_our_own_fault_has_no_report_and_no_score(server: Server) -> None:
    student = caller(server)
    receipt = student.receipt()
    held = server.stage.claim()
    assert held is not None
    record_fault(server, held)

    found = student.read(f"/submissions/{receipt}")

    assert (found["status"], found["score"]) == ("infrastructure_error", None)
    answer = student.get(f"/submissions/{receipt}/report")
    assert "something of ours failed" in problem(answer, 404)["detail"]


def record_fault(server: Server, held: queue.Claim) -> None:
    fault = queue.Finished(
        status="infrastructure_error", score=None, max_score=Fraction(0), report=b"", started_ms=0
    )
    with server.stage.database.writing() as connection:
        assert queue.finish(connection, held, fault, 0)


def test_file_comes_back_byte_for_byte(server: Server) -> None:
    student = caller(server)
    content = bytes(range(256))
    body = {"files": [encoded(content, "a b.zip"), {"name": "b.py", "text": "x = 'ä'\r\n"}]}
    receipt = student.call("POST", SUBMIT, json=body).json()["id"]

    found = [student.get(f"/submissions/{receipt}/files/{name}") for name in ("a b.zip", "b.py")]

    assert [answer.content for answer in found] == [content, "x = 'ä'\r\n".encode()]
    assert found[0].headers["content-disposition"] == 'attachment; filename="a b.zip"'
    assert found[0].headers["content-type"] == "application/octet-stream"
    problem(student.get(f"/submissions/{receipt}/files/c.py"), 404)


def test_list_has_ones_own_newest_first_page_by_page(server: Server) -> None:
    student = caller(server)
    caller(server).receipt("x = 'of somebody else'\n")
    made = [student.receipt(f"x = {number}\n") for number in range(5)]

    pages, before = [], None
    while True:
        options = {"limit": 2} | ({} if before is None else {"before": before})
        found = student.read("/submissions", params=options)
        pages.append([each["receipt"] for each in found["submissions"]])
        before = found["next"]
        if before is None:
            break

    assert pages == [made[:2:-1], made[2:0:-1], made[:1]]


def test_list_is_narrowed(server: Server) -> None:
    student = caller(server)
    submitted, checked = student.receipt(), student.receipt(kind="check")

    def listed(**options: str) -> list[str]:
        found = student.read("/submissions", params=options)
        return [each["receipt"] for each in found["submissions"]]

    assert listed(kind="check") == [checked]
    assert listed(question=QUESTION) == [checked, submitted]
    assert listed(question="relu") == []
    assert listed(exam="") == [checked, submitted]
    assert listed(exam="x") == []
    assert listed(person=student.person.pseudonym) == [checked, submitted]


def test_staff_read_what_others_handed_in(server: Server) -> None:
    student = caller(server)
    receipt = student.receipt()
    reader = caller(server, Role.ASSISTANT, ("read",))

    everybody = reader.read("/submissions", params={"person": "everybody"})
    of_one = reader.read("/submissions", params={"person": student.person.pseudonym})

    assert everybody == of_one
    assert [each["person"] for each in everybody["submissions"]] == [student.person.pseudonym]
    assert reader.read("/submissions")["submissions"] == []
    assert reader.read(f"/submissions/{receipt}")["receipt"] == receipt
    assert reader.get(f"/submissions/{receipt}/files/solution.py").text == SOURCE
    problem(reader.get("/submissions", params={"person": "p0"}), 404)


def test_students_see_nothing_of_each_other(server: Server) -> None:
    ada, emil = caller(server), caller(server)
    receipt = ada.receipt()
    record(server.stage, examples.mixed())

    for path in ("", "/report", "/files/solution.py"):
        found = problem(emil.get(f"/submissions/{receipt}{path}"), 404)
        assert found["detail"] == "there is no such submission"
    for person in ("everybody", ada.person.pseudonym, "p0"):
        problem(emil.get("/submissions", params={"person": person}), 403)


# -- regrades ------------------------------------------------------------------------------


def test_regrade_is_previewed_then_applied(server: Server) -> None:
    student = caller(server, name="Ada")
    receipt = student.receipt()
    record(server.stage, examples.passed())
    staff = caller(server, Role.INSTRUCTOR)

    begun = staff.post("/regrades", json={"question": QUESTION, "reason": "ties"})
    where = begun.json()["run"]
    early = staff.post(f"/regrades/{where}/apply", json={})
    record(server.stage, examples.mixed())
    preview = staff.read(f"/regrades/{where}")
    unconfirmed = staff.post(f"/regrades/{where}/apply", json={})
    before = student.read(f"/submissions/{receipt}")["score"]
    applied = staff.post(f"/regrades/{where}/apply", json={"confirm_losses": True})

    assert begun.status_code == 201
    assert begun.headers["location"] == f"{API}/regrades/{where}"
    assert problem(early, 409)["detail"] == "1 submissions are not regraded yet"
    (change,) = preview["changes"]
    assert (change["before"], change["after"], change["is_loss"]) == ("5", "3", True)
    assert (change["name"], change["groups"]) == ("Ada", ["code/overlapping"])
    assert problem(unconfirmed, 409)["hint"] == "confirm it"
    assert before == "5"
    assert applied.json()["state"] == "applied"
    assert student.read(f"/submissions/{receipt}")["score"] == "3"
    assert [each["state"] for each in staff.read("/regrades")["regrades"]] == ["applied"]


def test_applying_a_regrade_makes_a_backup_first(server: Server) -> None:
    boss = caller(server, Role.INSTRUCTOR)
    caller(server).receipt()
    record(server.stage, examples.mixed())
    run = boss.post("/regrades", json={"question": QUESTION, "reason": "a case was wrong"}).json()
    folder = server.stage.database.path.parent / "backups"
    applied = f"/regrades/{run['run']}/apply"
    assert boss.post(applied, json={"confirm_losses": True}).status_code == 409  # one still waits
    assert not folder.exists() or not list(folder.iterdir())
    record(server.stage, examples.passed())

    assert boss.post(applied, json={"confirm_losses": True}).status_code == 200

    assert len(list(folder.glob("*regrade*.sqlite"))) == 1


def test_class_is_told_to_staff_as_its_page_shows_it(server: Server) -> None:
    ada, emil = caller(server, name="Ada"), caller(server, name="Emil <b>")
    receipt = ada.receipt()
    record(server.stage, examples.mixed())
    staff = caller(server, Role.ASSISTANT)

    told = staff.read("/class")

    score = examples.mixed().score
    assert [student["name"] for student in told["students"]] == ["Ada", "Emil <b>"]
    (cell,) = told["students"][0]["cells"]
    assert (cell["question"], cell["score"], cell["receipt"]) == (QUESTION, str(score), receipt)
    (other,) = told["students"][1]["cells"]
    assert (other["score"], other["standing"], other["receipt"]) == (None, "missing", None)
    problem(emil.get("/class"), 403)
    problem(staff.get("/class?exam=nothing"), 404)


def test_regrade_is_discarded_once(server: Server) -> None:
    staff = caller(server, Role.INSTRUCTOR)
    run = staff.post("/regrades", json={"question": QUESTION, "reason": "ties"}).json()["run"]
    second = staff.post("/regrades", json={"question": QUESTION, "reason": "again"})

    answers = [staff.post(f"/regrades/{run}/discard") for _ in range(2)]

    assert "is in preview" in problem(second, 409)["detail"]
    assert answers[0].json()["state"] == "discarded"
    problem(answers[1], 409)
    problem(staff.post("/regrades/999/discard"), 404)
    problem(staff.post("/regrades", json={"question": "none", "reason": "x"}), 404)


def test_program_of_staff_sees_what_students_see(server: Server) -> None:
    student = caller(server)
    receipt = student.receipt()
    record(server.stage, examples.mixed())
    staff = caller_of(server, server.stage.person(Role.INSTRUCTOR), ("submit", "read", "grade"))

    assert (
        staff.get(f"/submissions/{receipt}/report").text
        == student.get(f"/submissions/{receipt}/report").text
    )
