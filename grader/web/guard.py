"""Who asks, and whether they may: one dependency per route names the permission.

A page is asked for with a session cookie. What changes something must come from our own pages: it
carries a token made from the session's secret, and an Origin that is ours.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from grader.service.access import Permission, Person, require
from grader.service.people import SESSION_MS, whose
from grader.web.forms import form_of
from grader.web.site import Site, site_of

_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
TOKEN_FIELD, TOKEN_HEADER = "token", "X-CSRF-Token"


class NotSignedIn(Exception):
    """Nobody is signed in, or the session has ended."""


class Forged(Exception):
    """The request did not come from one of our pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A signed-in person's session; token is what their forms carry."""

    person: Person
    secret: str

    @property
    def token(self) -> str:
        """Give the token of this session's forms; who does not have the cookie cannot make it."""
        return hmac.new(self.secret.encode(), b"form", hashlib.sha256).hexdigest()


async def visit_of(request: Request) -> Visit | None:
    """Give the visit a request belongs to; None for nobody's."""
    if not hasattr(request.state, "visit"):
        site = site_of(request)
        secret = request.cookies.get(cookie_name(site), "")
        person = await run_in_threadpool(_owner, site, secret) if secret else None
        request.state.visit = None if person is None else Visit(person=person, secret=secret)
        request.state.pseudonym = person.pseudonym if person else ""
    visit: Visit | None = request.state.visit
    return visit


def _owner(site: Site, secret: str) -> Person | None:
    with site.database.reading() as connection:
        return whose(connection, secret, "session", site.clock.now_ms())


class Need:
    """A route's guard: gives the person who asks, if their role has the permission.

    Without a permission anybody who is signed in may ask.
    """

    def __init__(self, permission: Permission | None) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> Person:
        """Give the person; NotSignedIn, NotAllowed or Forged else."""
        visit = await visit_of(request)
        if visit is None:
            raise NotSignedIn
        if request.method not in _SAFE_METHODS:
            await _refuse_forged(request, visit)
        return visit.person if self.permission is None else require(visit.person, self.permission)


async def _refuse_forged(request: Request, visit: Visit) -> None:
    refuse_foreign(request)
    given = request.headers.get(TOKEN_HEADER) or (await form_of(request)).text(TOKEN_FIELD)
    if not hmac.compare_digest(given.encode(), visit.token.encode()):
        raise Forged


def refuse_foreign(request: Request) -> None:
    """Raise Forged when a browser says that another site's page sent this."""
    origin = request.headers.get("origin")
    own = site_of(request).public_host or request.headers.get("host")
    if origin is not None and urlsplit(origin).netloc != own:
        raise Forged


SignedIn = Annotated[Person, Depends(Need(None))]
Student = Annotated[Person, Depends(Need(Permission.SUBMIT))]
Reader = Annotated[Person, Depends(Need(Permission.READ_ALL))]
Author = Annotated[Person, Depends(Need(Permission.READ_HIDDEN))]
Manager = Annotated[Person, Depends(Need(Permission.MANAGE))]
Operator = Annotated[Person, Depends(Need(Permission.OPERATE))]


def cookie_name(site: Site) -> str:
    """Give the name of the session cookie; under TLS one that no other host can set."""
    return "__Host-grader" if site.is_secure else "grader_session"


def set_session(response: Response, site: Site, secret: str) -> None:
    """Have the browser remember a session."""
    response.set_cookie(
        cookie_name(site),
        secret,
        max_age=SESSION_MS // 1000,
        path="/",
        secure=site.is_secure,
        httponly=True,
        samesite="lax",
    )
