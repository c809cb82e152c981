"""The API: regrades, which change nothing until they are applied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from starlette.responses import Response

from grader.core.errors import UsageError
from grader.service import regrades
from grader.service.regrade_changes import Change, changes
from grader.service.runs import Run, find_run, runs
from grader.service.submissions import Refused
from grader.web.api_models import JsonBody, exact, time_of
from grader.web.api_regrade_models import (
    Applying,
    ChangeTold,
    NewRegrade,
    RegradeDetail,
    RegradeList,
    RegradeTold,
)
from grader.web.guard import ManagingCaller
from grader.web.problems import API, declared
from grader.web.site import site_of

router = APIRouter(prefix=API)
_NONE = "there is no such regrade"
_REF = "#/components/schemas/"

RunNumber = Annotated[int, Path(ge=1, le=2**53)]


def _body(kind: str) -> dict[str, object]:
    content = {"application/json": {"schema": {"$ref": _REF + kind}}}
    return {"requestBody": {"content": content, "required": True}}


@router.get("/regrades", operation_id="listRegrades", responses=declared(403))
def list_regrades(request: Request, person: ManagingCaller) -> RegradeList:
    """List all regrades, newest first."""
    with site_of(request).database.reading() as connection:
        return RegradeList(regrades=[_told(run) for run in runs(connection)])


@router.post(
    "/regrades",
    status_code=201,
    operation_id="startRegrade",
    response_description="The preview has begun; grades stay as they are.",
    responses=declared(403, 404, 409, 413, 415, 422)
    | {201: {"headers": {"Location": {"required": True, "schema": {"type": "string"}}}}},
    openapi_extra=_body("NewRegrade"),
)
def start_regrade(
    request: Request,
    response: Response,
    person: ManagingCaller,
    body: Annotated[NewRegrade, Depends(JsonBody(NewRegrade))],
) -> RegradeTold:
    """Grade all settled submissions to a question again, as a preview."""
    site = site_of(request)
    if body.question not in site.catalogue.questions:
        raise HTTPException(404, "there is no such question")
    with _as_conflicts(), site.database.writing() as connection:
        number, _ = regrades.start(
            connection, site.desk, body.question, body.reason.strip(), person
        )
        told = _told(_found(find_run(connection, number)))
    site.dispatcher.wake()
    response.headers["Location"] = f"{API}/regrades/{number}"
    return told


@router.get("/regrades/{run}", operation_id="readRegrade", responses=declared(403, 404, 422))
def read_regrade(request: Request, person: ManagingCaller, run: RunNumber) -> RegradeDetail:
    """Say how a regrade stands, and who would gain or lose by it, losses first."""
    with site_of(request).database.reading() as connection:
        found = _found(find_run(connection, run))
        changed = changes(connection, run) if found.state == "preview" else []
    return RegradeDetail(**_told(found).model_dump(), changes=[_change(each) for each in changed])


@router.post(
    "/regrades/{run}/apply",
    operation_id="applyRegrade",
    response_description="The regrade is what counts now.",
    responses=declared(403, 404, 409, 413, 415, 422),
    openapi_extra=_body("Applying"),
)
def apply_regrade(
    request: Request,
    person: ManagingCaller,
    run: RunNumber,
    body: Annotated[Applying, Depends(JsonBody(Applying))],
) -> RegradeTold:
    """Have a preview count, after a backup; 409 while some wait, or for unconfirmed losses."""
    site = site_of(request)
    with site.database.reading() as connection:
        _found(find_run(connection, run))
    with _as_conflicts():
        regrades.publish(site.desk, run, person, confirm_losses=body.confirm_losses)
    with site.database.reading() as connection:
        return _told(_found(find_run(connection, run)))


@router.post(
    "/regrades/{run}/discard",
    operation_id="discardRegrade",
    response_description="Grades are as if it had never been.",
    responses=declared(403, 404, 409, 422),
)
def discard_regrade(request: Request, person: ManagingCaller, run: RunNumber) -> RegradeTold:
    """Give a preview up."""
    site = site_of(request)
    with _as_conflicts(), site.database.writing() as connection:
        _found(find_run(connection, run))
        regrades.discard(connection, run, person, site.clock.now_ms())
        return _told(_found(find_run(connection, run)))


@contextmanager
def _as_conflicts() -> Iterator[None]:
    """Have what a use case cannot do now be told as a conflict."""
    try:
        yield
    except UsageError as error:
        raise Refused(error.what, error.hint, status=409) from error


def _found(run: Run | None) -> Run:
    if run is None:
        raise HTTPException(404, _NONE)
    return run


def _told(run: Run) -> RegradeTold:
    return RegradeTold.model_validate(
        {
            "run": run.number,
            "question": run.question,
            "reason": run.reason,
            "state": run.state,
            "created_at": time_of(run.created_ms),
            "left": run.left,
        }
    )


def _change(change: Change) -> ChangeTold:
    return ChangeTold(
        receipt=change.receipt,
        name=change.person_name,
        before=exact(change.before),
        after=exact(change.after),
        is_loss=change.is_loss,
        groups=list(change.groups),
    )
