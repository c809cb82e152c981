"""The application: every route, what an error becomes, and the one look for all who wait."""

from __future__ import annotations

import http
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import anyio
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

import grader
from grader.service.access import NotAllowed
from grader.service.submissions import MOST_BYTES, Refused
from grader.service.waiting import Waiting, waiting_of
from grader.web import (
    api_class,
    api_exams,
    api_questions,
    api_regrades,
    api_schema,
    api_submissions,
    audit_pages,
    class_pages,
    exam_pages,
    health_routes,
    people_pages,
    person_pages,
    practice_pages,
    question_pages,
    question_staff_pages,
    regrade_pages,
    sign_in_pages,
    submission_pages,
    token_pages,
)
from grader.web.guard import Forged, NotSignedIn, visit_of
from grader.web.problems import is_of_api, problem_of
from grader.web.progress import MOST_STREAMS, Progress, TooManyStreams
from grader.web.rendering import page
from grader.web.shell import BodyTooLarge
from grader.web.site import Site

ROUTERS = (
    health_routes.router,
    sign_in_pages.router,
    question_pages.router,
    submission_pages.router,
    practice_pages.router,
    exam_pages.router,
    class_pages.router,
    people_pages.router,
    person_pages.router,
    question_staff_pages.router,
    regrade_pages.router,
    audit_pages.router,
    token_pages.router,
    api_questions.router,
    api_submissions.router,
    api_exams.router,
    api_regrades.router,
    api_class.router,
    api_schema.router,
)
_FORGED = "The form is too old, or it did not come from this site. Go back, reload it, try again."
_SAID = {404: "There is no such page.", 405: "This address is not asked for in that way."}
_OURS = (
    "Something of ours failed, and staff can see it in the log. "
    "Nothing that has a receipt is lost; please try again."
)


def make_app(site: Site) -> FastAPI:
    """Give the application for a site."""

    def look(numbers: Iterable[int]) -> Mapping[int, Waiting]:
        with site.database.reading() as connection:
            return waiting_of(connection, numbers, site.workers)

    progress = Progress(look)
    site.dispatcher.when_done(progress.changed)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            await tasks.start(progress.run)
            yield
            tasks.cancel_scope.cancel()

    app = FastAPI(
        title="grader",
        version=grader.__version__,
        lifespan=lifespan,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        openapi_url=None,
    )
    app.state.site, app.state.progress = site, progress
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(packages=[("grader.web", "static")]), name="static")
    _tell_errors(app)
    return app


def _tell_errors(app: FastAPI) -> None:
    """Have each error become a page that says what to do."""
    limit = f"That is larger than {MOST_BYTES >> 10} KiB. Hand in the source alone, without data."
    streams = f"At most {MOST_STREAMS} pages can wait at a time."
    told: dict[type[Exception], tuple[int, str]] = {
        NotSignedIn: (401, ""),
        NotAllowed: (403, "Your account may not do this."),
        Forged: (403, _FORGED),
        BodyTooLarge: (413, limit),
        TooManyStreams: (429, streams),
        RequestValidationError: (
            422,
            "Something in the address or the form is not as it should be.",
        ),
        Exception: (500, _OURS),
    }

    async def tell(request: Request, error: Exception) -> Response:
        if is_of_api(request):
            return problem_of(request, error)
        if isinstance(error, Refused):
            return await _error_page(request, error.status, str(error))
        if isinstance(error, HTTPException):
            is_bare = error.detail == http.HTTPStatus(error.status_code).phrase
            said = _SAID.get(error.status_code, error.detail) if is_bare else error.detail
            return await _error_page(request, error.status_code, said)
        kind = next(kind for kind in told if isinstance(error, kind))
        return await _error_page(request, *told[kind])

    for kind in (*told, Refused, HTTPException):
        app.add_exception_handler(kind, tell)


async def _error_page(request: Request, status: int, said: str) -> Response:
    if status == 500:  # perhaps the database is what failed: it is not asked again
        request.state.visit = None
    await visit_of(request)
    if status == 401:
        return page(request, "sign_in.html", 401, secret=None, is_used=False)
    title = http.HTTPStatus(status).phrase.capitalize()
    return page(request, "error.html", status, title=title, said=said, code=status)
