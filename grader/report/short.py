"""Values in few characters: 7 rather than 7.0, six digits, quoted texts, long lists cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import numpy as np

from grader.core.compare import describe
from grader.report.visible import one_line

FEW_DIGITS, ALL_DIGITS = 6, 17
DIGITS = (FEW_DIGITS, 9, 12, ALL_DIGITS)
_LONGEST_TEXT = 60
_MOST_ITEMS = 12
_DEEPEST = 4
_INTEGER_BITS = 256  # a longer integer is named by its size


def points_text(points: Fraction | None) -> str:
    """Give a score: '3', '2.5', '0.33', or '-' when there is none."""
    if points is None:
        return "-"
    if points.denominator == 1:
        return str(points.numerator)
    return f"{float(points):.2f}".rstrip("0").rstrip(".")


def number_text(value: object, digits: int = FEW_DIGITS) -> str:
    """Give a number or bool in at most that many significant digits, whole ones without point."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int):
        bits = value.bit_length()
        return str(value) if bits <= _INTEGER_BITS else f"an integer of {bits} bits"
    if isinstance(value, complex):
        imaginary = _float_text(value.imag, digits)
        sign = "" if imaginary.startswith("-") else "+"
        return f"{_float_text(value.real, digits)}{sign}{imaginary}j"
    if isinstance(value, float):
        return _float_text(value, digits)
    return one_line(str(value), _LONGEST_TEXT)


def _float_text(value: float, digits: int) -> str:
    if not np.isfinite(value):
        return str(value)
    if value.is_integer() and abs(value) < 10**9:
        return str(int(value))
    text = repr(value) if digits >= ALL_DIGITS else f"{value:.{digits}g}"
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}" if e else text


def literal(value: object, digits: int = FEW_DIGITS, depth: int = 0) -> str:
    """Write any value much like Python would, printable and short."""
    if value is None or isinstance(value, (bool, int, float, complex, np.generic)):
        return number_text(value, digits)
    if isinstance(value, (str, bytes)):
        cut = value[:_LONGEST_TEXT]
        return one_line(repr(cut), 8 * _LONGEST_TEXT) + ("…" if len(value) > len(cut) else "")
    if depth >= _DEEPEST:
        return "…"
    if isinstance(value, np.ndarray):
        return describe(value)
    if isinstance(value, Mapping):
        pairs = (f"{literal(k, digits, depth + 1)}: {literal(v, digits, depth + 1)}"
                 for k, v in value.items())  # fmt: skip
        return "{" + _listed(pairs, len(value)) + "}"
    if isinstance(value, (list, tuple)):
        items = _listed((literal(item, digits, depth + 1) for item in value), len(value))
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    return f"a {one_line(type(value).__name__, _LONGEST_TEXT)}"


def _listed(items: Iterable[str], count: int) -> str:
    shown = [item for item, _ in zip(items, range(_MOST_ITEMS), strict=False)]
    return ", ".join(shown) + (f", … {count} in all" if count > len(shown) else "")
