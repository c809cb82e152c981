"""The roster: who is in the course; a class list is looked at, then added; links are shown once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from grader.core.errors import UsageError
from grader.service.access import Person, Role
from grader.service.exports import links_as_csv
from grader.service.members import members, new_links
from grader.service.roster import Preview, add_roster, new_person, preview
from grader.service.submissions import Refused
from grader.web.class_pages import csv_file
from grader.web.forms import Sent, SentForm
from grader.web.guard import Manager
from grader.web.rendering import page
from grader.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
_HOME = "/class/people"
_CELLS = ("name", "email", "external_id", "role")


@router.get("/class/people")
def show_people(request: Request, person: Manager) -> HTMLResponse:
    """Show everybody, and the forms that add somebody."""
    return _people_page(request)


@router.post("/class/people/preview")
def look_at_list(request: Request, person: Manager, sent: SentForm) -> HTMLResponse:
    """Show what a class list would add, and its problems by line; nothing is written."""
    site, text = site_of(request), _list_of(sent)
    with site.database.reading() as connection:
        looked_at = preview(connection, text)
    return _people_page(request, text=text, looked_at=looked_at)


@router.post("/class/people/import")
def add_list(request: Request, person: Manager, sent: SentForm) -> Response:
    """Add who is new on a class list, all or nobody, and show their links, this once."""
    site, text = site_of(request), _list_of(sent)
    with site.database.writing() as connection:
        looked_at = preview(connection, text)
        if looked_at.problems or not looked_at.added:
            return _people_page(request, 422, text=text, looked_at=looked_at)
        people = [row.new for row in looked_at.rows]
        invited = add_roster(connection, people, site.clock.now_ms(), person)
    found = [(each.person, each.email, each.link) for each in invited if each.link]
    return links_answer(request, sent, found)


@router.post("/class/people/one")
def add_one(request: Request, person: Manager, sent: SentForm) -> Response:
    """Add one person and show their link, this once."""
    site = site_of(request)
    try:
        new = new_person({name: sent.text(name).strip() for name in _CELLS}, "")
        with site.database.writing() as connection:
            (added,) = add_roster(connection, [new], site.clock.now_ms(), person)
    except UsageError as error:
        return _people_page(request, 422, refused=str(error), one=sent)
    if not added.link:
        said = f"{added.person.name} has this e-mail or number already."
        return _people_page(request, 422, refused=said, one=sent)
    return links_answer(request, sent, [(added.person, added.email, added.link)])


@router.post("/class/people/links")
def make_links(request: Request, person: Manager, sent: SentForm) -> Response:
    """Give who has not signed in yet a new link, shown this once; their older ones are void."""
    site = site_of(request)
    now_ms = site.clock.now_ms()
    with site.database.writing() as connection:
        students = [m for m in members(connection, now_ms) if m.person.role is Role.STUDENT]
        made = new_links(connection, students, now_ms, person)
    if not made:
        raise Refused("everybody has signed in before", status=409)
    return links_answer(request, sent, [(each.person, each.email, link) for each, link in made])


def links_answer(
    request: Request, sent: Sent, found: Iterable[tuple[Person, str, str]]
) -> Response:
    """Give personal links as a page, or as a file where the form asks for one: now or never."""
    base = f"{_address(site_of(request), request)}/sign-in/"
    links = [(person, email, base + secret) for person, email, secret in found]
    content = links_as_csv([(person.name, email, link) for person, email, link in links])
    if sent.text("as") == "csv":
        return csv_file(content, "sign-in-links.csv")
    return page(request, "links.html", links=links, content=content, here=_HOME)


def _address(site: Site, request: Request) -> str:
    scheme = "https" if site.is_secure else "http"
    return f"{scheme}://{site.public_host or request.headers.get('host', '')}"


def _list_of(sent: Sent) -> str:
    """Give the class list of a form: its file, or else what was pasted."""
    for content in sent.files.values():
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp1252", "replace")  # what spreadsheets still write
    return sent.text("roster")


def _people_page(
    request: Request,
    status: int = 200,
    *,
    text: str = "",
    looked_at: Preview | None = None,
    refused: str = "",
    one: Sent | None = None,
) -> HTMLResponse:
    site = site_of(request)
    with site.database.reading() as connection:
        found = members(connection, site.clock.now_ms())
    values: dict[str, Any] = {
        "here": _HOME,
        "members": found,
        "roles": list(Role),
        "text": text,
        "looked_at": looked_at,
        "refused": refused,
        "one": {name: one.text(name) if one else "" for name in _CELLS},
        "absent": sum(m.came_ms is None for m in found if m.person.role is Role.STUDENT),
    }
    return page(request, "people.html", status, **values)
