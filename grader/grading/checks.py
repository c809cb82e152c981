"""One line of a verification."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Grade(enum.Enum):
    """What a line of the verification is."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the verification: where is file:line for a problem."""

    grade: Grade
    what: str
    where: str = ""
