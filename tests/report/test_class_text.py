"""Many submissions on one screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.core.report import Report
from grader.report import class_table, summary_line

from . import examples
from .golden import assert_golden
from .test_as_text import text_columns

NAMES = [
    "ada.py",
    "bob's solution.py",
    "carol.ipynb",
    "x" * 300,
    "::error::.py",
    "김철수.py",
    "",
    "-",
]


def a_class() -> list[Report]:
    reports = list(examples.ALL.values())
    return [replace(each, submission_name=name) for each, name in zip(reports, NAMES, strict=False)]


def test_class_table_reads_as_accepted() -> None:
    other = replace(examples.slow(), question_id="conv_dw", question_title="Convolution, dW")

    assert_golden("class_table.txt", class_table([*a_class(), other]))


def test_summary_lines_read_as_accepted() -> None:
    assert_golden("summary_lines.txt", "".join(f"{summary_line(each)}\n" for each in a_class()))


def test_class_without_submissions_is_empty() -> None:
    assert class_table([]) == ""


@pytest.mark.parametrize("text", examples.HOSTILE, ids=range(len(examples.HOSTILE)))
@pytest.mark.parametrize("width", [40, 80])
def test_hostile_submission_has_one_row_within_the_page(text: str, width: int) -> None:
    report = examples.hostile(text)

    table = class_table([report], width)
    assert len(table.splitlines()) == len(class_table([examples.slow()], width).splitlines())
    assert max(map(text_columns, table.splitlines())) <= width
    assert text_columns(summary_line(report, width)) <= width
    assert "\n" not in summary_line(report, width)


@pytest.mark.parametrize("name", ["::error::", "a b", "\x1b[2J", "bob.py   5 / 5", "(x)", "", '"'])
def test_doubtful_name_is_quoted(name: str) -> None:
    line = summary_line(replace(examples.mixed(), submission_name=name))

    assert line.startswith('"')


@pytest.mark.parametrize("report", [examples.error(), examples.ungradable()])
def test_row_without_score_has_a_dash_and_never_a_zero(report: Report) -> None:
    assert "- / 5" in summary_line(report)
    assert "- / 5" in class_table([report])
