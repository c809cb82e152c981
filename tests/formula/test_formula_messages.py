"""Each kind of failure has its message, which says what to write instead."""

from __future__ import annotations

import pytest
from formula_questions import BACK, CX, DS_RELU, DX_RELU, Asked, message

from grader.formula import Kind, Unreadable, read

_WINDOW = r"\max_{(p,q) \in \Omega(k,l)} x_{pq}"
#: kind, question, formula, the whole message
GOLDEN: list[tuple[Kind, Asked, str, str]] = [
    (
        Kind.PROSE,
        BACK,
        r"\begin{cases} 1 & \text{if } x_{ij} \text{ was the max} \\ 0 & \text{else} \end{cases}",
        r'the words "was the max" cannot be evaluated: write the condition with symbols, e.g. '
        r"(i,j) = \arg\max_{…} …",
    ),
    (
        Kind.UNBOUND,
        BACK,
        r"\delta_{x,ij} = [i = i^*]",
        "i* is neither given nor bound by a sum, max or arg max: say what it is, e.g. "
        '"where i^* = …"',
    ),
    (
        Kind.DERIVATIVE,
        BACK,
        r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} \frac{\partial f_{kl}}{\partial x_{ij}}",
        "the derivative ∂f/∂x is still in your formula: write it out with the given symbols",
    ),
    (
        Kind.UNKNOWN,
        DX_RELU,
        r"\delta_{x,j} = \sum_k g_k W_{kj}",
        r"g is not among the symbols of this question: there are: W, \delta_y, s, K, J",
    ),
    (
        Kind.RANK,
        BACK,
        r"\delta_{x,ij} = x_ij",
        "x has 2 indices, but 1 is written: x_ij means x_i·j in LaTeX: write x_{ij}, or x_{i+1,j}",
    ),
    (
        Kind.RANGE,
        BACK,
        r"\delta_{x,ij} = \sum_{c} c",
        r"I cannot tell what c runs over: write its limits: \sum_{k=0}^{K-1}; and put brackets "
        "around what is summed",
    ),
    (
        Kind.OUTSIDE,
        BACK,
        r"\delta_{x,ij} = \delta_{f,i-1,j}",
        r"\delta_{f,-1,0} is outside of the array (shape (1, 1)): restrict the sum, or add a "
        "condition",
    ),
    (
        Kind.TYPE,
        BACK,
        r"\delta_{x,ij} = [x_{ij} = \arg\max_{(p,q) \in \Omega(0,0)} x_{pq}]",
        "a pair is compared with a number: an arg max over two indices is a pair: compare it "
        "with (i,j)",
    ),
    (
        Kind.CONDITION,
        BACK,
        r"\delta_{x,ij} = \mathbb{1}[x_{ij}]",
        r"'x_{i j}' is a number where a condition is needed: write a condition: "
        r"\mathbb{1}[x_{ij} > 0]",
    ),
    (
        Kind.BINDER,
        BACK,
        r"\delta_{x,ij} = \sum x_{ij}",
        r"no letter stands below \sum: write the letter below the sign: \sum_{k}, "
        r"\max_{(p,q) \in S}",
    ),
    (
        Kind.INDEX,
        BACK,
        r"\delta_{x,ij} = x_{i,0.5}",
        r"the index 0.5 is not whole: an index is a whole number; \lfloor i/s \rfloor rounds down",
    ),
    (
        Kind.SLICE,
        BACK,
        r"\delta_{x,ij} = x_{:,j}",
        "':' as an index takes a whole row or column: write the indices and a sum instead of ':'",
    ),
    (
        Kind.AMBIGUOUS,
        CX,
        r"\frac{\partial L}{\partial X} = \delta * K",
        "* between arrays can mean convolution, correlation or a product: write the sum over the "
        "indices",
    ),
    (
        Kind.LAYER,
        DS_RELU,
        r"\delta_s^{[l]} = \delta_y^{[l]}",
        "the superscript [l] marks a layer: this question has one layer: leave superscripts in "
        "brackets out",
    ),
    (
        Kind.SHAPE,
        DX_RELU,
        r"\delta_x = W \delta_y",
        r"the matrix product of shapes (1, 2) and (1,) does not exist: elementwise: \odot; "
        "transpose: ^T",
    ),
    (
        Kind.CASES,
        BACK,
        r"\delta_{x,ij} = \begin{cases} 1 & x_{ij} > 100 \end{cases}",
        r'no row of the cases applies for some indices: add "0 & \text{otherwise}"',
    ),
    (
        Kind.EMPTY,
        BACK,
        r"\delta_{x,ij} = \max_{(p,q) : x_{p,q} > 1000} x_{p,q}",
        "max over nothing for some indices: restrict it to where there is something to choose from",
    ),
    (
        Kind.SEVERAL,
        BACK,
        r"\delta_{x,ij} = 1; \delta_{x,ij} = 2",
        "more than one formula is given: give one formula, and definitions after 'where'",
    ),
    (
        Kind.COMMAND,
        BACK,
        r"\delta_{x,ij} = [\forall p: x_{pj} > 0]",
        r"\forall is not read: use \prod or \max over the letter",
    ),
    (
        Kind.SYNTAX,
        BACK,
        r"\delta_{x,ij} = (x_{ij}",
        "the formula ends too early: check the brackets and the arguments there",
    ),
    (
        Kind.LENGTH,
        BACK,
        "x" * 2001,
        "the formula has 2001 characters, at most 2000 are read: give the last line of the "
        "derivation only",
    ),
    (
        Kind.DEPTH,
        BACK,
        r"\delta_{x,ij} = a \text{ where } a = b, b = a",
        "a is defined by itself: write it out",
    ),
    (
        Kind.BUDGET,
        BACK,
        r"\delta_{x,ij} = \sum_{a=0}^{10^{12}} a",
        "a letter runs over too many numbers: sum over the indices of the question only",
    ),
    (
        Kind.VALUE,
        BACK,
        r"\delta_{x,ij} = x_{ij} / 0",
        "a division by zero for some indices: exclude the places where it has no value, by cases "
        "or a condition",
    ),
]


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [pytest.param(asked, text, golden, id=kind.value) for kind, asked, text, golden in GOLDEN],
)
def test_kind_has_its_message(asked: Asked, text: str, expected: str) -> None:
    assert message(text, asked) == expected


def test_every_kind_has_a_golden_message() -> None:
    assert {kind for kind, *_ in GOLDEN} == set(Kind)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        pytest.param(r"\delta_{x,ij} = x_{ij} \int y", r"\int", id="command"),
        pytest.param(r"\delta_{x,ij} = x_{ij} + g_{kl}", "g_{kl}", id="name"),
        pytest.param(r"\delta_{x,ij} = x_{ij} + ) y", ") y", id="bracket"),
        pytest.param(r"\delta_{x,ij} = 1 + 1/2x_{ij}", "1/2x", id="two-readings"),
    ],
)
def test_failure_knows_its_place(text: str, piece: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(text, BACK.declared)

    assert caught.value.at == text.index(piece)


def test_text_of_the_learner_is_quoted_escaped_and_short() -> None:
    text = r"\delta_{x,ij} = \text{a" + "\u202e\x07" + "b " * 99 + "}"

    said = message(text, BACK)

    assert said.isprintable()
    assert r"\u202e" in said
    assert len(said) < 200
