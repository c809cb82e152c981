"""The API: exams by the server's clock. Answers are handed in as elsewhere, with the exam's id."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request

from grader.core.exam import Exam
from grader.service.access import Person
from grader.service.exam_view import ExamView, exams_of, view_exam
from grader.service.sittings import Situation, begin
from grader.service.submissions import Refused
from grader.web.api_exam_models import (
    ExamDetail,
    ExamList,
    ExamQuestionDetail,
    ExamQuestionTold,
    ExamSummary,
)
from grader.web.api_models import Name, exact, time_of
from grader.web.exam_pages import find_exam
from grader.web.guard import StudentCaller
from grader.web.problems import API, declared
from grader.web.site import Site, site_of

router = APIRouter(prefix=API)


@router.get("/exams", operation_id="listExams", responses=declared(403))
def list_exams(request: Request, person: StudentCaller) -> ExamList:
    """List the exams and exercise sheets, each with one's own clock."""
    site = site_of(request)
    with site.database.reading() as connection:
        found = exams_of(connection, site.catalogue, person, site.clock.now_ms())
    return ExamList(exams=[_summary(exam, now) for exam, now in found])


@router.get("/exams/{exam}", operation_id="readExam", responses=declared(403, 404, 422))
def read_exam(request: Request, person: StudentCaller, exam: Name) -> ExamDetail:
    """Give an exam, with its questions as soon as one may read them."""
    site = site_of(request)
    return _detail(_view(site, person, find_exam(site, exam)))


@router.get(
    "/exams/{exam}/questions/{question}",
    operation_id="readExamQuestion",
    responses=declared(403, 404, 409, 422),
)
def read_exam_question(
    request: Request, person: StudentCaller, exam: Name, question: Name
) -> ExamQuestionDetail:
    """Give a question of an exam; 409 as long as one may not read it."""
    site = site_of(request)
    view = _view(site, person, find_exam(site, exam))
    if not view.blocks:
        hint = "begin it first" if view.now.must_begin else ""
        raise Refused(f"the exam is {view.now.phase.value}, and was not begun", hint, status=409)
    if question not in {each.id for each in view.exam.questions}:
        raise HTTPException(404, "there is no such question in this exam")
    row = next(row for block in view.blocks for row in block.rows if row.id == question)
    found = row.question
    if found is None:
        raise HTTPException(404, "the course has lost this question")
    if row.is_held:
        raise Refused("an exam asks this question now", "it comes back afterwards", status=409)
    return ExamQuestionDetail(
        id=found.id,
        title=found.title,
        statement=found.statement,
        interface=site.catalogue.interface(found),
        starter=site.catalogue.starter(found),
    )


@router.post(
    "/exams/{exam}/begin",
    operation_id="beginExam",
    response_description="The owner's time runs, or had begun before.",
    responses=declared(403, 404, 409, 422),
)
def begin_exam(request: Request, person: StudentCaller, exam: Name) -> ExamDetail:
    """Start one's own time, once; repeating it changes nothing."""
    site = site_of(request)
    found = find_exam(site, exam)
    with site.database.writing() as connection:
        begin(connection, person, found, site.clock.now_ms())
    return _detail(_view(site, person, found))


def _view(site: Site, person: Person, exam: Exam) -> ExamView:
    with site.database.reading() as connection:
        return view_exam(connection, site.catalogue, person, exam, site.clock.now_ms())


def _summary(exam: Exam, now: Situation) -> ExamSummary:
    times_ms = (now.opens_ms, now.closes_ms, now.ends_ms)
    opens, closes, ends = (None if ms is None else time_of(ms) for ms in times_ms)
    return ExamSummary.model_validate(
        {
            "id": exam.id,
            "title": exam.title,
            "kind": exam.kind.value,
            "phase": "to begin" if now.must_begin else now.phase.value,
            "opens_at": opens,
            "closes_at": closes,
            "ends_at": ends,
            "duration_seconds": int(exam.duration.total_seconds()) if exam.duration else None,
        }
    )


def _detail(view: ExamView) -> ExamDetail:
    return ExamDetail(
        **_summary(view.exam, view.now).model_dump(),
        instructions=view.exam.instructions,
        hides_results=view.hides_results,
        questions=[
            ExamQuestionTold(
                id=row.id,
                title=row.question.title if row.question else None,
                slot=slot,
                pick=block.pick,
                attempts_left=row.attempts_left,
                score=None if view.hides_results else exact(row.counted.score),
                max_score=str(row.counted.max_score),
            )
            for slot, block in enumerate(view.blocks, 1)
            for row in block.rows
        ],
    )
