"""A report that was stored is shown as it was before, and no stored report breaks what shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from grader.core.errors import UsageError
from grader.core.redact import Audience, redact
from grader.core.report import Report
from grader.report import report_as_text, to_json_text
from grader.report.from_json import StoredReport, reports_from_json
from grader.report.rebuilt import rebuilt, value_of
from grader.report.values_as_json import value_as_json

from . import examples
from .strategies import REPORTS, VALUES

#: JSON has the first cells of a large array only
SHOWN_ALIKE = sorted(set(examples.ALL) - {"large"})


def stored(report: Report) -> StoredReport:
    whole = replace(report, question_id="ssu_batch4_004", submission_sha256="0" * 64)
    (found,) = reports_from_json(to_json_text(whole).encode(), "r.json")
    return found


@pytest.mark.parametrize("audience", list(Audience), ids=lambda audience: audience.value)
@pytest.mark.parametrize("name", SHOWN_ALIKE)
def test_stored_report_is_shown_as_before(name: str, audience: Audience) -> None:
    report = redact(examples.ALL[name], audience)

    assert report_as_text(rebuilt(stored(report)), colour=False) == report_as_text(
        report, colour=False
    )


@pytest.mark.parametrize("text", examples.HOSTILE, ids=range(len(examples.HOSTILE)))
def test_hostile_report_is_shown_as_before_or_more_cautiously(text: str) -> None:
    report = examples.hostile(text)

    shown = report_as_text(rebuilt(stored(report)), colour=False)

    assert all(character.isprintable() or character == "\n" for character in shown)
    scores = [line for line in shown.splitlines()[:3] if line.startswith("score ")]
    assert scores == ["score 0 of 3"]


@given(REPORTS)
def test_every_stored_report_is_shown(report: Report) -> None:
    try:
        found = stored(report)
    except UsageError:  # drawn at random: a score above its maximum is refused
        return

    again = rebuilt(found)

    assert report_as_text(again, colour=False)
    assert again.max_score == report.max_score
    assert len(again.parts) == len(report.parts)


@given(VALUES)
def test_every_value_that_was_written_is_read_as_one_that_can_be(value: object) -> None:
    written = json.loads(json.dumps(value_as_json(value)))

    again = value_as_json(value_of(written))

    assert json.dumps(again, allow_nan=False)
    assert type(again) is type(written)


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        pytest.param(np.array([[1.5, 2.0]]), "float64", id="floats"),
        pytest.param(np.array([1, 2]), "int64", id="ints"),
        pytest.param(np.array([True, False]), "bool", id="bools"),
        pytest.param(np.array([np.nan, np.inf, -np.inf, 1.0]), "float64", id="not-finite"),
        pytest.param(np.array([[np.nan]]), "float64", id="nan-alone"),
        pytest.param(np.empty((0, 3)), "float64", id="empty"),
        pytest.param(np.empty(0), "float64", id="nothing"),
        pytest.param(np.array([134000000000000001]), "int64", id="large"),
    ],
)
def test_array_comes_back(value: Any, dtype: str) -> None:
    again = value_of(json.loads(json.dumps(value_as_json(value))))

    assert isinstance(again, np.ndarray)
    assert (again.shape, again.dtype) == (value.shape, np.dtype(dtype))
    assert np.array_equal(again, value, equal_nan=value.dtype.kind == "f")


@pytest.mark.parametrize(
    "written",
    [
        pytest.param([[1], [1, 2]], id="ragged"),
        pytest.param([1, [2]], id="mixed-depth"),
        pytest.param([1, True], id="mixed-kinds"),
        pytest.param([1, "a"], id="text"),
        pytest.param([1, None], id="none"),
        pytest.param([10**30], id="too-large"),
        pytest.param({"shape": [2], "dtype": "float64", "first": [1]}, id="abridged"),
        pytest.param({"shape": [0, 2**62], "dtype": "f8", "first": []}, id="huge"),
        pytest.param({"shape": [0] + [2**31 - 1] * 31, "dtype": "f8", "first": []}, id="no-memory"),
        pytest.param({"shape": "x", "dtype": 1, "first": None}, id="no-shape"),
        pytest.param({"pairs": [[[1], 2]]}, id="no-keys"),
        pytest.param({"pairs": 3}, id="no-pairs"),
    ],
)
def test_what_is_no_array_is_kept_as_it_is(written: object) -> None:
    assert not isinstance(value_of(written), np.ndarray)


def test_list_that_was_answered_stays_one() -> None:
    failure = examples.wrong_answer(
        message="expected an array of shape (1,), got a list of 1",
        mismatch=None,
        expected=np.array([1.0]),
        actual=[1.0],
    )
    mismatch = examples.wrong_answer().mismatch
    assert mismatch is not None
    said = replace(mismatch, path="", expected="an array of shape (1,)", actual="a list of 1")
    report = examples.report(examples.part(examples.group("g", 1, replace(failure, mismatch=said))))

    again = rebuilt(stored(report)).parts[0].groups[0].failures[0]

    assert again.actual == [1.0]
    assert isinstance(again.expected, np.ndarray)
