"""How an answer is compared: tolerance, dtype policy, NaN policy and the rule for tied maxima."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class TieRule(enum.Enum):
    """Which gradient is right where several cells of a window share its maximum."""

    FIRST = "first"
    LAST = "last"
    SPLIT = "split"
    ANY = "any"  # every convex split, window by window


class DtypePolicy(enum.Enum):
    """Which dtypes an answer may have where the reference's is known."""

    SAME_KIND = "same kind"  # float32 for float64, not int for float
    SAME = "same dtype"
    INT_FOR_FLOAT = "int for float"
    ANY = "any dtype"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Accept |actual - expected| <= atol + rtol * |expected|; NaN equals NaN only where allowed."""

    rtol: float = 1e-7
    atol: float = 1e-9
    dtype: DtypePolicy = DtypePolicy.SAME_KIND
    nan_equal: bool = False
    list_for_array: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.rtol <= 1 or not 0 <= self.atol < float("inf"):
            raise ValueError(
                f"tolerances must be finite and not negative, got {self.rtol}, {self.atol}"
            )
