"""What became of one submission on one part: faults, groups and answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader.core.call import Failed, Returned
from grader.core.corpus import Case
from grader.core.question import Group
from grader.core.report import MeasuredSpeed, Outcome
from grader.core.verdict import Verdict
from grader.grading.judge import Finding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fault:
    """The first thing found wrong in a group: on which case, and what came back."""

    case: Case
    finding: Finding
    verdict: Verdict
    result: Returned | Failed
    is_shrinkable: bool

    def is_like(self, other: Fault) -> bool:
        """Tell whether two faults are of the same kind."""
        return self.verdict is other.verdict and self.finding.property == other.finding.property


@dataclass(slots=True, kw_only=True, eq=False)
class GroupRun:
    """What became of one group."""

    group: Group
    outcome: Outcome
    cases: int
    fault: Fault | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class PartRun:
    """What became of one part: its groups, and the answers by position in the corpus.

    previous: of a position, the position that was asked just before it, where there is one.
    speed: of the group that was slowest, where speed is graded.
    """

    groups: list[GroupRun] = field(default_factory=list)
    results: dict[int, Returned | Failed] = field(default_factory=dict)
    previous: dict[int, int] = field(default_factory=dict)
    is_complete: bool = True
    speed: MeasuredSpeed | None = None

    @property
    def failed(self) -> list[GroupRun]:
        """Give the groups that failed, in the question's order."""
        return [run for run in self.groups if run.outcome is Outcome.FAILED]
