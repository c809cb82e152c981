"""The list of questions, one question with its editor, and handing in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from grader.core.question import Question
from grader.service import practice
from grader.service.access import Person
from grader.service.drafts import draft_of, save_draft
from grader.service.feedback import held_back
from grader.service.practice import Learning
from grader.service.receiving import NO_QUESTION, Parcel, TooOften, receive
from grader.service.results import history
from grader.service.submissions import Refused
from grader.web.forms import Sent, SentForm
from grader.web.guard import Student
from grader.web.rendering import page
from grader.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
_PASTED_NAME = "solution.py"


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
    return _question_page(request, person, question)


@router.post("/questions/{name}/submissions")
def hand_in_answer(request: Request, name: str, person: Student, sent: SentForm) -> Response:
    """Store what was handed in, then show its receipt: what has one is never lost."""
    site = site_of(request)
    question = visible_question(site, person, name)
    if sent.text("kind") == "draft":
        _keep_draft(site, person, name, sent.text("code"))
        return RedirectResponse(f"/questions/{name}", 303)
    try:
        receipt = receive(site.desk, person, parcel_of(sent, question.id))
    except Refused as refused:
        return _question_page(request, person, question, refused, sent.text("code"))
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


def parcel_of(sent: Sent, question: str, exam: str = "") -> Parcel:
    """Give what a form handed in: its files, or else what stood in the editor."""
    kind, files = sent.text("kind"), sent.files or _pasted(sent.text("code"))
    return Parcel(
        question=question,
        files=files,
        key=key_of(sent, kind, files),
        kind=kind,
        exam=exam,
        typed=None if sent.files else sent.text("code"),
    )


def _pasted(code: str) -> dict[str, bytes]:
    return {_PASTED_NAME: code.encode("utf-8", "replace")} if code.strip() else {}


def key_of(sent: Sent, kind: str, files: Mapping[str, bytes]) -> str:
    """Give the key that makes a double click one hand-in: of the form's own, and what it holds."""
    digest = hashlib.sha256(f"{sent.text('key')[:200]}\0{kind}".encode())
    for name, content in sorted(files.items()):
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return f"form-{digest.hexdigest()}"


def _question_page(
    request: Request,
    person: Person,
    question: Question,
    refused: Refused | None = None,
    code: str | None = None,
) -> HTMLResponse:
    site = site_of(request)
    with site.database.reading() as connection:
        draft = draft_of(connection, person, question.id)
        entries = history(connection, person.id, question.id)
        learning = practice.standings(connection, person).get(question.id, Learning.TO_LEARN)
    starter = site.catalogue.starter(question)
    values: dict[str, Any] = {
        "question": question,
        "interface": site.catalogue.interface(question),
        "code": code if code is not None else draft if draft is not None else starter,
        "starter": starter,
        "key": secrets.token_urlsafe(16),
        "refused": refused,
        "entries": entries,
        "learning": learning,
        "shows_solution": learning is Learning.SOLVED and bool(question.solution.strip()),
    }
    answer = page(request, "question.html", refused.status if refused else 200, **values)
    if isinstance(refused, TooOften):
        answer.headers["Retry-After"] = str(refused.seconds)
    return answer
