"""Expressions of the draw language: what they mean, what they refuse, and that nothing is run."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.core.expression import DrawError, did_you_mean, parse_expression

DRAWN = {"H": 5, "W": 4, "kernel": 2, "stride": 1, "mode": "same", "flag": True, "p": 0.5}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("(H - kernel)//stride + 1", 4, id="size"),
        pytest.param("H * W % 7", 6, id="product-and-rest"),
        pytest.param("-H + 1", -4, id="minus"),
        pytest.param("min(H, W, 3)", 3, id="min"),
        pytest.param("max(H, W) - abs(-2)", 3, id="max-and-abs"),
        pytest.param("1 < kernel <= 2 < H", True, id="chain"),
        pytest.param("1 < kernel < 2", False, id="chain-that-breaks"),
        pytest.param("stride >= kernel or H != W", True, id="or"),
        pytest.param("not flag and mode == 'same'", False, id="not-and"),
        pytest.param("mode == 'same'", True, id="text"),
        pytest.param("p * 2", 1.0, id="float"),
        pytest.param("  H\n", 5, id="spaces-around"),
    ],
)
def test_expression_has_the_value_python_gives_it(text: str, value: object) -> None:
    expression = parse_expression(text, DRAWN)

    assert expression.evaluate(DRAWN) == value
    assert expression.text == text.strip()


def test_names_are_in_order_of_first_use() -> None:
    assert parse_expression("W + max(H, W) + H", DRAWN).names == ("W", "H")


def test_expressions_of_one_text_are_equal() -> None:
    assert parse_expression("H + 1", DRAWN) == parse_expression("H + 1", DRAWN)


def test_second_operand_is_not_needed_when_the_first_decides() -> None:
    assert not parse_expression("kernel > 9 and 1 // 0 == 0", DRAWN).holds(DRAWN)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("kernal + 1", "did you mean 'kernel'", id="misspelt"),
        pytest.param("zzz", "'zzz' is not drawn before", id="unknown"),
        pytest.param("", "is not an expression", id="empty"),
        pytest.param("H +", "is not an expression", id="syntax"),
        pytest.param("H; W", "is not an expression", id="two"),
        pytest.param("H = 1", "is not an expression", id="assignment"),
        pytest.param("H ** 9", "is not allowed", id="power"),
        pytest.param("H / 2", "is not allowed", id="division"),
        pytest.param("H << 9", "is not allowed", id="shift"),
        pytest.param("H.real", "is not allowed", id="attribute"),
        pytest.param("H[0]", "is not allowed", id="index"),
        pytest.param("[H]", "is not allowed", id="list"),
        pytest.param("H if W else 1", "is not allowed", id="if"),
        pytest.param("lambda: 1", "is not allowed", id="lambda"),
        pytest.param("(x := 1)", "is not allowed", id="walrus"),
        pytest.param("open('f')", "is not allowed", id="call"),
        pytest.param("__import__('os')", "is not allowed", id="import"),
        pytest.param("min(H, key=W)", "is not allowed", id="keyword"),
        pytest.param("min(*H)", "is not allowed", id="star"),
        pytest.param("min()", "is not allowed", id="no-argument"),
        pytest.param("None", "is not allowed", id="none"),
        pytest.param("1j", "is not allowed", id="complex"),
        pytest.param("f'{H}'", "is not allowed", id="f-string"),
        pytest.param("H is W", "is not allowed", id="is"),
        pytest.param("H in W", "is not allowed", id="in"),
        pytest.param("9" * 401, "at most 400", id="long"),
        pytest.param("(" * 199 + "H" + ")" * 199 + "x", "is not an expression", id="parentheses"),
        pytest.param("a\0", "is not an expression", id="nul"),
    ],
)
def test_text_that_is_no_expression_is_refused(text: str, message: str) -> None:
    with pytest.raises(DrawError, match=message):
        parse_expression(text, DRAWN)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("H // 0", "by zero", id="zero"),
        pytest.param("H % 0", "by zero", id="rest-by-zero"),
        pytest.param("mode * 1000000000", "a text cannot be calculated with", id="huge-text"),
        pytest.param("'%d' % H", "a text cannot be calculated with", id="formatting"),
        pytest.param("mode + mode", "a text cannot be calculated with", id="joined-texts"),
        pytest.param("mode < 1", "has no value", id="text-against-number"),
        pytest.param("min(H)", "has no value", id="min-of-one"),
        pytest.param("-mode", "has no value", id="minus-text"),
        pytest.param("1e308 * 10 // 1 % 0.0", "has no value", id="float-rest"),
    ],
)
def test_expression_without_a_value_says_why(text: str, message: str) -> None:
    expression = parse_expression(text, DRAWN)

    with pytest.raises(DrawError, match=message):
        expression.evaluate(DRAWN)


def test_name_that_was_not_drawn_is_named() -> None:
    with pytest.raises(DrawError, match="'H' is not drawn before"):
        parse_expression("H", DRAWN).evaluate({})


def test_array_is_no_condition() -> None:
    condition = parse_expression("x", ["x"])

    with pytest.raises(DrawError, match="is no condition"):
        condition.holds({"x": np.ones(3)})


@pytest.mark.parametrize("text", ["p", "flag", "mode", "1.0"])
def test_size_that_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(DrawError, match="a whole number is needed"):
        parse_expression(text, DRAWN).whole(DRAWN)


def test_nearest_word_is_offered_only_when_it_is_near() -> None:
    assert did_you_mean("strde", DRAWN) == "; did you mean 'stride'?"
    assert did_you_mean("zzz", DRAWN) == ""


PIECES = st.sampled_from(
    (
        *(
            "H",
            "W",
            "mode",
            "1",
            "0",
            "2.5",
            "'a'",
            "+",
            "-",
            "*",
            "//",
            "%",
            "<",
            "==",
            "(",
            ")",
            ",",
        ),
        *(
            "and",
            "or",
            "not",
            "min",
            "max(",
            "abs(",
            " ",
            ".",
            "[",
            "]",
            "lambda",
            "**",
            "1or 2",
            "\\",
        ),
    )
)


@settings(deadline=None, max_examples=300)
@given(text=st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map(" ".join)))
@example(text="'\\d' == mode")
@example(text="1or 2")
@example(text="-" * 399 + "1")
@example(text="not " * 99 + "1")
def test_any_text_has_a_value_or_a_draw_error(text: str) -> None:
    with contextlib.suppress(DrawError):
        expression = parse_expression(text, DRAWN)
        expression.evaluate(DRAWN)
        expression.holds(DRAWN)
