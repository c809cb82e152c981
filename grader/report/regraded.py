"""Old and new report side by side: who gains, who loses, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grader.core.report import Status
from grader.report.changes import changed_groups, circumstances
from grader.report.from_json import StoredReport
from grader.report.short import points_text
from grader.report.visible import cut, name_text, one_line

_WIDTH = 100
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Regraded:
    """One submission graded twice."""

    before: StoredReport
    after: StoredReport

    @property
    def is_loss(self) -> bool:
        """Tell whether the student has less: fewer points, a smaller share, or no grade any more.

        Where a question's points change, both count: 5 of 6 is less than 5 of 5.
        """
        if self.before.status is not Status.GRADED:
            return False
        if self.after.status is not Status.GRADED:
            return True
        old, new = _worth(self.before), _worth(self.after)
        return new[0] < old[0] or new[1] < old[1]

    @property
    def is_gain(self) -> bool:
        """Tell whether the student has more and in no respect less."""
        if self.is_loss or self.after.status is not Status.GRADED:
            return False
        return self.before.status is not Status.GRADED or _worth(self.after) > _worth(self.before)

    @property
    def is_our_fault(self) -> bool:
        """Tell whether the new grading came to no verdict, by no fault of the student's."""
        return self.after.status is Status.ERROR


def _worth(report: StoredReport) -> tuple[Fraction, Fraction]:
    score = report.score or Fraction(0)
    return score, score / report.max_score if report.max_score else Fraction(1)


def regraded_text(
    many: Sequence[Regraded], not_found: Sequence[str], not_graded_before: Sequence[str]
) -> str:
    """Give the preview of a regrade: losses first, then gains, then what cannot be said."""
    losses = [one for one in many if one.is_loss and not one.is_our_fault]
    gains = [one for one in many if one.is_gain]
    faults = [one for one in many if one.is_our_fault]
    same = len(many) - len(losses) - len(gains) - len(faults)
    lines: list[str] = []
    for word, members in (("loses", losses), ("gains", gains), ("no verdict", faults)):
        for one in sorted(members, key=lambda one: one.before.submission_name):
            lines += _lines(word, one)
    lines += _versions(many)
    for what, names in (
        ("not regraded, what was handed in is not found", not_found),
        ("not graded before, 'grader grade' is for them", not_graded_before),
    ):
        if names:
            lines.append(f"{what}: {_listed(names)}")
    counts = f"{len(losses)} with less, {len(gains)} with more, {same} as before"
    counts += f", {len(faults)} without a verdict" if faults else ""
    return "\n".join([*lines, counts])


def _lines(word: str, one: Regraded) -> Iterator[str]:
    name = name_text(one.before.submission_name, 40)
    yield cut(f"{word}  {name}  {one.before.question_id}: {_points(one)}", _WIDTH)
    if one.after.status is not Status.GRADED:
        yield cut(f"    {one_line(str(one.after.content['message']), 300)}", _WIDTH)
    failures = dict(_failures(one.after.content))
    for change in changed_groups(one.before.content, one.after.content):
        yield cut(f"    {change.line}", _WIDTH)
        failure = failures.get(change.place)
        if failure is not None:
            yield from _why(failure)


def _points(one: Regraded) -> str:
    def told(report: StoredReport) -> str:
        if report.status is not Status.GRADED:
            return "not graded"
        return f"{points_text(report.score)} of {points_text(report.max_score)}"

    return f"{told(one.before)}, now {told(one.after)}"


def _failures(report: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    has_parts = len(report["parts"]) > 1
    for part in report["parts"]:
        for group in part["groups"]:
            name = f"{part['id']}/{group['id']}" if has_parts else group["id"]
            if group["failures"]:
                yield name, group["failures"][0]


def _why(failure: dict[str, Any]) -> Iterator[str]:
    """Say what was wrong and on which input, each on a line."""
    if failure["message"]:
        said = one_line(f"{failure['verdict']}: {failure['message']}", 300)
        yield cut(f"      {said}", _WIDTH)
    if failure["counterexample"]:
        inputs = (
            f"{name} = {json.dumps(value, ensure_ascii=False)[:200]}"
            for name, value in failure["counterexample"].items()
        )
        yield cut(f"      on {one_line(', '.join(inputs), 300)}", _WIDTH)


def _versions(many: Sequence[Regraded]) -> list[str]:
    """Say once what the two gradings were made with that differs."""
    said = dict.fromkeys(
        f"{difference.line} ({one.before.question_id})"
        for one in many
        for difference in circumstances(one.before.content, one.after.content)
    )
    lines = [cut(f"note: another {line}", _WIDTH) for line in said]
    more = [f"… {len(lines) - _MOST_NAMED} more"] if len(lines) > _MOST_NAMED else []
    return lines[:_MOST_NAMED] + more


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(name_text(name, 40) for name in names[:_MOST_NAMED])
    return shown + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")
