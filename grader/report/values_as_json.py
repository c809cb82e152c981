"""Values and texts as strict JSON: nothing hostile can be too large, too deep or not UTF-8."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.core.compare import describe

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

MOST_CELLS = 400
FIRST_CELLS = 40
_MOST_CELLS_IN_ALL = 4000  # of one value: a list of arrays is bounded too
_MOST_CHARACTERS_IN_ALL = 20_000
_LONGEST_TEXT = 2000
_DEEPEST = 34  # arrays have up to 32 dimensions
_EXACT = 2**53  # larger integers lose digits in most readers of JSON, so they become text
_MOST_BITS = 4096
_SURROGATES = re.compile("[\ud800-\udfff]")
_ELLIPSIS = "…"


def text_as_json(text: str, longest: int = _LONGEST_TEXT) -> str:
    """Give a text that is valid Unicode and at most longest characters, saying what was cut."""
    kept = text
    if len(text) > longest:
        kept = f"{text[:longest]}{_ELLIPSIS} ({len(text) - longest} more characters)"
    return _SURROGATES.sub("\ufffd", kept)


def points_as_json(points: Fraction | None) -> int | float | None:
    """Give a score as a number, an integer when it is whole; None where there is no score."""
    if points is None:
        return None
    return points.numerator if points.denominator == 1 else float(points)


def value_as_json(value: object) -> Json:
    """Give any input or answer as JSON.

    Arrays become nested lists, or shape, dtype and their first cells when they are large or empty
    in a way that lists cannot say. nan, inf, -inf, complex numbers and integers beyond 2**53 become
    text; a dict with other keys than texts becomes {"pairs": [[key, value], ...]}.
    """
    return _Writer().write(value, 0)


class _Writer:
    """Writes one value; what it has left to spend is shared by all its members."""

    def __init__(self) -> None:
        self.cells = _MOST_CELLS_IN_ALL
        self.characters = _MOST_CHARACTERS_IN_ALL

    def write(self, value: object, depth: int) -> Json:
        self.cells -= 1
        if self.cells < 0 or depth > _DEEPEST:
            return _ELLIPSIS
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, (int, float, complex)):
            return _number(value)
        if isinstance(value, bytes):
            value = value[: _LONGEST_TEXT + 1].decode("utf-8", "backslashreplace")
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, np.ndarray):
            return self._array(value, depth)
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, (list, tuple)):
            return self._sequence(value, depth)
        return text_as_json(describe(value))

    def _text(self, value: str) -> str:
        text = text_as_json(value, max(0, min(_LONGEST_TEXT, self.characters)))
        self.characters -= len(text)
        return text

    def _array(self, array: npt.NDArray[Any], depth: int) -> Json:
        fits = array.size <= min(MOST_CELLS, self.cells)
        if fits and (array.size or array.ndim == 1) and array.dtype.kind != "O":
            return self._nested(array.tolist(), depth)
        first = list(array.flat[:FIRST_CELLS])
        return {
            "shape": list(array.shape),
            "dtype": text_as_json(str(array.dtype)),
            "first": [self.write(cell, depth + 1) for cell in first],
        }

    def _nested(self, value: object, depth: int) -> Json:
        if isinstance(value, list):
            return [self._nested(item, depth + 1) for item in value]
        return self.write(value, depth)

    def _mapping(self, value: Mapping[object, object], depth: int) -> Json:
        if len(value) > MOST_CELLS:
            return {"length": len(value), "first": self._pairs(value, depth + 2)}
        named: dict[str, Json] = {}
        for key, member in value.items():
            name = self._text(key) if isinstance(key, str) else None
            if name is None or name != key:
                return {"pairs": self._pairs(value, depth + 1)}
            named[name] = self.write(member, depth + 1)
        return named

    def _pairs(self, value: Mapping[object, object], depth: int) -> Json:
        pairs = list(value.items())
        if len(pairs) > MOST_CELLS:
            pairs = pairs[:FIRST_CELLS]
        return [
            [self.write(key, depth + 1), self.write(member, depth + 1)] for key, member in pairs
        ]

    def _sequence(self, value: Sequence[object], depth: int) -> Json:
        if len(value) > MOST_CELLS:
            first = value[:FIRST_CELLS]
            return {"length": len(value), "first": [self.write(item, depth + 2) for item in first]}
        return [self.write(item, depth + 1) for item in value]


def _number(value: int | float | complex) -> int | float | str:
    if isinstance(value, int):
        if abs(value) <= _EXACT:
            return value
        bits = value.bit_length()
        return str(value) if bits <= _MOST_BITS else f"an integer of {bits} bits"
    if isinstance(value, complex):
        return repr(value).strip("()")
    return value if math.isfinite(value) else repr(value)
