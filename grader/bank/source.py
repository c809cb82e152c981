"""A question file as text: decoded, newlines made one kind, front matter cut from the body."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.core.errors import QuestionError

LARGEST_BYTES = 2 << 20
_DELIMITER = "---"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The two halves of a question file; line numbers count from 1 in the file as it is on disk.

    file is how errors name it, text the whole with \\n as newline and no byte order mark.
    """

    file: str
    path: Path
    text: str
    front: str
    front_line: int
    body: tuple[str, ...]
    body_line: int


def read_source(path: Path, file: str) -> Source:
    """Read a question file; QuestionError when it is no text of a size and form we know."""
    return split_source(read_text(path, file), path, file)


def read_text(path: Path, file: str) -> str:
    """Read UTF-8 text of at most 2 MiB with any newlines."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise QuestionError(where=file, what=f"cannot be read: {reason}") from error
    if len(raw) > LARGEST_BYTES:
        raise QuestionError(
            where=file,
            what=f"larger than {LARGEST_BYTES >> 20} MiB",
            hint="keep images and data in files of their own and link to them",
        )
    return decode(raw, file)


def decode(raw: bytes, file: str) -> str:
    """Give the text of raw bytes, without byte order mark and with \\n as the only newline."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise QuestionError(where=f"{file}:1", what="UTF-16 text", hint="save the file as UTF-8")
    nul = raw.find(b"\0")
    if nul >= 0:
        line = _line_of(raw, nul)
        raise QuestionError(where=f"{file}:{line}", what="a NUL byte", hint="this is not a text")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_of(raw, error.start)
        found = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise QuestionError(
            where=f"{file}:{line}", what=found, hint="save the file as UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line_of(raw: bytes, offset: int) -> int:
    before = raw[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1


def has_front_matter(text: str) -> bool:
    """Tell whether the first line that is not empty is `---`."""
    return text.lstrip().split("\n", 1)[0].rstrip() == _DELIMITER


def split_source(text: str, path: Path, file: str) -> Source:
    """Cut text into front matter and body."""
    if not text.strip():
        raise QuestionError(where=f"{file}:1", what="the file is empty")
    lines = text.split("\n")
    first = next(at for at, line in enumerate(lines) if line.strip())
    if lines[first].rstrip() != _DELIMITER:
        raise QuestionError(
            where=f"{file}:{first + 1}",
            what="no front matter",
            hint="a question begins with a line '---', keys such as 'id: …', and a line '---'",
        )
    ends = (at for at in range(first + 1, len(lines)) if lines[at].rstrip() == _DELIMITER)
    last = next(ends, None)
    if last is None:
        raise QuestionError(
            where=f"{file}:{first + 1}",
            what="the front matter is not closed",
            hint="end it with a line '---'",
        )
    return Source(
        file=file,
        path=path,
        text=text,
        front="\n".join(lines[first + 1 : last]) + "\n",
        front_line=first + 2,
        body=tuple(lines[last + 1 :]),
        body_line=last + 2,
    )
