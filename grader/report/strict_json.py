"""JSON that every reader accepts: no NaN, no lone surrogate, no line that a CI runner obeys."""

from __future__ import annotations

import json
import re
from fractions import Fraction

from grader.report.values_as_json import Json

_OTHER_THAN_ASCII = re.compile(r"[^\x20-\x7e\n]")
_COMMAND = re.compile(r"##(\w*)\[")
_SURROGATES = re.compile("[\ud800-\udfff]")


def made_visible(text: str) -> str:
    r"""Escape in JSON text, of which it changes only texts, what is not seen or is obeyed.

    Controls and bidirectional marks are written as \uXXXX; so is the bracket of `##[error]` and its
    like, which a CI runner obeys wherever they stand.
    """
    text = _COMMAND.sub(r"##\1\\u005b", _SURROGATES.sub("\ufffd", text))
    return _OTHER_THAN_ASCII.sub(_escaped_unless_printable, text)


def _escaped_unless_printable(found: re.Match[str]) -> str:
    character = found.group()
    return character if character.isprintable() else json.dumps(character)[1:-1]


def json_document(value: Json) -> str:
    """Give a value as JSON on several lines, with a line break at its end."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)
    return made_visible(written) + "\n"


def number(points: Fraction) -> int | float:
    """Give points as a JSON number, an integer when they are whole."""
    return points.numerator if points.denominator == 1 else float(points)
