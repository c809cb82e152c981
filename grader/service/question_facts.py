"""What a class made of one question: who tried and solved it, what fails, and which mistakes recur.

Of each student the last graded attempt speaks: what they believe now. What the grader could name is
clustered by its name; the rest by the first property that fails, as the stored reports have it.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, select

from grader.core.codec import CodecError
from grader.core.report import Outcome
from grader.core.stored import unpack
from grader.report.visible import one_line
from grader.service.access import Role
from grader.service.results import Entry, entries_of_question, points_of
from grader.service.tables import group_outcome, person, result, submission

_MOST_EXAMPLES = 3
#: reading a report takes half a millisecond
_MOST_READ = 200
_LONGEST = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A submission that shows something; students have names, which not every reader may see."""

    receipt: str
    person_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """How many students' last attempts fail a group, or did not come to it."""

    part: str
    group: str
    failed: int
    not_run: int
    students: int

    @property
    def share(self) -> float:
        """Give the share of those that fail it."""
        return self.failed / self.students if self.students else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Students whose last attempts fail alike. is_named: the grader knew the mistake."""

    name: str
    is_named: bool
    students: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a class made of a question; facility is the mean share of points over who tried."""

    tried: int
    solved: int
    facility: float | None
    median_seconds: float | None
    groups: tuple[GroupFacts, ...]
    clusters: tuple[Cluster, ...]
    statuses: dict[str, int]


def facts_of(connection: Connection, question: str) -> Facts:
    """Give what students made of a question, in practice and in every exam."""
    entries = entries_of_question(connection, question, role=Role.STUDENT)
    best: dict[int, Fraction] = {}
    statuses: dict[str, int] = defaultdict(int)
    for entry in entries:
        statuses[entry.status] += 1
        if entry.score is not None and entry.max_score:
            share = entry.score / entry.max_score
            best[entry.person] = max(best.get(entry.person, Fraction(0)), share)
    last = {entry.person: entry for entry in entries if entry.score is not None}
    return Facts(
        tried=len({entry.person for entry in entries}),
        solved=sum(share == 1 for share in best.values()),
        facility=float(sum(best.values()) / len(best)) if best else None,
        median_seconds=_median_seconds(connection, question),
        groups=_groups(connection, last),
        clusters=_clusters(connection, last),
        statuses=dict(statuses),
    )


def _last(last: dict[int, Entry], *columns):  # type: ignore[no-untyped-def]  # a Select of columns
    numbers = [entry.number for entry in last.values()]
    return (
        select(*columns)
        .join(submission, submission.c.id == group_outcome.c.submission)
        .where(group_outcome.c.grading_run == submission.c.published_run)
        .where(submission.c.id.in_(numbers))
        .order_by(submission.c.id, group_outcome.c.part)
    )


def _groups(connection: Connection, last: dict[int, Entry]) -> tuple[GroupFacts, ...]:
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    columns = (group_outcome.c.part, group_outcome.c.group_id, group_outcome.c.outcome)
    for part, group, outcome in connection.execute(_last(last, *columns)):
        counts[part, group][outcome] += 1
    found = [
        GroupFacts(
            part=part,
            group=group,
            failed=outcomes[Outcome.FAILED.value],
            not_run=outcomes[Outcome.NOT_RUN.value],
            students=sum(outcomes.values()),
        )
        for (part, group), outcomes in counts.items()
    ]
    return tuple(sorted(found, key=lambda group: -group.share))


def _clusters(connection: Connection, last: dict[int, Entry]) -> tuple[Cluster, ...]:
    columns = (group_outcome.c.submission, group_outcome.c.misconception)
    failing = group_outcome.c.outcome == Outcome.FAILED.value
    named: dict[int, str] = {}
    for number, name in connection.execute(_last(last, *columns).where(failing)):
        named[number] = named.get(number) or name
    nameless = [number for number, name in named.items() if not name][-_MOST_READ:]
    named |= _first_failures(connection, nameless)
    found: dict[tuple[str, bool], list[Entry]] = defaultdict(list)
    by_number = {entry.number: entry for entry in last.values()}
    for number, name in named.items():
        if name:
            found[name, number not in nameless].append(by_number[number])
    clusters = [
        Cluster(
            name=name,
            is_named=is_named,
            students=len(entries),
            examples=tuple(
                Example(receipt=entry.receipt, person_name=entry.person_name)
                for entry in entries[-_MOST_EXAMPLES:]
            ),
        )
        for (name, is_named), entries in found.items()
    ]
    return tuple(sorted(clusters, key=lambda each: (-each.students, not each.is_named, each.name)))


def _first_failures(connection: Connection, numbers: list[int]) -> dict[int, str]:
    """Give what the reports of these submissions say first of what fails."""
    stored = (
        select(submission.c.id, result.c.report)
        .join(result, result.c.submission == submission.c.id)
        .where(result.c.grading_run == submission.c.published_run, submission.c.id.in_(numbers))
    )
    return {
        number: _first_failure(report) for number, report in connection.execute(stored) if report
    }


def _first_failure(stored: bytes) -> str:
    try:
        report = unpack(stored)
    except CodecError:  # of another version of grader
        return ""
    for part in report.parts:
        for group in part.groups:
            for failure in group.failures:
                said = one_line(failure.message, _LONGEST)
                return f"{group.id}: {failure.property}, {failure.verdict.value} ({said})"
    return ""


def _median_seconds(connection: Connection, question: str) -> float | None:
    rows = connection.execute(
        select(result.c.finished_ms - result.c.started_ms)
        .join(submission, submission.c.id == result.c.submission)
        .where(submission.c.question == question, submission.c.kind == "submit")
        .where(result.c.grading_run == submission.c.published_run, result.c.status == "graded")
        .order_by(result.c.submission.desc())
        .limit(1000)
    ).scalars()
    lengths = list(rows)
    return statistics.median(lengths) / 1000 if lengths else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How many students have a graded attempt at a question, and their mean share of its points."""

    students: int
    facility: float


def tried(connection: Connection) -> dict[str, Tried]:
    """Give it for each question, by the best attempt of each student."""
    rows = connection.execute(
        select(submission.c.question, submission.c.person, result.c.score, result.c.max_score)
        .join(person, person.c.id == submission.c.person)
        .join(result, result.c.submission == submission.c.id)
        .where(result.c.grading_run == submission.c.published_run)
        .where(submission.c.kind == "submit", result.c.status == "graded")
        .where(person.c.role == Role.STUDENT.value)
    )
    best: dict[str, dict[int, float]] = defaultdict(dict)
    for question, who, score, most in rows:
        whole = points_of(most)
        share = float(points_of(score) / whole) if whole else 0.0
        best[question][who] = max(best[question].get(who, 0.0), share)
    return {
        question: Tried(students=len(shares), facility=statistics.fmean(shares.values()))
        for question, shares in best.items()
    }
