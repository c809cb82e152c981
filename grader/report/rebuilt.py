"""A stored report as a Report again, so that it is shown by what shows every other report.

JSON does not say everything: a nested list of numbers is taken for the array that it nearly always
was, and of arrays too large for JSON only what was written is there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from grader.core.compare import Aspect, Mismatch
from grader.core.report import (
    Failure,
    GroupReport,
    MatchedMisconception,
    MatchedTieRule,
    MeasuredSpeed,
    Outcome,
    PartReport,
    Report,
    Timing,
)
from grader.core.verdict import Verdict
from grader.report.from_json import StoredReport

_WORDS = {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}
_DTYPES = ("float64", "float32", "int64", "int32", "uint64", "uint8", "bool")
_LARGE = re.compile(r"-?[1-9]\d{15,1300}", re.ASCII)
_MOST_DIMENSIONS = 32
_LARGEST_SIDE = 2**31


def rebuilt(stored: StoredReport) -> Report:
    """Give the report that was written; what a stored one holds was checked when it was read."""
    content = stored.content
    timing = content["timing"]
    return Report(
        status=stored.status,
        question_id=stored.question_id,
        question_version=stored.question_version,
        question_title=content["question"]["title"],
        submission_name=stored.submission_name,
        submission_sha256=stored.submission_sha256,
        score=stored.score,
        max_score=stored.max_score,
        parts=tuple(map(_part, content["parts"])),
        verdict=Verdict(content["verdict"]) if content["verdict"] else None,
        message=content["message"],
        location=tuple(content["location"]),
        notes=tuple(content["notes"]),
        stdout=content["stdout"],
        isolation=content["isolation"],
        is_official=content["official"],
        seed=stored.seed,
        versions=content["versions"],
        timing=Timing(
            total_seconds=timing["total_seconds"], student_seconds=timing["student_seconds"]
        ),
    )


def _part(content: Mapping[str, Any]) -> PartReport:
    found, ties, speed = (content.get(name) for name in ("misconception", "tie_rule", "speed"))
    return PartReport(
        id=content["id"],
        answer=content["answer"],
        score=None if content["score"] is None else _points(content["score"]),
        max_score=_points(content["max_score"]),
        groups=tuple(map(_group, content["groups"])),
        misconception=_misconception(found) if found else None,
        tie_rule=MatchedTieRule(**ties) if ties else None,
        speed=MeasuredSpeed(**speed) if speed else None,
        note=content["note"],
    )


def _group(content: Mapping[str, Any]) -> GroupReport:
    return GroupReport(
        id=content["id"],
        score=_points(content["score"] or 0),
        max_score=_points(content["max_score"]),
        outcome=Outcome(content["outcome"]),
        cases=content["cases"],
        shown=content["shown"],
        failures=tuple(map(_failure, content["failures"])),
        hint=content["hint"],
    )


def _misconception(content: Mapping[str, Any]) -> MatchedMisconception:
    return MatchedMisconception(
        name=content["name"],
        hint=content["hint"],
        agreed_cases=content["agreed_cases"],
        compared_cases=content.get("compared_cases", 0),
        is_declared=content.get("declared", True),
    )


def _failure(content: Mapping[str, Any]) -> Failure:
    inputs, mismatch = content["counterexample"], _mismatch(content)
    actual = content.get("actual")
    is_whole = mismatch is not None and not mismatch.path
    is_list = is_whole and content["mismatch"]["actual"].startswith("a list of ")
    return Failure(
        property=content["property"],
        verdict=Verdict(content["verdict"]),
        message=content["message"],
        mismatch=mismatch,
        counterexample=None
        if inputs is None
        else {name: value_of(value) for name, value in inputs.items()},
        expected=value_of(content.get("expected")),
        actual=_list_of(actual) if is_list else value_of(actual),
        has_values="expected" in content,
        location=tuple(content["location"]),
        stdout=content["stdout"],
        replay=content["replay"],
        remark=content.get("remark", ""),
        outline=content.get("outline", {}),
    )


def _mismatch(content: Mapping[str, Any]) -> Mismatch | None:
    """Give the first difference; in what it differs is told by the message that quotes it."""
    if content["mismatch"] is None:
        return None
    tried = [Mismatch(**content["mismatch"], aspect=aspect) for aspect in Aspect]
    fitting = (each for each in tried if each.sentence() in content["message"])
    return next(fitting, Mismatch(**content["mismatch"]))


def value_of(written: object) -> object:
    """Give an input or an answer as it most likely was before it was written as JSON."""
    if isinstance(written, Mapping):
        if set(written) == {"pairs"}:
            return _dict_of(written["pairs"]) or dict(written)
        if set(written) == {"shape", "dtype", "first"}:
            return _abridged(written)
        return {name: value_of(member) for name, member in written.items()}
    if not isinstance(written, list):
        return _number_of(written) if isinstance(written, str) else written
    array = _array_of(written)
    return [value_of(each) for each in written] if array is None else array


def _list_of(written: object) -> object:
    """Give what is known to have been a list, as in JSON."""
    if isinstance(written, list):
        return [_list_of(each) for each in written]
    return _number_of(written)


def _abridged(written: Mapping[str, Any]) -> object:
    """Give an array that was written as shape, dtype and first cells, if those are all it has."""
    shape, cells = written["shape"], written["first"]
    is_shape = isinstance(shape, list) and len(shape) <= _MOST_DIMENSIONS
    if not is_shape or not all(type(n) is int and 0 <= n < _LARGEST_SIDE for n in shape):
        return dict(written)
    if not isinstance(cells, list) or math.prod(shape) != len(cells) or not _are_cells(cells):
        return dict(written)
    dtype = written["dtype"] if written["dtype"] in _DTYPES else None
    try:
        return np.array([_number_of(cell) for cell in cells], dtype=dtype).reshape(shape)
    except (ValueError, OverflowError):  # of that dtype; or a side of 0 beside others too large
        return dict(written)


def _dict_of(pairs: object) -> dict[object, object]:
    """Give a dict whose keys were no texts; an empty one when these are no pairs of it."""
    if not isinstance(pairs, list) or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
        return {}
    if any(isinstance(key, list | dict) for key, _ in pairs):
        return {}
    return {key: value_of(member) for key, member in pairs}


def _array_of(written: list[Any]) -> object:
    """Give nested lists as an array, or None where they are none: ragged, or of mixed cells."""
    shape: list[int] = []
    level: list[Any] = [written]
    while level and all(isinstance(each, list) for each in level):
        lengths = {len(each) for each in level}
        if len(lengths) != 1 or len(shape) == _MOST_DIMENSIONS:
            return None
        shape.append(lengths.pop())
        level = [cell for each in level for cell in each]
    if not level:
        return np.empty(0) if shape == [0] else None
    return (
        np.array([_number_of(cell) for cell in level]).reshape(shape) if _are_cells(level) else None
    )


def _are_cells(level: list[Any]) -> bool:
    """Tell whether these can be the cells of one array: all bools, or all numbers."""
    kinds = {bool if isinstance(cell, bool) else type(cell) for cell in level}
    if kinds == {bool}:
        return True
    if not kinds <= {int, float, str}:
        return False
    numbers = [_number_of(cell) for cell in level]
    return all(isinstance(n, float) or (isinstance(n, int) and abs(n) < 2**63) for n in numbers)


def _number_of(cell: Any) -> Any:
    """Give the number that was written as a text because JSON or its readers lack it."""
    if not isinstance(cell, str):
        return cell
    if _LARGE.fullmatch(cell):
        return int(cell)
    return _WORDS.get(cell, cell)


def _points(number: float) -> Fraction:
    return Fraction(number).limit_denominator(10_000)
