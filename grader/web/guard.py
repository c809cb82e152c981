"""Who asks, and whether they may: one dependency per route names the permission.

A page is asked for with a session cookie. What changes something must come from our own pages: it
carries a token made from the session's secret, and an Origin that is ours. The API is asked with an
API token in a header and with nothing else: no browser adds one by itself, so nobody can forge it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from grader.service.access import NotAllowed, Permission, Person, require
from grader.service.people import is_session_old, lengthen_session, whose
from grader.service.tokens import is_use_noted, note_use
from grader.web.forms import form_of
from grader.web.site import Site, site_of

#: the server decides when a session ends; the browser need not forget it before
_COOKIE_SECONDS = 365 * 24 * 3600
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
    now_ms = site.clock.now_ms()
    with site.database.reading() as connection:
        person = whose(connection, secret, "session", now_ms)
        is_old = person is not None and is_session_old(connection, secret, now_ms)
    if is_old:
        with site.database.writing() as connection:
            lengthen_session(connection, secret, now_ms)
    return person


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


_BEARER = HTTPBearer(
    scheme_name="token",
    bearerFormat="grader_…",
    description="An API token of yours, made on the page /tokens.",
    auto_error=False,
)


class NeedToken:
    """A guard of the API: gives the person whose token it is, if it has one of the permissions.

    Without a permission any token will do.
    """

    def __init__(self, *permissions: Permission) -> None:
        self.permissions = permissions

    async def __call__(
        self,
        request: Request,
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> Person:
        """Give the person; NotSignedIn or NotAllowed else."""
        site = site_of(request)
        found = await run_in_threadpool(_owner_of_token, site, given.credentials) if given else None
        if found is None:
            raise NotSignedIn
        request.state.pseudonym = found.pseudonym
        if self.permissions and not any(map(found.may, self.permissions)):
            raise NotAllowed(" or ".join(permission.value for permission in self.permissions))
        return found


def _owner_of_token(site: Site, secret: str) -> Person | None:
    now_ms = site.clock.now_ms()
    with site.database.reading() as connection:
        person = whose(connection, secret, "api", now_ms)
        is_noted = person is None or is_use_noted(connection, secret, now_ms)
    if not is_noted:
        with site.database.writing() as connection:
            note_use(connection, secret, now_ms)
    return person


Caller = Annotated[Person, Depends(NeedToken())]
StudentCaller = Annotated[Person, Depends(NeedToken(Permission.SUBMIT))]
ReadingCaller = Annotated[Person, Depends(NeedToken(Permission.SUBMIT, Permission.READ_ALL))]
StaffCaller = Annotated[Person, Depends(NeedToken(Permission.READ_ALL))]
ManagingCaller = Annotated[Person, Depends(NeedToken(Permission.MANAGE))]


def cookie_name(site: Site) -> str:
    """Give the name of the session cookie; under TLS one that no other host can set."""
    return "__Host-grader" if site.is_secure else "grader_session"


def set_session(response: Response, site: Site, secret: str) -> None:
    """Have the browser remember a session."""
    response.set_cookie(
        cookie_name(site),
        secret,
        max_age=_COOKIE_SECONDS,
        path="/",
        secure=site.is_secure,
        httponly=True,
        samesite="lax",
    )
