"""A Report as PrairieLearn's results.json: one test for each group, the counterexample as image.

Source: docs/externalGrading.md of PrairieLearn. `gradable: false` costs no attempt: it is written
for what cannot be read (with `format_errors`), for a fault of ours and for a report that waits for
a person (with `message`). The file may have 1 MB; images go first, then the longest outputs are
cut, and the text says so.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from fractions import Fraction

from grader.core.report import Outcome, Report, Status
from grader.report.rows import Row, headline, reason_text, remarks_text, rows_of, score_of
from grader.report.strict_json import json_document, number
from grader.report.svg import standalone_svg
from grader.report.values_as_json import Json

MOST_BYTES = 1_000_000
_SHORTEST = 200
_SVG = "data:image/svg+xml;base64,"


def report_as_prairielearn(report: Report, *, most_bytes: int = MOST_BYTES) -> str:
    """Give results.json of at most most_bytes bytes (100,000 or more)."""
    score = score_of(report)
    if score is None:
        return json_document(_not_gradable(report))
    rows = rows_of(report)
    text = _written(report, score, rows, has_images=True)
    longest, has_images = max((len(row.explanation) for row in rows), default=0), True
    while len(text.encode("utf-8")) > most_bytes and longest > _SHORTEST:
        longest, has_images = longest // 2 if not has_images else longest, False
        cut = [replace(row, explanation=_cut(row.explanation, longest)) for row in rows]
        text = _written(report, score, cut, has_images=False)
    return text


def _not_gradable(report: Report) -> Json:
    if report.status is Status.UNGRADABLE:
        return {"gradable": False, "format_errors": [reason_text(report)]}
    return {"gradable": False, "message": headline(report), "output": remarks_text(report)}


def _written(report: Report, score: Fraction, rows: list[Row], *, has_images: bool) -> str:
    is_full = all(row.outcome is Outcome.PASSED for row in rows)
    share = score / report.max_score if report.max_score else Fraction(is_full)
    return json_document(
        {
            "gradable": True,
            "score": float(min(max(share, Fraction(0)), Fraction(1))),
            "message": headline(report),
            "output": remarks_text(report),
            "tests": [_test(row, has_images=has_images) for row in rows],
        }
    )


def _test(row: Row, *, has_images: bool) -> Json:
    """Write one test; a test without points would turn the whole table off."""
    is_waiting = row.score is None
    picture = standalone_svg(row.failure) if has_images and row.failure else ""
    written: dict[str, Json] = {
        "name": row.name,
        "description": row.number,
        "points": 0 if row.score is None else number(row.score),
        "max_points": 0 if is_waiting else number(row.max_score),  # 0 of 0 is neutral
        "message": row.summary,
        "output": row.explanation,
    }
    if picture:
        url = _SVG + base64.b64encode(picture.encode("utf-8")).decode("ascii")
        written["images"] = [{"label": f"counterexample of {row.name}", "url": url}]
    return written


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    left = len(text) - longest
    return f"{text[:longest]}\n… cut here, {left} more characters: a result has at most 1 MB"
