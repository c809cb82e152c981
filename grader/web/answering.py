"""The page on which a question is answered, in practice and in an exam, and what it sends."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from grader.core.exam import Exam
from grader.core.question import Question
from grader.service import practice
from grader.service.access import Person
from grader.service.drafts import draft_of
from grader.service.practice import Learning
from grader.service.receiving import Parcel, TooOften
from grader.service.results import history
from grader.service.sittings import Situation
from grader.service.submissions import Refused
from grader.web.forms import Sent
from grader.web.rendering import exam_path, page, segment
from grader.web.site import site_of

_PASTED_NAME = "solution.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class InExam:
    """What an exam adds to a question. worth: its points there; attempts_left: None for any."""

    exam: Exam
    now: Situation
    worth: Fraction
    attempts_left: int | None
    hides_results: bool

    @property
    def path(self) -> str:
        """Give the address of the exam."""
        return exam_path(self.exam)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """One person at one question; place is None in practice."""

    person: Person
    question: Question
    place: InExam | None = None

    @property
    def path(self) -> str:
        """Give the address of the page, below which hand-ins and drafts are sent."""
        base = self.place.path if self.place else ""
        return f"{base}/questions/{segment(self.question.id)}"

    @property
    def exam(self) -> str:
        """Give the id of the exam, '' in practice."""
        return self.place.exam.id if self.place else ""


def parcel_of(sent: Sent, question: Question, exam: str = "") -> Parcel:
    """Give what a form handed in: its files, or else what stood in the editor."""
    kind, files = sent.text("kind"), sent.files or _pasted(sent.text("code"))
    return Parcel(
        question=question.id,
        files=files,
        key=key_of(sent, kind, files),
        kind=kind,
        exam=exam,
        typed=None if sent.files else sent.text("code"),
    )


def _pasted(code: str) -> dict[str, bytes]:
    return {_PASTED_NAME: code.encode("utf-8", "replace")} if code.strip() else {}


def key_of(sent: Sent, kind: str, files: Mapping[str, bytes]) -> str:
    """Give the key that makes a double click one hand-in: of the form's own, and what it holds."""
    digest = hashlib.sha256(f"{sent.text('key')[:200]}\0{kind}".encode())
    for name, content in sorted(files.items()):
        digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
    return f"form-{digest.hexdigest()}"


def answering_page(
    request: Request,
    answering: Answering,
    refused: Refused | None = None,
    code: str | None = None,
) -> HTMLResponse:
    """Give the page; with what was refused and why, where something was."""
    site, person, question = site_of(request), answering.person, answering.question
    with site.database.reading() as connection:
        draft = draft_of(connection, person, question.id, answering.exam)
        own = history(connection, person.id, question.id)
        learning = practice.standings(connection, person).get(question.id, Learning.TO_LEARN)
    starter = site.catalogue.starter(question)
    is_solved = learning is Learning.SOLVED and answering.place is None
    values: dict[str, Any] = {
        "answering": answering,
        "place": answering.place,
        "question": question,
        "interface": site.catalogue.interface(question),
        "code": code if code is not None else draft if draft is not None else starter,
        "starter": starter,
        "key": secrets.token_urlsafe(16),
        "refused": refused,
        "entries": [entry for entry in own if entry.exam == answering.exam],
        "learning": learning,
        "shows_solution": is_solved and bool(question.solution.strip()),
    }
    answer = page(request, "question.html", refused.status if refused else 200, **values)
    if isinstance(refused, TooOften):
        answer.headers["Retry-After"] = str(refused.seconds)
    return answer
