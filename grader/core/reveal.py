"""How much of a failure a learner is told, attempt by attempt; decided by question or exam."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Stage(enum.Enum):
    """What is told of a failure; each stage tells all that the ones before it do."""

    NAME = "name"  # which group failed
    SHAPE = "shape"  # the verdict, and of what kind and shape the smallest failing input is
    VALUES = "values"  # the input, both answers, exceptions and what was printed
    HINT = "hint"  # the hint of the group, and the mistake that it behaves like

    def tells(self, other: Stage) -> bool:
        """Tell whether this stage comes at or after another one."""
        order = list(Stage)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """The stage of each attempt, from the first on; later attempts are told what the last one is.

    One stage is the same for every attempt; everything is told where nothing is said.
    """

    stages: tuple[Stage, ...] = (Stage.HINT,)

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("a reveal has at least one stage")

    def at(self, attempt: int) -> Stage:
        """Give the stage of an attempt, counted from 1."""
        if attempt < 1:
            raise ValueError(f"attempt {attempt}; the first one is 1")
        return self.stages[min(attempt, len(self.stages)) - 1]
