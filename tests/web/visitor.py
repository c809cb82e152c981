"""A browser without scripts for the tests: it keeps cookies, sends forms, and signs in by a link."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

import anyio
import httpx
from fastapi import FastAPI

from grader.core.report import Report
from grader.service import queue
from grader.service.access import Person, Role
from grader.service.people import make_link
from grader.service.verifying import Verifier
from grader.service.workers import finished_of
from grader.web.app import make_app
from grader.web.shell import Observe, Shell
from grader.web.site import Site
from tests.service.stage import QUESTION, Stage

HOST = "http://testserver"
SOURCE = "def backward(x, delta_f, kernel, stride):\n    return 0 * x\n"


class AppTransport(httpx.BaseTransport):
    """Asks an application in this process, which runs for the length of each request."""

    def __init__(self, app: FastAPI, *, is_secure: bool, observe: Observe) -> None:
        self._app = app
        self._asgi = httpx.ASGITransport(Shell(app, is_secure=is_secure, observe=observe))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return anyio.run(self._ask, request)

    async def _ask(self, request: httpx.Request) -> httpx.Response:
        content = (
            b"".join(request.stream) if isinstance(request.stream, httpx.SyncByteStream) else b""
        )
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=content)
        async with self._app.router.lifespan_context(self._app):
            answer = await self._asgi.handle_async_request(asked)
            body = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)


@dataclass(slots=True)
class Server:
    """A site without workers; its stage's dispatcher notes what it heard."""

    stage: Stage
    is_secure: bool = False
    public_host: str = ""
    verifier: Verifier | None = None
    observe: Observe = lambda *_: None

    @property
    def site(self) -> Site:
        return Site(
            database=self.stage.database,
            catalogue=self.stage.catalogue,
            clock=self.stage.clock,
            dispatcher=self.stage.told,
            is_secure=self.is_secure,
            public_host=self.public_host,
            verifier=self.verifier,
        )

    def client(self) -> httpx.Client:
        scheme = "https" if self.is_secure else "http"
        app = make_app(self.site)
        transport = AppTransport(app, is_secure=self.is_secure, observe=self.observe)
        return httpx.Client(transport=transport, base_url=f"{scheme}://testserver")

    def visitor(self, role: Role = Role.STUDENT, name: str = "") -> Visitor:
        """Give somebody of this role who is signed in."""
        person = self.stage.person(role, name)
        found = Visitor(client=self.client(), person=person, stage=self.stage)
        found.sign_in()
        return found


@dataclass(slots=True)
class Visitor:
    """One person's browser."""

    client: httpx.Client
    person: Person
    stage: Stage

    def sign_in(self) -> httpx.Response:
        with self.stage.database.writing() as connection:
            link = make_link(connection, self.person.id, self.stage.clock.now_ms())
        return self.client.post(f"/sign-in/{link}")

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.client.get(path, **options)

    def text(self, path: str) -> str:
        """Give a page that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def token(self) -> str:
        """Give the token that this person's forms carry."""
        found = re.search(r'name="token" value="(\w+)"', self.get("/sign-in").text)
        assert found is not None
        return found[1]

    def post(self, path: str, files: Any = None, **fields: str) -> httpx.Response:
        """Send a form as one of our pages would."""
        data = {"token": self.token(), **fields}
        parts = [(name, (None, value)) for name, value in data.items()] + list(files or ())
        return self.client.post(path, files=parts, headers={"Origin": HOST})

    def hand_in(self, code: str = SOURCE, kind: str = "submit", **fields: Any) -> httpx.Response:
        path = f"/questions/{QUESTION}/submissions"
        return self.post(path, code=code, kind=kind, **fields)

    def receipt(self, code: str = SOURCE, **fields: Any) -> str:
        """Hand in and give where the receipt is."""
        answer = self.hand_in(code, **fields)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


def record(stage: Stage, report: Report) -> None:
    """Have what waits longest come to this report."""
    held = stage.claim()
    assert held is not None
    with stage.database.writing() as connection:
        assert queue.finish(
            connection, held, finished_of(report, stage.clock.now_ms()), stage.clock.now_ms()
        )


def words(page: str) -> str:
    """Give what a page says, without its elements and with plain spaces."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
