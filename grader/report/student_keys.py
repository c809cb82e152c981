"""Which student of a grade book a submission is of, by the name of its file."""

from __future__ import annotations

import re

_SUFFIX = re.compile(r"\.(?:py|ipynb|zip)$", re.IGNORECASE)
#: how the two name what an instructor downloads: 'doejane_LATE_1234_5678_solution.py' and
#: 'Jane Doe_1234_assignsubmission_file', a folder
_OF_CANVAS = re.compile(r"[^_]*(?:_LATE)?_(?P<id>\d+)_\d+_.+", re.DOTALL)
_OF_MOODLE = re.compile(r".*_(?P<id>\d+)_assignsubmission_.*", re.DOTALL)


def key_of(name: str, kind: str, *, has_own_key: bool) -> str:
    """Give what a student's cell in the key column must hold, in lower case.

    kind: 'canvas' or 'moodle'. has_own_key: another column than the kind's own was named; then the
    whole name without its ending is the key.
    """
    stem = _SUFFIX.sub("", name).strip()
    if has_own_key:
        return stem.casefold()
    if kind == "canvas":
        found = _OF_CANVAS.fullmatch(name)
        return found["id"] if found else stem.casefold()
    found = _OF_MOODLE.fullmatch(name)
    number = found["id"] if found else stem
    return f"participant {number}" if number.isdecimal() else stem.casefold()
