"""A Report as Gradescope's results.json: one test for each group.

Source: the autograder specifications, gradescope-autograders.readthedocs.io. Every text is of the
format `text`, as student text is inside. A fault of ours has neither score nor tests, which
Gradescope shows as an autograder that failed and not as a zero; so has a report that waits for a
person. A submission that cannot be read has 0 points there, and says why: Gradescope knows no
attempt that is free, and without a score it would hide the reason.
"""

from __future__ import annotations

from grader.core.report import Outcome, Report, Status
from grader.report.rows import Row, headline, remarks_text, rows_of, score_of
from grader.report.strict_json import json_document, number
from grader.report.values_as_json import Json


def report_as_gradescope(report: Report) -> str:
    """Give results.json; the report is redacted for its student, so all of it is visible."""
    written: dict[str, Json] = {}
    score = score_of(report)
    if score is not None:
        written["score"] = number(score)
    elif report.status is Status.UNGRADABLE:
        written["score"] = 0
    said = [headline(report)] if report.status is Status.GRADED else []
    written |= {
        "output": "\n".join([*said, remarks_text(report, is_free=False)]),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "status": report.status.value,
            "question": report.question_id,
            "question_version": report.question_version,
            "grader": report.versions.get("grader", ""),
            "seed": report.seed,
        },
    }
    if score is not None:
        written["tests"] = [_test(row) for row in rows_of(report)]
    return json_document(written)


def _test(row: Row) -> Json:
    written: dict[str, Json] = {
        "name": row.name,
        "number": row.number,
        "max_score": number(row.max_score),
        "output": row.explanation,
        "visibility": "visible",
    }
    if row.score is not None:
        written["score"] = number(row.score)
        written["status"] = "passed" if row.outcome is Outcome.PASSED else "failed"
    return written
