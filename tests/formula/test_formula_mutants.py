"""Small changes of a right formula: instances with overlap tell them, others do not."""

from __future__ import annotations

from collections import Counter

import pytest
from formula_questions import BACK, DX_RELU, JAC, SOFT, Asked

from grader.formula import (
    Unreadable,
    evaluate,
    first_difference,
    mutants_of,
    read,
    resolve,
    spell_out,
)

RIGHT = (
    r"\delta_{x,ij} = \sum_{(k,l) : (i,j) \in \Omega(k,l)} \delta_{f,kl} "
    r"\cdot \mathbb{I}[(i,j) = \arg\max_{(i',j') \in \Omega(k,l)} x_{i'j'}]"
)
MAXIMUM = (
    r"\delta_{x,ij} = \sum_{k,l} \delta_{f,kl} [x_{ij} = m_{kl}] [(i,j) \in \Omega(k,l)] "
    r"\text{ where } m_{kl} = \max_{(p,q) \in \Omega(k,l)} x_{pq}"
)
CASES = (
    r"\frac{\partial f_{kl}}{\partial x_{ij}} = \begin{cases} 1 & (i,j) = (i^*,j^*) \\ "
    r"0 & \text{otherwise} \end{cases} \text{ where } "
    r"(i^*,j^*) = \arg\max_{(p,q) \in \Omega(k,l)} x_{pq}"
)


def fates(text: str, asked: Asked, count: int | None = None) -> tuple[Counter[str], list[str]]:
    """Give how many mutants are wrong or unreadable, and the changes that survive."""
    spelling = spell_out(text, asked.declared)
    counts: Counter[str] = Counter()
    survivors = []
    for mutant in mutants_of(spelling, read(text, asked.declared).used):
        try:
            formula = resolve(mutant.spelling, asked.declared)
            results = evaluate(formula, asked.instances[:count])
        except Unreadable:
            counts["unreadable"] += 1
            continue
        if first_difference(results, asked.expected[:count]) is None:
            survivors.append(mutant.change)
        else:
            counts["wrong"] += 1
    return counts, survivors


@pytest.mark.parametrize(
    ("text", "asked", "survivors"),
    [
        pytest.param(RIGHT, BACK, [r"drops the condition (i, j) \in \Omega(k, l)"], id="arg-max"),
        pytest.param(MAXIMUM, BACK, [], id="maximum"),
        pytest.param(CASES, JAC, [], id="cases"),
        pytest.param(
            r"\delta_x = W^T (\delta_y \odot [s > 0])",
            DX_RELU,
            [r"s > 0 -> s \ge 0"],  # instances stay off the kink
            id="whole-arrays",
        ),
        pytest.param("p_i - y_i", SOFT, [], id="softmax"),
    ],
)
def test_only_changes_that_are_equal_survive(text: str, asked: Asked, survivors: list[str]) -> None:
    counts, found = fates(text, asked)

    assert found == survivors
    assert counts["wrong"] >= 2


def test_instances_without_overlap_let_more_changes_survive() -> None:
    _, survivors = fates(RIGHT, BACK, count=2)

    assert len(survivors) > 1


def test_definition_that_is_not_used_is_not_changed() -> None:
    text = r"\delta_{x,ij} = x_{ij} \text{ where } m = \sum_{k,l} \delta_{f,kl}"
    spelling = spell_out(text, BACK.declared)

    changes = [one.change for one in mutants_of(spelling, read(text, BACK.declared).used)]

    assert changes == ["{i j} -> {j i}", "drops the factor i", "drops the factor j"]
