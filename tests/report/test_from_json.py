"""Stored reports read back: ours are taken as they are, damaged and hostile ones are refused."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from grader.core.errors import UsageError
from grader.core.redact import Audience, redact
from grader.report import report_as_json, schema, to_json_text
from grader.report.changes import circumstances, verdict_differences
from grader.report.from_json import reports_from_json
from grader.report.schema_check import first_problem

from . import examples

#: as a real one: the examples have shorter digests
_DIGEST = "0" * 64


def written(name: str = "mixed") -> dict[str, Any]:
    """Give an example as JSON, with a digest as real ones have it."""
    content: dict[str, Any] = json.loads(to_json_text(examples.ALL[name]))
    content["submission"]["sha256"] = _DIGEST
    content["question"]["id"] = "ssu_batch4_004"
    return content


def read(content: object) -> Any:
    return reports_from_json(json.dumps(content).encode(), "r.json")


@pytest.mark.parametrize("name", examples.ALL)
def test_own_report_is_read_back(name: str) -> None:
    (report,) = read(written(name))

    assert report.content == written(name)
    assert report.score == examples.ALL[name].score or report.score is None


def test_list_of_reports_is_read_in_order() -> None:
    found = read([written("mixed"), written("error")])

    assert [one.status.value for one in found] == ["graded", "error"]
    assert [one.place for one in found] == ["r.json: report 1", "r.json: report 2"]


def changed(*path: str | int, to: object) -> dict[str, Any]:
    content = written()
    place: Any = content
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return content


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param([], "holds 0 reports", id="empty-list"),
        pytest.param("text", "not a object", id="text"),
        pytest.param({}, "schema: missing", id="empty-object"),
        pytest.param(changed("schema", to="grader/report/v2"), "schema: not", id="other-schema"),
        pytest.param(changed("status", to="fine"), "status: none of", id="unknown-status"),
        pytest.param(changed("seed", to=True), "seed: not a integer", id="true-for-a-number"),
        pytest.param(changed("seed", to=2**70), "seed: too large", id="huge-seed"),
        pytest.param(changed("score", to=-1), "score: below 0", id="negative-score"),
        pytest.param(changed("score", to=99), "above max_score", id="more-than-there-is"),
        pytest.param(changed("extra", to=1), "extra: not a key", id="unknown-key"),
        pytest.param(changed("parts", to={}), "parts: not a array", id="object-for-a-list"),
        pytest.param(changed("parts", 0, "groups", 0, "outcome", to=None), "outcome", id="no-outcome"),
        pytest.param(changed("question", "id", to="../x.md"), "not an id", id="path-as-id"),
        pytest.param(changed("question", "id", to="x.md"), "not an id", id="file-as-id"),
        pytest.param(changed("question", "id", to="x\n"), "not an id", id="line-break-in-id"),
        pytest.param(changed("submission", "sha256", to="../../etc"), "digest", id="no-digest"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused_with_its_place(content: object, words: str) -> None:
    with pytest.raises(UsageError, match=r"^r\.json") as caught:
        read(content)

    assert words in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xfe{}", id="not-utf-8"),
        pytest.param(b'{"score": NaN}', id="nan"),
        pytest.param(b'{"score": 1e999}', id="infinite"),
        pytest.param(b'{"seed": ' + b"9" * 5000 + b"}", id="endless-number"),
        pytest.param(b'{"score": 1, "score": 5}', id="key-twice"),
        pytest.param(b"[" * 200_000, id="deep"),
        pytest.param(b"[" * 500 + b"]" * 500, id="rather-deep"),
        pytest.param(b'{"a": 1} {"b": 2}', id="two-documents"),
    ],
)
def test_what_is_no_json_is_refused(raw: bytes) -> None:
    with pytest.raises(UsageError, match=r"^r\.json: .*JSON"):
        reports_from_json(raw, "r.json")


_PLACES = st.lists(st.integers(0, 30), min_size=1, max_size=8)
_ODD = st.sampled_from([None, True, -1, 0.5, "", "x", [], {}, [1], {"id": "x"}, [[None]]])


@given(st.sampled_from(sorted(examples.ALL)), _PLACES, _ODD)
def test_own_check_and_the_full_validator_agree_on_any_change(
    name: str, steps: list[int], odd: object
) -> None:
    content: Any = copy.deepcopy(written(name))
    place, parent, key = content, content, next(iter(content))
    for step in steps:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        parent, key = place, keys[step % len(keys)]
        place = parent[key]
        if not isinstance(place, dict | list):
            break
    parent[key] = odd

    is_valid = Draft202012Validator(schema()).is_valid(content)

    assert (first_problem(content, schema()) == "") is is_valid


@pytest.mark.parametrize("name", examples.ALL)
def test_report_for_a_learner_is_known_as_one_where_anything_was_cut(name: str) -> None:
    whole: Any = report_as_json(examples.ALL[name])
    cut: Any = report_as_json(redact(examples.ALL[name], Audience.LEARNER))
    cut["submission"]["sha256"], cut["question"]["id"] = _DIGEST, "q"

    (report,) = read(cut)

    assert report.is_for_learner is (whole["parts"] != cut["parts"])


def test_no_difference_but_times_is_none() -> None:
    other = changed("timing", "total_seconds", to=99.0)

    assert verdict_differences(written(), other) == circumstances(written(), other) == []


def test_difference_names_its_place_and_both_values() -> None:
    other = changed("parts", 0, "groups", 0, "outcome", to="failed")

    (one,) = verdict_differences(written(), other)

    group = written()["parts"][0]["groups"][0]["id"]
    assert one.line == f'part code, group {group}, outcome: "passed", now "failed"'


def test_true_is_not_one() -> None:
    assert verdict_differences(changed("stdout", to=1), changed("stdout", to=True))


def test_versions_are_circumstances_and_no_verdict() -> None:
    other = changed("versions", "grader", to="9.9")

    assert verdict_differences(written(), other) == []
    assert [one.place for one in circumstances(written(), other)] == ["grader version"]


def test_key_that_an_older_grader_did_not_write_is_no_difference() -> None:
    older = written()
    for group in older["parts"][0]["groups"]:
        for failure in group["failures"]:
            failure.pop("remark", None)

    assert verdict_differences(older, written()) == []
