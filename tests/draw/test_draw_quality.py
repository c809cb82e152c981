"""Planted bugs: the corpus finds each of them in the groups it should, and early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from max_pool_bugs import BUGS, takes_last
from max_pool_question import (
    SEED_GROUPS,
    backward,
    batch_corpus,
    is_accepted,
    judge,
    planes,
    seed_corpus,
    seed_part,
    window_cells,
    windows,
)

from grader.core.corpus import Corpus
from grader.draw import ExpectedAnswer, build_corpus

CORPORA = pytest.mark.parametrize("corpus", [seed_corpus, batch_corpus], ids=["seed", "batch"])


def failing(corpus: Corpus, group: str, bug: Callable[[Any], Any]) -> list[Any]:
    cases = [corpus.cases[at].inputs for at in corpus.of_group(group)]
    return [inputs for inputs in cases if not is_accepted(inputs, bug(inputs))]


def cells(inputs: Any) -> int:
    return sum(np.size(inputs[name]) for name in ("x", "delta_f"))


@CORPORA
@pytest.mark.parametrize("name", BUGS)
def test_planted_bug_fails_exactly_its_groups(corpus: Callable[[], Corpus], name: str) -> None:
    bug, groups = BUGS[name]

    failed = {group for group in SEED_GROUPS if failing(corpus(), group, bug)}

    assert failed == groups


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_planted_bugs_are_found_whatever_the_seed(seed: int) -> None:
    corpus = build_corpus(seed_part(), judge, seed=seed)

    for name, (bug, groups) in BUGS.items():
        failed = {group for group in SEED_GROUPS if failing(corpus, group, bug)}
        assert failed == groups, name


@CORPORA
def test_right_answers_pass_whatever_their_tie_rule(corpus: Callable[[], Corpus]) -> None:
    for group in SEED_GROUPS:
        assert not failing(corpus(), group, takes_last)
        assert not failing(corpus(), group, lambda inputs: backward(inputs, "split"))


@pytest.mark.parametrize(
    ("name", "group", "most"),
    [
        ("assigns", "overlapping", 8),
        ("feeds every maximum", "ties", 5),
        ("ignores stride", "non-overlapping", 5),
        ("ignores stride", "overlapping", 8),
        ("starts at zero", "non-overlapping", 2),
        ("starts at zero", "overlapping", 5),
        ("tolerates", "overlapping", 5),
        ("takes minimum", "non-overlapping", 5),
        ("swaps axes", "non-overlapping", 8),
        ("ignores upstream", "non-overlapping", 2),
        ("scans columns", "overlapping", 5),
    ],
)
def test_first_failing_case_is_small(name: str, group: str, most: int) -> None:
    assert cells(failing(seed_corpus(), group, BUGS[name][0])[0]) <= most


def has_deciding_tie(inputs: Any) -> bool:
    """Tell whether a window with a nonzero upstream gradient has its maximum twice."""
    for _, plane in planes(inputs):
        x, kernel, stride = plane["x"], plane["kernel"], plane["stride"]
        for k, m in windows(x.shape, kernel, stride):
            values = [x[cell] for cell in window_cells(k, m, kernel, stride)]
            if values.count(max(values)) > 1 and plane["delta_f"][k, m]:
                return True
    return False


@CORPORA
def test_ties_decide_in_four_of_five_cases_about_ties(corpus: Callable[[], Corpus]) -> None:
    cases = [corpus().cases[at].inputs for at in corpus().of_group("ties")]

    assert sum(map(has_deciding_tie, cases)) >= 0.8 * len(cases)


@CORPORA
def test_cases_about_ties_hold_every_pattern(corpus: Callable[[], Corpus]) -> None:
    planes_of_ties: list[Any] = [corpus().cases[at].inputs["x"] for at in corpus().of_group("ties")]

    large = [x for x in planes_of_ties if x.size >= 9]
    assert any(np.unique(x).size == 1 for x in large)
    assert any(np.unique(x).size == 2 for x in large)
    assert any(np.unique(x).size == 3 for x in large)
    assert any(np.signbit(x[x == 0]).any() and not np.signbit(x[x == 0]).all() for x in large)
    assert any(x.max() < 0 for x in large)


def test_without_a_judge_that_accepts_others_ties_still_decide() -> None:
    corpus = build_corpus(
        seed_part(), lambda inputs: ExpectedAnswer(expected={"": backward(inputs)}), least=60
    )

    cases = [corpus.cases[at].inputs for at in corpus.of_group("ties")]
    assert sum(map(has_deciding_tie, cases)) >= 0.8 * len(cases)


def test_ties_that_never_decide_do_not_empty_a_group() -> None:
    def forward(inputs: Any) -> ExpectedAnswer:
        return ExpectedAnswer(expected={"": np.sum(inputs["x"])})

    corpus = build_corpus(seed_part(), forward, least=60)

    assert corpus.counts["ties"] >= 20


@CORPORA
def test_distinct_planes_hold_negative_windows_and_near_ties(
    corpus: Callable[[], Corpus],
) -> None:
    found: list[Any] = [corpus().cases[at].inputs["x"] for at in corpus().of_group("overlapping")]

    assert all(np.unique(x).size == x.size for x in found)
    assert any(x.max() < 0 and x.size >= 9 for x in found)
    assert any(np.isclose(x.min(), x.max()) for x in found)
    assert sum(not np.isclose(x.min(), x.max()) for x in found) > len(found) / 2
