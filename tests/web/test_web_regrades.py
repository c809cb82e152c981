"""Regrades on pages: begun once, looked at, applied once and after a backup, or discarded."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from class_scene import own_course, work
from test_web_hostile import assert_harmless
from visitor import Server, Visitor, record, words

from grader.service.access import Person, Role
from grader.service.database import Database
from tests.report import examples
from tests.service.stage import QUESTION

NEW_VERSION = "sha256:" + "f" * 64


@pytest.fixture
def boss(server: Server) -> Visitor:
    own_course(server)
    return server.visitor(Role.INSTRUCTOR, "Boss <i>")


def begin(server: Server, boss: Visitor) -> str:
    """Begin a regrade over one submission of Ada; gives its page."""
    ada = server.stage.person(name="<script>Ada")
    work(server, ada, examples.mixed())
    answer = boss.post("/class/regrades", question=QUESTION, reason="ties <b> were wrong")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def regraded(server: Server, score: int) -> None:
    """Have the regrade of what waits come to a score."""
    report = replace(examples.passed(), question_version=NEW_VERSION, question_id=QUESTION)
    part = report.parts[0]
    record(server.stage, replace(report, score=Fraction(score), parts=(part,)))


def published(server: Server) -> list[tuple[int]]:
    return server.stage.rows("SELECT published_run FROM submission")


def decide(boss: Visitor, page: str, deed: str, **fields: str) -> int:
    return boss.post(page, deed=deed, **fields).status_code


def test_form_says_how_many_would_be_graded(server: Server, boss: Visitor) -> None:
    begin(server, boss)
    regraded(server, 5)

    assert "(1 submission)" in words(boss.text(f"/class/regrades?question={QUESTION}"))


def test_progress_is_shown_while_it_runs_and_nothing_can_be_applied(
    server: Server, boss: Visitor
) -> None:
    page = begin(server, boss)

    shown = boss.text(page)

    assert "0 of 1 are graded" in words(shown)
    assert 'value="apply"' not in shown
    assert decide(boss, page, "apply") == 409
    assert published(server) == [(1,)]
    assert server.stage.told.wakes > 0


def test_who_gains_is_shown_with_the_groups_and_versions(server: Server, boss: Visitor) -> None:
    page = begin(server, boss)
    regraded(server, 5)

    shown = boss.text(page)

    assert_harmless(shown)
    said = words(shown)
    assert "1 gains points, 0 lose some" in said
    assert "+2" in said
    assert f"{examples.mixed().question_version[:19]} → {NEW_VERSION[:19]}" in said
    assert "<script>Ada" in said
    assert any(f"code/{group}" in said for group in ("overlapping", "ties"))


def test_gain_is_applied_once_and_after_a_backup(server: Server, boss: Visitor) -> None:
    page = begin(server, boss)
    regraded(server, 5)

    first, second = decide(boss, page, "apply"), decide(boss, page, "apply")

    assert (first, second) == (303, 409)
    assert published(server) == [(2,)]
    (backup,) = (server.stage.database.path.parent / "backups").iterdir()
    copy = Database.open(backup)
    with copy.reading() as connection:
        assert connection.exec_driver_sql("SELECT published_run FROM submission").scalar() == 1
    copy.close()
    assert "applied" in words(boss.text(page))
    assert "+2" in words(boss.text(page))  # stays readable


def test_loss_needs_its_own_confirmation(server: Server, boss: Visitor) -> None:
    page = begin(server, boss)
    regraded(server, 1)
    assert "1 student loses points, and that is right" in words(boss.text(page))

    unconfirmed = boss.post(page, deed="apply")

    assert unconfirmed.status_code == 409
    assert "1 students would lose points" in words(unconfirmed.text)
    assert published(server) == [(1,)]
    assert decide(boss, page, "apply", losses="yes") == 303
    assert published(server) == [(2,)]


def test_discarded_regrade_changes_nothing_and_stays_readable(
    server: Server, boss: Visitor
) -> None:
    page = begin(server, boss)
    regraded(server, 1)

    assert decide(boss, page, "discard") == 303

    assert decide(boss, page, "apply", losses="yes") == 409
    assert published(server) == [(1,)]
    assert "discarded" in words(boss.text(page))
    assert "-2" in words(boss.text(page))


def test_two_regrades_of_one_question_at_once_are_refused(server: Server, boss: Visitor) -> None:
    begin(server, boss)

    again = boss.post("/class/regrades", question=QUESTION, reason="again")

    assert again.status_code == 409
    assert "is in preview; apply or discard it first" in words(again.text)


def test_student_sees_nothing_of_a_preview(server: Server, boss: Visitor) -> None:
    ada: Visitor = server.visitor(name="Ada")
    where = ada.receipt()
    record(server.stage, replace(examples.mixed(), question_id=QUESTION))
    before = words(ada.text(where))
    boss.post("/class/regrades", question=QUESTION, reason="why")
    assert words(ada.text(where)) == before

    regraded(server, 5)

    assert words(ada.text(where)) == before


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"question": "nothing", "reason": "why"}, 404, id="question"),
        pytest.param({"question": QUESTION, "reason": " "}, 422, id="no-reason"),
        pytest.param({"question": QUESTION, "reason": "x" * 501}, 422, id="long-reason"),
    ],
)
def test_regrade_without_question_or_reason_is_refused(
    server: Server, boss: Visitor, fields: dict[str, str], status: int
) -> None:
    assert boss.post("/class/regrades", **fields).status_code == status
    assert server.stage.rows("SELECT count(*) FROM grading_run") == [(1,)]


@pytest.mark.parametrize("run", ["1", "7", "x", "9" * 40])
def test_regrade_that_is_none_is_not_found(boss: Visitor, run: str) -> None:
    assert boss.get(f"/class/regrades/{run}").status_code in (404, 422)


def test_our_fault_in_a_regrade_is_told_and_no_zero(server: Server, boss: Visitor) -> None:
    page = begin(server, boss)
    record(server.stage, replace(examples.error(), question_id=QUESTION))

    said = words(boss.text(page))

    assert "our fault" in said
    assert decide(boss, page, "apply") == 409  # it would take points away


def test_every_deed_is_in_the_audit_page(server: Server, boss: Visitor) -> None:
    page = begin(server, boss)
    regraded(server, 5)
    decide(boss, page, "apply")

    shown = boss.text("/class/audit?check=true")

    assert_harmless(shown)
    said = words(shown)
    assert "The chain holds" in said
    for deed in ("start regrade", "apply regrade", "add person", "submit"):
        assert deed in said
    only = words(boss.text("/class/audit?action=apply+regrade"))
    assert '"changed": 1' in only
    assert '"sha256"' not in only


def test_audit_page_tells_of_a_row_that_was_changed(server: Server, boss: Visitor) -> None:
    for _ in range(3):
        server.stage.person()
    with server.stage.database.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_refuses_update")
        connection.exec_driver_sql("UPDATE audit SET actor = 'x' WHERE id = 2")

    assert "The chain breaks at row 2" in words(boss.text("/class/audit?check=true"))


def test_audit_is_paged_newest_first(server: Server, boss: Visitor) -> None:
    people: list[Person] = [server.stage.person() for _ in range(105)]

    first = boss.text("/class/audit?action=add+person")
    older = boss.text("/class/audit?action=add+person&below=7")

    def has(page: str, who: Person) -> bool:
        return f'<td class="about">{who.pseudonym}' in page

    assert has(first, people[-1])
    assert not has(first, people[0])
    assert "below=" in first
    assert has(older, people[0])
    assert "below=" not in older
