"""What the course keeps of one person: all of it as a file, or gone.

Who is removed leaves a pseudonym with scores, so that the figures of the class stay what they were,
and the rows of the audit, which name nobody. Copies of the database made before keep the rest until
they are dropped.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from grader.service import audit as audits
from grader.service.access import Person
from grader.service.members import keep_an_instructor
from grader.service.submissions import files_of
from grader.service.tables import (
    accommodation,
    audit,
    blob,
    draft,
    grading_run,
    group_outcome,
    person,
    practice_card,
    rate,
    result,
    score_override,
    sitting,
    submission,
    submission_file,
    token,
)

REMOVED = "(removed)"
#: columns that tell nothing of the person: secrets, or the inner life of the queue
_LEFT_OUT = {"hash", "lane", "nth", "fence", "claims", "lease_until_ms", "wanted_run", "report"}
_UNFIT = re.compile(r"[^\w.-]", re.ASCII)
#: a time that any archive can hold: two exports of the same are the same bytes
_ARCHIVED = (1980, 1, 1, 0, 0, 0)


def export_person(connection: Connection, who: Person, now_ms: int, author: Person) -> bytes:
    """Give as a zip all that is kept of a person: about.json, and the files they handed in."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        about = json.dumps(_kept(connection, who), indent=1, ensure_ascii=False)
        archive.writestr(zipfile.ZipInfo("about.json", _ARCHIVED), about.encode("utf-8", "replace"))
        owned = select(submission.c.id, submission.c.receipt).where(submission.c.person == who.id)
        for number, receipt in connection.execute(owned.order_by(submission.c.id)).all():
            for at, (name, source) in enumerate(files_of(connection, number).items()):
                path = f"submissions/{receipt}/{at}-{_UNFIT.sub('_', name)[-80:]}"
                archive.writestr(zipfile.ZipInfo(path, _ARCHIVED), source)
    audits.record(connection, now_ms, author.pseudonym, "export person", who.pseudonym)
    return content.getvalue()


def _kept(connection: Connection, who: Person) -> dict[str, Any]:
    tables = (token, sitting, accommodation, draft, submission, score_override, practice_card, rate)
    found: dict[str, Any] = {
        "person": _rows(connection, select(person).where(person.c.id == who.id))[0],
    }
    for table in tables:
        owned = select(table).where(table.c.person == who.id)
        found[table.name] = _rows(connection, owned)
    for table in (result, group_outcome):
        owned = (
            select(table)
            .join(submission, submission.c.id == table.c.submission)
            .join(grading_run, grading_run.c.id == table.c.grading_run)
            .where(submission.c.person == who.id, grading_run.c.state == "applied")
        )
        found[table.name] = _rows(connection, owned)
    is_theirs = or_(audit.c.actor == who.pseudonym, audit.c.object.contains(who.pseudonym))
    found["audit"] = _rows(connection, select(audit).where(is_theirs).order_by(audit.c.id))
    return found


def _rows(connection: Connection, statement: Any) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name not in _LEFT_OUT}
        for row in connection.execute(statement).mappings()
    ]


def count_kept(connection: Connection, who: Person) -> dict[str, int]:
    """Give how many submissions and drafts of a person there are."""
    return {
        table.name: connection.execute(
            select(func.count()).select_from(table).where(table.c.person == who.id)
        ).scalar_one()
        for table in (submission, draft)
    }


def remove_person(connection: Connection, who: Person, now_ms: int, author: Person) -> None:
    """Take a person out: name, e-mail, files, drafts and reports go, scores keep a pseudonym.

    What still waits is graded as nothing. Refused for the last instructor.
    """
    keep_an_instructor(connection, who)
    owned = select(submission.c.id).where(submission.c.person == who.id)
    for table in (token, draft, rate, practice_card, accommodation):
        connection.execute(delete(table).where(table.c.person == who.id))
    connection.execute(delete(submission_file).where(submission_file.c.submission.in_(owned)))
    connection.execute(delete(blob).where(blob.c.sha256.not_in(select(submission_file.c.sha256))))
    # a report quotes what the code printed and raised; its score stays
    connection.execute(update(result).where(result.c.submission.in_(owned)).values(report=b""))
    connection.execute(
        update(score_override).where(score_override.c.person == who.id).values(reason="")
    )
    connection.execute(
        update(person)
        .where(person.c.id == who.id)
        .values(name=REMOVED, email=None, external_id=None, deleted_ms=now_ms)
    )
    audits.record(connection, now_ms, author.pseudonym, "remove person", who.pseudonym)
