"""The list of questions, one question with its editor, and handing in."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader.core.question import Question
from grader.service import practice
from grader.service.access import Person
from grader.service.drafts import save_draft
from grader.service.feedback import held_back
from grader.service.practice import Learning
from grader.service.receiving import NO_QUESTION, receive
from grader.service.submissions import Refused
from grader.web.answering import Answering, answering_page, parcel_of
from grader.web.forms import SentForm
from grader.web.guard import Student
from grader.web.rendering import page
from grader.web.site import Site, site_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the list is narrowed to."""

    text: str = ""
    tag: str = ""
    difficulty: str = ""
    status: str = ""

    def fits(self, question: Question, learning: Learning) -> bool:
        """Tell whether a question is shown."""
        words = " ".join([question.id, question.title, *question.tags, *question.related])
        return (
            all(word in words.casefold() for word in self.text.casefold().split())
            and (not self.tag or self.tag in question.tags)
            and (not self.difficulty or self.difficulty == str(question.difficulty))
            and (not self.status or self.status == learning.value)
        )


@router.get("/")
def list_questions(
    request: Request,
    person: Student,
    q: str = "",
    tag: str = "",
    difficulty: str = "",
    status: str = "",
) -> HTMLResponse:
    """Show the questions, with search and where the reader stands."""
    site = site_of(request)
    now_ms = site.clock.now_ms()
    with site.database.reading() as connection:
        standings = practice.standings(connection, person)
        due = [found.question for found in practice.due(connection, person, now_ms)]
        mastered = practice.mastered(connection, person, now_ms)
        hidden = held_back(connection, person, site.catalogue.exams.values(), now_ms)
    questions = [
        question for question in site.catalogue.questions.values() if question.id not in hidden
    ]
    wanted = Wanted(text=q, tag=tag, difficulty=difficulty, status=status)
    learning = {
        question.id: Learning.MASTERED
        if question.id in mastered
        else standings.get(question.id, Learning.TO_LEARN)
        for question in questions
    }
    return page(
        request,
        "questions.html",
        questions=[each for each in questions if wanted.fits(each, learning[each.id])],
        learning=learning,
        wanted=wanted,
        tags=sorted({tag for question in questions for tag in question.tags}),
        difficulties=sorted({each.difficulty for each in questions if each.difficulty}),
        statuses=[known.value for known in Learning],
        due=[name for name in due if name in learning],
    )


@router.get("/questions/{name}")
def show_question(request: Request, name: str, person: Student) -> HTMLResponse:
    """Show a question with its statement and the editor."""
    site = site_of(request)
    question = visible_question(site, person, name)
    return answering_page(request, Answering(person=person, question=question))


@router.post("/questions/{name}/submissions")
def hand_in_answer(request: Request, name: str, person: Student, sent: SentForm) -> Response:
    """Store what was handed in, then show its receipt: what has one is never lost."""
    site = site_of(request)
    answering = Answering(person=person, question=visible_question(site, person, name))
    if sent.text("kind") == "draft":
        _keep_draft(site, person, name, sent.text("code"))
        return RedirectResponse(answering.path, 303)
    try:
        receipt = receive(site.desk, person, parcel_of(sent, answering.question))
    except Refused as refused:
        return answering_page(request, answering, refused, sent.text("code"))
    return RedirectResponse(f"/submissions/{receipt.id}", 303)


@router.post("/questions/{name}/draft")
def save(request: Request, name: str, person: Student, sent: SentForm) -> Response:
    """Keep what is in the editor."""
    site = site_of(request)
    visible_question(site, person, name)
    _keep_draft(site, person, name, sent.text("code"))
    return Response(status_code=204)


def visible_question(site: Site, person: Person, name: str) -> Question:
    """Give a question that the person may practise; 404 where there is none."""
    question = site.catalogue.questions.get(name)
    if question is not None:
        with site.database.reading() as connection:
            exams = site.catalogue.exams.values()
            if name in held_back(connection, person, exams, site.clock.now_ms()):
                question = None
    if question is None:
        raise HTTPException(404, NO_QUESTION)
    return question


def _keep_draft(site: Site, person: Person, name: str, code: str) -> None:
    with site.database.writing() as connection:
        save_draft(connection, person, name, "", code, site.clock.now_ms())
