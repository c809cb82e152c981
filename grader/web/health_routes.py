"""Is the process there, can it work; and the same for the person who operates it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse

from grader.service.health import checks
from grader.web.guard import Operator
from grader.web.rendering import page
from grader.web.site import site_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """Say whether work can be done: 503 names what does not hold.

    Old or failed backups are told too; the server stays ready, for a balancer that took it out
    would do students more harm.
    """
    site = site_of(request)
    found = checks(site.database, site.clock)
    is_ready = all(check.holds for check in found if check.is_vital)
    body = {
        "status": "ready" if is_ready else "not ready",
        "checks": {check.name: {"holds": check.holds, "said": check.said} for check in found},
    }
    return JSONResponse(body, 200 if is_ready else 503)


@router.get("/operations")
def operations(request: Request, person: Operator) -> HTMLResponse:
    """Show what /readyz says, without names and grades."""
    site = site_of(request)
    return page(request, "operations.html", checks=checks(site.database, site.clock))
