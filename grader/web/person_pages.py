"""One person of the course: their work, what was granted or set by hand, their account."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader.service import members, overrides, privacy
from grader.service.access import Permission, Role
from grader.service.exam_clock import Allowance
from grader.service.members import Member, find_member
from grader.service.overrides import LONGEST_REASON, Place
from grader.service.person_work import DAY_MS, MINUTE_MS, works_of
from grader.service.sittings import allowance_of, grant
from grader.service.submissions import Refused
from grader.web.class_pages import exam_of
from grader.web.forms import Sent, SentForm
from grader.web.guard import Manager, Reader
from grader.web.people_pages import links_answer
from grader.web.rendering import page
from grader.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
_NOBODY = "There is no such person."
#: field of the form -> least and most
_GRANTED = {
    "time_percent": (100, 1000),
    "extra_days": (0, 366),
    "extra_minutes": (0, 10_000),
    "extra_attempts": (0, 1000),
}


@router.get("/class/people/{pseudonym}")
def show_person(request: Request, pseudonym: str, person: Reader) -> HTMLResponse:
    """Show all of one person's work, and the forms of those who run the course."""
    site, now_ms = site_of(request), site_of(request).clock.now_ms()
    found = _member(site, pseudonym)
    with site.database.reading() as connection:
        works = works_of(connection, site.catalogue, found.person, now_ms)
        by_hand = overrides.history_of(connection, found.person)
    is_manager = person.may(Permission.MANAGE)
    return page(
        request,
        "person.html",
        member=found,
        works=works,
        by_hand=by_hand,
        exams=site.catalogue.exams,
        roles=list(Role),
        is_manager=is_manager,
        longest=LONGEST_REASON,
        limits=_GRANTED,
    )


@router.post("/class/people/{pseudonym}/link")
def make_link(request: Request, pseudonym: str, person: Manager, sent: SentForm) -> Response:
    """Give somebody a new link, shown this once; older ones are void."""
    site = site_of(request)
    found = _member(site, pseudonym)
    with site.database.writing() as connection:
        link = members.new_link(connection, found.person, site.clock.now_ms(), person)
    return links_answer(request, sent, [(found.person, found.email, link)])


@router.post("/class/people/{pseudonym}/role")
def change_role(request: Request, pseudonym: str, person: Manager, sent: SentForm) -> Response:
    """Give somebody another role."""
    site = site_of(request)
    try:
        role = Role(sent.text("role"))
    except ValueError as error:
        raise Refused("there is no such role") from error
    found = _member(site, pseudonym)
    with site.database.writing() as connection:
        members.change_role(connection, found.person, role, site.clock.now_ms(), person)
    return _back(pseudonym)


@router.post("/class/people/{pseudonym}/sessions")
def end_sessions(request: Request, pseudonym: str, person: Manager) -> Response:
    """Sign somebody out everywhere."""
    site = site_of(request)
    found = _member(site, pseudonym)
    with site.database.writing() as connection:
        members.end_sessions(connection, found.person, site.clock.now_ms(), person)
    return _back(pseudonym)


@router.post("/class/people/{pseudonym}/data")
def save_data(request: Request, pseudonym: str, person: Manager) -> Response:
    """Give all that is kept of somebody as a zip."""
    site = site_of(request)
    found = _member(site, pseudonym)
    with site.database.writing() as connection:
        content = privacy.export_person(connection, found.person, site.clock.now_ms(), person)
    headers = {"Content-Disposition": f'attachment; filename="{found.person.pseudonym}.zip"'}
    return Response(content, media_type="application/zip", headers=headers)


@router.get("/class/people/{pseudonym}/removal")
def ask_before_removal(request: Request, pseudonym: str, person: Manager) -> HTMLResponse:
    """Say what removing somebody means, and ask."""
    site = site_of(request)
    found = _member(site, pseudonym)
    with site.database.reading() as connection:
        kept = privacy.count_kept(connection, found.person)
    return page(request, "removal.html", member=found, kept=kept)


@router.post("/class/people/{pseudonym}/removal")
def remove(request: Request, pseudonym: str, person: Manager, sent: SentForm) -> Response:
    """Take somebody out of the course, once it was confirmed."""
    site = site_of(request)
    if sent.text("confirm") != "yes":
        raise Refused("nobody was removed", "tick the box if you are sure")
    found = _member(site, pseudonym)
    with site.database.writing() as connection:
        privacy.remove_person(connection, found.person, site.clock.now_ms(), person)
    return RedirectResponse("/class/people", 303)


@router.post("/class/people/{pseudonym}/accommodations")
def accommodate(request: Request, pseudonym: str, person: Manager, sent: SentForm) -> Response:
    """Grant somebody more time or attempts in an exam; what is given replaces what was."""
    site = site_of(request)
    exam = exam_of(site, sent.text("exam"))
    if exam is None:
        raise Refused("there is no exam to grant something in")
    given = {name: _number(sent, name) for name in _GRANTED}
    allowance = Allowance(
        time_percent=given["time_percent"],
        extra_ms=given["extra_days"] * DAY_MS + given["extra_minutes"] * MINUTE_MS,
        extra_attempts=given["extra_attempts"],
    )
    found = _member(site, pseudonym)
    with site.database.writing() as connection:
        if allowance != allowance_of(connection, found.person, exam):
            now_ms = site.clock.now_ms()
            grant(connection, found.person, exam, allowance, now_ms, person)
    return _back(pseudonym, exam.id)


@router.post("/class/people/{pseudonym}/scores")
def set_score(request: Request, pseudonym: str, person: Manager, sent: SentForm) -> Response:
    """Set a score by hand, or let what was graded count again."""
    site, now_ms = site_of(request), site_of(request).clock.now_ms()
    exam, question, reason = exam_of(site, sent.text("exam")), sent.text("question"), "reason"
    found = _member(site, pseudonym)
    with site.database.writing() as connection:
        place = Place(who=found.person, question=question, exam=exam.id if exam else "")
        if sent.text("deed") == "take-back":
            overrides.take_back(connection, place, sent.text(reason), now_ms, person)
        else:
            most = overrides.most_points(site.catalogue.questions, exam, question)
            score = overrides.read_points(sent.text("score"), most)
            overrides.set_score(connection, place, score, sent.text(reason), now_ms, person)
    return _back(pseudonym, place.exam)


def _number(sent: Sent, name: str) -> int:
    least, most = _GRANTED[name]
    text = sent.text(name).strip()
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise Refused(f"{name.replace('_', ' ')} is not a whole number from {least} to {most}")
    return int(text[:9])


def _member(site: Site, pseudonym: str) -> Member:
    with site.database.reading() as connection:
        found = find_member(connection, pseudonym, site.clock.now_ms())
    if found is None:
        raise HTTPException(404, _NOBODY)
    return found


def _back(pseudonym: str, exam: str | None = None) -> Response:
    anchor = f"#sheet-{quote(exam, safe='')}" if exam is not None else ""
    return RedirectResponse(f"/class/people/{quote(pseudonym, safe='')}{anchor}", 303)
