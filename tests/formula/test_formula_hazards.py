"""Where a reader goes wrong silently: two readings are refused, and nothing leaks in."""

from __future__ import annotations

import pytest
from formula_questions import BACK, DX_RELU, SOFT, message, verdict

from grader.formula import Symbol, declare, evaluate, first_difference, read

RIGHT = r"\sum_{k,l} \delta_{f,kl} [(i,j) = \arg\max_{(p,q) \in \Omega(k,l)} x_{pq}]"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(r"\max_{(p,q) \in \Omega(0,0)} x_{pq} \cdot s", id="max"),
        pytest.param(r"\min_{(p,q) \in \Omega(0,0)} x_{pq} s", id="min"),
        pytest.param(r"\prod_{(p,q) \in \Omega(0,0)} x_{pq} s", id="product"),
    ],
)
def test_factor_behind_a_maximum_is_refused(text: str) -> None:
    assert "s can be inside of" in message(text, BACK)
    assert "put brackets" in message(text, BACK)


def test_factor_before_or_in_brackets_behind_a_maximum_is_read() -> None:
    before = r"s \cdot (\max_{(p,q) \in \Omega(0,0)} x_{pq}) \cdot s"

    assert verdict(before, BACK) == "wrong"
    assert verdict(r"\max_{(p,q) \in \Omega(0,0)} s x_{pq}", BACK) == "wrong"


def test_sum_ends_at_a_plus_and_says_so() -> None:
    text = r"\frac{\partial L}{\partial z_i} = \sum_k p_k + y_k"

    assert message(text, SOFT) == (
        "k is neither given nor bound by a sum, max or arg max: "
        "put brackets around what is summed, or bind it"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(r"|x_{ij}|x_{ij}|x_{ij}|", "ambiguous", id="three-values"),
        pytest.param(r"x_{ij}|x_{ij}|", "ambiguous", id="behind-a-value"),
        pytest.param(r"|x_{ij}| + |s|", "wrong", id="two-absolute-values"),
        pytest.param(r"x_{ij} \cdot |x_{ij}|", "wrong", id="behind-a-dot"),
        pytest.param(r"\left| x_{ij} \right| x_{ij} \lvert s \rvert", "wrong", id="with-sides"),
        pytest.param(r"\sum_{k,l} |\delta_{f,kl}|", "wrong", id="behind-what-is-below-a-sum"),
    ],
)
def test_bar_with_two_readings_is_refused(text: str, expected: str) -> None:
    assert verdict(text, BACK) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1/2x_{ij}", id="number"),
        pytest.param("x_{ij}/s K", id="letters"),
        pytest.param("s/K/W", id="two-slashes"),
        pytest.param(r"\log s K", id="function"),
        pytest.param(r"\log(s)^2", id="power-of-a-function"),
    ],
)
def test_division_and_function_with_two_readings_are_refused(text: str) -> None:
    assert verdict(text, BACK) == "ambiguous"


def test_bound_letter_hides_a_symbol_of_the_question() -> None:
    declared = declare("t", 0, {"s": Symbol(name="s", rank=0, shown="s")})
    asked = BACK.instances[4]
    assert asked.values["s"] == 1.0

    results = evaluate(read(r"\sum_{s=0}^{2} s", declared), [_target(asked.values)])

    assert results == [{(): (3.0,)}]


def _target(values: object) -> object:
    from grader.formula import Instance

    return Instance(values=values, shape=())  # type: ignore[arg-type]  # those of another instance


def test_what_the_instance_holds_but_the_question_does_not_declare_is_unknown() -> None:
    declared = declare(r"\delta_{x,ij}", 2, {"x": Symbol(name="x", rank=2, shown="x")})
    assert "K" in BACK.instances[0].values

    with pytest.raises(Exception, match="K is not among the symbols"):
        read("K x_{ij}", declared)


def test_members_of_a_chain_must_agree() -> None:
    assert verdict(rf"\delta_{{x,ij}} = 7 = {RIGHT}", BACK) == "several"
    assert verdict(rf"7 = {RIGHT}", BACK) == "several"
    assert verdict(rf"\delta_{{x,ij}} = {RIGHT} = {RIGHT}", BACK) == "right"


def test_member_of_a_chain_that_cannot_be_read_is_noted() -> None:
    step = r"\sum_{k,l} \delta_{f,kl} \frac{\partial f_{kl}}{\partial x_{ij}}"

    formula = read(rf"\delta_{{x,ij}} = {step} = {RIGHT}", BACK.declared)

    assert len(formula.values) == 1
    assert "was not compared: the derivative ∂f/∂x" in formula.notes[0]


def test_left_side_that_is_not_the_target_is_refused() -> None:
    assert message(rf"g_{{ij}} x = {RIGHT}", BACK).endswith(r"begin with '\delta_{x,ij} = '")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param(r"\nabla_x L", r"\frac{\partial L}{\partial x}", id="nabla"),
        pytest.param("L_x", "L is not among the symbols", id="subscript"),
        pytest.param(r"[\forall i: x_{ij} > 0]", r"\prod", id="for-all"),
        pytest.param(r"[\exists i: x_{ij} > 0]", r"\max", id="exists"),
    ],
)
def test_sign_that_is_not_read_has_its_own_hint(text: str, hint: str) -> None:
    assert hint in message(text, BACK)


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        pytest.param(rf"{RIGHT} \tag{{7}}", r"\tag{7} was dropped", id="tag"),
        pytest.param(rf"{RIGHT} \label{{eq:a}}", r"\label{eq:a} was dropped", id="label"),
        pytest.param(rf"{RIGHT}, \quad (3)", "the equation number (3) was dropped", id="number"),
        pytest.param(rf"{RIGHT} \quad \text{{for all }} i, j", "'for all …' at the end", id="all"),
        pytest.param(rf"\underbrace{{{RIGHT}}}_{{\text{{sum}}}}", "at a brace", id="brace"),
        pytest.param(rf"\delta_{{x,ij}} \overset{{!}}{{=}} {RIGHT}", "above a sign", id="overset"),
    ],
)
def test_dropped_piece_is_named(text: str, dropped: str) -> None:
    formula = read(text, BACK.declared)

    assert verdict(text, BACK) == "right"
    assert any(dropped in note for note in formula.notes)


def test_for_all_with_a_condition_is_not_dropped() -> None:
    assert verdict(rf"{RIGHT} \quad \text{{for all }} i > 0", BACK) == "prose"


def test_delta_with_two_indices_is_kroneckers_only_where_no_other_delta_is_declared() -> None:
    formula = read(r"\sum_k y_k (p_i - \delta_{ik})", SOFT.declared)

    assert formula.notes == (r"\delta_{i k} read as the Kronecker delta",)
    assert verdict(r"\sum_{k,l} \delta_{kl}", BACK) == "ambiguous"


def test_label_with_two_readings_is_refused() -> None:
    symbols = {
        "x": Symbol(name="x", rank=1, shown="x"),
        "x_i": Symbol(name="xi", rank=0, shown="x_i"),
    }
    declared = declare("y_{i}", 1, symbols)

    with pytest.raises(Exception, match="can mean two of the question's symbols"):
        read("y_i = x_i", declared)


def test_nan_is_a_difference() -> None:
    results = [{(): (float("nan"),)}]

    found = first_difference(results, [BACK.expected[0].__class__((), (float("nan"),))])

    assert found is not None


def test_two_values_for_one_element_are_a_difference() -> None:
    text = (
        r"\frac{\partial L}{\partial X_{i \cdot s + a, j \cdot s + b}} = "
        r"\begin{cases} \delta_{f,ij} & X_{i \cdot s + a, j \cdot s + b} = f_{ij} \\ "
        r"0 & \text{otherwise} \end{cases}"
    )
    formula = read(text, BACK.declared)

    found = first_difference(evaluate(formula, BACK.instances), BACK.expected)

    assert found is not None
    assert " and " in found.message or "nothing" in found.message


def test_transposed_indices_are_noticed() -> None:
    right = r"\delta_{x,j} = \sum_k W_{kj} \delta_{y,k} [s_k > 0]"

    assert verdict(right, DX_RELU) == "right"
    assert verdict(right.replace("W_{kj}", "W_{jk}"), DX_RELU) in ("range", "outside")
