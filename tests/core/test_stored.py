"""A stored report comes back exactly, and bytes that are none give the codec's error only."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, reject

from grader.core.codec import CodecError, decode, encode
from grader.core.stored import pack, unpack
from grader.report import to_json_text
from tests.report.examples import ALL as EXAMPLES
from tests.report.strategies import REPORTS


@given(REPORTS)
def test_any_report_comes_back_as_it_was(report: Any) -> None:
    try:
        stored = pack(report)
    except CodecError:  # an answer that no worker could have sent
        reject()

    again = unpack(stored)

    assert pack(again) == stored
    assert to_json_text(again) == to_json_text(report)


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_comes_back_as_it_was(name: str) -> None:
    report = EXAMPLES[name]

    assert to_json_text(unpack(pack(report))) == to_json_text(report)
    assert unpack(pack(report)).score == report.score


def test_answer_that_looks_like_a_piece_of_a_report_stays_an_answer() -> None:
    report = EXAMPLES["mixed"]
    stored: Any = decode(pack(report))
    group = next(g for g in stored["parts"][0]["groups"] if g["failures"])
    group["failures"][0]["actual"] = {"status": "graded", "score": "5"}

    again = unpack(encode(stored))

    failure = next(g for g in again.parts[0].groups if g.failures).failures[0]
    assert failure.actual == {"status": "graded", "score": "5"}


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"status": "passed"}, id="no-status"),
        pytest.param({"score": "1e9999999"}, id="number-bomb"),
        pytest.param({"score": 3}, id="number-for-fraction"),
        pytest.param({"max_score": "1/0"}, id="division-by-zero"),
        pytest.param({"max_score": None}, id="nothing-where-something-is-declared"),
        pytest.param({"parts": {}}, id="mapping-for-tuple"),
        pytest.param({"parts": (3,)}, id="number-for-part"),
        pytest.param({"versions": {"a": 3}}, id="number-for-text"),
        pytest.param({"seed": True}, id="bool-for-int"),
        pytest.param({"points": "3"}, id="unknown-field"),
        pytest.param({"notes": np.zeros(3)}, id="array-for-tuple"),
    ],
)
def test_damaged_report_is_refused(change: dict[str, object]) -> None:
    stored: Any = decode(pack(EXAMPLES["mixed"]))

    with pytest.raises(CodecError):
        unpack(encode(stored | change))


@given(st.binary(max_size=300))
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(CodecError):
        unpack(garbage)


def test_missing_field_is_refused() -> None:
    stored: Any = decode(pack(EXAMPLES["mixed"]))
    del stored["question_id"]

    with pytest.raises(CodecError, match="not a Report"):
        unpack(encode(stored))
