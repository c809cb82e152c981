"""The key `reveal` of a question or exam: what a learner is told of a failure at each attempt."""

from __future__ import annotations

from itertools import pairwise

from grader.bank.fields import read_words
from grader.bank.nodes import Node
from grader.core.expression import did_you_mean
from grader.core.reveal import Reveal, Stage

_NAMES = [stage.value for stage in Stage]
_RULE = f"a stage for each attempt, never less than before: {', '.join(_NAMES)}"


def read_reveal(node: Node | None) -> Reveal:
    """Give the stages; without the key everything is told at once. QuestionError names the line."""
    if node is None:
        return Reveal()
    words = read_words(node, "reveal")
    for word in words:
        if word not in _NAMES:
            raise node.error(f"reveal has {word!r}{did_you_mean(word, _NAMES)}", _RULE)
    if not words:
        raise node.error("reveal is empty", _RULE)
    stages = tuple(Stage(word) for word in words)
    for one, other in pairwise(stages):
        if not other.tells(one):
            raise node.error(f"reveal tells less after {one.value!r}: {other.value!r}", _RULE)
    return Reveal(stages=stages)
