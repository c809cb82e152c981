"""The roster's pages: looked at before it is written, links shown once, nobody lost by a slip."""

from __future__ import annotations

import csv
import html
import io
import re
import zipfile

import pytest
from class_scene import EXAM, HOSTILE_NAMES, announce, fill, own_course
from test_web_hostile import assert_harmless
from visitor import HOST, Server, Visitor, words

from grader.service import audit
from grader.service.access import Role
from tests.report import examples
from tests.service.stage import QUESTION

LIST = "name,email,id\nAda Test,ada@example.org,7\nEmil Test,emil@example.org,8\n"


@pytest.fixture
def boss(server: Server) -> Visitor:
    own_course(server)
    return server.visitor(Role.INSTRUCTOR, "Boss")


def names(server: Server) -> list[str]:
    return [name for (name,) in server.stage.rows("SELECT name FROM person ORDER BY id")]


def assert_chain_holds(server: Server) -> None:
    with server.stage.database.reading() as connection:
        assert audit.find_broken_link(connection) is None


def links_in(page: str) -> list[str]:
    return re.findall(r"<code>(http://testserver/sign-in/[\w-]+)</code>", page)


def test_list_is_looked_at_and_nothing_is_written(server: Server, boss: Visitor) -> None:
    page = boss.post("/class/people/preview", roster=LIST)

    assert page.status_code == 200
    assert "2 would be added" in words(page.text)
    assert "Add 2 and show their links" in words(page.text)
    assert names(server) == ["Boss"]


@pytest.mark.parametrize("path", ["/class/people/preview", "/class/people/import"])
def test_problems_are_told_by_line_and_nobody_is_added(
    server: Server, boss: Visitor, path: str
) -> None:
    page = boss.post(path, roster="name,email,role\nAda,ada@b,king\nBob,bob\nCid,c@d\n").text

    assert "roster:2: no role 'king'" in html.unescape(page)
    assert "roster:3: 'bob' is no e-mail address" in html.unescape(page)
    assert 'formaction="/class/people/import"' not in page
    assert names(server) == ["Boss"]


def test_each_new_person_gets_a_link_that_works_shown_once(server: Server, boss: Visitor) -> None:
    page = boss.post("/class/people/import", roster=LIST).text

    links = links_in(page)
    assert len(links) == 2
    assert links[0] not in boss.text("/class/people")
    answer = server.client().post(links[0].removeprefix(HOST))
    assert answer.status_code == 303
    assert names(server) == ["Boss", "Ada Test", "Emil Test"]
    assert_chain_holds(server)


def test_same_list_again_adds_nobody_and_makes_no_links(server: Server, boss: Visitor) -> None:
    boss.post("/class/people/import", roster=LIST)

    again = boss.post("/class/people/import", roster=LIST)

    assert again.status_code == 422
    assert "0 would be added, 2 already in the course" in words(again.text)
    assert links_in(again.text) == []
    assert len(names(server)) == 3


def test_links_as_csv_are_the_answer_itself(server: Server, boss: Visitor) -> None:
    formula = 'name,email\n"=HYPERLINK(""http://x"")",a@b\n'

    answer = boss.post("/class/people/import", roster=formula, **{"as": "csv"})

    assert answer.headers["content-disposition"] == 'attachment; filename="sign-in-links.csv"'
    assert answer.headers["cache-control"] == "no-store"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["name"] == '\'=HYPERLINK("http://x")'
    assert row["sign_in"].startswith("http://testserver/sign-in/")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(LIST.encode(), id="utf-8"),
        pytest.param(b"\xef\xbb\xbf" + LIST.replace(",", ";").encode(), id="bom-and-semicolons"),
        pytest.param(LIST.replace("Ada", "J\u00fcrgen").encode("cp1252"), id="windows"),
    ],
)
def test_list_can_be_a_file(server: Server, boss: Visitor, content: bytes) -> None:
    files = [("file", ("class.csv", content, "text/csv"))]

    page = boss.post("/class/people/preview", files=files, roster="").text

    assert "2 would be added" in words(page)
    assert "J\u00fcrgen" in page or "Ada Test" in page


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_list_stays_text(server: Server, boss: Visitor, name: str) -> None:
    row = io.StringIO()
    csv.writer(row).writerow([name, "a@b"])

    looked = boss.post("/class/people/preview", roster="name,email\n" + row.getvalue())
    added = boss.post("/class/people/import", roster="name,email\n" + row.getvalue())

    for answer in (looked, added):
        assert answer.status_code == 200
        assert_harmless(answer.text)
    assert names(server)[-1] == name


def test_one_person_is_added_or_refused_with_what_was_typed(server: Server, boss: Visitor) -> None:
    refused = boss.post("/class/people/one", name="Ada", email="ada", external_id="", role="author")
    added = boss.post("/class/people/one", name="Ada", email="a@b", external_id="", role="author")
    twice = boss.post("/class/people/one", name="Eva", email="a@b", external_id="", role="author")

    assert (refused.status_code, added.status_code, twice.status_code) == (422, 200, 422)
    assert 'value="ada"' in refused.text
    assert "has this e-mail or number already" in twice.text
    assert len(links_in(added.text)) == 1
    assert server.stage.rows("SELECT name, role FROM person")[1:] == [("Ada", "author")]


def test_new_links_for_who_never_came(server: Server, boss: Visitor) -> None:
    page = boss.post("/class/people/import", roster=LIST).text
    used, unused = links_in(page)
    server.client().post(used.removeprefix(HOST))

    again = links_in(boss.post("/class/people/links").text)

    assert len(again) == 1
    assert server.client().post(unused.removeprefix(HOST)).status_code == 403
    assert server.client().post(again[0].removeprefix(HOST)).status_code == 303


def test_link_names_the_public_address(server: Server) -> None:
    server.is_secure, server.public_host = True, "grader.example.org"
    boss = server.visitor(Role.INSTRUCTOR)
    headers = {"Origin": "https://grader.example.org"}
    sent = {"token": boss.token(), "roster": LIST, "as": "csv"}

    answer = boss.client.post("/class/people/import", data=sent, headers=headers)

    assert answer.text.count("https://grader.example.org/sign-in/") == 2


# -- one person ----------------------------------------------------------------------------


def deed(server: Server, boss: Visitor, what: str, **fields: str) -> tuple[str, int]:
    """Do something to a student; gives their page and the status."""
    student = server.stage.rows("SELECT pseudonym FROM person WHERE role = 'student'")[0][0]
    page = f"/class/people/{student}"
    return page, boss.post(f"{page}/{what}", **fields).status_code


def test_score_by_hand_is_on_the_pages_of_staff_and_student(server: Server, boss: Visitor) -> None:
    announce(server)  # a question of an exam that runs is no practice
    ada = server.visitor(name="Ada")
    ada.receipt()
    given = {"exam": "", "question": QUESTION, "reason": "seen <b>on paper</b>"}

    page, status = deed(server, boss, "scores", score="3,5", **given)

    assert status == 303
    for text in (boss.text(page), ada.text(f"/questions/{QUESTION}/history")):
        assert "3.5" in words(text)
        assert "seen <b>on paper</b>" in html.unescape(text)
        assert_harmless(text)
    _, status = deed(server, boss, "scores", deed="take-back", **given)
    assert status == 303
    assert "on paper" not in ada.text(f"/questions/{QUESTION}/history")
    assert_chain_holds(server)


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        pytest.param({"score": "6"}, 422, "more than the 5", id="too-much"),
        pytest.param({"score": "-1"}, 422, "no number of points", id="negative"),
        pytest.param({"score": "5", "reason": " "}, 422, "no reason", id="no-reason"),
        pytest.param({"score": "5", "question": "nothing"}, 404, "no such question", id="question"),
        pytest.param({"score": "5", "exam": "nothing"}, 404, "no such exam", id="exam"),
        pytest.param({"deed": "take-back"}, 409, "no score is set by hand", id="nothing-there"),
        pytest.param({"score": "11", "exam": EXAM.id}, 422, "more than the 10", id="of-the-sheet"),
    ],
)
def test_score_that_does_not_fit_is_refused(
    server: Server, boss: Visitor, fields: dict[str, str], status: int, said: str
) -> None:
    announce(server, EXAM)
    ada = server.stage.person()
    sent = {"exam": "", "question": QUESTION, "reason": "why", **fields}

    answer = boss.post(f"/class/people/{ada.pseudonym}/scores", **sent)

    assert answer.status_code == status
    assert said in words(answer.text)
    assert server.stage.rows("SELECT count(*) FROM score_override") == [(0,)]


GRANTED = {"time_percent": "150", "extra_days": "1", "extra_minutes": "5", "extra_attempts": "2"}


def test_what_is_granted_is_kept_shown_and_audited_once(server: Server, boss: Visitor) -> None:
    announce(server, EXAM)
    server.stage.person()

    for _ in range(2):  # a double click
        page, status = deed(server, boss, "accommodations", exam=EXAM.id, **GRANTED)

    assert status == 303
    assert server.stage.rows(
        "SELECT time_percent, extra_ms, extra_attempts FROM accommodation"
    ) == [(150, 86_700_000, 2)]
    assert "150 % of the time · closes 1 day later · closes 5 minutes later" in words(
        boss.text(page)
    )
    assert server.stage.rows("SELECT count(*) FROM audit WHERE action = 'accommodate'") == [(1,)]


@pytest.mark.parametrize(
    "changed",
    [
        {"time_percent": "99"}, {"time_percent": ""}, {"extra_days": "-1"}, {"extra_days": "1.5"},
        {"extra_minutes": "9" * 400}, {"extra_attempts": "٣"}, {"extra_attempts": "two"},
    ],
)  # fmt: skip
def test_grant_that_is_no_number_in_its_range_is_refused(
    server: Server, boss: Visitor, changed: dict[str, str]
) -> None:
    announce(server, EXAM)
    server.stage.person()

    _, status = deed(server, boss, "accommodations", exam=EXAM.id, **{**GRANTED, **changed})

    assert status == 422
    assert server.stage.rows("SELECT count(*) FROM accommodation") == [(0,)]


def test_role_sessions_and_link_of_one_person(server: Server, boss: Visitor) -> None:
    ada = server.visitor()
    assert deed(server, boss, "role", role="assistant")[1] == 303
    assert ada.get("/class").status_code == 200
    page = f"/class/people/{ada.person.pseudonym}"

    answer = boss.post(f"{page}/link")
    ended = boss.post(f"{page}/sessions")
    unknown = boss.post(f"{page}/role", role="king")

    assert (len(links_in(answer.text)), ended.status_code, unknown.status_code) == (1, 303, 422)
    assert ada.get("/class").status_code == 401
    assert server.client().post(links_in(answer.text)[0].removeprefix(HOST)).status_code == 403


def test_last_instructor_cannot_lock_the_course(server: Server, boss: Visitor) -> None:
    page = f"/class/people/{boss.person.pseudonym}"

    answers = [
        boss.post(f"{page}/role", role="student"),
        boss.post(f"{page}/removal", confirm="yes"),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert "last instructor" in answers[0].text
    assert boss.get("/class/people").status_code == 200


def test_removal_asks_first_and_then_leaves_a_pseudonym(server: Server, boss: Visitor) -> None:
    ada, *_ = fill(server, boss.person)
    page = f"/class/people/{ada.pseudonym}"
    asked = words(boss.text(f"{page}/removal"))

    unsure = boss.post(f"{page}/removal")
    assert (unsure.status_code, names(server)[1]) == (422, "Ada")
    sure = boss.post(f"{page}/removal", confirm="yes")

    assert "Remove Ada ?" in asked
    assert sure.headers["location"] == "/class/people"
    assert boss.get(page).status_code == 404
    assert "(removed)" in boss.text(f"/class/questions/{QUESTION}")
    for path in ("/class", "/class/people", "/class/audit"):
        assert ">Ada<" not in boss.text(path)
    assert_chain_holds(server)


def test_data_of_a_person_is_a_zip_and_is_audited(server: Server, boss: Visitor) -> None:
    ada, *_ = fill(server, boss.person)

    answer = boss.post(f"/class/people/{ada.pseudonym}/data")

    name = f'attachment; filename="{ada.pseudonym}.zip"'
    assert answer.headers["content-disposition"] == name
    assert "about.json" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert server.stage.rows("SELECT count(*) FROM audit WHERE action = 'export person'") == [(1,)]


def test_person_page_shows_each_attempt_and_which_counts(server: Server, boss: Visitor) -> None:
    ada, *_ = fill(server, boss.person)

    page = words(boss.text(f"/class/people/{ada.pseudonym}"))

    mixed = examples.mixed()
    assert f"{mixed.score} / {mixed.max_score}" in page
    assert page.count("counts") >= 2
    assert "Midterm <b>" in page
