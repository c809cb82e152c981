"""What holds of every report, whatever is in it."""

from __future__ import annotations

import json
import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from grader.core.redact import Audience, redact
from grader.core.report import Report
from grader.report import class_table, report_as_text, schema, summary_line, to_json_text

from .strategies import REPORTS
from .test_as_text import text_columns

_SLOW_TO_DRAW = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_VALIDATOR = Draft202012Validator(schema())
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@_SLOW_TO_DRAW
@given(report=REPORTS, width=st.sampled_from([40, 80, 80, 120]), colour=st.booleans())
def test_no_line_is_wider_than_the_page_and_all_is_printable(
    report: Report, width: int, colour: bool
) -> None:
    painted = report_as_text(report, colour=colour, width=width)

    page = _ANSI.sub("", painted) if colour else painted
    assert page.endswith("\n")
    for line in page[:-1].split("\n"):
        assert line.isprintable()
        assert text_columns(line) <= width, line
        assert line == line.rstrip()
    for line in [summary_line(report, width), *class_table([report, report], width).split("\n")]:
        assert line.isprintable()
        assert text_columns(line) <= width


@_SLOW_TO_DRAW
@given(report=REPORTS, audience=st.sampled_from(Audience))
def test_every_report_is_valid_strict_and_reproducible_json(
    report: Report, audience: Audience
) -> None:
    text = to_json_text(redact(report, audience))

    text.encode("utf-8")
    assert text == to_json_text(redact(report, audience))
    _VALIDATOR.validate(json.loads(text))
    assert "NaN" not in re.sub(r'"(\\.|[^"\\])*"', "", text)
