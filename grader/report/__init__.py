"""Renderings of a Report: pure functions of a report that was redacted for its reader.

Here are the two every caller needs, text for people and JSON for machines. Names are imported when
they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.report.as_json import report_as_json, schema, to_json_text
    from grader.report.as_text import report_as_text
    from grader.report.class_text import class_table, summary_line
    from grader.report.exam_text import exam_table, points_table
    from grader.report.summary_text import class_summary

_HOMES = {
    "class_summary": "summary_text",
    "class_table": "class_text",
    "exam_table": "exam_text",
    "points_table": "exam_text",
    "report_as_json": "as_json",
    "report_as_text": "as_text",
    "schema": "as_json",
    "summary_line": "class_text",
    "to_json_text": "as_json",
}

__all__ = [
    "class_summary",
    "class_table",
    "exam_table",
    "points_table",
    "report_as_json",
    "report_as_text",
    "schema",
    "summary_line",
    "to_json_text",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
