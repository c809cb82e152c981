"""What a form sent: fields and files, read once and kept with the request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from grader.service.submissions import Refused
from grader.web.shell import MOST_BODY_BYTES

_MOST_FILES, _MOST_FIELDS = 64, 64
_LONGEST_NAME = 100
_UNFIT = re.compile(r"[^\w. ()+-]", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The fields of a form, and its files: name -> bytes."""

    fields: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Give a field with the line breaks of Python; '' when it was not sent."""
        return self.fields.get(name, "").replace("\r\n", "\n")


async def form_of(request: Request) -> Sent:
    """Read the form; Refused when two files have one name."""
    if not hasattr(request.state, "sent"):
        async with request.form(
            max_files=_MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=MOST_BODY_BYTES
        ) as form:
            fields: dict[str, str] = {}
            files: dict[str, bytes] = {}
            for name, value in form.multi_items():
                if not isinstance(value, UploadFile):
                    fields.setdefault(name, value)
                elif value.filename:  # a file field that was left alone has none
                    label = safe_name(value.filename)
                    if label in files:
                        raise Refused("two of the files have one name", "rename one of them")
                    files[label] = await value.read()
        request.state.sent = Sent(fields=fields, files=files)
    sent: Sent = request.state.sent
    return sent


def safe_name(name: str) -> str:
    """Give the last part of a file's name, short and of plain characters."""
    last = re.split(r"[/\\]", name)[-1]
    return _UNFIT.sub("_", last)[-_LONGEST_NAME:].lstrip(".") or "file"


SentForm = Annotated[Sent, Depends(form_of)]
