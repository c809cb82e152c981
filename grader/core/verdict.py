"""What one call, case or part came to, and whose doing it was."""

from __future__ import annotations

import enum
from typing import assert_never


class Blame(enum.Enum):
    """Whose fault a verdict is; with AUTHOR or GRADER there is no score, which is not zero."""

    LEARNER = "learner"
    AUTHOR = "author"
    GRADER = "grader"


class Verdict(enum.Enum):
    """The nine codes of the field."""

    AC = "AC"  # accepted
    WA = "WA"  # a value differs from the expected one
    RTE = "RTE"  # it raised or died
    TLE = "TLE"  # took too long
    MLE = "MLE"  # too much memory
    OLE = "OLE"  # too much output
    PE = "PE"  # the process sent what the wire does not allow
    CE = "CE"  # cannot be read: does not compile or import
    JE = "JE"  # judge error: ours, or the author's

    @property
    def costs_an_attempt(self) -> bool:
        """Tell whether a submission that came to this verdict was really judged."""
        match self:
            case Verdict.CE | Verdict.JE:
                return False
            case (
                Verdict.AC
                | Verdict.WA
                | Verdict.RTE
                | Verdict.TLE
                | Verdict.MLE
                | Verdict.OLE
                | Verdict.PE
            ):
                return True
            case _:
                assert_never(self)
