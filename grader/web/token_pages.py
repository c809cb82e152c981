"""A person's own keys to the server: API tokens, and the sessions elsewhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader.service.access import Person, scopes_of
from grader.service.submissions import Refused
from grader.service.tokens import (
    LONGEST_NAME,
    MOST_DAYS,
    USUAL_DAYS,
    NewToken,
    end_other_sessions,
    make_token,
    revoke_token,
    tokens_of,
)
from grader.web.forms import Sent, SentForm
from grader.web.guard import SignedIn, cookie_name
from grader.web.rendering import page
from grader.web.site import site_of

router = APIRouter(include_in_schema=False)
#: what each scope is for, in the words of the page
_SCOPE_WORDS = {
    "submit": "hand in, and read your own results",
    "read": "read everybody's submissions",
    "grade": "regrade",
}


@router.get("/tokens")
def list_tokens(request: Request, person: SignedIn) -> HTMLResponse:
    """Show the person's tokens, and the form for a new one."""
    return _tokens_page(request, person)


@router.post("/tokens")
def make(request: Request, person: SignedIn, sent: SentForm) -> HTMLResponse:
    """Make a token and show it, this once."""
    site = site_of(request)
    try:
        with site.database.writing() as connection:
            secret = make_token(connection, person, _new(sent), site.clock.now_ms())
    except Refused as refused:
        return _tokens_page(request, person, refused=refused)
    return _tokens_page(request, person, secret=secret)


@router.post("/tokens/{number}/revoke")
def revoke(
    request: Request, number: Annotated[int, Path(ge=0, le=2**53)], person: SignedIn
) -> Response:
    """End a token."""
    site = site_of(request)
    with site.database.writing() as connection:
        revoke_token(connection, person, number, site.clock.now_ms())
    return RedirectResponse("/tokens", 303)


@router.post("/sign-out-elsewhere")
def sign_out_elsewhere(request: Request, person: SignedIn) -> Response:
    """End the person's sessions in all other browsers; this one goes on."""
    site = site_of(request)
    own = request.cookies[cookie_name(site)]
    with site.database.writing() as connection:
        ended = end_other_sessions(connection, person, own, site.clock.now_ms())
    return _tokens_page(request, person, ended=ended)


def _new(sent: Sent) -> NewToken:
    days = sent.text("days").strip()
    return NewToken(
        name=sent.text("name"),
        scopes=[scope for scope in _SCOPE_WORDS if sent.text(scope)],
        days=int(days) if days.isascii() and days.isdecimal() and len(days) < 6 else 0,
    )


def _tokens_page(
    request: Request,
    person: Person,
    *,
    secret: str = "",
    refused: Refused | None = None,
    ended: int | None = None,
) -> HTMLResponse:
    site = site_of(request)
    with site.database.reading() as connection:
        tokens = tokens_of(connection, person)
    address = f"https://{site.public_host}" if site.public_host else str(request.base_url)
    return page(
        request,
        "tokens.html",
        refused.status if refused else 200,
        tokens=tokens,
        scopes={scope: _SCOPE_WORDS[scope] for scope in scopes_of(person.role)},
        secret=secret,
        refused=refused,
        ended=ended,
        now_ms=site.clock.now_ms(),
        address=address.rstrip("/"),
        usual_days=USUAL_DAYS,
        most_days=MOST_DAYS,
        longest_name=LONGEST_NAME,
    )
