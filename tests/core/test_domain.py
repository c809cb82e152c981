"""Declarations of a draw block: every form, every word, and what contradicts itself."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.core.domain import (
    ArrayDraw,
    ChoiceDraw,
    Declaration,
    Domain,
    Element,
    NumberDraw,
    TextDraw,
    Word,
    parse_declaration,
)
from grader.core.expression import DrawError

KNOWN = ("H", "W", "C", "kernel")


def declare(text: str) -> Declaration:
    return parse_declaration("x", text, KNOWN)


@pytest.mark.parametrize(
    ("text", "is_int", "low", "high"),
    [
        pytest.param("int 1..3", True, "1", "3", id="int"),
        pytest.param("int kernel..2*H", True, "kernel", "2*H", id="bounds-drawn-before"),
        pytest.param("float -1.5..0.5", False, "-1.5", "0.5", id="float"),
        pytest.param("int  1 ..  3", True, "1", "3", id="spaces"),
    ],
)
def test_number_is_declared(text: str, is_int: bool, low: str, high: str) -> None:
    draw = declare(text).draw

    assert isinstance(draw, NumberDraw)
    assert (draw.is_int, draw.low.text, draw.high.text) == (is_int, low, high)


@pytest.mark.parametrize(
    ("text", "element", "shape", "words"),
    [
        pytest.param("floats[H, W]", Element.FLOATS, ["H", "W"], set(), id="plain"),
        pytest.param("floats[3] distinct", Element.FLOATS, ["3"], {Word.DISTINCT}, id="word"),
        pytest.param(
            "floats[H] ties, float32", Element.FLOATS, ["H"], {Word.TIES, Word.FLOAT32}, id="words"
        ),
        pytest.param(
            "floats[H] unit rows positive",
            Element.FLOATS,
            ["H"],
            {Word.UNIT_ROWS, Word.POSITIVE},
            id="two-word-word",
        ),
        pytest.param(
            "floats[H] nan inf", Element.FLOATS, ["H"], {Word.NAN, Word.INF}, id="specials"
        ),
        pytest.param(
            "ints[max(H, W), 2]", Element.INTS, ["max(H, W)", "2"], set(), id="comma-in-size"
        ),
        pytest.param("bools [H]", Element.BOOLS, ["H"], set(), id="space-before-shape"),
    ],
)
def test_array_is_declared(text: str, element: Element, shape: list[str], words: set[Word]) -> None:
    draw = declare(text).draw

    assert isinstance(draw, ArrayDraw)
    assert draw.element is element
    assert [size.text for size in draw.shape] == shape
    assert draw.words == words


def test_elements_of_an_array_may_have_bounds() -> None:
    draw = declare("ints[H] 0..C - 1 distinct").draw

    assert isinstance(draw, ArrayDraw)
    assert draw.low is not None
    assert draw.high is not None
    assert (draw.low.text, draw.high.text) == ("0", "C - 1")
    assert draw.words == {Word.DISTINCT}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        pytest.param("one of a, b c, 3", ("a", "b c", 3), id="texts-and-numbers"),
        pytest.param("one of 'a, b', \"3\"", ("a, b", "3"), id="quoted"),
        pytest.param("one of true, 2.5, -1", (True, 2.5, -1), id="scalars"),
        pytest.param("one of a", ("a",), id="single"),
    ],
)
def test_choice_is_declared(text: str, options: tuple[object, ...]) -> None:
    draw = declare(text).draw

    assert isinstance(draw, ChoiceDraw)
    assert draw.options == options


def test_text_is_declared() -> None:
    draw = declare("text 0..5").draw

    assert isinstance(draw, TextDraw)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "cannot be drawn", id="empty"),
        pytest.param("flots[H]", "did you mean 'floats'", id="misspelt"),
        pytest.param("complex[H]", "cannot be drawn", id="unknown"),
        pytest.param("int", "has no bounds", id="no-bounds"),
        pytest.param("int 3", "has no bounds", id="one-bound"),
        pytest.param("int 3..1", "3 is above 1", id="empty-range"),
        pytest.param("int 0.5..2", "a whole number is needed", id="float-bound"),
        pytest.param("int 'a'..2", "a whole number is needed", id="text-bound"),
        pytest.param("float 'a'..'b'", "a finite number is needed", id="text-bounds"),
        pytest.param("float 0..1e999", "a finite number is needed", id="infinite-bound"),
        pytest.param("text -1..3", "at least 0", id="negative-length"),
        pytest.param("int 1..K", "'K' is not drawn before", id="undrawn-bound"),
        pytest.param("int 1..x", "'x' is not drawn before", id="bound-is-itself"),
        pytest.param("floats[]", "lacks a size", id="no-size"),
        pytest.param("floats[H,]", "lacks a size", id="size-missing"),
        pytest.param("floats[-1]", "is negative", id="negative-size"),
        pytest.param("floats[1.5]", "a whole number is needed", id="float-size"),
        pytest.param("floats[H", "cannot be drawn", id="open-bracket"),
        pytest.param("floats[H] distnct", "did you mean 'distinct'", id="misspelt-word"),
        pytest.param("floats[H] unit", "is no word of an array", id="half-a-word"),
        pytest.param("floats[H] distinct ties", "contradicts itself", id="distinct-ties"),
        pytest.param("floats[H] positive negative", "contradicts itself", id="both-signs"),
        pytest.param("ints[H] nan", "cannot be nan", id="int-nan"),
        pytest.param("bools[H] ties", "no words", id="bool-words"),
        pytest.param("bools[H] 0..1", "no words", id="bool-bounds"),
        pytest.param("one of", "names nothing", id="no-options"),
        pytest.param("one of a,,b", "cannot be read", id="empty-option"),
        pytest.param("one of (1, 2), 3", "cannot be read", id="tuple-option"),
        pytest.param("one offer", "cannot be drawn", id="one-offer"),
        pytest.param("int 1.." + "9" * 400, "at most 400", id="long"),
    ],
)
def test_bad_declaration_is_refused(text: str, message: str) -> None:
    with pytest.raises(DrawError, match=message):
        declare(text)


@pytest.mark.parametrize("name", ["a b", "1a", "", "é", "a.b", "lambda", "None"])
def test_name_that_python_does_not_know_cannot_be_drawn(name: str) -> None:
    with pytest.raises(DrawError, match="cannot be drawn"):
        parse_declaration(name, "int 1..3", KNOWN)


def test_sizes_are_those_of_the_drawn_names() -> None:
    draw = declare("floats[(H - kernel)//2 + 1, W]").draw

    assert isinstance(draw, ArrayDraw)
    assert draw.sizes({"H": 5, "kernel": 3, "W": 4}) == (2, 4)
    with pytest.raises(DrawError, match="is -1"):
        draw.sizes({"H": 1, "kernel": 5, "W": 4})


def test_overrides_replace_in_place_and_add_at_the_end() -> None:
    domain = Domain(declarations=(declare("int 1..3"), parse_declaration("y", "int 1..2", ())))
    overrides = (parse_declaration("z", "int 4..5", ()), declare("int 7..9"))

    whole = domain.with_overrides(Domain(declarations=overrides))

    assert [(found.name, found.text) for found in whole] == [
        ("x", "int 7..9"),
        ("y", "int 1..2"),
        ("z", "int 4..5"),
    ]


PIECES = st.sampled_from(
    (
        *(
            "int",
            "float",
            "floats",
            "[",
            "]",
            "H",
            ",",
            "..",
            "1",
            "one of",
            "text",
            "ties",
            "nan",
            "'",
        ),
        *("(", ")", "-", "distinct", "unit rows", " ", "bools", "ints"),
    )
)


@settings(deadline=None, max_examples=300)
@given(text=st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=10).map(" ".join)))
def test_any_text_is_a_declaration_or_a_draw_error(text: str) -> None:
    with contextlib.suppress(DrawError):
        assert declare(text).name == "x"
