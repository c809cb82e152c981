"""Signing in: one link, one use, by a click; the cookie says nothing and cannot be read."""

from __future__ import annotations

import pytest
from visitor import HOST, Server

from grader.service.people import LINK_MS, make_link


def link_for(server: Server) -> str:
    person = server.stage.person(name="Ada")
    with server.stage.database.writing() as connection:
        return f"/sign-in/{make_link(connection, person.id, server.stage.clock.now_ms())}"


def test_looking_at_a_link_does_not_use_it_up(server: Server) -> None:
    link, client = link_for(server), server.client()

    looked = [client.get(link), client.get(link), client.head(link)]
    answer = client.post(link)

    assert [each.status_code for each in looked[:2]] == [200, 200]
    assert answer.status_code == 303
    assert client.get("/").status_code == 200


def test_link_works_once(server: Server) -> None:
    link = link_for(server)
    assert server.client().post(link).status_code == 303

    again = server.client().post(link)

    assert again.status_code == 403
    assert "was used before" in again.text
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("secret", ["nothing", "%00", "x" * 4000, "..%2F..", "%F0%9F%98%80"])
def test_unknown_link_is_refused(server: Server, secret: str) -> None:
    assert server.client().post(f"/sign-in/{secret}").status_code in (403, 404)


def test_old_link_is_refused(server: Server) -> None:
    link = link_for(server)
    server.stage.clock.pass_by(seconds=LINK_MS / 1000 + 1)

    assert server.client().post(link).status_code == 403


def test_another_site_cannot_sign_somebody_in(server: Server) -> None:
    link = link_for(server)

    answer = server.client().post(link, headers={"Origin": "http://evil.example"})

    assert answer.status_code == 403
    assert server.client().post(link, headers={"Origin": HOST}).status_code == 303


@pytest.mark.parametrize(
    ("is_secure", "name"), [(False, "grader_session"), (True, "__Host-grader")]
)
def test_cookie_is_out_of_reach_of_scripts_and_other_sites(
    server: Server, is_secure: bool, name: str
) -> None:
    server.is_secure = is_secure

    cookie = server.client().post(link_for(server)).headers["set-cookie"]

    assert cookie.startswith(f"{name}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert ("Secure" in cookie) is is_secure
    assert "Domain" not in cookie


def test_session_ends_by_signing_out_also_for_a_copied_cookie(server: Server) -> None:
    visitor = server.visitor()
    copy = dict(visitor.client.cookies)

    answer = visitor.post("/sign-out")

    assert answer.status_code == 303
    other = server.client()
    other.cookies.update(copy)
    assert other.get("/").status_code == 401


def test_session_ends_after_its_time(server: Server) -> None:
    visitor = server.visitor()
    server.stage.clock.pass_by(seconds=15 * 24 * 3600)

    assert visitor.get("/").status_code == 401


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        pytest.param("/practice", "/practice", id="page"),
        pytest.param("//evil.example", "/", id="another-host"),
        pytest.param("/\\evil.example", "/", id="another-host-as-browsers-read-it"),
        pytest.param("https://evil.example", "/", id="address"),
        pytest.param("", "/", id="nothing"),
    ],
)
def test_colours_are_remembered_and_lead_back_to_our_own_pages_only(
    server: Server, back: str, expected: str
) -> None:
    client = server.client()

    answer = client.post("/theme", data={"theme": "dark", "back": back})

    assert answer.headers["location"] == expected
    assert 'data-theme="dark"' in client.get("/sign-in").text


def test_unknown_colours_are_not_remembered(server: Server) -> None:
    client = server.client()

    client.post("/theme", data={"theme": '"><script>', "back": "/"})

    assert "theme" not in client.cookies


def test_session_that_is_used_does_not_end_and_one_that_is_not_does(server: Server) -> None:
    visitor, other = server.visitor(), server.visitor()
    for _ in range(3):
        server.stage.clock.pass_by(seconds=13 * 24 * 3600)
        assert visitor.get("/").status_code == 200

    assert other.get("/").status_code == 401
