"""The Report: verdicts, scores and feedback of one grading, before anyone has redacted it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from grader.core.compare import Mismatch
from grader.core.verdict import Verdict

SCHEMA = "grader/report/v1"


class Status(enum.Enum):
    """What became of the submission as a whole."""

    GRADED = "graded"
    UNGRADABLE = "ungradable"  # the submission cannot be read or loaded; costs no attempt
    ERROR = "error"  # ours or the author's fault: no score


class Outcome(enum.Enum):
    """What became of a group."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"  # a prerequisite failed, or the part could not be run


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Failure:
    """Why a group failed: the property, the verdict and the smallest input found that shows it.

    counterexample: drawn name -> value, None when hidden. expected and actual: the answers on it.
    outline: drawn name -> what kind of value it is, where the values themselves are held back.
    replay: text from which the same call can be made again. remark: what else is known of it.
    """

    property: str
    verdict: Verdict
    message: str
    mismatch: Mismatch | None = None
    counterexample: Mapping[str, object] | None = None
    expected: object = None
    actual: object = None
    has_values: bool = False
    location: tuple[str, ...] = ()
    stdout: str = ""
    replay: str = ""
    remark: str = ""
    outline: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupReport:
    """One group: its points, outcome, how many cases and properties ran, and its failures."""

    id: str
    score: Fraction
    max_score: Fraction
    outcome: Outcome
    cases: int
    shown: bool
    failures: tuple[Failure, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedMisconception:
    """A known mistake that answers alike on every case that was compared, or on nearly all.

    is_declared: it is a wrong solution of the question, and cases that are right count as well
    where all agree; else it is one of the built-in ways of being wrong, named by what is given, and
    only wrong cases were compared. compared_cases is agreed_cases or somewhat more.
    """

    name: str
    hint: str
    agreed_cases: int
    compared_cases: int = 0
    is_declared: bool = True

    def __post_init__(self) -> None:
        if self.compared_cases < self.agreed_cases:
            object.__setattr__(self, "compared_cases", self.agreed_cases)

    @property
    def is_sure(self) -> bool:
        """Tell whether it agrees on every case that was compared."""
        return self.agreed_cases == self.compared_cases


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedTieRule:
    """By which rule a submission breaks ties where it may choose; cases: how many show it.

    rule: 'first', 'last', 'split' (equal shares), or 'all' (each gets the whole, which is wrong).
    """

    rule: str
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredSpeed:
    """CPU time as a multiple of the reference's, the range in which it was found, and the limit.

    Like the timing of a report it is never the same twice.
    """

    ratio: float
    low: float
    high: float
    limit: float

    @property
    def is_too_slow(self) -> bool:
        """Tell whether it is above the limit beyond doubt."""
        return self.low > self.limit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PartReport:
    """One part; note says why a part was not graded automatically."""

    id: str
    answer: str
    score: Fraction | None
    max_score: Fraction
    groups: tuple[GroupReport, ...] = ()
    misconception: MatchedMisconception | None = None
    tie_rule: MatchedTieRule | None = None
    speed: MeasuredSpeed | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds: of the whole grading, and of CPU the submission used; never compared in a replay."""

    total_seconds: float
    student_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """One grading of one submission.

    score is None unless status is GRADED. verdict: CE or JE when not graded. message: for a person.
    """

    status: Status
    question_id: str
    question_version: str
    question_title: str
    submission_name: str
    submission_sha256: str
    score: Fraction | None
    max_score: Fraction
    parts: tuple[PartReport, ...] = ()
    verdict: Verdict | None = None
    message: str = ""
    location: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stdout: str = ""
    isolation: str = ""
    is_official: bool = False
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    timing: Timing = field(default_factory=lambda: Timing(total_seconds=0.0, student_seconds=0.0))
