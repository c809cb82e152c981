"""The text report: golden files, and what must hold whatever a submission wrote."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from grader.core.redact import Audience, redact
from grader.core.report import Report, Status
from grader.report import report_as_text

from . import examples
from .golden import assert_golden

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def text_columns(line: str) -> int:
    """Count columns without the code under test."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.mark.parametrize("name", examples.ALL)
def test_text_report_reads_as_accepted(name: str) -> None:
    assert_golden(f"{name}.txt", report_as_text(examples.ALL[name], colour=False))


@pytest.mark.parametrize("name", ["mixed", "raised", "ungradable"])
def test_report_of_a_learner_reads_as_accepted(name: str) -> None:
    seen = redact(examples.ALL[name], Audience.LEARNER)

    assert_golden(f"{name}_learner.txt", report_as_text(seen, colour=False))


def test_coloured_report_reads_as_accepted() -> None:
    assert_golden("mixed_colour.txt", report_as_text(examples.mixed(), colour=True))


def test_narrow_report_reads_as_accepted() -> None:
    assert_golden("mixed_50.txt", report_as_text(examples.mixed(), colour=False, width=50))


def test_hostile_report_reads_as_accepted() -> None:
    text = "\x1b[2J::error::\u202e<script>\nscore 5 of 5\n  passed   ties  1 / 1"

    assert_golden("hostile.txt", report_as_text(examples.hostile(text), colour=False))


@pytest.mark.parametrize("name", examples.ALL)
def test_colour_adds_nothing_but_colour(name: str) -> None:
    painted = report_as_text(examples.ALL[name], colour=True)

    assert _ANSI.sub("", painted) == report_as_text(examples.ALL[name], colour=False)


@pytest.mark.parametrize("text", examples.HOSTILE, ids=range(len(examples.HOSTILE)))
def test_hostile_text_reaches_the_page_only_in_printable_characters(text: str) -> None:
    page = report_as_text(examples.hostile(text), colour=False)

    page.encode("utf-8")
    assert all(character.isprintable() for character in page.replace("\n", ""))
    assert "##[" not in page


@pytest.mark.parametrize("text", examples.HOSTILE, ids=range(len(examples.HOSTILE)))
def test_hostile_text_cannot_forge_a_line_of_ours(text: str) -> None:
    page = report_as_text(examples.hostile(text), colour=False)

    forged = re.compile(r"\s*(score 5 of 5|passed\b|::|official|\+|##)")
    assert [line for line in page.splitlines() if forged.match(line)] == [
        line for line in page.splitlines() if line.startswith("official (L1)")
    ]


@pytest.mark.parametrize("text", examples.HOSTILE, ids=range(len(examples.HOSTILE)))
@pytest.mark.parametrize("width", [40, 80, 132])
def test_hostile_text_stays_within_the_page(text: str, width: int) -> None:
    page = report_as_text(examples.hostile(text), colour=False, width=width)

    assert max(map(text_columns, page.splitlines())) <= width
    assert len(page.splitlines()) < 250


def test_self_check_says_that_it_is_no_grade() -> None:
    page = report_as_text(examples.two_parts(), colour=False)

    assert "self-check: not an official grade" in page


@pytest.mark.parametrize("report", [examples.error(), replace(examples.error(), score=Fraction(0))])
def test_fault_of_ours_shows_no_score(report: Report) -> None:
    page = report_as_text(report, colour=False)

    assert "grader or question fault" in page
    assert "No score was given" in page
    assert not re.search(r"score \d|\b0 /", page)


def test_ungradable_costs_no_attempt() -> None:
    page = report_as_text(examples.ungradable(), colour=False)

    assert "not graded: solution.py does not compile" in page
    assert "costs no attempt" in page


def test_missing_message_still_says_what_happened() -> None:
    bare = replace(examples.ungradable(), message="", location=())

    assert "not graded: the submission cannot be read (CE)" in report_as_text(bare, colour=False)


@pytest.mark.parametrize(
    ("expected", "actual", "shown"),
    [
        pytest.param(np.array([7.0]), np.array([8.0]), "   7          [8]", id="whole-floats"),
        pytest.param(7, 8, "   7          [8]", id="numbers"),
        pytest.param(0.3, 0.1 + 0.2, "[0.30000000000000004]", id="last-digit-of-a-number"),
        pytest.param(
            np.array([0.3]), np.array([0.30000001]), "[0.30000001]", id="eighth-digit-of-a-cell"
        ),
        pytest.param(np.array([np.inf]), np.array([-np.inf]), "[-inf]", id="infinity"),
        pytest.param(np.array(3), np.array(4), "[4]", id="no-dimensions"),
        pytest.param(np.array([1 + 2j]), np.array([1 - 2j]), "[1-2j]", id="complex"),
        pytest.param(np.array([True]), np.array([False]), "[False]", id="bool"),
        pytest.param(np.zeros((2, 0)), np.zeros((0, 2)), "empty, shape (0, 2)", id="empty"),
        pytest.param(np.zeros(2), None, "None", id="none"),
        pytest.param((np.zeros(2), 1), (np.ones(2), 1), "got[0]", id="tuple"),
        pytest.param({"a": 1}, {"a": 2}, "[{'a': 2}]", id="dict"),
        pytest.param(1, 10**100, "an integer of 333 bits", id="huge-integer"),
        pytest.param("yes", "no", "['no']", id="text"),
        pytest.param(np.zeros(2), "x" * 10**6, "xxx", id="long-text"),
        pytest.param(np.zeros(2), [[1.0], [2.0, 3.0]], "got[1]", id="ragged-list"),
        pytest.param(np.array([1e-7]), np.array([2.5e20]), "[2.5e20]", id="exponents"),
        pytest.param(np.array(["a"]), np.array(["b"]), "b", id="texts"),
    ],
)
def test_answers_are_drawn_short(expected: object, actual: object, shown: str) -> None:
    failure = examples.wrong_answer(expected=expected, actual=actual, mismatch=None)
    report = examples.report(examples.part(examples.group("g", 1, failure)))

    page = report_as_text(report, colour=False)

    lines = page.splitlines()
    assert any(shown in line for line in lines), page
    assert max(map(len, lines)) <= 80


def test_both_answers_show_the_same_window() -> None:
    expected = np.zeros((3, 14))
    actual = np.full((3, 14), 1 / 3)
    failure = examples.wrong_answer(expected=expected, actual=actual, mismatch=None)

    page = report_as_text(
        examples.report(examples.part(examples.group("g", 1, failure))), colour=False
    )

    windows = re.findall(r"(?:expected|got)(\[.*?\]) of", page)
    assert len(windows) == 2
    assert windows[0] == windows[1]


def test_graded_report_without_score_says_so() -> None:
    waiting = replace(examples.two_parts(), score=None)

    assert waiting.status is Status.GRADED
    assert "no score yet, of 4.5" in report_as_text(waiting, colour=False)
