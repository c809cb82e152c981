"""The API: whose token it is, and the questions as students see them."""

from __future__ import annotations

from fastapi import APIRouter, Request

from grader.core.question import Question
from grader.service import practice
from grader.service.access import SCOPES
from grader.service.feedback import held_back
from grader.service.practice import Learning
from grader.web.api_models import Me, Name, QuestionDetail, QuestionList, QuestionSummary
from grader.web.guard import Caller, StudentCaller
from grader.web.problems import API, declared
from grader.web.question_pages import visible_question
from grader.web.site import site_of

router = APIRouter(prefix=API)


@router.get("/me", operation_id="readMe", responses=declared())
def read_me(person: Caller) -> Me:
    """Say whose token it is and what it may be used for."""
    return Me(
        pseudonym=person.pseudonym,
        name=person.name,
        role=person.role.value,
        scopes=[scope for scope in SCOPES if scope in (person.scopes or ())],
    )


@router.get("/questions", operation_id="listQuestions", responses=declared(403))
def list_questions(request: Request, person: StudentCaller) -> QuestionList:
    """List the questions that can be practised now."""
    site = site_of(request)
    now_ms = site.clock.now_ms()
    with site.database.reading() as connection:
        standings = practice.standings(connection, person)
        mastered = practice.mastered(connection, person, now_ms)
        hidden = held_back(connection, person, site.catalogue.exams.values(), now_ms)
    standings |= dict.fromkeys(mastered, Learning.MASTERED)
    return QuestionList(
        questions=[
            _summary(question, standings)
            for question in site.catalogue.questions.values()
            if question.id not in hidden
        ]
    )


@router.get("/questions/{question}", operation_id="readQuestion", responses=declared(403, 404, 422))
def read_question(request: Request, person: StudentCaller, question: Name) -> QuestionDetail:
    """Give a question: its statement, how it is answered, and the code to start from."""
    site = site_of(request)
    found = visible_question(site, person, question)
    with site.database.reading() as connection:
        standings = practice.standings(connection, person)
        if found.id in practice.mastered(connection, person, site.clock.now_ms()):
            standings[found.id] = Learning.MASTERED
    return QuestionDetail(
        **_summary(found, standings).model_dump(),
        statement=found.statement,
        interface=site.catalogue.interface(found),
        starter=site.catalogue.starter(found),
        related=list(found.related),
    )


def _summary(question: Question, standings: dict[str, Learning]) -> QuestionSummary:
    return QuestionSummary(
        id=question.id,
        title=question.title,
        tags=list(question.tags),
        difficulty=question.difficulty,
        points=str(question.max_score),
        standing=standings.get(question.id, Learning.TO_LEARN).value,
    )
