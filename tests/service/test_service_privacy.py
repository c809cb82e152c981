"""One person's data: all of it as a file, or gone, while figures and audit stay whole."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from fractions import Fraction

import pytest
from stage import QUESTION, SOURCE, Stage

from grader.service import audit, members, people, privacy, regrades
from grader.service.access import Person, Role
from grader.service.drafts import save_draft
from grader.service.overrides import Place, set_score
from grader.service.question_facts import facts_of
from grader.service.results import find_entry, report_of
from grader.service.submissions import Refused, hand_in
from tests.report import examples
from tests.service.test_service_showing import graded

SECRET = "Ada Lovelace"


@pytest.fixture
def boss(stage: Stage) -> Person:
    return stage.person(Role.INSTRUCTOR, "Boss")


@pytest.fixture
def ada(stage: Stage, boss: Person) -> Person:
    """A student with a name, an e-mail, a result, a draft, a token and a score set by hand."""
    new = people.NewPerson(name=SECRET, email="ada@example.org", external_id="ada-77")
    now_ms = stage.clock.now_ms()
    with stage.database.writing() as connection:
        found = people.add_person(connection, new, now_ms)
    graded(stage, found, examples.mixed())
    with stage.database.writing() as connection:
        save_draft(connection, found, QUESTION, "", "my_draft = 1", now_ms)
        people.make_api_token(connection, found, f"laptop of {SECRET}", ("submit",), now_ms)
        place = Place(who=found, question=QUESTION)
        set_score(connection, place, Fraction(1), f"{SECRET} was ill", now_ms, boss)
    return found


def remove(stage: Stage, who: Person, boss: Person) -> None:
    with stage.database.writing() as connection:
        privacy.remove_person(connection, who, stage.clock.now_ms(), boss)


def everything(stage: Stage) -> str:
    """Give every cell of every table as one text."""
    tables = [name for (name,) in stage.rows("SELECT name FROM sqlite_master WHERE type='table'")]
    return "\n".join(repr(row) for name in tables for row in stage.rows(f'SELECT * FROM "{name}"'))


def test_nothing_of_who_was_removed_is_in_any_table(
    stage: Stage, ada: Person, boss: Person
) -> None:
    before = everything(stage)
    remove(stage, ada, boss)

    after = everything(stage)

    for secret in (SECRET, "ada@example.org", "ada-77", "my_draft", "0 * x"):
        assert secret in before
        assert secret not in after, secret


def test_scores_and_the_audit_stay(stage: Stage, ada: Person, boss: Person) -> None:
    with stage.database.reading() as connection:
        before = facts_of(connection, QUESTION)
    rows = stage.rows("SELECT id, sha256 FROM audit ORDER BY id")
    remove(stage, ada, boss)

    with stage.database.reading() as connection:
        after = facts_of(connection, QUESTION)
        assert audit.find_broken_link(connection) is None
    assert (after.tried, after.facility, after.groups) == (
        before.tried, before.facility, before.groups,
    )  # fmt: skip
    assert stage.rows("SELECT id, sha256 FROM audit ORDER BY id")[: len(rows)] == rows
    assert stage.rows("SELECT action, object FROM audit ORDER BY id DESC LIMIT 1") == [
        ("remove person", ada.pseudonym)
    ]


def test_file_that_others_handed_in_too_stays_theirs(
    stage: Stage, ada: Person, boss: Person
) -> None:
    emil = stage.person()
    receipt = stage.hand_in(emil)
    remove(stage, ada, boss)

    with stage.database.reading() as connection:
        assert privacy.files_of(connection, receipt.submission) == {"solution.py": SOURCE}


def test_removed_person_signs_in_no_more_and_their_report_is_gone(
    stage: Stage, ada: Person, boss: Person
) -> None:
    now_ms = stage.clock.now_ms()
    with stage.database.writing() as connection:
        link = people.make_link(connection, ada.id, now_ms)
        session = people.use_link(connection, people.make_link(connection, ada.id, now_ms), now_ms)
    ((receipt,),) = stage.rows("SELECT receipt FROM submission")
    remove(stage, ada, boss)

    with stage.database.writing() as connection:
        assert people.use_link(connection, link, now_ms) is None
        assert people.whose(connection, session or "", "session", now_ms) is None
        assert members.find_member(connection, ada.pseudonym, now_ms) is None
        entry = find_entry(connection, receipt, boss)
        assert entry is not None
        assert entry.score == examples.mixed().score
        assert entry.person_name == privacy.REMOVED
        assert report_of(connection, entry, boss) is None


def test_address_is_free_again(stage: Stage, ada: Person, boss: Person) -> None:
    remove(stage, ada, boss)

    with stage.database.writing() as connection:
        new = people.NewPerson(name="Other", email="ada@example.org", external_id="ada-77")
        people.add_person(connection, new, 1)


def test_who_was_removed_is_not_regraded(stage: Stage, ada: Person, boss: Person) -> None:
    remove(stage, ada, boss)

    with stage.database.writing() as connection:
        _, count = regrades.start(connection, stage.desk, QUESTION, "reason", boss)

    assert count == 0


def test_regrade_that_runs_leaves_out_who_is_removed_meanwhile(
    stage: Stage, ada: Person, boss: Person
) -> None:
    with stage.database.writing() as connection:
        run, _ = regrades.start(connection, stage.desk, QUESTION, "reason", boss)
    remove(stage, ada, boss)
    held = stage.claim()
    assert held is not None
    stage.finish(held, 0)

    with stage.database.writing() as connection:
        assert regrades.apply(connection, run, boss, 1, confirm_losses=False) == 0

    assert stage.rows("SELECT published_run FROM submission") == [(1,)]


def test_last_instructor_cannot_be_removed(stage: Stage, boss: Person) -> None:
    with stage.database.writing() as connection, pytest.raises(Refused, match="last instructor"):
        privacy.remove_person(connection, boss, 1, boss)


def test_export_holds_all_of_one_person_and_nothing_of_others(
    stage: Stage, ada: Person, boss: Person
) -> None:
    emil = stage.person(name="Emil Other")
    stage.hand_in(emil, stage.given(b"emils = 1\n"))
    with stage.database.writing() as connection:
        content = privacy.export_person(connection, ada, stage.clock.now_ms(), boss)

    archive = zipfile.ZipFile(io.BytesIO(content))
    about = json.loads(archive.read("about.json"))
    assert about["person"]["name"] == SECRET
    assert about["draft"][0]["content"] == "my_draft = 1"
    assert about["result"][0]["score"] == str(examples.mixed().score)
    assert about["score_override"][0]["reason"] == f"{SECRET} was ill"
    assert {row["action"] for row in about["audit"]} >= {"add person", "submit", "set score"}
    files = [name for name in archive.namelist() if name != "about.json"]
    assert [archive.read(name) for name in files] == [SOURCE]
    everything_in = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "emils" not in everything_in
    assert "Emil" not in everything_in
    assert "hash" not in about["token"][0]


@pytest.mark.parametrize("name", ["../../etc/x.py", "a/b.py", "\u202e.py", "x" * 300 + ".py"])
def test_export_writes_no_hostile_path(stage: Stage, boss: Person, name: str) -> None:
    emil = stage.person()
    given = stage.given()
    with stage.database.writing() as connection:
        hand_in(connection, emil, replace(given, files={name: b"x = 1\n"}), 1)
        content = privacy.export_person(connection, emil, 1, boss)

    (found,) = (n for n in zipfile.ZipFile(io.BytesIO(content)).namelist() if n != "about.json")
    folder, receipt, file = found.split("/")
    assert folder == "submissions"
    assert file.isascii()
    assert len(file) < 100
    assert ".." not in (receipt, file)
