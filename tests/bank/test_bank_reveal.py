"""`reveal` says how much a learner is told at each attempt; what cannot be meant is refused."""

from __future__ import annotations

import pytest

from grader.bank.nodes import Table, parse_yaml
from grader.bank.reveal import read_reveal
from grader.core.errors import QuestionError
from grader.core.reveal import Reveal, Stage


def reveal(text: str) -> Reveal:
    table = parse_yaml(f"reveal: {text}\n", "questions/q.md", 4)
    assert isinstance(table, Table)
    return read_reveal(table.get("reveal"))


@pytest.mark.parametrize("text", ["[name, shape, values, hint]", "name, shape, values, hint"])
def test_stages_are_a_list_or_words_with_commas(text: str) -> None:
    assert reveal(text) == Reveal(stages=tuple(Stage))


def test_stage_may_stay_for_several_attempts() -> None:
    assert reveal("[name, name, hint]").stages == (Stage.NAME, Stage.NAME, Stage.HINT)


def test_without_the_key_everything_is_told() -> None:
    assert read_reveal(None) == Reveal()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("[name, value]", "did you mean 'values'", id="typing-mistake"),
        pytest.param("[values, name]", "tells less after 'values': 'name'", id="less-later"),
        pytest.param("[]", "reveal is empty", id="empty-list"),
        pytest.param("','", "reveal is empty", id="only-a-comma"),
        pytest.param("{1: name}", "a list is needed", id="mapping"),
    ],
)
def test_reveal_that_cannot_be_meant_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(QuestionError) as caught:
        reveal(text)

    assert words in str(caught.value)
    assert str(caught.value).startswith("questions/q.md:4")
