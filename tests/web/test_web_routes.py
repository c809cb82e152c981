"""Every route as every role: denied unless its permission says otherwise; forgeries are refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route
from visitor import HOST, Server

from grader.service.access import Permission, Role
from grader.web.app import ROUTERS, make_app
from grader.web.guard import Need, NeedToken
from tests.service.stage import QUESTION

#: what anybody may ask for, signed in or not
PUBLIC = {
    "GET /healthz",
    "GET /readyz",
    "GET /sign-in",
    "GET /sign-in/{secret}",
    "POST /sign-in/{secret}",
    "POST /theme",
    "GET /api",
    "GET /api/v1/openapi.json",
}
#: what each other route needs; None: to be signed in
NEEDED: dict[str, Permission | None] = {
    "POST /sign-out": None,
    "GET /operations": Permission.OPERATE,
    "GET /": Permission.SUBMIT,
    "GET /questions/{name}": Permission.SUBMIT,
    "POST /questions/{name}/submissions": Permission.SUBMIT,
    "POST /questions/{name}/draft": Permission.SUBMIT,
    "GET /questions/{name}/history": Permission.SUBMIT,
    "GET /submissions/{receipt}": Permission.SUBMIT,
    "GET /submissions/{receipt}/events": Permission.SUBMIT,
    "GET /submissions/{receipt}/files/{name}": Permission.SUBMIT,
    "GET /submissions/{receipt}/changes": Permission.SUBMIT,
    "GET /practice": Permission.SUBMIT,
    "GET /class": Permission.READ_ALL,
    "GET /class/analysis": Permission.READ_ALL,
    "GET /class/exams/{name}": Permission.READ_ALL,
    "GET /class/exams/{name}/sheet.csv": Permission.MANAGE,
    "GET /class/grades.csv": Permission.MANAGE,
    "GET /class/people": Permission.MANAGE,
    "POST /class/people/preview": Permission.MANAGE,
    "POST /class/people/import": Permission.MANAGE,
    "POST /class/people/one": Permission.MANAGE,
    "POST /class/people/links": Permission.MANAGE,
    "GET /class/people/{pseudonym}": Permission.READ_ALL,
    "POST /class/people/{pseudonym}/link": Permission.MANAGE,
    "POST /class/people/{pseudonym}/role": Permission.MANAGE,
    "POST /class/people/{pseudonym}/sessions": Permission.MANAGE,
    "POST /class/people/{pseudonym}/data": Permission.MANAGE,
    "GET /class/people/{pseudonym}/removal": Permission.MANAGE,
    "POST /class/people/{pseudonym}/removal": Permission.MANAGE,
    "POST /class/people/{pseudonym}/accommodations": Permission.MANAGE,
    "POST /class/people/{pseudonym}/scores": Permission.MANAGE,
    "GET /class/questions": Permission.READ_HIDDEN,
    "POST /class/questions": Permission.MANAGE,
    "GET /class/questions/{name}": Permission.READ_HIDDEN,
    "POST /class/questions/{name}/verification": Permission.READ_HIDDEN,
    "GET /class/regrades": Permission.MANAGE,
    "POST /class/regrades": Permission.MANAGE,
    "GET /class/regrades/{run}": Permission.MANAGE,
    "POST /class/regrades/{run}": Permission.MANAGE,
    "GET /class/audit": Permission.MANAGE,
    "GET /exams": Permission.SUBMIT,
    "GET /exams/{exam_id}": Permission.SUBMIT,
    "GET /exams/{exam_id}/clock": Permission.SUBMIT,
    "POST /exams/{exam_id}/begin": Permission.SUBMIT,
    "GET /exams/{exam_id}/finish": Permission.SUBMIT,
    "POST /exams/{exam_id}/finish": Permission.SUBMIT,
    "GET /exams/{exam_id}/questions/{name}": Permission.SUBMIT,
    "POST /exams/{exam_id}/questions/{name}/submissions": Permission.SUBMIT,
    "POST /exams/{exam_id}/questions/{name}/draft": Permission.SUBMIT,
    "GET /exams/{exam_id}/questions/{name}/history": Permission.SUBMIT,
    "GET /tokens": None,
    "POST /tokens": None,
    "POST /tokens/{number}/revoke": None,
    "POST /sign-out-elsewhere": None,
}
_OWN_OR_ALL = (Permission.SUBMIT, Permission.READ_ALL)
#: what the token of a program needs, one of these permissions; (): any token
NEEDED_OF_TOKENS: dict[str, tuple[Permission, ...]] = {
    "GET /api/v1/me": (),
    "GET /api/v1/questions": (Permission.SUBMIT,),
    "GET /api/v1/questions/{question}": (Permission.SUBMIT,),
    "POST /api/v1/questions/{question}/submissions": (Permission.SUBMIT,),
    "GET /api/v1/submissions": _OWN_OR_ALL,
    "GET /api/v1/submissions/{receipt}": _OWN_OR_ALL,
    "GET /api/v1/submissions/{receipt}/report": _OWN_OR_ALL,
    "GET /api/v1/submissions/{receipt}/files/{name}": _OWN_OR_ALL,
    "GET /api/v1/exams": (Permission.SUBMIT,),
    "GET /api/v1/exams/{exam}": (Permission.SUBMIT,),
    "GET /api/v1/exams/{exam}/questions/{question}": (Permission.SUBMIT,),
    "POST /api/v1/exams/{exam}/begin": (Permission.SUBMIT,),
    "GET /api/v1/class": (Permission.READ_ALL,),
    "GET /api/v1/regrades": (Permission.MANAGE,),
    "POST /api/v1/regrades": (Permission.MANAGE,),
    "GET /api/v1/regrades/{run}": (Permission.MANAGE,),
    "POST /api/v1/regrades/{run}/apply": (Permission.MANAGE,),
    "POST /api/v1/regrades/{run}/discard": (Permission.MANAGE,),
}


def guards_of(route: APIRoute) -> list[Need | NeedToken]:
    found, left = [], list(route.dependant.dependencies)
    while left:
        dependant = left.pop()
        left += dependant.dependencies
        if isinstance(dependant.call, Need | NeedToken):
            found.append(dependant.call)
    return found


def routes() -> Iterator[tuple[str, APIRoute]]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods - {"HEAD"}:
                yield f"{method} {route.path}", route


def path_of(name: str) -> tuple[str, str]:
    method, _, path = name.partition(" ")
    filled = path.replace("/questions/{name}", f"/questions/{QUESTION}")
    filled = filled.replace("{question}", QUESTION)
    for part in ("secret", "receipt", "exam_id", "exam", "pseudonym", "name"):
        filled = filled.replace("{" + part + "}", "nothing")
    for part in ("number", "run"):
        filled = filled.replace("{" + part + "}", "7")
    return method, filled


def told(guard: Need | NeedToken) -> object:
    """Give what a guard needs, as the tables write it."""
    return guard.permissions if isinstance(guard, NeedToken) else guard.permission


def test_every_route_is_in_the_tables_with_its_one_guard() -> None:
    found = {name: guards_of(route) for name, route in routes()}

    assert set(found) == PUBLIC | set(NEEDED) | set(NEEDED_OF_TOKENS)
    for name, guards in found.items():
        is_of_api = name in NEEDED_OF_TOKENS
        needed = NEEDED_OF_TOKENS[name] if is_of_api else NEEDED.get(name)
        assert [told(guard) for guard in guards] == ([] if name in PUBLIC else [needed]), name
        assert all(isinstance(guard, NeedToken) is is_of_api for guard in guards), name


def test_application_has_no_other_routes(server: Server) -> None:
    others = make_app(server.site).routes

    assert [route.path for route in others if isinstance(route, Mount)] == ["/static"]
    assert [r for r in others if isinstance(r, Route)] == []
    assert len(others) == len(ROUTERS) + 1


@pytest.mark.parametrize("role", list(Role))
def test_role_reaches_what_it_may_and_nothing_else(server: Server, role: Role) -> None:
    visitor = server.visitor(role)

    for name, permission in NEEDED.items():
        if name == "POST /sign-out":  # it would end the session; tested with the sign-in
            continue
        method, path = path_of(name)
        answer = visitor.get(path) if method == "GET" else visitor.post(path)
        is_allowed = permission is None or visitor.person.may(permission)
        assert (answer.status_code != 403) is is_allowed, (role, name, answer.status_code)
        assert answer.status_code != 401, (role, name)
        assert answer.status_code < 500, (role, name)


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_nobody_reaches_a_guarded_route_without_signing_in(server: Server, name: str) -> None:
    method, path = path_of(name)

    answer = server.client().request(method, path)

    assert answer.status_code == 401


CHANGING = sorted(name for name in NEEDED if name.startswith("POST"))


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        pytest.param({}, "", id="no-token"),
        pytest.param({}, "0" * 64, id="wrong-token"),
        pytest.param({}, "ñ", id="token-of-other-characters"),
        pytest.param({"Origin": "http://evil.example"}, "own", id="another-site"),
        pytest.param({"Origin": "null"}, "own", id="origin-of-a-sandboxed-frame"),
        pytest.param({"Origin": f"{HOST}.evil.example"}, "own", id="longer-host"),
    ],
)
def test_forged_request_changes_nothing(
    server: Server, headers: dict[str, str], token: str
) -> None:
    visitor = server.visitor()
    sent = visitor.token() if token == "own" else token
    given = {"token": sent, "kind": "submit", "code": "x = 1"}

    for name in CHANGING:
        answer = visitor.client.post(path_of(name)[1], data=given, headers=headers)
        assert answer.status_code == 403, name
        assert "did not come from this site" in answer.text, name

    assert server.stage.rows("SELECT count(*) FROM submission") == [(0,)]
    assert server.stage.rows("SELECT count(*) FROM draft") == [(0,)]
    assert visitor.get("/").status_code == 200


def test_token_of_somebody_else_is_refused(server: Server) -> None:
    ada, emil = server.visitor(), server.visitor()

    answer = ada.client.post(
        f"/questions/{QUESTION}/draft", data={"token": emil.token(), "code": "x"}
    )

    assert answer.status_code == 403


def test_token_in_a_header_is_enough_for_scripts(server: Server) -> None:
    visitor = server.visitor()
    headers = {"X-CSRF-Token": visitor.token(), "Origin": HOST}

    answer = visitor.client.post(
        f"/questions/{QUESTION}/draft", data={"code": "x = 1"}, headers=headers
    )

    assert answer.status_code == 204
    assert server.stage.rows("SELECT content FROM draft") == [("x = 1",)]


@pytest.mark.parametrize(("origin", "status"), [("https://grader.example.org", 204), (HOST, 403)])
def test_behind_a_proxy_the_public_address_is_our_own(
    server: Server, origin: str, status: int
) -> None:
    server.public_host = "grader.example.org"
    visitor = server.visitor()
    headers = {"X-CSRF-Token": visitor.token(), "Origin": origin}

    answer = visitor.client.post(
        f"/questions/{QUESTION}/draft", data={"code": "x"}, headers=headers
    )

    assert answer.status_code == status
