"""A Report as bytes and back, exact to the last bit: for stores and journals, not for people.

Only what is not Unicode in its texts, such as a file's name may hold, becomes U+FFFD.

The declared type of each field says how it is written and read. A field of type `object` holds
what a submission answered: it is carried as the codec gives it and never read as anything else, so
that no answer can pass for a piece of a report.
"""

from __future__ import annotations

import enum
import functools
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from grader.core.codec import CodecError, decode, encode
from grader.core.report import Report

_FRACTION = re.compile(r"-?\d{1,40}(?:/\d{1,40})?")
_SURROGATES = re.compile("[\ud800-\udfff]")
_PLAIN = (str, int, float, bool)


def pack(report: Report) -> bytes:
    """Give a report as bytes; CodecError when something in it has no form as bytes."""
    return encode(_packed(Report, report))


def unpack(stored: bytes) -> Report:
    """Give the report that was packed; CodecError when the bytes are not one of this version."""
    found = _unpacked(Report, decode(stored))
    assert isinstance(found, Report)
    return found


def versions_in(stored: bytes) -> tuple[str, str]:
    """Give the versions of question and grader that a packed report names, '' for what is missing.

    Nothing else of it is read: a class has thousands, and a list of grades wants no more.
    """
    found = decode(stored)
    if type(found) is not dict:
        raise CodecError("not a Report")
    versions = found.get("versions")
    grader = versions.get("grader") if type(versions) is dict else ""
    return str(found.get("question_version") or ""), str(grader or "")


def _packed(hint: Any, value: Any) -> object:
    if isinstance(value, str) and hint not in (object, Any):
        return _SURROGATES.sub("\ufffd", value)
    if value is None or hint in _PLAIN or hint in (object, Any):
        return value
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Fraction):
        return str(value)
    if is_dataclass(value):
        hints = _hints(type(value))  # type: ignore[arg-type]  # a class is hashable
        return {name: _packed(kind, getattr(value, name)) for name, kind in hints.items()}
    inner = _inner(hint)
    if isinstance(value, Mapping):
        return {key: _packed(inner, item) for key, item in value.items()}
    return tuple(_packed(inner, item) for item in value)


def _unpacked(hint: Any, value: Any) -> Any:
    hint = _without_none(hint, value)
    if value is None or hint in (object, Any):
        return value
    if hint in _PLAIN:
        if type(value) is hint or (hint is float and type(value) is int):
            return value
        raise CodecError(f"a {type(value).__name__} where a {hint.__name__} is stored")
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        try:
            return hint(value)
        except ValueError as error:
            raise CodecError(f"no {hint.__name__}") from error
    if hint is Fraction:
        if type(value) is not str or not _FRACTION.fullmatch(value):
            raise CodecError("not a fraction")
        return Fraction(value)
    if is_dataclass(hint):
        return _instance(hint, value)
    return _container(hint, value)


def _instance(kind: Any, value: Any) -> Any:
    hints = _hints(kind)
    if type(value) is not dict or not value.keys() <= hints.keys():
        raise CodecError(f"not a {kind.__name__}")
    try:
        return kind(**{name: _unpacked(hints[name], item) for name, item in value.items()})
    except (TypeError, ValueError, ArithmeticError) as error:
        raise CodecError(f"not a {kind.__name__}: {str(error)[:200]}") from error


def _container(hint: Any, value: Any) -> Any:
    inner = _inner(hint)
    if typing.get_origin(hint) is tuple and type(value) is tuple:
        return tuple(_unpacked(inner, item) for item in value)
    if typing.get_origin(hint) is Mapping and type(value) is dict:
        if not all(type(key) is str for key in value):
            raise CodecError("a key that is no text")
        return {key: _unpacked(inner, item) for key, item in value.items()}
    raise CodecError(f"a {type(value).__name__} where a container is stored")


def _without_none(hint: Any, value: object) -> Any:
    """Give X for `X | None`; None itself is refused where it is not declared."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        (hint,) = [kind for kind in typing.get_args(hint) if kind is not types.NoneType]
    elif value is None and hint not in (object, Any):
        raise CodecError("nothing where something is stored")
    return hint


def _inner(hint: Any) -> Any:
    """Give the type of the members: of tuple[X, ...] and Mapping[str, X]."""
    hint = _without_none(hint, "")
    arguments = typing.get_args(hint)
    return arguments[1] if typing.get_origin(hint) is Mapping else arguments[0]


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
