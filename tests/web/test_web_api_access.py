"""Which token may do what: every scope at every operation, and tokens that are none any more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from calling import API, SUBMIT, Caller, caller, caller_of, problem
from sqlalchemy import update
from test_web_routes import NEEDED_OF_TOKENS, path_of
from visitor import Server

from grader.service.access import Permission, Role
from grader.service.people import make_api_token
from grader.service.tables import person, token

MINUTE_MS = 60_000


def asked(found: Caller, name: str) -> tuple[int, str]:
    """Ask for an operation with a body that would do, and give status and kind of the answer."""
    method, path = path_of(name)
    body = {"files": [{"name": "a.py", "text": "x = 1"}]} if path == SUBMIT else {}
    if path == f"{API}/regrades":
        body = {"question": "relu", "reason": "x"}
    sent = {"json": body} if method == "POST" else {}
    answer = found.call(method, path, **sent)
    return answer.status_code, answer.headers["content-type"]


ALL_SCOPES = [(), ("submit",), ("read",), ("grade",), ("submit", "read", "grade")]


@pytest.mark.parametrize("scopes", ALL_SCOPES, ids=" ".join)
@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_token_does_what_its_scopes_and_its_role_allow(
    server: Server, role: Role, scopes: tuple[str, ...]
) -> None:
    found = caller(server, role, scopes)
    own = {"submit": Permission.SUBMIT, "read": Permission.READ_ALL, "grade": Permission.MANAGE}
    may = {own[scope] for scope in scopes if found.person.may(own[scope])}

    for name, needed in NEEDED_OF_TOKENS.items():
        status, kind = asked(found, name)
        if not scopes:
            assert status == 401, name
        elif needed and not may & set(needed):
            assert (status, kind) == (403, "application/problem+json"), name
        else:
            assert status in (200, 201, 404), (name, status)


def spoilt(server: Server) -> Iterator[tuple[str, Caller]]:
    """Give callers whose token was good once, or never."""
    now_ms = server.stage.clock.now_ms()
    for what, changes in (
        ("expired", {"expires_ms": now_ms}),
        ("revoked", {"revoked_ms": now_ms}),
    ):
        found = caller(server)
        with server.stage.database.writing() as connection:
            ours = update(token).where(token.c.person == found.person.id)
            connection.execute(ours.values(**changes))
        yield what, found
    gone = caller(server)
    with server.stage.database.writing() as connection:
        theirs = update(person).where(person.c.id == gone.person.id)
        connection.execute(theirs.values(deleted_ms=now_ms))
    yield "of somebody deleted", gone
    for made_up in ("grader_" + "A" * 43, "x", "grader_ä", "a b", '"'):
        found = caller(server)
        found.token = made_up
        yield f"made up: {made_up!r}", found


def test_token_that_is_none_any_more_is_refused(server: Server) -> None:
    for what, found in spoilt(server):
        for name in NEEDED_OF_TOKENS:
            method, path = path_of(name)
            answer = found.call(method, path)
            problem(answer, 401)
            assert answer.headers["www-authenticate"] == "Bearer", what


@pytest.mark.parametrize("name", sorted(NEEDED_OF_TOKENS))
def test_session_is_not_a_token(server: Server, name: str) -> None:
    visitor = server.visitor(Role.INSTRUCTOR)
    method, path = path_of(name)
    cookie = visitor.client.cookies["grader_session"]

    by_cookie = visitor.client.request(method, path)
    by_header = visitor.client.request(method, path, headers={"Authorization": f"Bearer {cookie}"})

    for answer in (by_cookie, by_header):
        assert answer.status_code == 401
    assert server.stage.rows("SELECT count(*) FROM submission") == [(0,)]


def test_token_is_not_a_session(server: Server) -> None:
    found = caller(server, Role.INSTRUCTOR)
    by_header = found.call("GET", "/")
    by_cookie = server.client().get("/", headers={"Cookie": f"grader_session={found.token}"})

    assert [by_header.status_code, by_cookie.status_code] == [401, 401]


@pytest.mark.parametrize("form", ["{}", "Basic {}", "Token {}", "Bearer", "Bearer  ", "bearer{}"])
def test_token_comes_as_bearer_or_not_at_all(server: Server, form: str) -> None:
    found = caller(server)
    headers = {"Authorization": form.format(found.token)}

    problem(found.client.get(f"{API}/me", headers=headers), 401)
    problem(found.client.get(f"{API}/me", params={"access_token": found.token}), 401)


def test_use_is_noted_at_most_once_a_minute(server: Server) -> None:
    found = caller(server)
    clock = server.stage.clock
    seen = []

    for seconds in (0, 59, 1, 30, 30):
        clock.pass_by(seconds=seconds)
        found.read("/me")
        ((used_ms,),) = server.stage.rows("SELECT used_ms FROM token")
        seen.append(used_ms)

    first = seen[0]
    assert seen == [first, first, first + MINUTE_MS, first + MINUTE_MS, first + 2 * MINUTE_MS]


def test_refused_token_is_not_noted(server: Server) -> None:
    found = caller(server)
    server.stage.clock.pass_by(seconds=1)
    with server.stage.database.writing() as connection:
        connection.execute(update(token).values(revoked_ms=server.stage.clock.now_ms()))

    found.get("/me")

    assert server.stage.rows("SELECT used_ms FROM token") == [(None,)]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 404),
        ("GET", "/", 404),
        ("GET", "/nothing", 404),
        ("GET", "/questions/nothing", 404),
        ("GET", "/questions/..%2f..%2fetc", 404),
        ("GET", "/submissions/nothing/report", 404),
        ("DELETE", "/questions", 405),
        ("POST", "/me", 405),
        ("HEAD", "/me", 405),
        ("GET", f"/submissions/{'x' * 65}", 422),
        ("GET", f"/questions/{'x' * 201}", 422),
        ("GET", "/submissions?limit=0", 422),
        ("GET", "/submissions?limit=x", 422),
        ("GET", f"/submissions?before={2**63}", 422),
        ("GET", "/submissions?kind=regrade", 422),
        ("GET", f"/regrades/{2**64}", 422),
        ("GET", "/regrades/7", 404),
    ],
)
def test_every_error_is_a_problem(server: Server, method: str, path: str, status: int) -> None:
    answer = caller(server, Role.INSTRUCTOR).call(method, API + path)

    if method == "HEAD":
        assert answer.status_code == status
    else:
        problem(answer, status)
    assert (status == 405) is ("allow" in answer.headers)


def test_fault_of_ours_is_a_problem_without_details(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = caller(server)

    def fail(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("grader.service.practice.standings", fail)
    answer = found.get("/questions")

    assert "secret" not in answer.text
    assert "nothing that has a receipt is lost" in problem(answer, 500)["detail"]


def test_pages_keep_their_pages_of_errors(server: Server) -> None:
    visitor = server.visitor()

    for path in ("/nothing", "/api/v2/me", "/apiv1", "/api/v1x"):
        answer = visitor.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")


def test_old_token_without_an_end_goes_on(server: Server) -> None:
    owner = server.stage.person()
    found = caller_of(server, owner, ("submit",))
    server.stage.clock.pass_by(seconds=400 * 24 * 3600)

    assert found.get("/me").status_code == 200
    with server.stage.database.writing() as connection:
        found.token = make_api_token(connection, owner, "t", ("submit",), 0, expires_ms=1)
    assert found.get("/me").status_code == 401
