"""Questions for staff: which are broken, what the class makes of each, and whether each holds.

Who may see hidden tests but no submissions, an author, sees neither names nor figures here.
"""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader.core.question import Question
from grader.service.access import Permission, Person
from grader.service.course_reading import read_again
from grader.service.question_facts import Facts, facts_of, tried
from grader.service.receiving import NO_QUESTION
from grader.service.results import Entry, entries_of_question, find_entry, report_of
from grader.service.submissions import Refused
from grader.web.guard import Author, Manager
from grader.web.rendering import page
from grader.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
_MOST_ENTRIES = 100
STATUSES = ("graded", "ungradable", "infrastructure_error", "queued", "running")


@router.get("/class/questions")
def list_for_staff(request: Request, person: Author) -> HTMLResponse:
    """Show the questions with what is wrong in their files, and their figures."""
    site = site_of(request)
    figures = {}
    if person.may(Permission.READ_ALL):
        with site.database.reading() as connection:
            figures = tried(connection)
    questions = site.catalogue.questions.values()
    return page(
        request,
        "staff_questions.html",
        questions=sorted(questions, key=lambda question: question.title.casefold()),
        figures=figures,
        errors=site.catalogue.errors,
        verifying={each.id: site.verifier.state(each) for each in questions}
        if site.verifier
        else {},
    )


@router.post("/class/questions")
def read_course_again(request: Request, person: Manager) -> Response:
    """Read the files of the course again."""
    read_again(site_of(request).desk, person)
    return RedirectResponse("/class/questions", 303)


@router.get("/class/questions/{name}")
def show_for_staff(
    request: Request, name: str, person: Author, status: str = "", example: str = ""
) -> HTMLResponse:
    """Show what the class makes of a question, the question itself, and whether it holds."""
    site = site_of(request)
    question = site.catalogue.questions.get(name)
    facts: Facts | None = None
    entries: list[Entry] = []
    shown: object = None
    if person.may(Permission.READ_ALL):
        facts, entries, shown = _of_the_class(site, person, name, status, example)
    if question is None and not entries:
        raise HTTPException(404, NO_QUESTION)
    return page(
        request,
        "staff_question.html",
        name=name,
        question=question,
        title=question.title if question else name,
        interface=site.catalogue.interface(question) if question else "",
        facts=facts,
        entries=entries[:_MOST_ENTRIES],
        count=len(entries),
        statuses=STATUSES,
        wanted=status,
        shown=shown,
        errors=_errors(site, question),
        verifying=site.verifier.state(question) if site.verifier and question else None,
        can_verify=site.verifier is not None and question is not None,
    )


def _of_the_class(
    site: Site, person: Person, name: str, status: str, example: str
) -> tuple[Facts, list[Entry], object]:
    """Give facts, the submissions of a status, newest first, and the report of an example."""
    with site.database.reading() as connection:
        facts = facts_of(connection, name)
        entries = [
            entry
            for entry in reversed(entries_of_question(connection, name))
            if not status or entry.status == status
        ]
        receipt = example or next((c.examples[-1].receipt for c in facts.clusters), "")
        found = find_entry(connection, receipt, person) if receipt else None
        report = None
        if found is not None and found.question == name:
            report = report_of(connection, found, person)
    return facts, entries, (found, report) if report is not None else None


@router.post("/class/questions/{name}/verification")
def start_verification(request: Request, name: str, person: Author) -> Response:
    """Begin to verify a question; its page shows how far it is."""
    site = site_of(request)
    question = site.catalogue.questions.get(name)
    if question is None or site.verifier is None:
        raise HTTPException(404, NO_QUESTION)
    if not site.verifier.start(question):
        raise Refused("another question is being verified", "try again soon", status=409)
    return RedirectResponse(f"/class/questions/{quote(name, safe='')}", 303)


def _errors(site: Site, question: Question | None) -> list[str]:
    """Give what is wrong in the file of a question as it is now; what was read before is shown."""
    if question is None:
        return []
    return [
        str(error)
        for error in site.catalogue.errors
        if error.where.partition(":")[0] == question.path
    ]
