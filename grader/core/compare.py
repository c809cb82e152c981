"""Compare an answer with the expected value: container, shape, dtype kind, then values.

The answer is hostile: anything the wire could decode. The loop always runs over the expected value,
nothing broadcasts, and a difference is reported at the first differing place in row-major order.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.core.comparison import Comparison, DtypePolicy
from grader.core.listed import array_from_list

Array = npt.NDArray[Any]
_KIND_NAMES = {"f": "float", "i": "integer", "u": "unsigned integer", "b": "bool", "c": "complex"}
_LONGEST_TEXT = 120


class Aspect(enum.Enum):
    """In what an answer differs; the ones before VALUE are about its form."""

    CONTAINER = "container"
    SHAPE = "shape"
    DTYPE = "dtype"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """The first difference: its place ('dx[1, 1]'), what was wanted there and what was given."""

    path: str
    expected: str
    actual: str
    aspect: Aspect = field(default=Aspect.VALUE)

    def sentence(self) -> str:
        """Give the difference in words a learner reads."""
        where = f" at {self.path}" if self.path else ""
        match self.aspect:
            case Aspect.CONTAINER:
                return f"expected {self.expected}, got {self.actual}{where}"
            case Aspect.SHAPE:
                return f"the shape is {self.actual}, expected {self.expected}{where}"
            case Aspect.DTYPE:
                return f"the dtype is {self.actual}, expected {self.expected}{where}"
            case Aspect.VALUE:
                return f"expected {self.expected}, got {self.actual}{where}"


def compare(
    actual: object, expected: object, comparison: Comparison, path: str = ""
) -> Mismatch | None:
    """Return the first difference, or None when the answer is accepted.

    expected is one of ours: an array, a number, a bool, a text, None, or lists, tuples and dicts of
    them. path names the place for the message.
    """
    if isinstance(expected, np.ndarray):
        return _compare_array(actual, expected, comparison, path)
    if isinstance(expected, (bool, np.bool_)):
        return _compare_bool(actual, bool(expected), path)
    if isinstance(expected, (int, float, complex, np.number)):
        return _compare_number(actual, expected, comparison, path)
    if isinstance(expected, Mapping):
        return _compare_mapping(actual, expected, comparison, path)
    if isinstance(expected, (list, tuple)):
        return _compare_sequence(actual, expected, comparison, path)
    if type(actual) is type(expected) and actual == expected:
        return None
    return Mismatch(
        path=path,
        expected=_text(expected),
        actual=_text(actual) if type(actual) is type(expected) else describe(actual),
    )


def describe(value: object) -> str:
    """Name the container of a value: 'an array of shape (2, 2)', 'a list of 3', 'None'."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, (bool, np.bool_)):
        return f"the bool {bool(value)}"
    if isinstance(value, (int, float, complex, np.number)):
        return f"the number {_text(value)}"
    return f"a {type(value).__name__}"


def _text(value: object) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"


def _container(path: str, wanted: str, actual: object) -> Mismatch:
    return Mismatch(path=path, expected=wanted, actual=describe(actual), aspect=Aspect.CONTAINER)


def _compare_array(
    actual: object, expected: Array, comparison: Comparison, path: str
) -> Mismatch | None:
    policy = comparison.dtype
    if comparison.list_for_array and isinstance(actual, list):
        actual, policy = array_from_list(actual, expected.dtype), _without_dtypes(policy)
    if not isinstance(actual, np.ndarray):
        if expected.shape == () and isinstance(actual, (int, float, complex, np.generic)):
            return compare(actual, expected[()], comparison, path)
        return _container(path, describe(expected), actual)
    if actual.shape != expected.shape:
        return Mismatch(
            path=path, expected=str(expected.shape), actual=str(actual.shape), aspect=Aspect.SHAPE
        )
    if not _dtype_is_allowed(actual.dtype, expected.dtype, policy):
        wanted, given = _dtype_names(expected.dtype, actual.dtype, policy)
        return Mismatch(path=path, expected=wanted, actual=given, aspect=Aspect.DTYPE)
    right = close_cells(actual, expected, comparison)
    if right.all():
        return None
    at = tuple(int(index) for index in np.argwhere(~right)[0])
    return Mismatch(
        path=f"{path}{list(at)}" if at else path,
        expected=_text(expected[at]),
        actual=_text(actual[at]),
    )


def _without_dtypes(policy: DtypePolicy) -> DtypePolicy:
    """Give the policy for plain Python numbers: 3 is a fair way to write 3.0, but not 3.0 for 3."""
    return DtypePolicy.INT_FOR_FLOAT if policy is DtypePolicy.SAME_KIND else policy


def _dtype_is_allowed(actual: np.dtype[Any], expected: np.dtype[Any], policy: DtypePolicy) -> bool:
    match policy:
        case DtypePolicy.ANY:
            return True
        case DtypePolicy.SAME:
            return actual == expected
        case DtypePolicy.SAME_KIND:
            return _kind(actual) == _kind(expected)
        case DtypePolicy.INT_FOR_FLOAT:
            is_whole = actual.kind in "iu" and expected.kind == "f"
            return is_whole or _kind(actual) == _kind(expected)


def _kind(dtype: np.dtype[Any]) -> str:
    return "i" if dtype.kind == "u" else dtype.kind


def _dtype_names(
    expected: np.dtype[Any], actual: np.dtype[Any], policy: DtypePolicy
) -> tuple[str, str]:
    if policy is DtypePolicy.SAME:
        return str(expected), str(actual)
    return f"{_kind_name(expected)} dtype", str(actual)


def _kind_name(dtype: np.dtype[Any]) -> str:
    article = "an" if dtype.kind in "iu" else "a"
    return f"{article} {_KIND_NAMES.get(dtype.kind, dtype.kind)}"


def close_cells(actual: Array, expected: Array, comparison: Comparison) -> npt.NDArray[np.bool_]:
    """Tell cell by cell whether the answer is near enough; equal infinities are equal."""
    equal = actual == expected
    if np.all(equal) or expected.dtype.kind not in "fc":
        return np.asarray(equal, dtype=bool)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(actual - expected) <= comparison.atol + comparison.rtol * np.abs(expected)
    right = equal | (near & np.isfinite(expected))
    if comparison.nan_equal:
        right |= np.isnan(actual) & np.isnan(expected)
    return np.asarray(right, dtype=bool)


def _compare_bool(actual: object, expected: bool, path: str) -> Mismatch | None:
    actual = _unwrapped(actual)
    if not isinstance(actual, (bool, np.bool_)):
        return _container(path, f"the bool {expected}", actual)
    if bool(actual) == expected:
        return None
    return Mismatch(path=path, expected=str(expected), actual=str(bool(actual)))


def _compare_number(
    actual: object, expected: Any, comparison: Comparison, path: str
) -> Mismatch | None:
    actual = _unwrapped(actual)
    if isinstance(actual, (bool, np.bool_)) or not isinstance(
        actual, (int, float, complex, np.number)
    ):
        return _container(path, "a number", actual)
    wanted, given = _number_array(expected), _number_array(actual)
    if wanted is None or given is None:
        return _compare_huge(actual, expected, comparison, path)
    policy = comparison.dtype
    if not isinstance(actual, np.generic):
        policy = _without_dtypes(policy)
    if not _dtype_is_allowed(given.dtype, wanted.dtype, policy):
        return Mismatch(
            path=path,
            expected=_kind_name(wanted.dtype),
            actual=f"{_text(actual)} ({type(actual).__name__})",
            aspect=Aspect.DTYPE,
        )
    if bool(close_cells(given, wanted, comparison).all()):
        return None
    return Mismatch(path=path, expected=_text(expected), actual=_text(actual))


def _unwrapped(actual: object) -> object:
    """Give the scalar in an array of no dimensions; anything else as it is."""
    return actual[()] if isinstance(actual, np.ndarray) and actual.shape == () else actual


def _compare_huge(actual: Any, expected: Any, comparison: Comparison, path: str) -> Mismatch | None:
    """Compare numbers of which one is an integer that fits no dtype."""
    if isinstance(expected, (int, np.integer)):
        is_right = isinstance(actual, (int, np.integer)) and int(actual) == int(expected)
    else:
        is_right = comparison.dtype is not DtypePolicy.SAME and _is_near(
            actual, np.asarray(expected), comparison
        )
    if is_right:
        return None
    return Mismatch(path=path, expected=_text(expected), actual=_text(actual))


def _is_near(huge: int, expected: Array, comparison: Comparison) -> bool:
    try:
        return bool(close_cells(np.asarray(float(huge)), expected, comparison).all())
    except OverflowError:  # beyond every float, so no float is near
        return False


def _number_array(value: object) -> Array | None:
    """Give the number as a 0-d array; None for an integer that fits no dtype."""
    array = np.asarray(value)
    return array if array.dtype.kind in _KIND_NAMES else None


def _compare_sequence(
    actual: object, expected: Sequence[object], comparison: Comparison, path: str
) -> Mismatch | None:
    # a tuple and a list of answers are the same to a learner: `return a, b` and `return [a, b]`
    if not isinstance(actual, (list, tuple)):
        return _container(path, describe(expected), actual)
    if len(actual) != len(expected):
        return _container(path, describe(expected), actual)
    for at, wanted in enumerate(expected):
        if found := compare(actual[at], wanted, comparison, f"{path}[{at}]"):
            return found
    return None


def _compare_mapping(
    actual: object, expected: Mapping[Any, object], comparison: Comparison, path: str
) -> Mismatch | None:
    if not isinstance(actual, dict):
        return _container(path, "a dict", actual)
    if set(actual) != set(expected):
        return Mismatch(
            path=path,
            expected=f"the keys {sorted(map(str, expected))}",
            actual=_text(sorted(map(str, actual))),
            aspect=Aspect.CONTAINER,
        )
    for key, wanted in expected.items():
        if found := compare(actual[key], wanted, comparison, f"{path}[{key!r}]"):
            return found
    return None
