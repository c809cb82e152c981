"""Stored reports read back: whatever wrote the file, only what the schema allows comes out.

A report that was stored is data of a stranger until it has been checked: it may be damaged, edited,
or no report at all. What is read here is compared and shown, never obeyed: names in it are no paths
and texts in it are no code.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.core.errors import UsageError
from grader.core.report import Status
from grader.report.as_json import schema
from grader.report.schema_check import first_problem
from grader.report.values_as_json import Json

LARGEST_BYTES = 64 << 20
MOST_REPORTS = 20_000
#: our own reports nest less than half as deep, arrays of 32 dimensions included
_DEEPEST = 100
_PLAIN_ID = re.compile(r"[\w][\w.+-]{0,199}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST_SEED = 2**63
_HINT = "a report is what 'grader grade --format json' writes"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredReport:
    """One report as it was written; content obeys the schema, place is for messages."""

    content: dict[str, Any]
    place: str

    @property
    def status(self) -> Status:
        """Give what became of the submission."""
        return Status(self.content["status"])

    @property
    def question_id(self) -> str:
        """Give the id of the question: a plain word, never a path."""
        return str(self.content["question"]["id"])

    @property
    def question_version(self) -> str:
        """Give the version of the question it was graded with."""
        return str(self.content["question"]["version"])

    @property
    def submission_name(self) -> str:
        """Give the name of the submission as it was handed in; hostile."""
        return str(self.content["submission"]["name"])

    @property
    def submission_sha256(self) -> str:
        """Give the digest of the submission, 64 hexadecimal digits."""
        return str(self.content["submission"]["sha256"])

    @property
    def seed(self) -> int:
        """Give the seed of the drawn inputs."""
        return int(self.content["seed"])

    @property
    def score(self) -> Fraction | None:
        """Give the score; None where there is none, which is never a zero."""
        return _points(self.content["score"])

    @property
    def max_score(self) -> Fraction:
        """Give the most points there are."""
        return _points(self.content["max_score"]) or Fraction(0)

    @property
    def is_for_learner(self) -> bool:
        """Tell whether something was cut from it that only an instructor may see."""
        return any(
            (group["outcome"] != "not_run" and not group["cases"])
            or (group["outcome"] == "failed" and not group["failures"])
            or any(not failure["replay"] for failure in group["failures"])
            for part in self.content["parts"]
            for group in part["groups"]
        )


def reports_from_json(raw: bytes, place: str) -> list[StoredReport]:
    """Read one report, or a list of them; UsageError says what in the file is not one."""
    try:
        loaded = json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_without_repeats,
            parse_constant=_refuse,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        reason = "nested too deep" if isinstance(error, RecursionError) else str(error)[:200]
        raise _no_report(place, f"cannot be read as JSON ({reason})") from error
    if _depth_exceeds(loaded, _DEEPEST):
        raise _no_report(place, "cannot be read as JSON (nested too deep)")
    if not isinstance(loaded, list):
        return [_checked(loaded, place)]
    if not 0 < len(loaded) <= MOST_REPORTS:
        raise _no_report(place, f"holds {len(loaded)} reports, not 1 to {MOST_REPORTS}")
    return [_checked(one, f"{place}: report {at}") for at, one in enumerate(loaded, 1)]


def _checked(loaded: Json, place: str) -> StoredReport:
    if isinstance(loaded, dict) and loaded.get("schema") == "grader/exam/v1":
        raise _no_report(place, "is the result of an exam, which holds reports of many questions")
    if problem := first_problem(loaded, schema()):
        raise _no_report(place, f"is not a report ({problem})")
    assert isinstance(loaded, dict)
    report = StoredReport(content=loaded, place=place)
    if not _PLAIN_ID.fullmatch(report.question_id) or report.question_id.endswith(".md"):
        raise _no_report(place, "is not a report (question.id: not an id)")
    if not _DIGEST.fullmatch(report.submission_sha256):
        raise _no_report(place, "is not a report (submission.sha256: not a digest)")
    if not -_MOST_SEED <= report.seed < _MOST_SEED:
        raise _no_report(place, "is not a report (seed: too large)")
    if report.status is Status.GRADED and (report.score or 0) > report.max_score:
        raise _no_report(place, "is not a report (score: above max_score)")
    return report


def _no_report(place: str, what: str) -> UsageError:
    return UsageError(where=place, what=what, hint=_HINT)


def _without_repeats(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """Refuse a key that stands twice: two readers would see two reports."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value


def _depth_exceeds(value: Json, most: int) -> bool:
    level: list[Json] = [value]
    for _ in range(most):
        level = [member for item in level for member in _members(item)]
        if not level:
            return False
    return True


def _members(value: Json) -> Iterator[Json]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _points(number: float | None) -> Fraction | None:
    """Give a JSON number as the fraction it was written from: thirds come back as thirds."""
    return None if number is None else Fraction(number).limit_denominator(10_000)
