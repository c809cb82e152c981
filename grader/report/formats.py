"""The formats a report is written in, and the one call that writes any of them.

The table is read by the command line before anything else is imported; a renderer is imported when
it is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.core.report import Report
    from grader.report.as_classroom50 import ClassroomRun


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """What a format can hold and who reads it.

    audiences: values of redact.Audience, the first is meant when nothing is said. whole: the name
    of its file where it is never one file per submission.
    """

    suffix: str
    holds_many: bool = True
    audiences: tuple[str, ...] = ("instructor", "learner")
    whole: str = ""


_STUDENTS = ("learner",)  # their systems show the student all that is written

FORMATS = {
    "text": Format(suffix="txt"),
    "json": Format(suffix="json"),
    "markdown": Format(suffix="md"),
    "html": Format(suffix="html"),
    "csv": Format(suffix="csv", whole="grades.csv"),
    "junit": Format(suffix="xml"),
    "github": Format(suffix="txt", audiences=("learner", "instructor")),
    "gradescope": Format(suffix="json", holds_many=False, audiences=_STUDENTS),
    "prairielearn": Format(suffix="json", holds_many=False, audiences=_STUDENTS),
    "classroom50": Format(suffix="json", holds_many=False, audiences=_STUDENTS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a renderer may not find out for itself.

    paths: of the submissions, for annotations; as many as there are reports, or none.
    """

    colour: bool = False
    paths: tuple[str, ...] = field(default=())
    classroom: ClassroomRun | None = None


def rendered(name: str, reports: Sequence[Report], around: Surroundings) -> str | None:
    """Give reports in one of FORMATS, ending in a line break.

    None where the format cannot say that there is no score. The reports are redacted for whoever
    reads them; a format that does not hold many gets one.
    """
    match name:
        case "text":
            return _text(reports, around.colour)
        case "json":
            return _json(reports)
        case "markdown":
            from grader.report.as_markdown import reports_as_markdown

            return reports_as_markdown(reports)
        case "html":
            from grader.report.as_html import reports_as_html

            return reports_as_html(reports)
        case "csv":
            from grader.report.as_csv import reports_as_csv

            return reports_as_csv(reports)
        case "junit":
            from grader.report.as_junit import reports_as_junit

            return reports_as_junit(reports)
        case "github":
            from grader.report.as_github import reports_as_annotations

            return reports_as_annotations(reports, around.paths or [""] * len(reports))
        case _:
            (report,) = reports
            return _for_one(name, report, around)


def _for_one(name: str, report: Report, around: Surroundings) -> str | None:
    match name:
        case "gradescope":
            from grader.report.as_gradescope import report_as_gradescope

            return report_as_gradescope(report)
        case "prairielearn":
            from grader.report.as_prairielearn import report_as_prairielearn

            return report_as_prairielearn(report)
        case "classroom50":
            from grader.report.as_classroom50 import report_as_classroom50

            if around.classroom is None:
                raise ValueError("classroom50 needs to know of which run the result is")
            return report_as_classroom50(report, around.classroom)
        case _:
            raise ValueError(f"{name!r} is not a format")


def _text(reports: Sequence[Report], colour: bool) -> str:
    from grader.report.as_text import report_as_text

    details = "\n".join(report_as_text(report, colour=colour) for report in reports)
    if len(reports) == 1:
        return details
    from grader.report.class_text import class_table

    return f"{details}\n{class_table(reports)}"


def _json(reports: Sequence[Report]) -> str:
    from grader.report.as_json import to_json_text

    texts = [to_json_text(report).rstrip("\n") for report in reports]
    return f"{texts[0]}\n" if len(texts) == 1 else "[\n" + ",\n".join(texts) + "\n]\n"
