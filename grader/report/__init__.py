"""Renderings of a Report: pure functions of a report that was redacted for its reader.

Here are the two every caller needs, text for people and JSON for machines. Importing this package
costs no more than numpy and grader.core.
"""

from grader.report.as_json import report_as_json, schema, to_json_text
from grader.report.as_text import report_as_text
from grader.report.class_text import class_table, summary_line

__all__ = [
    "class_table",
    "report_as_json",
    "report_as_text",
    "schema",
    "summary_line",
    "to_json_text",
]
