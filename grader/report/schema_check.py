"""Hold a value against a JSON Schema, as far as the schema of a report goes.

Reports come back from folders and pipelines that others can write to, so they are checked before
anything is taken from them. Only the keywords that schema/report_v1.json uses are known here, and
an unknown one is an error of ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
_ABOUT = {"$schema", "$id", "$defs", "title", "description", "if", "else"}
_KNOWN = _ABOUT | {
    "type", "const", "enum", "minimum", "required", "properties", "additionalProperties",
    "items", "anyOf", "$ref", "dependentRequired",
}  # fmt: skip


def first_problem(value: object, schema: Mapping[str, Any]) -> str:
    """Say where a value breaks the schema and how ('parts[0].id: not a string'); '' if nowhere.

    value: what a JSON reader gave; it must not be nested deeper than the interpreter can walk.
    """
    return _Checker(schema).problem(value, schema, "")


class _Checker:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def problem(self, value: object, schema: Mapping[str, Any], place: str) -> str:
        """Give the first problem with a value at a place, or ''."""
        if unknown := schema.keys() - _KNOWN:
            raise ValueError(f"keyword {unknown} of JSON Schema is not checked here")
        if "$ref" in schema and (said := self.problem(value, self._target(schema), place)):
            return said
        said = _plain_problem(value, schema)
        if said:
            return f"{place or 'the report'}: {said}"
        if "anyOf" in schema:
            tried = [self.problem(value, one, place) for one in schema["anyOf"]]
            if all(tried):
                return _deepest(tried)
        if isinstance(value, dict):
            said = self._object_problem(value, schema, place)
        elif isinstance(value, list) and "items" in schema:
            said = self._list_problem(value, schema["items"], place)
        if not said and "if" in schema and self.problem(value, schema["if"], place):
            said = self.problem(value, schema["else"], place)
        return said

    def _target(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
        return found

    def _object_problem(
        self, value: Mapping[str, object], schema: Mapping[str, Any], place: str
    ) -> str:
        before = f"{place}." if place else ""
        for name in schema.get("required", ()):
            if name not in value:
                return f"{before}{name}: missing"
        for name, needed in schema.get("dependentRequired", {}).items():
            if name in value and (absent := [other for other in needed if other not in value]):
                return f"{before}{absent[0]}: missing beside {name}"
        declared, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        for name, member in value.items():
            of_member = declared.get(name, others)
            if of_member is False:
                return f"{before}{name[:40]}: not a key of a report"
            if said := self.problem(member, of_member, f"{before}{name[:40]}"):
                return said
        return ""

    def _list_problem(self, value: list[object], items: Mapping[str, Any], place: str) -> str:
        for at, item in enumerate(value):
            if said := self.problem(item, items, f"{place}[{at}]"):
                return said
        return ""


def _plain_problem(value: object, schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is_kind(value, kind) for kind in kinds):
        return f"not a {' or '.join(kinds)}"
    if "const" in schema and value != schema["const"]:
        return f"not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"none of {', '.join(schema['enum'])}"
    if "minimum" in schema and isinstance(value, int | float) and value < schema["minimum"]:
        return f"below {schema['minimum']}"
    return ""


def _is_kind(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if isinstance(value, float) and not math.isfinite(value):
        return False
    return isinstance(value, _TYPES[kind])


def _deepest(said: list[str]) -> str:
    """Give what was said of the innermost place: that alternative was the one that was meant."""
    return max(said, key=lambda text: len(text.partition(": ")[0]))
