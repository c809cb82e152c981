"""A program that calls the API with a token, as a student or staff would write one."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import httpx
from visitor import SOURCE, Server

from grader.service.access import Person, Role, scopes_of
from grader.service.people import make_api_token
from tests.service.stage import QUESTION

API = "/api/v1"
SUBMIT = f"{API}/questions/{QUESTION}/submissions"


@dataclass(slots=True)
class Caller:
    """Somebody's program; token is '' for one that sends none."""

    server: Server
    person: Person
    client: httpx.Client
    token: str

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}".encode())
        return self.client.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.call("GET", API + path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.call("POST", API + path, **options)

    def read(self, path: str, **options: Any) -> Any:
        """Give what must be there, as data."""
        answer = self.get(path, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def submit(self, text: str = SOURCE, key: str = "", **fields: Any) -> httpx.Response:
        body = {"files": [{"name": "solution.py", "text": text}], **fields}
        headers = {"Idempotency-Key": key} if key else {}
        return self.call("POST", SUBMIT, json=body, headers=headers)

    def receipt(self, text: str = SOURCE, **fields: Any) -> str:
        """Hand in what must be taken, and give its receipt."""
        answer = self.submit(text, **fields)
        assert answer.status_code in (200, 201), answer.text
        return str(answer.json()["id"])


def caller(
    server: Server,
    role: Role = Role.STUDENT,
    scopes: tuple[str, ...] | None = None,
    name: str = "",
) -> Caller:
    """Give a program of somebody new; with all the scopes of the role unless others are named."""
    person = server.stage.person(role, name)
    return caller_of(server, person, scopes_of(role) if scopes is None else scopes)


def caller_of(server: Server, person: Person, scopes: tuple[str, ...]) -> Caller:
    """Give a program of a person, with a new token."""
    with server.stage.database.writing() as connection:
        now_ms = server.stage.clock.now_ms()
        token = make_api_token(connection, person, "test", scopes, now_ms) if scopes else ""
    return Caller(server=server, person=person, client=server.client(), token=token)


def encoded(content: bytes, name: str = "solution.py") -> dict[str, str]:
    return {"name": name, "base64": base64.b64encode(content).decode()}


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """Give the problem that an answer tells: every error of the API is one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert set(found) == {"type", "title", "status", "detail", "hint"}
    assert found["status"] == status
    assert found["type"].startswith("/api#")
    assert found["detail"]
    return found
