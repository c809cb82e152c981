"""A class list is looked at before it is written; members get links, roles, and their leave."""

from __future__ import annotations

import pytest
from stage import Stage

from grader.core.errors import UsageError
from grader.service import audit, members, people, roster
from grader.service.access import Person, Role
from grader.service.submissions import Refused


@pytest.fixture
def boss(stage: Stage) -> Person:
    return stage.person(Role.INSTRUCTOR, "Boss")


def actions(stage: Stage) -> list[str]:
    return [action for (action,) in stage.rows("SELECT action FROM audit ORDER BY id")]


def assert_chain_holds(stage: Stage) -> None:
    with stage.database.reading() as connection:
        assert audit.find_broken_link(connection) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param("name,email\nAda,nobody\n", "roster:2: 'nobody' is no e-mail", id="email"),
        pytest.param("name,email\nAda,a b@c\n", "roster:2: 'a b@c' is no e-mail", id="blank"),
        pytest.param('name\n"A\nda"\n', "roster:3: a cell holds a line break", id="line-break"),
        pytest.param("name\nA\x00da\n", "roster:2:", id="nul"),
        pytest.param("name\n" + "x" * 201 + "\n", "roster:2: a name is empty or", id="long"),
        pytest.param(
            "name,email\nAda,a@b\nBob,A@B\n", "roster:3: 'A@B' is there twice, first on line 2",
            id="twice",
        ),
    ],
)  # fmt: skip
def test_preview_names_the_line_of_each_problem(stage: Stage, content: str, said: str) -> None:
    with stage.database.reading() as connection:
        found = roster.preview(connection, content)

    assert len(found.problems) == 1
    assert str(found.problems[0]).startswith(said)


def test_preview_names_every_problem_at_once_and_writes_nothing(stage: Stage) -> None:
    content = "name,email,role\nAda,a@b,king\n,x@y,\nBob,b@b,\n"

    with stage.database.reading() as connection:
        found = roster.preview(connection, content)

    assert [problem.where for problem in found.problems] == ["roster:2", "roster:3"]
    assert [row.new.name for row in found.added] == ["Bob"]
    assert stage.rows("SELECT count(*) FROM person") == [(0,)]


def test_preview_tells_who_is_known_and_who_only_has_the_name(stage: Stage, boss: Person) -> None:
    people_of_class = roster.read_roster("name,email,id\nAda,a@b.c,7\n")
    with stage.database.writing() as connection:
        roster.add_roster(connection, people_of_class, 1, boss)
        found = roster.preview(connection, "name,email,id\nX,A@B.C,\nY,,7\nAda,,\n")

    assert [row.known.name if row.known else "" for row in found.rows] == ["Ada", "Ada", ""]
    assert [row.namesake for row in found.rows] == [False, False, True]


@pytest.mark.parametrize("name", ["=1+1", "<b>", "\u202eRTL", "x" * 200, "Ada O'Neill"])
def test_names_are_kept_as_they_are(stage: Stage, boss: Person, name: str) -> None:
    new = roster.new_person({"name": name, "email": "", "external_id": "", "role": ""}, "")

    with stage.database.writing() as connection:
        (added,) = roster.add_roster(connection, [new], 1, boss)

    assert added.person.name == name


def test_new_link_makes_older_ones_void(stage: Stage, boss: Person) -> None:
    ada, now_ms = stage.person(), stage.clock.now_ms()
    with stage.database.writing() as connection:
        old = people.make_link(connection, ada.id, now_ms)
        new = members.new_link(connection, ada, now_ms, boss)

        assert people.use_link(connection, old, now_ms) is None
        assert people.use_link(connection, new, now_ms) is not None
    assert actions(stage)[-1] == "make link"
    assert_chain_holds(stage)


def test_new_links_are_for_those_who_never_came(stage: Stage, boss: Person) -> None:
    ada, emil = stage.person(), stage.person()
    now_ms = stage.clock.now_ms()
    with stage.database.writing() as connection:
        people.use_link(connection, people.make_link(connection, ada.id, now_ms), now_ms)
        made = members.new_links(connection, members.members(connection, now_ms), now_ms, boss)

    assert [member.person for member, _ in made] == [boss, emil]


def test_ending_sessions_ends_links_and_tokens_too(stage: Stage, boss: Person) -> None:
    ada, now_ms = stage.person(), stage.clock.now_ms()
    with stage.database.writing() as connection:
        session = people.use_link(connection, people.make_link(connection, ada.id, now_ms), now_ms)
        link = people.make_link(connection, ada.id, now_ms)
        token = people.make_api_token(connection, ada, "t", ("submit",), now_ms)
        assert session is not None

        assert members.end_sessions(connection, ada, now_ms, boss) == 3

        assert people.whose(connection, session, "session", now_ms) is None
        assert people.whose(connection, token, "api", now_ms) is None
        assert people.use_link(connection, link, now_ms) is None


def test_role_changes_at_once_and_is_audited_once(stage: Stage, boss: Person) -> None:
    ada, now_ms = stage.person(), stage.clock.now_ms()
    with stage.database.writing() as connection:
        members.change_role(connection, ada, Role.ASSISTANT, now_ms, boss)
        found = members.find_member(connection, ada.pseudonym, now_ms)
        assert found is not None
        members.change_role(connection, found.person, Role.ASSISTANT, now_ms, boss)

    assert found.person.role is Role.ASSISTANT
    assert actions(stage).count("change role") == 1
    before = stage.rows("SELECT before, after FROM audit WHERE action = 'change role'")
    assert before == [('{"role": "student"}', '{"role": "assistant"}')]


def test_last_instructor_stays(stage: Stage, boss: Person) -> None:
    now_ms = stage.clock.now_ms()
    with (
        stage.database.writing() as connection,
        pytest.raises(Refused, match="last instructor"),
    ):
        members.change_role(connection, boss, Role.STUDENT, now_ms, boss)

    other = stage.person(Role.INSTRUCTOR)
    with stage.database.writing() as connection:
        members.change_role(connection, boss, Role.STUDENT, now_ms, other)

    assert stage.rows("SELECT role FROM person WHERE name = 'Boss'") == [("student",)]


def test_one_person_is_read_as_a_row_of_a_list_would_be() -> None:
    cells = {"name": "Ada", "email": "x", "external_id": "", "role": ""}

    with pytest.raises(UsageError, match="is no e-mail address"):
        roster.new_person(cells, "")


def test_list_that_is_read_twice_knows_letters_beyond_ascii(stage: Stage, boss: Person) -> None:
    new = [people.NewPerson(name="Änne", email="Änne@uni.example")]

    with stage.database.writing() as connection:
        first = roster.add_roster(connection, new, stage.clock.now_ms(), boss)
        second = roster.add_roster(connection, new, stage.clock.now_ms(), boss)

    assert [bool(each[0].link) for each in (first, second)] == [True, False]
