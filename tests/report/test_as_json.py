"""The JSON report: its schema, strictness and limits."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from grader.core.redact import Audience, redact
from grader.core.report import Report
from grader.report import report_as_json, schema, to_json_text

from . import examples
from .golden import assert_golden


def of_answer(actual: object) -> Any:
    failure = examples.wrong_answer(actual=actual)
    written: Any = report_as_json(
        examples.report(examples.part(examples.group("g", 1, failure, shown=True)))
    )
    json.dumps(written, allow_nan=False).encode("utf-8")
    assert_valid(written)
    return written["parts"][0]["groups"][0]["failures"][0]["actual"]


def assert_valid(written: object) -> None:
    Draft202012Validator(schema()).validate(written)


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def test_schema_is_a_schema_that_lets_no_unknown_key_in() -> None:
    Draft202012Validator.check_schema(schema())
    with pytest.raises(Exception, match="Additional properties"):
        assert_valid({**report_as_json(examples.mixed()), "grade": 5})


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("name", examples.ALL)
def test_report_obeys_the_schema(name: str, audience: Audience) -> None:
    text = to_json_text(redact(examples.ALL[name], audience))

    assert_valid(json.loads(text, parse_constant=refuse))


@pytest.mark.parametrize("text", examples.HOSTILE, ids=range(len(examples.HOSTILE)))
def test_hostile_report_obeys_the_schema_and_shows_no_control(text: str) -> None:
    written = to_json_text(examples.hostile(text))

    written.encode("utf-8")
    assert_valid(json.loads(written, parse_constant=refuse))
    assert all(character.isprintable() for character in written.replace("\n", ""))
    assert len(written) < 100_000


@pytest.mark.parametrize("name", ["mixed", "ungradable"])
def test_json_report_reads_as_accepted(name: str) -> None:
    assert_golden(f"{name}.json", to_json_text(examples.ALL[name]))


def test_same_report_gives_the_same_bytes() -> None:
    report = examples.mixed()
    versions = dict(reversed(list(report.versions.items())))

    assert to_json_text(report) == to_json_text(replace(examples.mixed(), versions=versions))


def test_json_text_is_the_json_report() -> None:
    assert json.loads(to_json_text(examples.mixed())) == report_as_json(examples.mixed())


@pytest.mark.parametrize("score", [None, Fraction(0), Fraction(5)])
@pytest.mark.parametrize("report", [examples.error(), examples.ungradable()])
def test_report_that_is_not_graded_has_no_score_anywhere(
    report: Report, score: Fraction | None
) -> None:
    written: Any = report_as_json(replace(report, score=score))

    assert written["score"] is None
    assert [part["score"] for part in written["parts"]] == [None] * len(report.parts)
    assert all(group["score"] is None for part in written["parts"] for group in part["groups"])
    assert_valid(written)


def test_schema_refuses_a_score_where_nothing_was_graded() -> None:
    with pytest.raises(Exception, match="0 is not of type 'null'"):
        assert_valid({**report_as_json(examples.error()), "score": 0})


def test_whole_scores_are_integers_and_others_are_not() -> None:
    written: Any = report_as_json(examples.two_parts())

    assert [repr(written["score"]), repr(written["max_score"])] == ["2.5", "4.5"]
    assert repr(written["parts"][1]["groups"][0]["score"]) == "2"


def test_failure_without_answers_has_neither_key() -> None:
    written: Any = report_as_json(examples.slow())

    failure = written["parts"][0]["groups"][0]["failures"][0]
    assert not {"expected", "actual"} & set(failure)
    assert failure["counterexample"] is None


@pytest.mark.parametrize(
    ("actual", "written"),
    [
        pytest.param(np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]], id="integers"),
        pytest.param(np.array([0.5, np.nan, np.inf, -np.inf]), [0.5, "nan", "inf", "-inf"], id="f"),
        pytest.param(np.array([1 + 2j, -1j]), ["1+2j", "-0-1j"], id="complex"),
        pytest.param(complex("nan"), "nan+0j", id="complex-nan"),
        pytest.param(np.array(3), 3, id="no-dimensions"),
        pytest.param(np.array([]), [], id="empty"),
        pytest.param(
            np.zeros((0, 3)), {"shape": [0, 3], "dtype": "float64", "first": []}, id="empty-rows"
        ),
        pytest.param(
            np.zeros((10**9, 0)),
            {"shape": [10**9, 0], "dtype": "float64", "first": []},
            id="many-empty-rows",
        ),
        pytest.param(
            np.zeros((401,), np.int8),
            {"shape": [401], "dtype": "int8", "first": [0] * 40},
            id="large",
        ),
        pytest.param(np.zeros((20, 20), int), [[0] * 20] * 20, id="not-yet-large"),
        pytest.param(np.float32(0.5), 0.5, id="scalar"),
        pytest.param(True, True, id="bool"),
        pytest.param(None, None, id="none"),
        pytest.param(float("nan"), "nan", id="nan"),
        pytest.param(b"abc\xff", "abc\\xff", id="bytes"),
        pytest.param("\ud800", "\ufffd", id="surrogate"),
        pytest.param(2**53, 2**53, id="integer"),
        pytest.param(2**53 + 1, str(2**53 + 1), id="inexact-integer"),
        pytest.param(1 << 20_000, "an integer of 20001 bits", id="integer-without-digits"),
        pytest.param((1, [2.0, "x"]), [1, [2.0, "x"]], id="tuple"),
        pytest.param({"a": 1, "b": [2]}, {"a": 1, "b": [2]}, id="dict"),
        pytest.param({1: 2, "1": 3}, {"pairs": [[1, 2], ["1", 3]]}, id="keys-of-two-types"),
        pytest.param({"a\ud800": 1, "b": 2}, {"pairs": [["a\ufffd", 1], ["b", 2]]}, id="bad-key"),
        pytest.param([0] * 401, {"length": 401, "first": [0] * 40}, id="long-list"),
        pytest.param({1, 2}, "a set", id="unknown"),
    ],
)
def test_value_is_written_as(actual: object, written: object) -> None:
    assert of_answer(actual) == written


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("x" * 10**6, id="text"),
        pytest.param(["x" * 10_000] * 400, id="texts"),
        pytest.param([np.zeros(400)] * 400, id="arrays"),
        pytest.param([[[0] * 40] * 40] * 40, id="lists"),
        pytest.param({str(at): "y" * 100 for at in range(50_000)}, id="dict"),
        pytest.param({"k" * 5000 + str(at): 1 for at in range(300)}, id="keys"),
        pytest.param(nested(500), id="deep"),
        pytest.param(np.zeros((1,) * 32), id="dimensions"),
        pytest.param(b"\xff" * 10**6, id="bytes"),
    ],
)
def test_large_answer_is_written_small(value: object) -> None:
    assert len(json.dumps(of_answer(value))) < 50_000
