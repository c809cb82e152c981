"""A Report as Classroom 50's result.json: one test for each group.

Source: the page Advanced-Autograding of foundation50/classroom50. Its runner reads the exit code
first: other than 0 means infrastructure, and then there is no result. So a fault of ours has none.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.core.report import Outcome, Report, Status
from grader.report.rows import Row, headline, reason_text, rows_of, score_of
from grader.report.strict_json import json_document, number
from grader.report.values_as_json import Json
from grader.report.visible import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassroomRun:
    """What the runner of Classroom 50 tells an autograder; graded_at: 2026-11-20T10:15:30Z."""

    classroom: str
    assignment: str
    submission: str
    commit: str
    release: str
    review: str
    graded_at: str


def report_as_classroom50(report: Report, run: ClassroomRun) -> str | None:
    """Give result.json; None where there is no score to give, which is not a zero."""
    score = score_of(report)
    is_ungradable = report.status is Status.UNGRADABLE
    if score is None and not is_ungradable:
        return None
    tests = [_unread(report)] if is_ungradable else [_test(row) for row in rows_of(report)]
    return json_document(
        {
            "schema": "classroom50/result/v1",
            "classroom": one_line(run.classroom),
            "assignment": one_line(run.assignment),
            "submission": one_line(run.submission),
            "commit": one_line(run.commit),
            "release": one_line(run.release),
            "review": one_line(run.review or run.commit),
            "datetime": run.graded_at,
            "score": 0 if score is None else number(score),
            "max-score": number(report.max_score),
            "tests": tests,
        }
    )


def _test(row: Row) -> Json:
    return {
        "test-name": row.name,
        "passed": row.outcome is Outcome.PASSED,
        "score": 0 if row.score is None else number(row.score),
        "max-score": number(row.max_score),
        "output": row.explanation,
    }


def _unread(report: Report) -> Json:
    return {
        "test-name": headline(report),
        "passed": False,
        "score": 0,
        "max-score": number(report.max_score),
        "output": reason_text(report, is_free=False),
    }
