"""Hand in: the row is committed before anybody sees a receipt, and is the work item itself."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.sqlite import insert as insert_or

from grader.core import handed_in
from grader.core.errors import GraderError
from grader.core.question import Question
from grader.service import audit
from grader.service.access import Person
from grader.service.queue import LANE_STUDENT
from grader.service.tables import blob, question_version, submission, submission_file

FIRST_RUN = 1
MOST_BYTES, MOST_FILES = handed_in.MOST_BYTES, handed_in.MOST_FILES
KINDS = (".py", ".ipynb", ".zip")


class Refused(GraderError):
    """Nothing was stored; the sentence says why and what to do. status is the HTTP one."""

    def __init__(self, what: str, hint: str = "", *, status: int = 422) -> None:
        super().__init__(where="", what=what, hint=hint)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a student can keep: an id, when it was received, and the hash of what was received."""

    id: str
    submission: int
    question: str
    received_ms: int
    content_sha256: str
    is_new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HandIn:
    """What was sent. key makes a repeated sending harmless; exam is '' outside of exams."""

    question: Question
    files: Mapping[str, bytes]
    key: str
    kind: str = "submit"
    exam: str = ""


def hand_in(connection: Connection, person: Person, given: HandIn, now_ms: int) -> Receipt:
    """Store a submission inside the caller's transaction; the receipt holds once it is committed.

    The same key with the same content gives the first receipt again; with other content, Refused.
    """
    _check_files(given.files)
    content = digest_of(given)
    known = find_receipt(connection, person, given)
    if known is not None:
        return known
    _note_version(connection, given.question, now_ms)
    waiting = (
        select(func.count())
        .select_from(submission)
        .where(submission.c.person == person.id, submission.c.state != "done")
        .where(submission.c.published_run.is_(None))
    )
    receipt = secrets.token_urlsafe(12)
    row = insert(submission).values(
        receipt=receipt,
        person=person.id,
        question=given.question.id,
        question_version=given.question.version,
        exam=given.exam,
        kind=given.kind,
        received_ms=now_ms,
        content_sha256=content,
        idempotency_key=given.key,
        state="queued",
        lane=LANE_STUDENT,
        nth=connection.execute(waiting).scalar_one(),
        wanted_run=FIRST_RUN,
    )
    key = connection.execute(row).inserted_primary_key
    assert key is not None
    _store_files(connection, int(key[0]), given.files)
    about = {"question": given.question.id, "kind": given.kind, "sha256": content}
    audit.record(connection, now_ms, person.pseudonym, "submit", receipt, after=about)
    return Receipt(
        id=receipt,
        submission=int(key[0]),
        question=given.question.id,
        received_ms=now_ms,
        content_sha256=content,
    )


def digest_of(given: HandIn) -> str:
    """Give the hash of what was sent: question, kind, exam, names and contents."""
    return handed_in.digest_of_hand_in(given.question.id, given.kind, given.exam, given.files)


def files_of(connection: Connection, number: int) -> dict[str, bytes]:
    """Give the files of a submission."""
    found = connection.execute(
        select(submission_file.c.name, blob.c.content)
        .join(blob, blob.c.sha256 == submission_file.c.sha256)
        .where(submission_file.c.submission == number)
        .order_by(submission_file.c.name)
    )
    return {row.name: row.content for row in found}


def _check_files(files: Mapping[str, bytes]) -> None:
    if not files:
        raise Refused("nothing was handed in", "paste your code, or choose a file")
    if len(files) > MOST_FILES:
        raise Refused(f"{len(files)} files; at most {MOST_FILES} can be handed in", status=413)
    if sum(map(len, files.values())) > MOST_BYTES:
        limit = MOST_BYTES >> 10
        raise Refused(
            f"larger than {limit} KiB", "hand in the source alone, without data", status=413
        )
    for name, content in files.items():
        if not name.lower().endswith(KINDS):
            raise Refused("the file is of another kind", "hand in .py, .ipynb or .zip")
        if not content.strip():
            raise Refused("the file is empty")


def find_receipt(connection: Connection, person: Person, given: HandIn) -> Receipt | None:
    """Give the receipt of the same sending before; Refused when its key had another content."""
    found = (
        connection.execute(
            select(submission).where(
                submission.c.person == person.id, submission.c.idempotency_key == given.key
            )
        )
        .mappings()
        .first()
    )
    if found is None:
        return None
    if found["content_sha256"] != digest_of(given):
        raise Refused("this key was used for something else", status=409)
    return Receipt(
        id=found["receipt"],
        submission=found["id"],
        question=found["question"],
        received_ms=found["received_ms"],
        content_sha256=found["content_sha256"],
        is_new=False,
    )


def _note_version(connection: Connection, question: Question, now_ms: int) -> None:
    row = insert_or(question_version).values(
        version=question.version,
        question=question.id,
        title=question.title,
        max_score=str(question.max_score),
        first_seen_ms=now_ms,
    )
    connection.execute(row.on_conflict_do_nothing())


def _store_files(connection: Connection, number: int, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        connection.execute(
            insert_or(blob).values(sha256=digest, content=content).on_conflict_do_nothing()
        )
        connection.execute(
            insert(submission_file).values(submission=number, name=name, sha256=digest)
        )
