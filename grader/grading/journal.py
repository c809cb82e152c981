"""The reports of a class while it is graded: after Ctrl-C or a crash, only the rest is graded.

Each report is appended whole, with its digest, as soon as it is made; a record that was torn by a
crash is cut off when the journal is opened again. A report is found by all that it depends on, so
that a changed submission, question or grader is graded anew. Our own faults are never kept.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from pathlib import Path
from types import TracebackType

from grader.core.codec import CodecError
from grader.core.errors import UsageError
from grader.core.report import Report, Status
from grader.core.stored import pack, unpack
from grader.grading.grade import versions
from grader.grading.intake import Submission
from grader.grading.plan import QuestionPlan
from grader.sandbox import Sandbox

_HEAD = b"grader/journal/v1\n"
_DIGEST_BYTES, _LENGTH_BYTES = 32, 8
_LARGEST_RECORD = 64 << 20


class Journal:
    """An open journal; close(is_finished=True) takes the file away."""

    def __init__(self, path: Path) -> None:
        """Open or begin the journal; UsageError when another grading holds it."""
        self.path = path
        self._lock = threading.Lock()
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise UsageError(where=str(path), what=f"cannot be written ({reason})") from error
        self._file = os.fdopen(descriptor, "r+b")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise UsageError(
                where=str(path),
                what="another grading writes to the same place",
                hint="wait for it, or name another --output",
            ) from error
        self._reports: dict[bytes, bytes] = {}  # of earlier runs: this one has its own in hand
        self._read()
        self._is_empty = not self._reports

    def _read(self) -> None:
        """Read what is whole, and cut off what is not."""
        head = self._file.read(len(_HEAD))
        end = len(_HEAD) if head == _HEAD else 0
        while end:
            record = self._next_record()
            if record is None:
                break
            self._reports[record[0]] = record[1]
            end = self._file.tell()
        self._file.seek(end)
        self._file.truncate()
        if not end:
            self._file.write(_HEAD)
            self._file.flush()

    def _next_record(self) -> tuple[bytes, bytes] | None:
        key = self._file.read(_DIGEST_BYTES)
        length = int.from_bytes(self._file.read(_LENGTH_BYTES), "little")
        digest = self._file.read(_DIGEST_BYTES)
        if len(digest) < _DIGEST_BYTES or length > _LARGEST_RECORD:
            return None
        content = self._file.read(length)
        if hashlib.sha256(key + content).digest() != digest:
            return None
        return key, content

    @property
    def count(self) -> int:
        """Give how many reports it holds."""
        return len(self._reports)

    def find(self, plan: QuestionPlan, submission: Submission, sandbox: Sandbox) -> Report | None:
        """Give the report of exactly this grading, or None."""
        content = self._reports.get(_key(plan, submission, sandbox))
        if content is None:
            return None
        try:
            return unpack(content)
        except CodecError:  # of another version of grader
            return None

    def add(
        self, plan: QuestionPlan, submission: Submission, sandbox: Sandbox, report: Report
    ) -> None:
        """Append a report; a disk that is full only means that it would be graded again."""
        if report.status is Status.ERROR:
            return
        key = _key(plan, submission, sandbox)
        try:
            content = pack(report)
        except CodecError:
            return
        digest = hashlib.sha256(key + content).digest()
        record = key + len(content).to_bytes(_LENGTH_BYTES, "little") + digest + content
        with self._lock:
            try:
                self._file.write(record)
                self._file.flush()
                self._is_empty = False
            except OSError:
                return

    def close(self, *, is_finished: bool) -> None:
        """Close; take the file away when nothing is left to resume."""
        if is_finished:
            self.path.unlink(missing_ok=True)
        self._file.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(is_finished=kind is None or self._is_empty)


def _key(plan: QuestionPlan, submission: Submission, sandbox: Sandbox) -> bytes:
    pieces = [
        plan.question.id,
        plan.question.version,
        str(plan.setting.seed),
        sandbox.isolation.value,
        *(f"{name} {version}" for name, version in sorted(versions().items())),
        submission.name,
        submission.sha256,
        submission.refusal,
    ]
    digest = hashlib.sha256()
    for piece in pieces:
        encoded = piece.encode("utf-8", "surrogateescape")
        digest.update(len(encoded).to_bytes(8, "little") + encoded)
    return digest.digest()
