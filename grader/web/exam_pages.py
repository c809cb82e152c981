"""Exams and exercise sheets for who sits them: the list, one with its clock, its questions."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from grader.core.exam import Exam
from grader.core.question import Question
from grader.service.access import Person
from grader.service.closing import finish
from grader.service.drafts import Typed
from grader.service.exam_view import ExamView, exams_of, may_read, view_exam
from grader.service.feedback import held_back_from, is_over_for_all
from grader.service.receiving import receive
from grader.service.results import history
from grader.service.sittings import begin, save_exam_draft, situation
from grader.service.submissions import Refused
from grader.web.answering import Answering, InExam, answering_page, parcel_of
from grader.web.forms import SentForm
from grader.web.guard import Student
from grader.web.rendering import exam_path, page, segment
from grader.web.site import Site, site_of

router = APIRouter(include_in_schema=False)
_NO_QUESTION = "There is no such question in this exam."


@router.get("/exams")
def list_exams(request: Request, person: Student) -> HTMLResponse:
    """Show the exams and sheets of the course, each with where the reader stands."""
    site = site_of(request)
    with site.database.reading() as connection:
        found = exams_of(connection, site.catalogue, person, site.clock.now_ms())
    return page(request, "exams.html", found=found)


@router.get("/exams/{exam_id}")
def show_exam(request: Request, exam_id: str, person: Student) -> HTMLResponse:
    """Show an exam: its rules, the reader's clock, and the questions once they may be read."""
    site = site_of(request)
    view = _view(site, person, find_exam(site, exam_id))
    return page(
        request, "exam.html", view=view, exam=view.exam, now=view.now, server_ms=site.clock.now_ms()
    )


@router.get("/exams/{exam_id}/clock")
def tell_clock(request: Request, exam_id: str, person: Student) -> JSONResponse:
    """Tell a script how much time is left: only the server's clock counts."""
    site, exam = site_of(request), find_exam(site_of(request), exam_id)
    now_ms = site.clock.now_ms()
    with site.database.reading() as connection:
        now = situation(connection, person, exam, now_ms)
    left_ms = None if now.ends_ms is None else now.ends_ms - now_ms
    return JSONResponse({"phase": now.phase.value, "left_ms": left_ms})


@router.post("/exams/{exam_id}/begin")
def begin_exam(request: Request, exam_id: str, person: Student) -> Response:
    """Start the reader's time."""
    site = site_of(request)
    exam = find_exam(site, exam_id)
    with site.database.writing() as connection:
        begin(connection, person, exam, site.clock.now_ms())
    return RedirectResponse(exam_path(exam), 303)


@router.get("/exams/{exam_id}/finish")
def ask_to_finish(request: Request, exam_id: str, person: Student) -> HTMLResponse:
    """Ask once more: what is finished cannot be begun again."""
    site = site_of(request)
    view = _view(site, person, find_exam(site, exam_id))
    return page(
        request, "exam_finish.html", view=view, exam=view.exam, server_ms=site.clock.now_ms()
    )


@router.post("/exams/{exam_id}/finish")
def finish_exam(request: Request, exam_id: str, person: Student) -> Response:
    """End the reader's sitting: what was saved last is handed in."""
    site = site_of(request)
    exam = find_exam(site, exam_id)
    with site.database.writing() as connection:
        finish(connection, site.desk, person, exam)
    site.dispatcher.wake()
    return RedirectResponse(exam_path(exam), 303)


# -- one question --------------------------------------------------------------------------


@router.get("/exams/{exam_id}/questions/{name}")
def show_exam_question(request: Request, exam_id: str, name: str, person: Student) -> HTMLResponse:
    """Show a question of an exam with the editor and the clock."""
    answering = _answering(site_of(request), person, exam_id, name)
    return answering_page(request, answering)


@router.post("/exams/{exam_id}/questions/{name}/submissions")
def hand_in_exam_answer(
    request: Request, exam_id: str, name: str, person: Student, sent: SentForm
) -> Response:
    """Store what was handed in, then show its receipt."""
    site = site_of(request)
    exam, question = find_exam(site, exam_id), _question(site, person, exam_id, name)
    try:
        if sent.text("kind") == "draft":
            _keep(site, person, exam, Typed(question=name, content=sent.text("code")))
            return RedirectResponse(f"{exam_path(exam)}/questions/{segment(name)}", 303)
        receipt = receive(site.desk, person, parcel_of(sent, question, exam.id))
    except Refused as refused:
        answering = _answering(site, person, exam_id, name)
        return answering_page(request, answering, refused, sent.text("code"))
    return RedirectResponse(f"/submissions/{receipt.id}", 303)


@router.post("/exams/{exam_id}/questions/{name}/draft")
def save_exam_answer(
    request: Request, exam_id: str, name: str, person: Student, sent: SentForm
) -> Response:
    """Keep what is in the editor; what was kept at the end is handed in."""
    site = site_of(request)
    exam, question = find_exam(site, exam_id), _question(site, person, exam_id, name)
    _keep(site, person, exam, Typed(question=question.id, content=sent.text("code")))
    return Response(status_code=204)


@router.get("/exams/{exam_id}/questions/{name}/history")
def show_exam_history(request: Request, exam_id: str, name: str, person: Student) -> HTMLResponse:
    """Show the reader's attempts at a question of an exam, and which one counts."""
    site = site_of(request)
    view = _view(site, person, find_exam(site, exam_id))
    answering = _answering(site, person, exam_id, name)
    with site.database.reading() as connection:
        entries = [
            each for each in history(connection, person.id, name) if each.exam == answering.exam
        ]
    row = next(row for block in view.blocks for row in block.rows if row.id == name)
    return page(
        request,
        "history.html",
        question=answering.question,
        entries=entries,
        counting=row.counted.entry,
        answering=answering,
        counted=row.counted,
        rule=view.exam.counts,
        hides=view.hides_results,
    )


def find_exam(site: Site, exam_id: str) -> Exam:
    """Give an exam of the course; 404 where there is none."""
    exam = site.catalogue.exams.get(exam_id)
    if exam is None:
        raise HTTPException(404, "There is no such exam.")
    return exam


def _view(site: Site, person: Person, exam: Exam) -> ExamView:
    with site.database.reading() as connection:
        return view_exam(connection, site.catalogue, person, exam, site.clock.now_ms())


def _answering(site: Site, person: Person, exam_id: str, name: str) -> Answering:
    """Give a question that the person may read in this exam now; 404 where it is none of it."""
    view = _view(site, person, find_exam(site, exam_id))
    question = _question(site, person, exam_id, name)
    row = next(row for block in view.blocks for row in block.rows if row.id == name)
    place = InExam(
        exam=view.exam,
        now=view.now,
        worth=row.counted.max_score,
        attempts_left=row.attempts_left,
        hides_results=view.hides_results,
    )
    return Answering(person=person, question=question, place=place)


def _question(site: Site, person: Person, exam_id: str, name: str) -> Question:
    """Give a question of an exam; 404 where it is none of it, Refused while it is not to be read.

    Before an exam is begun nobody learns by asking which questions are in it.
    """
    exam, now_ms = find_exam(site, exam_id), site.clock.now_ms()
    exams = site.catalogue.exams.values()
    with site.database.reading() as connection:
        now = situation(connection, person, exam, now_ms)
        is_over = is_over_for_all(connection, exam, now_ms)
        held = held_back_from(connection, person, exam, exams, now_ms)
    if not may_read(now, person, is_over=is_over):
        raise Refused(f"the exam is {now.phase.value}, and was not begun", status=409)
    found = site.catalogue.questions.get(name)
    if found is None or name not in {each.id for each in exam.questions}:
        raise HTTPException(404, _NO_QUESTION)
    if name in held:
        raise Refused("an exam asks this question now", "it comes back afterwards", status=409)
    return found


def _keep(site: Site, person: Person, exam: Exam, typed: Typed) -> None:
    with site.database.writing() as connection:
        save_exam_draft(connection, person, exam, typed, site.clock.now_ms())
