"""Random reports: any status, any shape of value, any text."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.core.compare import Aspect, Mismatch
from grader.core.report import (
    Failure,
    GroupReport,
    MatchedMisconception,
    Outcome,
    PartReport,
    Report,
    Status,
    Timing,
)
from grader.core.verdict import Verdict

# surrogates, controls, combining and wide characters included, which is the point
TEXTS = (
    st.text(st.characters(), max_size=40)
    | st.sampled_from(
        ["", "x" * 300, "a " * 200, "\n" * 40, "最" * 100, "\x1b[31m", "\u202e", "ok"]
    )
    | st.sampled_from(
        [
            "<script>x",
            "a & <b>",
            "&lt;",
            "```",
            "x|y",
            "]]>",
            "::error::x",
            "##[x]",
            "=x()",
            '"><i>',
        ]
    )
)
NAMES = st.text("abc-_", min_size=1, max_size=50)
POINTS = st.fractions(min_value=0, max_value=100, max_denominator=4)
ARRAYS: st.SearchStrategy[np.ndarray[Any, Any]] = hnp.arrays(
    dtype=st.sampled_from(["f8", "f4", "i8", "u8", "?", "c16"]).map(np.dtype),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
    | hnp.array_shapes(min_dims=1, max_dims=2, max_side=20),
    elements=None,
    fill=st.just(0),
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**200)
    | st.floats()
    | st.complex_numbers()
    | TEXTS
    | st.binary(max_size=50)
    | ARRAYS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(TEXTS | st.integers(), inner, max_size=3)
    ),
    max_leaves=5,
)
LOCATIONS = st.lists(TEXTS, max_size=3).map(tuple)


@st.composite
def failures(draw: st.DrawFn) -> Failure:
    """Draw a failure; often both answers have the same shape."""
    expected = draw(VALUES)
    actual = draw(VALUES)
    if isinstance(expected, np.ndarray) and draw(st.booleans()):
        actual = np.array(expected)
        if actual.size:
            actual.flat[draw(st.integers(0, actual.size - 1))] = 1
    mismatches = st.builds(
        Mismatch,
        path=st.sampled_from(["", "[0]", "[0, 1]", "dx[9, 9, 9]", "['a'][1]"]),
        expected=TEXTS,
        actual=TEXTS,
        aspect=st.sampled_from(Aspect),
    )
    return Failure(
        property=draw(st.just("") | NAMES),
        verdict=draw(st.sampled_from(Verdict)),
        message=draw(TEXTS),
        mismatch=draw(st.none() | mismatches),
        counterexample=draw(st.none() | st.dictionaries(NAMES, VALUES, max_size=4)),
        expected=expected,
        actual=actual,
        has_values=draw(st.booleans()),
        location=draw(LOCATIONS),
        stdout=draw(TEXTS),
        replay=draw(TEXTS),
    )


GROUPS = st.builds(
    GroupReport,
    id=NAMES,
    score=POINTS,
    max_score=POINTS,
    outcome=st.sampled_from(Outcome),
    cases=st.integers(0, 10**6),
    shown=st.booleans(),
    failures=st.lists(failures(), max_size=2).map(tuple),
    hint=TEXTS,
)
PARTS = st.builds(
    PartReport,
    id=NAMES,
    answer=st.sampled_from(["code", "formula", "array", "number", "choice", "text"]),
    score=st.none() | POINTS,
    max_score=POINTS,
    groups=st.lists(GROUPS, max_size=3).map(tuple),
    misconception=st.none()
    | st.builds(MatchedMisconception, name=TEXTS, hint=TEXTS, agreed_cases=st.integers(0, 999)),
    note=TEXTS,
)
REPORTS = st.builds(
    Report,
    status=st.sampled_from(Status),
    question_id=NAMES,
    question_version=st.just("sha256:0"),
    question_title=TEXTS,
    submission_name=TEXTS,
    submission_sha256=st.just("00"),
    score=st.none() | POINTS,
    max_score=st.just(Fraction(7, 2)),
    parts=st.lists(PARTS, max_size=2).map(tuple),
    verdict=st.sampled_from([Verdict.CE, Verdict.JE]),
    message=TEXTS,
    location=LOCATIONS,
    notes=st.lists(TEXTS, max_size=3).map(tuple),
    stdout=TEXTS,
    isolation=st.sampled_from(["", "L1", "self-check"]),
    is_official=st.booleans(),
    seed=st.integers(0, 2**32),
    versions=st.just({"grader": "0.1.0", "numpy": "2.4.6"}),
    timing=st.just(Timing(total_seconds=1.5, student_seconds=0.5)),
)
