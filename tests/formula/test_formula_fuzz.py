"""Nothing but the room's own error comes out, whatever is written, and in bounded time."""

from __future__ import annotations

import time

import pytest
from formula_questions import BACK, CX_ZERO, DX_ELU, JAC, SOFT, Asked, message, verdict
from hypothesis import given, settings
from hypothesis import strategies as st
from test_formula_notations import NOTATIONS
from test_formula_spellings import SPELLINGS

from grader.formula import Unreadable, read

TEXTS = [text for _, text, _ in (*NOTATIONS, *SPELLINGS)]
_PIECES = (
    r"\sum \max \arg \min \prod _ ^ { } _{ ^{ ( ) [ ] \{ \} | x i j k f \delta \Omega \in = < + - / * "
    r"\cdot , : ; . \frac \partial \begin{cases} \end{cases} & \\ \text{if} \text{otherwise} "
    r"\text{where} ' ^* ^T 1 0 12 \mathbb{1} \sqrt \log \left \right \lfloor \rfloor \dots \substack "
    r"\underset \operatorname \text \mathrm \hat \not $ % \ # é 𝟙 ≤ ² e \begin{aligned} "
    r"\end{aligned} \begin{array}{l} \end{array} \tag \quad \lvert \rvert \exp \mid \land \lnot "
    r"^{10} i^* \color \textcolor \underbrace \overset"
)
PIECES = _PIECES.split(" ")
ASKED = st.sampled_from([BACK, JAC, DX_ELU, SOFT, CX_ZERO])


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Give a formula with a few pieces cut out, put in, or taken from another formula."""
    text = draw(st.sampled_from(TEXTS))[:600]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        other = draw(st.sampled_from(TEXTS))
        start = draw(st.integers(0, len(other)))
        pieces = [draw(st.sampled_from(PIECES)), other[start : start + 30], ""]
        cut = draw(st.integers(0, 6))
        text = text[:at] + draw(st.sampled_from(pieces)) + text[at + cut :]
    return text


def is_answered(text: str, asked: Asked) -> bool:
    started = time.process_time()
    said = verdict(text, asked)
    return bool(said) and time.process_time() - started < 10


@given(text=mutated(), asked=ASKED)
@settings(max_examples=150)
def test_changed_formula_is_answered(text: str, asked: Asked) -> None:
    assert is_answered(text, asked)


@given(text=st.lists(st.sampled_from(PIECES), max_size=40).map("".join), asked=ASKED)
@settings(max_examples=150)
def test_pieces_in_any_order_are_answered(text: str, asked: Asked) -> None:
    assert is_answered(text, asked)


@given(text=st.text(max_size=60))
@settings(max_examples=100)
def test_any_text_is_answered(text: str) -> None:
    assert is_answered(text, BACK)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("(" * 900 + "x" + ")" * 900, id="brackets"),
        pytest.param("{" * 900 + "x" + "}" * 900, id="braces"),
        pytest.param(r"\sum_k " * 280, id="sums"),
        pytest.param(r"\log " * 390, id="functions"),
        pytest.param(r"\lnot " * 330, id="negations"),
        pytest.param(r"\partial " * 220, id="derivatives"),
        pytest.param(r"\frac" * 390, id="fractions"),
        pytest.param("x^" * 990, id="powers"),
        pytest.param("x" * 1990, id="factors"),
        pytest.param("x_{" + "i" * 1900 + "}", id="indices"),
        pytest.param("-" * 1990, id="signs"),
        pytest.param("x+" * 990 + "x", id="terms"),
        pytest.param("1<" * 990 + "1", id="chain"),
        pytest.param(r"\text{" + "a " * 900 + "}", id="words"),
        pytest.param(r"\begin{cases}" * 140, id="cases"),
        pytest.param(r"\begin{aligned}" * 120, id="environments"),
        pytest.param("|" * 1990, id="bars"),
        pytest.param("10^{10^{10^{10}}}", id="tower"),
        pytest.param("9" * 1900, id="digits"),
        pytest.param("(-8)^{0.5}", id="complex"),
        pytest.param(r"\sum_{a=0}^{999}\sum_{b=0}^{999}\sum_{c=0}^{999} 1", id="loops"),
        pytest.param(r"\sum_{a=0}^{10^{300}} a", id="long-sum"),
        pytest.param(r"\prod_{a=1}^{999} 10^{9}", id="large-product"),
        pytest.param(
            "a_0 where " + ", ".join(f"a_{n} = a_{n + 1} + a_{n + 1}" for n in range(90)),
            id="doubling-definitions",
        ),
    ],
)
def test_formula_that_grows_is_bounded(text: str) -> None:
    assert is_answered(text, BACK)


@pytest.mark.parametrize("text", ["", " ", "%", "$$", "&", r"\\", ",", ".", r"\quad", "\x00"])
def test_nothing_to_read_is_said(text: str) -> None:
    assert message(text, BACK).split(":")[0] != "it can be read"


def test_formula_of_two_thousand_characters_is_read() -> None:
    text = "x_{ij}" + " + x_{ij}" * 221

    assert len(text) <= 2000
    assert read(text, BACK.declared)
    with pytest.raises(Unreadable):
        read(text + " " * 100, BACK.declared)
