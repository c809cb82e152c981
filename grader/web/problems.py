"""Errors of the API as problem details (RFC 9457): what happened, and what to do about it."""

from __future__ import annotations

import http
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from grader.report.visible import one_line
from grader.service.access import NotAllowed
from grader.service.receiving import TooOften
from grader.service.submissions import MOST_BYTES, Refused
from grader.web.guard import NotSignedIn
from grader.web.shell import BodyTooLarge

API = "/api/v1"
MEDIA_TYPE = "application/problem+json"
#: the part of a problem's type behind `/api#`, where the page of the API explains it
KINDS: Mapping[int, tuple[str, str]] = {
    401: ("token", "There is no token in the request, or it is unknown, expired or revoked."),
    403: ("not-allowed", "The token's scopes, or the role of its owner, do not allow it."),
    404: ("not-there", "There is no such thing, or it is not the token's owner's to see now."),
    405: ("method", "This address is not asked for in that way."),
    409: ("conflict", "It does not fit what is there already."),
    413: ("too-large", f"More was sent than the {MOST_BYTES >> 10} KiB of a hand-in."),
    415: ("media-type", "The body is not JSON."),
    422: ("unusable", "Something in the address, the headers or the body cannot be used."),
    429: ("too-often", "Too much within a short time; Retry-After says when to go on."),
    500: ("our-fault", "Something of ours failed; nothing that has a receipt is lost."),
}
_MOST_ERRORS, _LONGEST = 3, 200
_TOKEN_HINT = "make a token on the page /tokens and send it as 'Authorization: Bearer grader_…'"


def is_of_api(request: Request) -> bool:
    """Tell whether a request is for the API, whose errors are data and not pages."""
    return request.url.path == API or request.url.path.startswith(f"{API}/")


def problem_of(request: Request, error: Exception) -> JSONResponse:
    """Give the answer that tells an error."""
    status, detail, hint = _told(request, error)
    kind, _ = KINDS.get(status, ("other", ""))
    content = {
        "type": f"/api#{kind}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "hint": hint,
    }
    return JSONResponse(content, status, headers=_headers(error), media_type=MEDIA_TYPE)


def _told(request: Request, error: Exception) -> tuple[int, str, str]:
    """Give status, what happened, and what to do."""
    match error:
        case NotSignedIn():
            is_sent = "authorization" in request.headers
            what = "the token is unknown, expired or revoked" if is_sent else "no token was sent"
            return 401, what, _TOKEN_HINT
        case NotAllowed():
            what = f"this token may not: {error}"
            return 403, what, "a token does what its scopes say and its owner's role allows"
        case Refused():
            return error.status, error.what, error.hint
        case BodyTooLarge():
            what = f"the body is larger than {MOST_BYTES >> 10} KiB of files can be"
            return 413, what, "hand in the source alone, without data"
        case RequestValidationError():
            return 422, _validation_text(error.errors()), "the page /api describes each operation"
        case HTTPException(status_code=404):
            return 404, _own_words(error, "there is nothing at this address"), "see the page /api"
        case HTTPException():
            return error.status_code, _own_words(error, "this cannot be asked"), "see the page /api"
        case _:
            return 500, "something of ours failed; nothing that has a receipt is lost", "try again"


def _own_words(error: HTTPException, otherwise: str) -> str:
    is_bare = error.detail == http.HTTPStatus(error.status_code).phrase
    return otherwise if is_bare else error.detail


def _validation_text(errors: Iterable[Mapping[str, Any]]) -> str:
    """Name the first places that do not fit; a place may be a key that its sender made up."""
    said = [
        f"{'.'.join(str(step) for step in error['loc'])}: {error['msg']}"
        for error in list(errors)[:_MOST_ERRORS]
    ]
    return "; ".join(one_line(text, _LONGEST) for text in said)


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, NotSignedIn):
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooOften):
        return {"Retry-After": str(error.seconds)}
    if isinstance(error, HTTPException) and error.headers:
        return dict(error.headers)
    return {}


def declared(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Give for a route which problems it can answer with, for the document of the API."""
    return {status: _declared(status) for status in sorted({401, *statuses})}


def _declared(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    found: dict[str, Any] = {
        "description": KINDS[status][1],
        "content": {MEDIA_TYPE: {"schema": schema}},
    }
    if status == 401:
        found["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"const": "Bearer"}}}
    if status == 429:
        seconds = {"type": "integer", "minimum": 1}
        found["headers"] = {"Retry-After": {"required": True, "schema": seconds}}
    return found
