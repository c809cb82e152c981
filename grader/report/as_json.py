"""A Report as JSON: schema/report_v1.json says what every key holds.

The same Report gives the same bytes. Texts that a submission wrote are capped, and no text can hold
what is not Unicode; a reader of the text never meets a raw control or bidirectional mark.
"""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Any

from grader.core.compare import Mismatch
from grader.core.report import (
    SCHEMA,
    Failure,
    GroupReport,
    MatchedMisconception,
    MatchedTieRule,
    MeasuredSpeed,
    PartReport,
    Report,
    Status,
)
from grader.report.strict_json import made_visible
from grader.report.values_as_json import Json, points_as_json, text_as_json, value_as_json

_LONGEST_NAME, _LONGEST_LINE, _LONGEST_STDOUT = 300, 500, 4000
_MOST_LINES = 50
_LINE_LENGTH = 100


@cache
def schema() -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) that every report obeys; do not change what you get."""
    from importlib import resources  # 14 ms, and only who validates needs it

    text = resources.files(__package__).joinpath("schema/report_v1.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def to_json_text(report: Report) -> str:
    """Give the report as strict JSON, with a line break at its end; short members share a line."""
    return made_visible(_laid_out(report_as_json(report), "")) + "\n"


def report_as_json(report: Report) -> dict[str, Json]:
    """Give the report as plain dicts, lists, texts and numbers; there is no score unless graded."""
    is_graded = report.status is Status.GRADED
    return {
        "schema": SCHEMA,
        "status": report.status.value,
        "verdict": report.verdict.value if report.verdict else None,
        "message": text_as_json(report.message),
        "location": _lines(report.location),
        "score": points_as_json(report.score) if is_graded else None,
        "max_score": points_as_json(report.max_score),
        "question": {
            "id": text_as_json(report.question_id),
            "version": text_as_json(report.question_version),
            "title": text_as_json(report.question_title),
        },
        "submission": {
            "name": text_as_json(report.submission_name, _LONGEST_NAME),
            "sha256": text_as_json(report.submission_sha256),
        },
        "parts": [_part(part, is_graded) for part in report.parts],
        "notes": _lines(report.notes),
        "stdout": text_as_json(report.stdout, _LONGEST_STDOUT),
        "isolation": text_as_json(report.isolation),
        "official": report.is_official,
        "seed": report.seed,
        "versions": {name: text_as_json(text) for name, text in sorted(report.versions.items())},
        "timing": {
            "total_seconds": _seconds(report.timing.total_seconds),
            "student_seconds": _seconds(report.timing.student_seconds),
        },
    }


def _part(part: PartReport, is_graded: bool) -> Json:
    return {
        "id": text_as_json(part.id),
        "answer": text_as_json(part.answer),
        "score": points_as_json(part.score) if is_graded else None,
        "max_score": points_as_json(part.max_score),
        "groups": [_group(group, is_graded) for group in part.groups],
        "misconception": _misconception(part.misconception),
        "tie_rule": _tie_rule(part.tie_rule),
        "speed": _speed(part.speed),
        "note": text_as_json(part.note),
    }


def _group(group: GroupReport, is_graded: bool) -> Json:
    return {
        "id": text_as_json(group.id),
        "score": points_as_json(group.score) if is_graded else None,
        "max_score": points_as_json(group.max_score),
        "outcome": group.outcome.value,
        "cases": group.cases,
        "shown": group.shown,
        "failures": [_failure(failure) for failure in group.failures],
        "hint": text_as_json(group.hint),
    }


def _failure(failure: Failure) -> Json:
    """Write a failure; without answers it has neither expected nor actual (null is an answer)."""
    written: dict[str, Json] = {
        "property": text_as_json(failure.property),
        "verdict": failure.verdict.value,
        "message": text_as_json(failure.message),
        "mismatch": _mismatch(failure.mismatch),
        "counterexample": None
        if failure.counterexample is None
        else {name: value_as_json(value) for name, value in failure.counterexample.items()},
    }
    if failure.has_values:
        written["expected"] = value_as_json(failure.expected)
        written["actual"] = value_as_json(failure.actual)
    return written | {
        # made by the grader, and useless when cut: the only text without a cap
        "replay": text_as_json(failure.replay, len(failure.replay)),
        "location": _lines(failure.location),
        "stdout": text_as_json(failure.stdout, _LONGEST_STDOUT),
        "remark": text_as_json(failure.remark),
        "outline": {name: text_as_json(kind) for name, kind in failure.outline.items()},
    }


def _mismatch(mismatch: Mismatch | None) -> Json:
    if mismatch is None:
        return None
    return {
        "path": text_as_json(mismatch.path, _LONGEST_LINE),
        "expected": text_as_json(mismatch.expected, _LONGEST_LINE),
        "actual": text_as_json(mismatch.actual, _LONGEST_LINE),
    }


def _misconception(found: MatchedMisconception | None) -> Json:
    if found is None:
        return None
    return {
        "name": text_as_json(found.name),
        "hint": text_as_json(found.hint),
        "agreed_cases": found.agreed_cases,
        "compared_cases": found.compared_cases,
        "declared": found.is_declared,
    }


def _tie_rule(found: MatchedTieRule | None) -> Json:
    return None if found is None else {"rule": text_as_json(found.rule), "cases": found.cases}


def _speed(found: MeasuredSpeed | None) -> Json:
    if found is None:
        return None
    numbers = {"ratio": found.ratio, "low": found.low, "high": found.high, "limit": found.limit}
    return {name: _seconds(number) for name, number in numbers.items()}


def _lines(lines: tuple[str, ...]) -> list[Json]:
    return [text_as_json(line, _LONGEST_LINE) for line in lines[:_MOST_LINES]]


def _seconds(seconds: float) -> float:
    return round(seconds, 6) if math.isfinite(seconds) else 0.0


def _laid_out(value: Json, indent: str) -> str:
    """Write on one line what fits there; else one member a line."""
    compact = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not value or not isinstance(value, (dict, list)) or _is_row(value):
        return compact
    if indent and len(indent) + len(compact) <= _LINE_LENGTH:
        return compact
    inner = indent + "  "
    if isinstance(value, dict):
        members = [
            f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(member, inner)}"
            for key, member in value.items()
        ]
        opening, closing = "{", "}"
    else:
        members = [_laid_out(member, inner) for member in value]
        opening, closing = "[", "]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(members) + f"\n{indent}{closing}"


def _is_row(value: dict[str, Json] | list[Json]) -> bool:
    """Tell whether this is a row of numbers, which stays on one line however long it is."""
    return isinstance(value, list) and all(isinstance(cell, (int, float)) for cell in value)
