"""The inputs of one question version with their expected values: made once, used often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One input of a corpus.

    inputs: drawn name -> value (numpy arrays read-only). groups: ids of the groups it belongs to.
    expected: name of returns ('' for a single answer) -> value. accepted: other answers known to be
    right, for the quick path (the last and split tie rules). name: of a fixed case, else ''.
    """

    inputs: Mapping[str, object]
    groups: tuple[str, ...]
    expected: Mapping[str, object]
    accepted: tuple[Mapping[str, object], ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Corpus:
    """Cases in the order they are run: fixed ones of a group first, then smallest first.

    requests: the encoded inputs of each case, ready for a worker, made together with the cases.
    """

    cases: tuple[Case, ...]
    requests: tuple[bytes, ...]
    seed: int
    counts: Mapping[str, int] = field(default_factory=dict)

    def of_group(self, group: str) -> list[int]:
        """Give the positions of a group's cases, in order."""
        return [at for at, case in enumerate(self.cases) if group in case.groups]
