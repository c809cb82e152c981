"""What the corpus needs from the reference: a judge that answers inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExpectedAnswer:
    """The right answer to one input, and others known to be right (the last and split tie rules).

    Both map a name of returns ('' for a single answer) to its value.
    """

    expected: Mapping[str, object]
    accepted: tuple[Mapping[str, object], ...] = ()


#: inputs -> the reference's answer; QuestionError when the reference cannot give one
Judge = Callable[[Mapping[str, object]], ExpectedAnswer]
