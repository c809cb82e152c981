"""Practice: what is due again today, and what could come next."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from grader.service import practice
from grader.service.feedback import held_back
from grader.service.practice import Learning
from grader.web.guard import Student
from grader.web.rendering import page
from grader.web.site import site_of

router = APIRouter(include_in_schema=False)
_MOST_NEXT = 6


@router.get("/practice")
def show_practice(request: Request, person: Student) -> HTMLResponse:
    """Show what is due, what was begun, and what is new, easiest first."""
    site = site_of(request)
    now_ms = site.clock.now_ms()
    with site.database.reading() as connection:
        hidden = held_back(connection, person, site.catalogue.exams.values(), now_ms)
        due = practice.due(connection, person, now_ms)
        upcoming = practice.upcoming(connection, person, now_ms)
        standings = practice.standings(connection, person)
        mastered = practice.mastered(connection, person, now_ms)
    questions = {
        name: question
        for name, question in site.catalogue.questions.items()
        if name not in hidden and question.code_parts
    }
    solved = {name for name, found in standings.items() if found is Learning.SOLVED}
    begun = [name for name in standings if name in questions and name not in solved]
    related: list[str] = []
    for name in begun:
        related += practice.related_questions(questions[name], questions, {*solved, *begun})
    new = sorted(
        (question for name, question in questions.items() if name not in standings),
        key=lambda question: (question.difficulty or 3, question.id),
    )
    return page(
        request,
        "practice.html",
        questions=questions,
        due=[found for found in due if found.question in questions],
        upcoming=[found for found in upcoming if found.question in questions],
        begun=begun,
        next=[questions[name] for name in dict.fromkeys(related)][:_MOST_NEXT] or new[:_MOST_NEXT],
        counts={
            "to learn": len(new),
            "tried": len(begun),
            "solved": len(solved & questions.keys()),
            "mastered": len(mastered & questions.keys()),
        },
    )
