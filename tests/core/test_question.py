"""The nouns of a question: what they derive and what they refuse."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from grader.core.comparison import Comparison
from grader.core.expression import parse_expression
from grader.core.question import AnswerKind, Part, Property, PropertyKind, Question, ReferenceCall

CARD = Question(id="q", title="Q", path="questions/q.md", version="sha256:0", statement="Text")


def test_question_is_worth_the_sum_of_its_parts() -> None:
    halves = tuple(
        Part(id=name, points=Fraction(3, 2), answer=AnswerKind.TEXT) for name in ("a", "b")
    )

    assert replace(CARD, parts=halves, stated_points=Fraction(9)).max_score == 3


@pytest.mark.parametrize(
    ("stated", "score"), [pytest.param(None, 0, id="none"), pytest.param(Fraction(5), 5, id="five")]
)
def test_plain_card_is_worth_what_it_states(stated: Fraction | None, score: int) -> None:
    assert replace(CARD, stated_points=stated).max_score == score


def test_part_without_code_is_no_code_part() -> None:
    part = Part(id="a", points=Fraction(1), answer=AnswerKind.FORMULA)

    assert replace(CARD, parts=(part,)).code_parts == ()


@pytest.mark.parametrize(
    ("kind", "argument", "text"),
    [
        pytest.param(PropertyKind.SAME_AS_REFERENCE, "", "same_as_reference", id="plain"),
        pytest.param(PropertyKind.LINEAR_IN, "dout", "linear_in dout", id="about-a-name"),
        pytest.param(PropertyKind.AUTHORED, "property_x", "property_x", id="authored"),
    ],
)
def test_property_is_spelt_as_its_author_did(kind: PropertyKind, argument: str, text: str) -> None:
    assert Property(kind=kind, argument=argument).text == text


def test_reference_call_is_spelt_as_its_author_did() -> None:
    arguments = tuple(parse_expression(text, ["x", "k"]) for text in ("x", "k + 1"))

    assert ReferenceCall(function="f", arguments=arguments).text == "f(x, k + 1)"


@pytest.mark.parametrize(
    ("rtol", "atol"),
    [
        pytest.param(-1e-9, 0, id="negative-rtol"),
        pytest.param(1.5, 0, id="rtol-above-one"),
        pytest.param(math.nan, 0, id="nan-rtol"),
        pytest.param(0, -1, id="negative-atol"),
        pytest.param(0, math.inf, id="infinite-atol"),
        pytest.param(0, math.nan, id="nan-atol"),
    ],
)
def test_tolerance_that_would_accept_anything_is_refused(rtol: float, atol: float) -> None:
    with pytest.raises(ValueError, match="tolerances must be finite"):
        Comparison(rtol=rtol, atol=atol)
