"""The API: handing in, how it stands, the report, and what was handed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request
from starlette.responses import Response

from grader.core.handed_in import digest_of_hand_in
from grader.report import to_json_text
from grader.service.access import Person
from grader.service.overview import Around, Glance, glance_at, glance_at_many, owner_of
from grader.service.receiving import Parcel, receive
from grader.service.results import Wanted, find_entry, source_of
from grader.service.showing import Reader, Shown, show
from grader.service.submissions import Receipt
from grader.web.api_models import (
    FileName,
    HandedIn,
    JsonBody,
    Name,
    ReceiptLinks,
    ReceiptTold,
    SubmissionList,
    SubmissionTold,
    exact,
    near,
    time_of,
)
from grader.web.guard import ReadingCaller, StudentCaller
from grader.web.problems import API, declared
from grader.web.site import Site, site_of

router = APIRouter(prefix=API)
_NONE = "there is no such submission"
_MOST_LISTED = 100
#: larger numbers are no rows of the database
_MOST_NUMBER = 2**53

ReceiptId = Annotated[str, Path(max_length=64)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description=(
            "Makes a repeated sending harmless: the same key gives the first receipt again, or 409 "
            "if what is sent is something else. Without one, the content is the key."
        ),
    ),
]
_BODY = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/HandedIn"}}}}
_CREATED = {
    "description": "It is stored for good.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ReceiptTold"}}},
    "headers": {"Location": {"required": True, "schema": {"type": "string"}}},
}


@router.post(
    "/questions/{question}/submissions",
    operation_id="submit",
    response_description="It was received before; this is the first receipt again.",
    responses=declared(403, 404, 409, 413, 415, 422, 429) | {201: _CREATED},
    openapi_extra={"requestBody": {**_BODY, "required": True}},
)
def submit(
    request: Request,
    response: Response,
    person: StudentCaller,
    question: Name,
    body: Annotated[HandedIn, Depends(JsonBody(HandedIn))],
    idempotency_key: Key = None,
) -> ReceiptTold:
    """Hand in an answer, or check it against the shown cases; a receipt means it is stored."""
    site = site_of(request)
    files = body.contents()
    parcel = Parcel(
        question=question,
        files=files,
        key=_key(idempotency_key, digest_of_hand_in(question, body.kind, body.exam, files)),
        kind=body.kind,
        exam=body.exam,
    )
    receipt = receive(site.desk, person, parcel)
    links = _links(receipt.id)
    if receipt.is_new:
        response.status_code = 201
        response.headers["Location"] = links.submission
    return _receipt_told(receipt, parcel, links)


@router.get("/submissions", operation_id="listSubmissions", responses=declared(403, 404, 422))
def list_submissions(
    request: Request,
    person: ReadingCaller,
    question: Annotated[Name | None, Query()] = None,
    exam: Annotated[Name | None, Query(description="empty: those outside of exams")] = None,
    kind: Annotated[str | None, Query(pattern="^(submit|check)$")] = None,
    of: Annotated[
        Name | None,
        Query(alias="person", description="a pseudonym, or 'everybody'; needs the scope read"),
    ] = None,
    before: Annotated[
        int | None, Query(ge=0, le=_MOST_NUMBER, description="what the page before gave as `next`")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_LISTED)] = 50,
) -> SubmissionList:
    """List submissions, newest first: one's own, or with the scope read anybody's."""
    site = site_of(request)
    reader = _reader(site, person)
    with site.database.reading() as connection:
        owner = owner_of(connection, person, of)
        wanted = Wanted(
            owner=owner, question=question, exam=exam, kind=kind, before=before, most=limit + 1
        )
        found = glance_at_many(connection, _around(site), wanted, reader)
    page = found[:limit]
    return SubmissionList(
        submissions=[_submission_told(glance) for glance in page],
        next=page[-1].entry.number if len(found) > limit else None,
    )


@router.get(
    "/submissions/{receipt}", operation_id="readSubmission", responses=declared(403, 404, 422)
)
def read_submission(request: Request, person: ReadingCaller, receipt: ReceiptId) -> SubmissionTold:
    """Say how a submission stands: its place in the queue, then what became of it."""
    site = site_of(request)
    reader = _reader(site, person)
    with site.database.reading() as connection:
        glance = glance_at(connection, _around(site), receipt, reader)
    if glance is None:
        raise HTTPException(404, _NONE)
    return _submission_told(glance)


@router.get(
    "/submissions/{receipt}/report",
    operation_id="readReport",
    response_class=Response,
    response_description="The report, as its page shows it.",
    responses=declared(403, 404, 422)
    | {200: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Report"}}}}},
)
def read_report(request: Request, person: ReadingCaller, receipt: ReceiptId) -> Response:
    """Give the report (schema grader/report/v1), cut to what its page shows now.

    404 says why there is none: it is not graded yet, an exam hides it, or something of ours failed.
    """
    site = site_of(request)
    reader = _reader(site, person)
    with site.database.reading() as connection:
        shown = show(connection, site.catalogue, receipt, reader, site.workers)
    if shown is None:
        raise HTTPException(404, _NONE)
    if shown.report is None:
        raise HTTPException(404, _why_no_report(shown))
    return Response(to_json_text(shown.report), media_type="application/json")


@router.get(
    "/submissions/{receipt}/files/{name}",
    operation_id="readFile",
    response_class=Response,
    response_description="The file, byte for byte.",
    responses=declared(403, 404, 422)
    | {200: {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}},
)
def read_file(
    request: Request, person: ReadingCaller, receipt: ReceiptId, name: FileName
) -> Response:
    """Give a file back as it was handed in."""
    site = site_of(request)
    with site.database.reading() as connection:
        entry = find_entry(connection, receipt, person)
        files = source_of(connection, entry) if entry is not None else {}
    if name not in files:
        raise HTTPException(404, "there is no such file" if entry is not None else _NONE)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(files[name], media_type="application/octet-stream", headers=headers)


def _key(given: str | None, digest: str) -> str:
    """Give a key that no form and no end of an exam makes, whatever a client sends."""
    return f"api-content-{digest}" if given is None else f"api-key-{given}"


def _reader(site: Site, person: Person) -> Reader:
    return Reader(person=person, now_ms=site.clock.now_ms())


def _around(site: Site) -> Around:
    return Around(catalogue=site.catalogue, workers=site.workers)


def _why_no_report(shown: Shown) -> str:
    if not shown.waiting.is_done:
        return "it is not graded yet"
    if shown.entry.status == "infrastructure_error":
        return "something of ours failed while it was graded: no score, which is not zero"
    if shown.hides_result:
        return "the exam shows results once it has closed"
    return "its details are not kept any more"


def _links(receipt: str) -> ReceiptLinks:
    return ReceiptLinks(
        submission=f"{API}/submissions/{receipt}",
        report=f"{API}/submissions/{receipt}/report",
        page=f"/submissions/{receipt}",
    )


def _receipt_told(receipt: Receipt, parcel: Parcel, links: ReceiptLinks) -> ReceiptTold:
    return ReceiptTold(
        id=receipt.id,
        question=receipt.question,
        exam=parcel.exam,
        kind=parcel.kind,
        received_at=time_of(receipt.received_ms),
        content_sha256=receipt.content_sha256,
        is_new=receipt.is_new,
        links=links,
    )


def _submission_told(glance: Glance) -> SubmissionTold:
    entry, waiting = glance.entry, glance.waiting
    score = None if glance.hides_result else entry.score
    most = None if glance.hides_result else entry.max_score
    return SubmissionTold.model_validate(
        {
            "receipt": entry.receipt,
            "person": glance.pseudonym,
            "question": entry.question,
            "exam": entry.exam,
            "kind": entry.kind,
            "received_at": time_of(entry.received_ms),
            "content_sha256": entry.content_sha256,
            "state": waiting.state,
            "ahead": waiting.ahead,
            "seconds": waiting.seconds,
            "status": "hidden" if glance.hides_result else entry.status,
            "score": exact(score),
            "score_number": near(score),
            "max_score": exact(most),
            "max_score_number": near(most),
            "links": _links(entry.receipt),
        }
    )
