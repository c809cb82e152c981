"""Stored reports and what they are of, found by digest: nothing in a report is a path."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli.common import write_bytes_whole
from grader.core.errors import UsageError
from grader.report.from_json import LARGEST_BYTES, StoredReport, reports_from_json

if TYPE_CHECKING:
    from grader.bank import Course
    from grader.grading.intake import Submission
    from grader.grading.plan import QuestionPlan

#: children of a folder that are looked at for the submissions of reports
_MOST_LOOKED_AT = 20_000
_LONGEST_NAME = 255


def read_bounded(path: Path, most: int = LARGEST_BYTES) -> bytes:
    """Read a regular file that is not too large; UsageError for anything else."""
    try:
        # O_NONBLOCK: a pipe must not hang the grader
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(where=str(path), what="is not a regular file")
            raw = file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or type(error).__name__).lower()
        raise UsageError(where=str(path)[:200], what=f"cannot be read ({reason})") from error
    if len(raw) > most:
        raise UsageError(where=str(path), what=f"is larger than {most >> 20} MiB")
    return raw


def replace_file(path: Path, raw: bytes) -> None:
    """Put other bytes in the place of a file, whole or not at all; it keeps its permissions."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as error:
        reason = (error.strerror or "").lower()
        raise UsageError(where=str(path), what=f"cannot be written ({reason})") from error
    write_bytes_whole(path, raw, mode)


def read_reports(path: Path) -> list[StoredReport]:
    """Read the report or the list of reports in a file."""
    return reports_from_json(read_bounded(path), str(path))


def report_files(path: Path) -> list[Path]:
    """Give the file, or the .json files in a folder in natural order; UsageError when it has none.

    What is kept of a former regrade has another ending.
    """
    from grader.grading.folders import everything_in

    if not path.is_dir():
        return [path]
    found = [file for file in everything_in(path) if file.suffix.lower() == ".json"]
    if not found:
        raise UsageError(
            where=str(path),
            what="the folder holds no report",
            hint="'grader grade --format json --output FOLDER' writes one for each submission",
        )
    return found


class HandedIn:
    """What lies in a folder of submissions, by sha256; a file or folder may itself be the one."""

    def __init__(self, place: Path, wanted: Collection[str], *, all_of_it: bool = False) -> None:
        """Read until every wanted digest is found, or all that is there."""
        self._place = place
        self._by_digest: dict[str, tuple[Path, Submission]] = {}
        self._refused: dict[str, Submission] = {}
        for path in _candidates(place):
            if not all_of_it and self._by_digest.keys() >= set(wanted):
                break
            submission = _read(path, is_named=path == place)
            if not submission.refusal:
                self._by_digest.setdefault(submission.sha256, (path, submission))
            elif path == place or path.is_file():
                self._refused.setdefault(submission.name, submission)

    def of(self, report: StoredReport) -> Submission | None:
        """Give what a report is of, under the name it was graded by; None when it is not here.

        What was refused has no digest of its own: it is known by its name.
        """
        found = self._by_digest.get(report.submission_sha256)
        if found is not None:
            return _named_as_before(found[1], report.submission_name)
        refused = self._refused.get(report.submission_name)
        return refused if refused and refused.sha256 == report.submission_sha256 else None

    def others(self, digests: Collection[str]) -> list[str]:
        """Give the names of submissions in the folder that are not among these.

        Where the folder itself is a submission, what lies in it belongs to that one.
        """
        if any(path == self._place and d in digests for d, (path, _) in self._by_digest.items()):
            return []
        return [
            found.name
            for digest, (path, found) in self._by_digest.items()
            if path != self._place and digest not in digests
        ]


def _candidates(place: Path) -> Iterator[Path]:
    from grader.grading.folders import everything_in
    from grader.grading.intake import is_candidate, is_folder

    if is_folder(place):
        inside = [path for path in everything_in(place) if is_candidate(path)]
        yield from inside[:_MOST_LOOKED_AT]
    yield place


def _read(path: Path, *, is_named: bool) -> Submission:
    from grader.grading.intake import read_found, read_submission

    return read_submission(path) if is_named else read_found(path)


def _named_as_before(submission: Submission, name: str) -> Submission:
    """Give a submission under the name it was graded by, which messages and places quote.

    The name comes out of a report: it is taken only where it is a plain file name of the same kind.
    """
    is_plain = 0 < len(name) <= _LONGEST_NAME and not set(name) & set("/\0")
    if not is_plain or name == submission.name:
        return submission
    if submission.files.keys() != {submission.name}:
        return replace(submission, name=name)
    if Path(name).suffix.lower() != Path(submission.name).suffix.lower():
        return submission
    return replace(submission, name=name, files={name: submission.files[submission.name]})


class Plans:
    """The plans of the questions that reports name, each made once for a seed."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._made: dict[tuple[str, int], QuestionPlan] = {}

    def of(self, report: StoredReport, seed: int | None = None) -> QuestionPlan:
        """Give the plan of a report's question, under its own seed unless another one is given."""
        from grader.bank import find_question
        from grader.draw import cache_folder
        from grader.grading.plan import PlanSetting, plan_question

        key = (report.question_id, report.seed if seed is None else seed)
        if key not in self._made:
            question = find_question(self._course, key[0])
            setting = PlanSetting(seed=key[1], cache=cache_folder())
            self._made[key] = plan_question(question, self._course, setting)
        return self._made[key]
