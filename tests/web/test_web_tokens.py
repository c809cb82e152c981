"""One's own tokens and sessions: made with no more than the role can use, shown once, ended."""

from __future__ import annotations

import re

import pytest
from calling import API
from test_web_hostile import ATTACK, assert_harmless
from visitor import Server, Visitor, words

from grader.service.access import Role
from grader.service.audit import find_broken_link
from grader.service.tokens import DAY_MS


def make(visitor: Visitor, name: str = "laptop", days: str = "90", *scopes: str) -> str:
    """Make a token that must be made, and give it."""
    answer = visitor.post(
        "/tokens", name=name, days=days, **dict.fromkeys(scopes or ("submit",), "yes")
    )
    assert answer.status_code == 200, answer.text
    found = re.search(r'readonly value="(grader_[\w-]+)"', answer.text)
    assert found is not None
    return found[1]


def status_of(server: Server, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return server.client().get(f"{API}/me", headers=headers).status_code


def test_token_is_shown_once_and_works(server: Server) -> None:
    visitor = server.visitor()

    token = make(visitor)

    assert status_of(server, token) == 200
    page = visitor.text("/tokens")
    assert token not in page
    assert "laptop" in page
    content = server.stage.database.path.read_bytes()
    assert token.encode() not in content


def test_example_names_the_server_and_never_the_token(server: Server) -> None:
    server.public_host = "grader.example.org"
    visitor = server.visitor()
    data = {"token": visitor.token(), "name": "x", "days": "1", "submit": "yes"}
    headers = {"Origin": "https://grader.example.org"}

    text = visitor.client.post("/tokens", data=data, headers=headers).text

    (example,) = re.findall(r"<pre tabindex=.0.>(.*)</pre>", text)
    assert "--server https://grader.example.org --token-file" in example
    assert "grader_" not in example


def test_token_ends_after_its_days(server: Server) -> None:
    visitor = server.visitor()
    token = make(visitor, days="2")

    server.stage.clock.pass_by(seconds=2 * DAY_MS / 1000 - 1)
    before = status_of(server, token)
    server.stage.clock.pass_by(seconds=1)

    assert (before, status_of(server, token)) == (200, 401)
    assert "(over)" in visitor.text("/tokens")


def test_use_is_shown(server: Server) -> None:
    visitor = server.visitor()
    token = make(visitor)
    before = visitor.text("/tokens")

    status_of(server, token)

    assert "never" in before
    assert "never" not in visitor.text("/tokens").partition("<h2 id=")[0]


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.STUDENT, ["submit"]),
        (Role.ASSISTANT, ["submit", "read"]),
        (Role.AUTHOR, ["submit"]),
        (Role.INSTRUCTOR, ["submit", "read", "grade"]),
        (Role.OPERATOR, []),
    ],
)
def test_scopes_are_those_that_the_role_can_use(
    server: Server, role: Role, offered: list[str]
) -> None:
    visitor = server.visitor(role)
    page = visitor.text("/tokens")

    assert re.findall(r'type="checkbox" name="(\w+)"', page) == offered
    for scope in {"submit", "read", "grade"} - set(offered):
        answer = visitor.post("/tokens", name="x", days="1", **{scope: "yes"})
        assert answer.status_code == 403
    assert server.stage.rows("SELECT count(*) FROM token WHERE kind = 'api'") == [(0,)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({"name": ""}, "a name has 1 to 60 characters", id="no-name"),
        pytest.param({"name": " \t "}, "a name has", id="blank-name"),
        pytest.param({"name": "x" * 61}, "a name has", id="long-name"),
        pytest.param({"days": "0"}, "1 to 365 days", id="no-day"),
        pytest.param({"days": "366"}, "1 to 365 days", id="many-days"),
        pytest.param({"days": "-1"}, "1 to 365 days", id="negative"),
        pytest.param({"days": "1e2"}, "1 to 365 days", id="other-number"),
        pytest.param({"days": "٣"}, "1 to 365 days", id="other-digits"),
        pytest.param({"days": "9" * 5000}, "1 to 365 days", id="endless"),
        pytest.param({"days": ""}, "1 to 365 days", id="nothing"),
        pytest.param({"submit": ""}, "choose at least one", id="no-scope"),
    ],
)
def test_token_that_would_be_of_no_use_is_refused(
    server: Server, fields: dict[str, str], said: str
) -> None:
    visitor = server.visitor()

    answer = visitor.post("/tokens", **{"name": "x", "days": "1", "submit": "yes", **fields})

    assert answer.status_code == 422
    assert said in words(answer.text)
    assert server.stage.rows("SELECT count(*) FROM token WHERE kind = 'api'") == [(0,)]


def test_tokens_are_limited_in_number(server: Server) -> None:
    visitor = server.visitor()
    csrf = visitor.token()
    data = {"token": csrf, "name": "x", "days": "1", "submit": "yes"}

    statuses = [visitor.client.post("/tokens", data=data).status_code for _ in range(51)]

    assert statuses == [200] * 50 + [422]


def test_token_is_revoked_by_its_owner_alone(server: Server) -> None:
    ada, emil = server.visitor(), server.visitor(Role.INSTRUCTOR)
    token = make(ada)
    ((number,),) = server.stage.rows("SELECT id FROM token WHERE kind = 'api'")
    sessions = server.stage.rows("SELECT id FROM token WHERE kind = 'session'")

    by_other = emil.post(f"/tokens/{number}/revoke")
    of_session = ada.post(f"/tokens/{sessions[0][0]}/revoke")
    before = status_of(server, token)
    by_owner = ada.post(f"/tokens/{number}/revoke")

    assert [by_other.status_code, of_session.status_code] == [404, 404]
    assert ada.post(f"/tokens/-{10**30}/revoke").status_code == 422
    assert (before, status_of(server, token)) == (200, 401)
    assert by_owner.headers["location"] == "/tokens"
    assert "laptop" not in ada.text("/tokens")
    assert ada.post(f"/tokens/{number}/revoke").status_code == 404
    assert ada.post(f"/tokens/{2**70}/revoke").status_code == 422


def test_making_and_ending_is_audited(server: Server) -> None:
    visitor = server.visitor()
    make(visitor)
    ((number,),) = server.stage.rows("SELECT id FROM token WHERE kind = 'api'")
    visitor.post(f"/tokens/{number}/revoke")
    visitor.post("/sign-out-elsewhere")

    found = server.stage.rows("SELECT action, actor FROM audit ORDER BY id DESC LIMIT 3")

    assert [action for action, _ in found] == ["sign out elsewhere", "revoke token", "make token"]
    assert {actor for _, actor in found} == {visitor.person.pseudonym}
    with server.stage.database.reading() as connection:
        assert find_broken_link(connection) is None


def test_name_of_a_token_stays_text(server: Server) -> None:
    visitor = server.visitor()
    make(visitor, name=ATTACK[:60])

    page = visitor.text("/tokens")

    assert_harmless(page)
    assert "&lt;script&gt;" in page


def test_other_sessions_end_and_this_one_goes_on(server: Server) -> None:
    visitor = server.visitor()
    elsewhere = Visitor(client=server.client(), person=visitor.person, stage=server.stage)
    elsewhere.sign_in()
    somebody = server.visitor()
    token = make(visitor)

    answer = visitor.post("/sign-out-elsewhere")

    assert "1 other session has ended" in words(answer.text)
    assert [each.get("/").status_code for each in (visitor, elsewhere, somebody)] == [200, 401, 200]
    assert status_of(server, token) == 200


def test_page_is_linked_from_every_page(server: Server) -> None:
    assert 'href="/tokens"' in server.visitor(Role.OPERATOR).text("/operations")
    assert 'href="/api"' in server.visitor().text("/tokens")
