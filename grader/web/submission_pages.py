"""A submission's page: the receipt at once, how far it is, then the report; and its history."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response, StreamingResponse

from grader.service.access import Person
from grader.service.counting import Rule, count, overrides
from grader.service.results import Entry, find_entry, history, source_of
from grader.service.showing import Reader, hides_result, previous_attempt, show
from grader.web.answering import Answering
from grader.web.guard import Student
from grader.web.progress import Progress
from grader.web.question_pages import visible_question
from grader.web.rendering import page, segment
from grader.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
_NONE = "There is no such submission."
#: comparing costs up to the square of the lines; a solution has a hundred
_MOST_COMPARED_LINES = 1000


@router.get("/submissions/{receipt}")
def show_submission(request: Request, receipt: str, person: Student) -> HTMLResponse:
    """Show receipt, progress and report of a submission."""
    site = site_of(request)
    reader = Reader(person=person, now_ms=site.clock.now_ms())
    with site.database.reading() as connection:
        shown = show(connection, site.catalogue, receipt, reader, site.workers)
    if shown is None:
        raise HTTPException(404, _NONE)
    question = site.catalogue.questions.get(shown.entry.question)
    return page(
        request,
        "submission.html",
        shown=shown,
        entry=shown.entry,
        title=question.title if question else shown.entry.question,
        texts=_texts(shown.files),
        back=_back(shown.entry),
    )


@router.get("/submissions/{receipt}/events")
async def follow(request: Request, receipt: str, person: Student) -> Response:
    """Tell how far a submission is, as server-sent events."""
    site, progress = site_of(request), request.app.state.progress
    assert isinstance(progress, Progress)
    entry = await run_in_threadpool(_entry, site, receipt, person)
    last = request.headers.get("last-event-id", "")
    events = progress.stream(person.id, entry.number, last)
    return StreamingResponse(
        events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


@router.get("/submissions/{receipt}/files/{name}")
def download(request: Request, receipt: str, name: str, person: Student) -> Response:
    """Give a file back as it was handed in; a browser saves it and shows nothing of it."""
    site = site_of(request)
    entry = _entry(site, receipt, person)
    with site.database.reading() as connection:
        files = source_of(connection, entry)
    if name not in files:
        raise HTTPException(404, "There is no such file.")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(files[name], media_type="application/octet-stream", headers=headers)


@router.get("/submissions/{receipt}/changes")
def show_changes(request: Request, receipt: str, person: Student) -> HTMLResponse:
    """Show what changed since the attempt before."""
    site = site_of(request)
    entry = _entry(site, receipt, person)
    reader = Reader(person=person, now_ms=site.clock.now_ms())
    with site.database.reading() as connection:
        hides = hides_result(connection, site.catalogue, entry, reader)
        before = previous_attempt(connection, entry)
        if before is None:
            raise HTTPException(404, "There is no attempt before this one.")
        old, new = (_texts(source_of(connection, each)) for each in (before, entry))
    lines = changed_lines(old, new)
    return page(request, "changes.html", entry=entry, before=before, lines=lines, hides=hides)


@router.get("/questions/{name}/history")
def show_history(request: Request, name: str, person: Student) -> HTMLResponse:
    """Show the reader's attempts at a question, newest first, and which one counts."""
    site = site_of(request)
    question = visible_question(site, person, name)
    with site.database.reading() as connection:
        entries = [each for each in history(connection, person.id, name) if not each.exam]
        by_hand = overrides(connection).get((person.id, name))
    counted = count(entries, Rule(worth=question.max_score), by_hand)
    return page(
        request,
        "history.html",
        answering=Answering(person=person, question=question),
        question=question,
        entries=entries,
        counting=counted.entry,
        counted=counted,
        hides=False,
    )


def changed_lines(old: Mapping[str, str], new: Mapping[str, str]) -> list[str] | None:
    """Give a unified diff of two hand-ins; None where they are too long to be compared."""
    if any(
        len(text.splitlines()) > _MOST_COMPARED_LINES for text in (*old.values(), *new.values())
    ):
        return None
    lines: list[str] = []
    for name in sorted({*old, *new}):
        before, after = old.get(name, "").splitlines(), new.get(name, "").splitlines()
        lines += difflib.unified_diff(before, after, name, name, lineterm="")
    return lines


def _back(entry: Entry) -> str:
    """Give the address of the question, where it was answered."""
    exam = f"/exams/{segment(entry.exam)}" if entry.exam else ""
    return f"{exam}/questions/{segment(entry.question)}"


def _entry(site: Site, receipt: str, person: Person) -> Entry:
    with site.database.reading() as connection:
        entry = find_entry(connection, receipt, person)
    if entry is None:
        raise HTTPException(404, _NONE)
    return entry


def _texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Give what can be read as text; archives are named only."""
    return {
        name: "" if name.lower().endswith(".zip") else content.decode("utf-8", "replace")
        for name, content in files.items()
    }
