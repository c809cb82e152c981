"""What a question declares: what clashes is the author's fault, with a reason."""

from __future__ import annotations

import pytest
from formula_questions import POOLING, symbol

from grader.formula import Declaration, SetTable, Symbol, declare, grid_of

X = symbol("x", 1)


@pytest.mark.parametrize(
    ("target", "rank", "symbols", "expected"),
    [
        pytest.param("y_{i}", 2, {"x": X}, "1 index letters, its values have 2 axes", id="rank"),
        pytest.param("y_{ii}", 2, {"x": X}, "2 index letters", id="letter-twice"),
        pytest.param("y_{i+1}", 1, {"x": X}, "not a name with letters", id="computed"),
        pytest.param("x_{i}", 1, {"x": X}, "x is the target: it cannot be a symbol", id="clash"),
        pytest.param("y_{i} = 1", 1, {"x": X}, "not a name with letters", id="equation"),
        pytest.param("y_{i", 1, {"x": X}, "never closed", id="unreadable"),
        pytest.param("y_i", 1, {"x + 1": X}, "not a name", id="symbol-is-a-sum"),
        pytest.param("y_i", 1, {"x, z": X}, "not one name", id="two-symbols"),
        pytest.param("y_i", 1, {r"\bad": X}, r"\bad is not read", id="command"),
        pytest.param(
            "y_i",
            1,
            {r"\delta_f": X, r"\delta^f": symbol("g", 1)},
            "declared twice",
            id="declared-twice",
        ),
    ],
)
def test_declaration_that_cannot_be_used_says_why(
    target: str, rank: int, symbols: dict[str, Symbol], expected: str
) -> None:
    with pytest.raises(Declaration) as caught:
        declare(target, rank, symbols)

    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("target", "rank", "letters"),
    [
        pytest.param(r"\delta_{x, ij}", 2, ("i", "j"), id="label"),
        pytest.param(r"\delta_{x,i,j}", 2, ("i", "j"), id="commas"),
        pytest.param(r"\delta^x_{ij}", 2, ("i", "j"), id="label-above"),
        pytest.param(r"\frac{\partial f_{kl}}{\partial x_{ij}}", 4, ("k", "l", "i", "j"), id="jac"),
        pytest.param(r"\delta_x", 2, (), id="whole"),
        pytest.param("L", 0, (), id="number"),
    ],
)
def test_letters_of_the_target_are_found(target: str, rank: int, letters: tuple[str, ...]) -> None:
    assert declare(target, rank, POOLING).target_letters == letters


def test_gradient_and_derivative_are_two_names_of_one_thing() -> None:
    declared = declare(r"\delta_{x,ij}", 2, POOLING)

    assert {r"\delta_x", "∂L/∂x", "∂L/∂X"} <= declared.target_keys
    assert declared.symbols["∂L/∂Y"] == declared.symbols[r"\delta_f"]


def test_set_table_and_grid_hold_plain_numbers() -> None:
    table = SetTable((2,), {(0,): ((0,),), (1,): ((0,), (1,))})

    assert table.sets[(1,)] == ((0,), (1,))
    assert grid_of([[1, 2], [3, 4]]).at((1, 0)) == 3.0
    with pytest.raises(ValueError, match="different lengths"):
        grid_of([[1, 2], [3]])
