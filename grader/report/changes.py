"""What is different between two reports of the same submission: a list that a person can read.

Times differ always and are never compared. Circumstances (versions, isolation, the question's
version and title) are told apart from the verdict, which is all the rest. A key that a report lacks
and may lack is no difference: it was written before graders said so much.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from grader.report.visible import one_line

_NEVER_COMPARED = ("timing",)
_CIRCUMSTANCES = ("isolation", "official", "versions", "seed")
#: the keys that may be absent and tell something by it: the call gave no answer
_TELLING = ("expected", "actual")
_ABSENT = object()
_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is another one now; place is readable: 'part code, group ties, outcome'."""

    place: str
    before: str
    after: str

    @property
    def line(self) -> str:
        """Give it in one line, printable."""
        return f"{one_line(self.place, 160)}: {self.before}, now {self.after}"


def circumstances(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Give what the two gradings were made with that differs: 'grader version', 'isolation'."""
    old, new = _made_with(before), _made_with(after)
    return [
        Difference(place=name, before=_shown(old.get(name, _ABSENT)), after=_shown(value))
        for name, value in new.items()
        if not _is_same(old.get(name, _ABSENT), value)
    ]


def _made_with(report: Mapping[str, Any]) -> dict[str, object]:
    return {
        "question version": report["question"]["version"],
        "question title": report["question"]["title"],
        **{f"{name} version": version for name, version in report["versions"].items()},
        "isolation": report["isolation"],
        "official grade": report["official"],
        "seed": report["seed"],
    }


def verdict_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Give every difference of the verdict: scores, outcomes, failures, messages."""
    left_out = {*_NEVER_COMPARED, *_CIRCUMSTANCES, "question", "schema"}
    names = [name for name in before if name not in left_out]
    return [
        difference
        for name in names
        for difference in _walk(before.get(name, _ABSENT), after.get(name, _ABSENT), (name,))
    ]


def changed_groups(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Give the groups whose outcome is another one now, new ones and vanished ones included."""
    old, new = _outcomes(before), _outcomes(after)
    return [
        Difference(place=name, before=old.get(name, "absent"), after=new.get(name, "absent"))
        for name in {**new, **old}
        if old.get(name) != new.get(name)
    ]


def _outcomes(report: Mapping[str, Any]) -> dict[str, str]:
    has_parts = len(report["parts"]) > 1
    return {
        (f"{part['id']}/{group['id']}" if has_parts else str(group["id"])): str(group["outcome"])
        for part in report["parts"]
        for group in part["groups"]
    }


def _walk(before: object, after: object, path: tuple[str, ...]) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict) and path[-1] != "counterexample":
        for name in {**before, **after}:
            if name in before or name in _TELLING:
                old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
                yield from _walk(old, new, (*path, str(name)))
    elif _are_of_things(before) and _are_of_things(after):
        assert isinstance(before, list)
        assert isinstance(after, list)
        pairs = zip_longest(before, after, fillvalue=_ABSENT)
        for at, (old, new) in enumerate(pairs):
            yield from _walk(old, new, (*path[:-1], _named(path[-1], at, old, new)))
    elif not _is_same(before, after):
        yield Difference(place=", ".join(path), before=_shown(before), after=_shown(after))


def _is_same(before: object, after: object) -> bool:
    """Tell whether two values are the same in JSON, where true is not 1."""
    return before == after and json.dumps(before, default=str) == json.dumps(after, default=str)


def _are_of_things(value: object) -> bool:
    """Tell a list of objects (parts, groups, failures) from a row of numbers."""
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _named(name: str, at: int, *items: object) -> str:
    """Name a member of a list by its id where it has one: 'group ties'."""
    singular = name.removesuffix("s")
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("id"), str):
            return f"{singular} {item['id']}"
    return f"{singular} {at + 1}"


def _shown(value: object) -> str:
    if value is _ABSENT:
        return "absent"
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return "present"
    text = one_line(json.dumps(value, ensure_ascii=False), _LONGEST_VALUE)
    return text if len(text) <= 2 * _LONGEST_VALUE else text[: 2 * _LONGEST_VALUE] + "…"
