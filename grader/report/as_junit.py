"""Reports as JUnit XML of the family xunit2: a suite for each submission, a case for each group.

Obeys junit-10.xsd of the Jenkins xunit plugin, which knows no properties of a case: points stand
among the properties of the suite. What a submission got wrong is a `failure`, our own fault an
`error`, what could not be run or waits for a person `skipped`.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

from grader.core.report import Outcome, Report, Status
from grader.report.rows import Row, headline, reason_text, remarks_text, rows_of, score_of
from grader.report.short import points_text
from grader.report.visible import cut, one_line

_LONGEST_NAME = 200
# what XML 1.0 cannot hold, however it is written
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def reports_as_junit(reports: Sequence[Report]) -> str:
    """Give one document; its lines end in LF."""
    root = ET.Element("testsuites", name="grader")
    suites = [_suite(report) for report in reports]
    root.extend(suites)
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in suites)))
    root.set("time", _seconds(sum(report.timing.total_seconds for report in reports)))
    ET.indent(root)
    written = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{written}\n'


def xml_text(text: str) -> str:
    """Give the text without the characters that XML 1.0 forbids."""
    return _FORBIDDEN.sub("", text)


def _suite(report: Report) -> ET.Element:
    suite = ET.Element("testsuite", name=_name(report.submission_name) or "submission")
    suite.append(_properties(report))
    if report.status is Status.GRADED:
        suite.extend([_case(report, row) for row in rows_of(report)])
    else:
        suite.append(_whole(report))
    suite.set("tests", str(len(suite.findall("testcase"))))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("time", _seconds(report.timing.total_seconds))
    remarks = remarks_text(report)
    ET.SubElement(suite, "system-out").text = xml_text(f"\n{remarks}\n")
    return suite


def _properties(report: Report) -> ET.Element:
    properties = ET.Element("properties")
    values = {"question": one_line(report.question_id), "status": report.status.value}
    score = score_of(report)
    if score is not None:
        values["score"] = points_text(score)
    values["max_score"] = points_text(report.max_score)
    for row in rows_of(report):
        if row.score is not None:
            values[f"points {row.name}"] = points_text(row.score)
        values[f"max_points {row.name}"] = points_text(row.max_score)
    for name, value in values.items():
        ET.SubElement(properties, "property", name=xml_text(name), value=xml_text(value))
    return properties


def _case(report: Report, row: Row) -> ET.Element:
    class_name = f"{_name(report.question_id)}.{row.part_name}"
    case = ET.Element("testcase", classname=xml_text(class_name), name=xml_text(row.name))
    points = f"{points_text(row.score)} / {points_text(row.max_score)}"
    if row.outcome is Outcome.FAILED:
        found = ET.SubElement(case, "failure", message=xml_text(f"{points}: {row.summary}"))
        found.set("type", row.failure.verdict.value if row.failure else "failed")
        found.text = xml_text(f"\n{row.explanation}\n")
    elif row.outcome is not Outcome.PASSED:
        skipped = ET.SubElement(case, "skipped", message=xml_text(row.summary))
        skipped.text = xml_text(f"\n{row.explanation}\n") if row.explanation else None
    return case


def _whole(report: Report) -> ET.Element:
    """Give the one case of a submission that was not graded."""
    case = ET.Element("testcase", classname=_name(report.question_id), name="submission")
    is_ours = report.status is Status.ERROR
    found = ET.SubElement(case, "error" if is_ours else "failure", message=headline(report))
    found.set("type", report.verdict.value if report.verdict else report.status.value)
    found.text = xml_text(f"\n{reason_text(report)}\n")
    return case


def _name(text: str) -> str:
    return xml_text(cut(one_line(text), _LONGEST_NAME))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}" if math.isfinite(seconds) else "0.000"
