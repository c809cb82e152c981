"""What a common mistake is, and how one case shows it; the lists are in the modules beside.

Mistakes are decided by behaviour: in every case that a submission gets wrong, what it gave is
compared with the right answer changed in one way (`answer_mistakes.py`), or with what the reference
gives for changed inputs (`input_mistakes.py`). Neither knows the question. A change whose numbers
are not fixed, such as a constant factor, is read off one case and must then hold in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
_RTOL, _ATOL = 1e-6, 1e-9
#: the hint for whatever is one too many or too few
COUNT = "does counting begin at 0 or at 1, and is the last one included?"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Situation:
    """One case: inputs and, by name, both answers; wrong: the names that are wrong in some case.

    at: its position in the corpus. previous: the position of the call before it, if it is known.
    """

    at: int
    inputs: Mapping[str, object]
    expected: Mapping[str, object]
    actual: Mapping[str, object]
    wrong: frozenset[str]
    changed_inputs: tuple[str, ...] = ()
    previous: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mistake:
    """A way of being wrong, told as what the submission gives.

    explains: whether a case, right or wrong, came out as this mistake lets it come out.
    must_hold_everywhere: it is not told of the wrong cases alone, where it may be a coincidence.
    """

    name: str
    hint: str
    explains: Callable[[Situation], bool]
    must_hold_everywhere: bool = False


def as_numbers(value: object) -> Array | None:
    """Give numbers as an array; None for anything else. Never fails, whatever the value is."""
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "biufc" else None
    return np.asarray(value) if isinstance(value, bool | int | float | complex) else None


def same_numbers(
    actual: object, wanted: object, *, rtol: float = _RTOL, atol: float = _ATOL
) -> bool:
    """Tell whether an answer holds these numbers in this shape, whatever its dtype is."""
    one, other = as_numbers(actual), as_numbers(wanted)
    if one is None or other is None or one.shape != other.shape:
        return False
    with np.errstate(all="ignore"):
        one, other = (each.astype(np.result_type(each, np.float64)) for each in (one, other))
        near = np.abs(one - other) <= atol + rtol * np.abs(other)
    return bool((near | (one == other) | (np.isnan(one) & np.isnan(other))).all())


def is_changed_by(situation: Situation, wanted: Callable[[str], object]) -> bool:
    """Tell whether the answers that go wrong are as wanted gives them, and the others right.

    Where only the form is wrong, or an input was written into, no change of numbers explains it.
    """
    return bool(situation.wrong) and all(
        same_numbers(situation.actual.get(name), wanted(name) if name in situation.wrong else right)
        for name, right in situation.expected.items()
    )


def changed_answer(name: str, hint: str, change: Callable[[Array], object]) -> Mistake:
    """Give the mistake of returning every number array changed in one way; None: not possible."""

    def explains(situation: Situation) -> bool:
        def wanted(name: str) -> object:
            numbers = as_numbers(situation.expected[name])
            if numbers is None:
                return None
            try:
                with np.errstate(all="ignore"):
                    return change(numbers)
            except (TypeError, ValueError, ArithmeticError, IndexError):
                return None  # such numbers, truth values for one, cannot be changed like this

        return is_changed_by(situation, wanted)

    return Mistake(name=name, hint=hint, explains=explains)
