"""Who signs in how, who may do what, and that every deed stays in the audit."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from stage import Stage

from grader.core.errors import UsageError
from grader.service import audit, people, roster
from grader.service.access import NotAllowed, Permission, Person, Role, require


def test_link_signs_in_once(stage: Stage) -> None:
    person = stage.person()
    now = stage.clock.now_ms()
    with stage.database.writing() as connection:
        link = people.make_link(connection, person.id, now)
        session = people.use_link(connection, link, now)
        again = people.use_link(connection, link, now)

    assert again is None
    assert session is not None
    with stage.database.reading() as connection:
        assert people.whose(connection, session, "session", now) == person
        assert people.whose(connection, session, "api", now) is None
        assert people.whose(connection, link, "session", now) is None


def test_old_link_and_old_session_sign_nobody_in(stage: Stage) -> None:
    person = stage.person()
    now = stage.clock.now_ms()
    with stage.database.writing() as connection:
        link = people.make_link(connection, person.id, now)
        other = people.make_link(connection, person.id, now)
        session = people.use_link(connection, other, now)
        assert session is not None
        assert people.use_link(connection, link, now + people.LINK_MS) is None
        assert people.whose(connection, session, "session", now + people.SESSION_MS) is None


def test_secret_is_not_in_the_database(stage: Stage) -> None:
    person = stage.person()
    with stage.database.writing() as connection:
        secret = people.make_api_token(connection, person, "mine", ("submit",), 0)

    content = stage.database.path.read_bytes()
    wal = stage.database.path.with_name(stage.database.path.name + "-wal")
    content += wal.read_bytes() if wal.exists() else b""
    assert secret.encode() not in content
    assert secret.removeprefix("grader_").encode() not in content


def test_token_may_do_what_its_scopes_say_and_its_person_may(stage: Stage) -> None:
    student, staff = stage.person(), stage.person(Role.INSTRUCTOR)
    with stage.database.writing() as connection:
        secrets = [
            people.make_api_token(connection, owner, "t", scopes, 0)
            for owner, scopes in (
                (student, ("submit",)),
                (student, ("submit", "grade", "read")),
                (staff, ("read",)),
            )
        ]
        found = [people.whose(connection, secret, "api", 1) for secret in secrets]

    def rights(person: Person | None) -> set[Permission]:
        assert person is not None
        return {one for one in Permission if person.may(one)}

    assert [rights(person) for person in found] == [
        {Permission.SUBMIT},
        {Permission.SUBMIT},
        {Permission.READ_ALL},
    ]


def test_revoked_token_is_nobodys(stage: Stage) -> None:
    person = stage.person()
    with stage.database.writing() as connection:
        secret = people.make_api_token(connection, person, "t", ("submit",), 0)
        people.revoke(connection, secret, 1)

        assert people.whose(connection, secret, "api", 2) is None


@pytest.mark.parametrize(
    ("scopes", "message"), [((), "without scopes"), (("admin",), "no scope 'admin'")]
)
def test_token_of_unknown_scope_is_refused(
    stage: Stage, scopes: tuple[str, ...], message: str
) -> None:
    person = stage.person()

    with stage.database.writing() as connection, pytest.raises(UsageError, match=message):
        people.make_api_token(connection, person, "t", scopes, 0)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.STUDENT, {Permission.SUBMIT}),
        (Role.ASSISTANT, {Permission.SUBMIT, Permission.READ_ALL, Permission.READ_HIDDEN}),
        (Role.AUTHOR, {Permission.SUBMIT, Permission.READ_HIDDEN}),
        (Role.INSTRUCTOR, set(Permission) - {Permission.OPERATE}),
        (Role.OPERATOR, {Permission.OPERATE}),
    ],
)
def test_role_allows_what_the_table_says_and_no_more(role: Role, expected: set[Permission]) -> None:
    person = Person(id=1, name="", pseudonym="p", role=role)

    assert {one for one in Permission if person.may(one)} == expected


def test_nobody_may_do_anything() -> None:
    for permission in Permission:
        with pytest.raises(NotAllowed):
            require(None, permission)


def test_changed_audit_row_breaks_the_chain(stage: Stage) -> None:
    for _ in range(4):
        stage.person()
    with stage.database.reading() as connection:
        assert audit.find_broken_link(connection) is None

    with stage.database.writing() as connection:
        connection.execute(text("DROP TRIGGER audit_refuses_update"))
        connection.execute(text("UPDATE audit SET actor = 'somebody' WHERE id = 2"))
    with stage.database.reading() as connection:
        found = audit.find_broken_link(connection)

    assert found is not None
    assert found.row == 2


@pytest.mark.parametrize("deed", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_audit_is_append_only(stage: Stage, deed: str) -> None:
    stage.person()

    with stage.database.writing() as connection, pytest.raises(IntegrityError, match="append-only"):
        connection.execute(text(deed))


def test_missing_audit_row_breaks_the_chain(stage: Stage) -> None:
    for _ in range(4):
        stage.person()
    with stage.database.writing() as connection:
        connection.execute(text("DROP TRIGGER audit_refuses_delete"))
        connection.execute(text("DELETE FROM audit WHERE id = 2"))

    with stage.database.reading() as connection:
        found = audit.find_broken_link(connection)

    assert found is not None
    assert found.row == 3


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("name,email\nAda,a@b.c\n", [("Ada", "a@b.c", Role.STUDENT)]),
        ("\ufeffName;E-Mail;Role\r\nAda;a@b.c;assistant\r\n", [("Ada", "a@b.c", Role.ASSISTANT)]),
        (
            "student\temail\nAda\t\n\nBob\tb@b.c\n",
            [("Ada", "", Role.STUDENT), ("Bob", "b@b.c", Role.STUDENT)],
        ),
        ('name,email\n"Last, First",x@y.z\n', [("Last, First", "x@y.z", Role.STUDENT)]),
    ],
)
def test_class_list_of_any_system_is_read(
    content: str, expected: list[tuple[str, str, Role]]
) -> None:
    found = roster.read_roster(content)

    assert [(new.name, new.email, new.role) for new in found] == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no column 'name'"),
        ("email\na@b.c\n", "no column 'name'"),
        ("name,role\nAda,king\n", "roster:2: no role 'king'"),
        ("name,email\n,a@b.c\n", "roster:2: a name is empty"),
        ("name,email\nAda,a@b.c\nBob,A@b.c\n", "'A@b.c' is there twice"),
        ('name\n"Ada\n', "roster:2: is no CSV"),
    ],
)
def test_bad_class_list_is_refused_with_its_line(content: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        roster.read_roster(content)

    assert message in str(caught.value)


def test_class_list_twice_adds_nobody_twice(stage: Stage) -> None:
    author = stage.person(Role.INSTRUCTOR)
    people_of_class = roster.read_roster("name,email\nAda,a@b.c\nBob,b@b.c\n")
    invited = []
    for _ in range(2):
        with stage.database.writing() as connection:
            invited.append(roster.add_roster(connection, people_of_class, 1, author))

    assert all(one.link for one in invited[0])
    assert not any(one.link for one in invited[1])
    assert [one.person for one in invited[0]] == [one.person for one in invited[1]]
