"""The times of an exam: window, duration, late credit; each with a UTC offset, in order."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from fractions import Fraction

from grader.bank.fields import read_list, read_number, read_table, read_text, refuse_unknown
from grader.bank.nodes import Node, Table
from grader.core.exam import ExamKind, LateCredit

_DURATION = re.compile(r"(?:(\d{1,4})\s*h(?:ours?)?)?\s*(?:(\d{1,5})\s*min(?:utes?)?)?")
_TIME_HINT = "write a time with its UTC offset, such as 2026-12-01T09:00+01:00"


def read_time(table: Table, key: str) -> datetime | None:
    """Give the time of a key, or None; it must have a UTC offset."""
    node = table.get(key)
    return None if node is None else _time(node, key)


def _time(node: Node, name: str) -> datetime:
    text = read_text(node, name)
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise node.error(f"{name} is {text!r}", _TIME_HINT) from error
    if time.tzinfo is None:
        raise node.error(f"{name} has no UTC offset", _TIME_HINT)
    return time


def check_window(
    table: Table, kind: ExamKind, opens: datetime | None, closes: datetime | None
) -> None:
    """Refuse an exam without times, and one that closes before it opens."""
    if kind is ExamKind.EXAM:
        for key, time in (("opens", opens), ("closes", closes)):
            if time is None:
                raise table.key(key).error(f"an exam without {key}", _TIME_HINT)
    if opens is not None and closes is not None and closes <= opens:
        raise table.key("closes").error("closes is not after opens")


def read_duration(
    table: Table, opens: datetime | None, closes: datetime | None
) -> timedelta | None:
    """Give how long a student has, or None; it fits between opening and closing."""
    node = table.get("duration")
    if node is None:
        return None
    text = read_text(node, "duration")
    found = _DURATION.fullmatch(text)
    duration = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0)) if found else None
    if not duration:
        raise node.error(f"duration is {text!r}", "write '90 min' or '1 h 30 min'")
    if opens is not None and closes is not None and duration > closes - opens:
        window = int((closes - opens).total_seconds() // 60)
        raise node.error(
            f"duration is {text}, longer than the window of {window} min from opens to closes"
        )
    return duration


def read_late(table: Table, closes: datetime | None) -> tuple[LateCredit, ...]:
    """Give the late credit, in order of time."""
    node = table.get("late")
    if node is None:
        return ()
    if closes is None:
        raise node.error("late credit without closes", "say when it is late: add 'closes: …'")
    credits: list[LateCredit] = []
    for item in read_list(node, "late"):
        entry = read_table(item, "an entry of late")
        refuse_unknown(entry, ("until", "percent"), "an entry of late")
        until, percent = entry.get("until"), entry.get("percent")
        if until is None or percent is None:
            raise item.error("late credit needs a time and a percentage", "{until: …, percent: 80}")
        time = _time(until, "until")
        if time <= (credits[-1].until if credits else closes):
            raise until.error("until is not after what stands before it", "latest last")
        value = read_number(percent, "percent", 0, 100)
        credits.append(LateCredit(until=time, percent=Fraction(str(value))))
    return tuple(credits)
