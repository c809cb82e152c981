"""Regrades: begun with a reason, looked at, then applied or discarded as a whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader.core.errors import UsageError
from grader.service import regrade_changes, regrades
from grader.service.receiving import NO_QUESTION
from grader.service.runs import Run, find_run, runs
from grader.service.submissions import Refused
from grader.web.forms import SentForm
from grader.web.guard import Manager
from grader.web.rendering import page
from grader.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
_LONGEST_REASON = 500
RunNumber = Annotated[int, Path(ge=0, le=2**53)]


@router.get("/class/regrades")
def list_regrades(request: Request, person: Manager, question: str = "") -> HTMLResponse:
    """Show every regrade, and the form that begins one."""
    site = site_of(request)
    with site.database.reading() as connection:
        found = runs(connection)
        settled = regrades.settled(connection)
    questions = site.catalogue.questions
    graded = {name: count for name, count in settled.items() if name in questions}
    return page(
        request,
        "regrades.html",
        runs=found,
        graded=graded,
        questions=questions,
        chosen=question,
        longest=_LONGEST_REASON,
    )


@router.post("/class/regrades")
def start(request: Request, person: Manager, sent: SentForm) -> Response:
    """Begin a preview over everything that was handed in for one question."""
    site = site_of(request)
    question, reason = sent.text("question"), " ".join(sent.text("reason").split())
    if question not in site.catalogue.questions:
        raise Refused(NO_QUESTION, status=404)
    if not reason or len(reason) > _LONGEST_REASON:
        raise Refused("the reason is missing or too long", "say in a sentence why")
    try:
        with site.database.writing() as connection:
            run, _ = regrades.start(connection, site.desk, question, reason, person)
    except UsageError as error:
        raise _refused(error) from error
    site.dispatcher.wake()
    return RedirectResponse(f"/class/regrades/{run}", 303)


@router.get("/class/regrades/{run}")
def show_regrade(request: Request, run: RunNumber, person: Manager) -> HTMLResponse:
    """Show how far a regrade is, and who would gain or lose what."""
    site = site_of(request)
    with site.database.reading() as connection:
        found = _run(site, run)
        changes = regrade_changes.changes(connection, run)
        old, new = regrade_changes.versions(connection, run)
    current = site.catalogue.questions.get(found.question)
    return page(
        request,
        "regrade.html",
        run=found,
        changes=changes,
        losses=sum(change.is_loss for change in changes),
        gains=sum(change.difference > 0 for change in changes),
        old_versions=old,
        new_versions=new or ([current.version] if current else []),
    )


@router.post("/class/regrades/{run}")
def decide(request: Request, run: RunNumber, person: Manager, sent: SentForm) -> Response:
    """Apply a preview, after a backup, or discard it."""
    site = site_of(request)
    confirmed = sent.text("losses") == "yes"
    _run(site, run)
    try:
        if sent.text("deed") == "apply":
            regrades.publish(site.desk, run, person, confirm_losses=confirmed)
        elif sent.text("deed") == "discard":
            with site.database.writing() as connection:
                regrades.discard(connection, run, person, site.clock.now_ms())
        else:
            raise Refused("the form did not say what to do")
    except UsageError as error:
        raise _refused(error) from error
    return RedirectResponse(f"/class/regrades/{run}", 303)


def _run(site: Site, number: int) -> Run:
    with site.database.reading() as connection:
        found = find_run(connection, number)
    if found is None:
        raise HTTPException(404, "There is no such regrade.")
    return found


def _refused(error: UsageError) -> Refused:
    return Refused(error.what, error.hint, status=409)
