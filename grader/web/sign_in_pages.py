"""Signing in by a link, signing out, and the colours of the pages."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader.service.people import revoke, use_link
from grader.web.forms import SentForm
from grader.web.guard import SignedIn, cookie_name, refuse_foreign, set_session, visit_of
from grader.web.rendering import THEME_COOKIE, THEMES, page
from grader.web.site import site_of

router = APIRouter(include_in_schema=False)
_YEAR_SECONDS = 365 * 24 * 3600


@router.get("/sign-in")
async def ask_for_link(request: Request) -> HTMLResponse:
    """Say how to sign in."""
    await visit_of(request)
    return page(request, "sign_in.html", secret=None, is_used=False)


@router.get("/sign-in/{secret}")
async def confirm_link(request: Request, secret: str) -> HTMLResponse:
    """Ask for a click: what only fetches links, such as a mail scanner, does not use them up."""
    await visit_of(request)
    return page(request, "sign_in.html", secret=secret, is_used=False)


@router.post("/sign-in/{secret}")
def sign_in(request: Request, secret: str) -> Response:
    """Use the link up and start a session."""
    refuse_foreign(request)
    site = site_of(request)
    with site.database.writing() as connection:
        session = use_link(connection, secret, site.clock.now_ms())
    if session is None:
        return page(request, "sign_in.html", 403, secret=None, is_used=True)
    answer = RedirectResponse("/", 303)
    set_session(answer, site, session)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, person: SignedIn) -> Response:
    """End the session, here and for whoever may have copied the cookie."""
    site = site_of(request)
    with site.database.writing() as connection:
        revoke(connection, request.cookies[cookie_name(site)], site.clock.now_ms())
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(cookie_name(site), path="/", secure=site.is_secure, httponly=True)
    return answer


@router.post("/theme")
def set_theme(request: Request, sent: SentForm) -> Response:
    """Remember light, dark, or what the device says; then back to the page it came from."""
    refuse_foreign(request)
    theme, back = sent.text("theme"), sent.text("back")
    is_ours = back.startswith("/") and not back.startswith(("//", "/\\"))
    answer = RedirectResponse(back if is_ours else "/", 303)
    if theme in THEMES:
        answer.set_cookie(THEME_COOKIE, theme, max_age=_YEAR_SECONDS, samesite="lax")
    return answer
