"""The audit for those who run the course: who did what, and whether the chain of rows holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse

from grader.service import audit
from grader.service.audit import Wanted
from grader.service.roster import everybody
from grader.web.guard import Manager
from grader.web.rendering import page
from grader.web.site import site_of

router = APIRouter(include_in_schema=False)
_PAGE = 100


@router.get("/class/audit")
def show_audit(
    request: Request,
    person: Manager,
    actor: str = "",
    action: str = "",
    below: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    check: bool = False,
) -> HTMLResponse:
    """Show what was done, newest first; check walks the whole chain."""
    site = site_of(request)
    wanted = Wanted(actor=actor, action=action, below=below)
    with site.database.reading() as connection:
        found = audit.deeds(connection, wanted, _PAGE + 1)
        actions = audit.actions(connection)
        names = {each.pseudonym: each.name for each in everybody(connection)}
        broken = audit.find_broken_link(connection) if check else None
    return page(
        request,
        "audit.html",
        deeds=found[:_PAGE],
        older=found[_PAGE - 1].number if len(found) > _PAGE else None,
        actions=actions,
        names=names,
        wanted=wanted,
        is_checked=check,
        broken=broken,
    )
