"""What the API takes and gives, as types; the document of the API is made from them."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from fractions import Fraction
from typing import Annotated, Generic, Literal, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from grader.service.submissions import MOST_FILES, Refused

#: a plain name without folders: what is stored is shown to others and saved under it
FileName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_()+-][A-Za-z0-9_. ()+-]{0,99}$"),
    Field(examples=["solution.py"]),
]
#: ids of questions and exams, as far as a request names them; whether there is one is seen later
Name = Annotated[str, StringConstraints(max_length=200)]
_BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


class Given(BaseModel):
    """What is sent: nothing but what is named, in the types that are named."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Told(BaseModel):
    """What is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Told):
    """What went wrong (RFC 9457): detail is a sentence, hint says what to do."""

    type: str
    title: str
    status: int
    detail: str
    hint: str


# -- questions -----------------------------------------------------------------------------


class Me(Told):
    """Whose token it is. scopes: what the token may be used for."""

    pseudonym: str
    name: str
    role: str
    scopes: list[str]


class QuestionSummary(Told):
    """One question. points: an exact number as text; standing: where the token's owner stands."""

    id: str
    title: str
    tags: list[str]
    difficulty: int | None
    points: str = Field(examples=["5/2"])
    standing: Literal["to learn", "tried", "solved", "mastered"]


class QuestionList(Told):
    """The questions that can be practised now."""

    questions: list[QuestionSummary]


class QuestionDetail(QuestionSummary):
    """A question as a student sees it: Markdown, and the code to start from."""

    statement: str
    interface: str
    starter: str
    related: list[str]


# -- submissions ---------------------------------------------------------------------------


class TextFile(Given):
    """A file as text; it is stored as UTF-8."""

    name: FileName
    text: str

    @property
    def content(self) -> bytes:
        """Give the bytes."""
        return self.text.encode()


class EncodedFile(Given):
    """A file as bytes, in base64: exactly what it is, a zip or a notebook too."""

    name: FileName
    base64: Annotated[str, StringConstraints(pattern=_BASE64)]

    @property
    def content(self) -> bytes:
        """Give the bytes."""
        try:
            return base64.b64decode(self.base64, validate=True)
        except binascii.Error as error:
            raise Refused(f"{self.name} is not base64") from error


class HandedIn(Given):
    """What is handed in, or checked against the shown cases. exam: its id; '' for practice."""

    kind: Literal["submit", "check"] = "submit"
    exam: Name = ""
    files: Annotated[list[TextFile | EncodedFile], Field(min_length=1, max_length=MOST_FILES)]

    def contents(self) -> dict[str, bytes]:
        """Give the files by name; Refused when two have the same."""
        found = {file.name: file.content for file in self.files}
        if len(found) < len(self.files):
            raise Refused("two of the files have one name", "rename one of them")
        return found


class ReceiptLinks(Told):
    """Where to look next."""

    submission: str
    report: str
    page: str


class ReceiptTold(Told):
    """That it is stored for good. is_new: false where the same was received before."""

    id: str
    question: str
    exam: str
    kind: str
    received_at: datetime
    content_sha256: str
    is_new: bool
    links: ReceiptLinks


class SubmissionTold(Told):
    """How a submission stands.

    status: queued, running, or what became of it; 'hidden' as long as an exam keeps it back. ahead
    and seconds: how many are graded before it, and about how long that takes. Scores are exact
    numbers as text, and near ones as numbers; null where there is no score, which is not zero.
    """

    receipt: str
    person: str
    question: str
    exam: str
    kind: str
    received_at: datetime
    content_sha256: str
    state: Literal["queued", "running", "done"]
    ahead: int
    seconds: int
    status: Literal[
        "queued", "running", "graded", "ungradable", "superseded", "infrastructure_error", "hidden"
    ]
    score: str | None = Field(examples=["5/2"])
    score_number: float | None
    max_score: str | None
    max_score_number: float | None
    links: ReceiptLinks


class SubmissionList(Told):
    """Submissions, newest first. next: what to send as `before` for those after them, or null."""

    submissions: list[SubmissionTold]
    next: int | None


# -- reading and writing -------------------------------------------------------------------


Body = TypeVar("Body", bound=Given)


class JsonBody(Generic[Body]):
    """Reads a body of one kind, after the route's guard has let the request in.

    The framework itself would read a body before it asks who sent it.
    """

    def __init__(self, kind: type[Body]) -> None:
        self.kind = kind

    async def __call__(self, request: Request) -> Body:
        """Give the body; Refused or RequestValidationError when it cannot be used."""
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            what, hint = "the body is not JSON", "send it with 'Content-Type: application/json'"
            raise Refused(what, hint, status=415)
        try:
            return self.kind.model_validate_json(await request.body())
        except ValidationError as error:
            errors = error.errors(include_url=False, include_context=False, include_input=False)
            raise RequestValidationError(
                [{**each, "loc": ("body", *each["loc"])} for each in errors]
            ) from error


def time_of(ms: int) -> datetime:
    """Give a time of the database as the API tells it."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def exact(points: Fraction | None) -> str | None:
    """Give points as exact text: '5/2'."""
    return None if points is None else str(points)


def near(points: Fraction | None) -> float | None:
    """Give points as a number."""
    return None if points is None else float(points)
