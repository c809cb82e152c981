"""An exam's times for one student: what was granted moves the clock and the end together.

Times are whole milliseconds since 1970, UTC; whoever asks brings the time of receipt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from grader.core.exam import Exam, LateCredit

#: what a slow network may take after the end
GRACE_MS = 15_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one student was granted: time in percent, a later closing, extra attempts.

    extra_ms moves the window and each late credit, not the length of a timed sitting: that is
    time_percent, which moves the window along.
    """

    time_percent: int = 100
    extra_ms: int = 0
    extra_attempts: int = 0


def late_percent(exam: Exam, allowance: Allowance, received_ms: int) -> Fraction:
    """Give what an answer received then is worth, in percent."""
    closes_ms = closing_ms(exam, allowance)
    if closes_ms is None or received_ms <= closes_ms + GRACE_MS:
        return Fraction(100)
    for credit in exam.late:
        if received_ms <= until_ms(credit, allowance):
            return credit.percent
    return Fraction(0)


def until_ms(credit: LateCredit, allowance: Allowance) -> int:
    """Give until when a late answer is worth this much to a student."""
    return int(credit.until.timestamp() * 1000) + allowance.extra_ms


def end_ms(exam: Exam, allowance: Allowance, started_ms: int) -> int | None:
    """Give when a sitting ends: its length with what was granted, cut at closes; None for never."""
    closes_ms = closing_ms(exam, allowance)
    if exam.duration is None:
        return closes_ms
    ends_ms = started_ms + length_ms(exam.duration, allowance)
    return ends_ms if closes_ms is None else min(ends_ms, closes_ms)


def length_ms(duration: timedelta, allowance: Allowance) -> int:
    """Give how long a student may sit."""
    return int(duration.total_seconds() * 1000) * allowance.time_percent // 100


def closing_ms(exam: Exam, allowance: Allowance) -> int | None:
    """Give when an exam closes for a student: more time moves the clock and the end together."""
    closes_ms = ms_of(exam.closes)
    if closes_ms is None:
        return None
    longer_ms = 0
    if exam.duration is not None and allowance.time_percent > 100:
        longer_ms = length_ms(exam.duration, allowance) - length_ms(exam.duration, Allowance())
    return closes_ms + allowance.extra_ms + longer_ms


def over_ms(exam: Exam, allowance: Allowance) -> int | None:
    """Give when nothing a student hands in counts any more: after the last late credit."""
    closes_ms = closing_ms(exam, allowance)
    if closes_ms is None or exam.duration is not None:
        return closes_ms
    return max([closes_ms, *(until_ms(credit, allowance) for credit in exam.late)])


def ms_of(time: datetime | None) -> int | None:
    """Give a time of an exam's file; None where it has none."""
    return None if time is None else int(time.timestamp() * 1000)
