"""What a class did: its scores as a histogram, the groups most failed, the mistakes many share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from grader.core.report import Outcome, Report, Status
from grader.report.short import points_text
from grader.report.visible import cut, name_text, one_line

_BAR_WIDTH = 40
_MOST_ROWS = 8
_MOST_NAMES = 4
_NAME_WIDTH = 24


def class_summary(reports: Sequence[Report], width: int = 80) -> str:
    """Give the summary of one question's submissions; '' when there are fewer than two."""
    if len(reports) < 2:
        return ""
    lines = [*_counts(reports), "", *_histogram(reports)]
    for block in (_most_failed(reports), _clusters(reports)):
        if block:
            lines += ["", *block]
    return "\n".join(cut(line, width).rstrip() for line in lines) + "\n"


def _counts(reports: Sequence[Report]) -> list[str]:
    kinds = Counter(report.status for report in reports)
    texts = [f"{len(reports)} submissions", f"{kinds[Status.GRADED]} graded"]
    if kinds[Status.UNGRADABLE]:
        texts.append(f"{kinds[Status.UNGRADABLE]} cannot be graded")
    if kinds[Status.ERROR]:
        texts.append(f"{kinds[Status.ERROR]} without a score by our fault")
    scores = sorted(report.score for report in reports if report.score is not None)
    if scores:
        mean = sum(scores, Fraction(0)) / len(scores)
        middle = (scores[(len(scores) - 1) // 2] + scores[len(scores) // 2]) / 2
        most = max(report.max_score for report in reports)
        of = f"of {points_text(most)}"
        return ["; ".join(texts), f"mean {points_text(mean)}, median {points_text(middle)} {of}"]
    return ["; ".join(texts)]


def _histogram(reports: Sequence[Report]) -> list[str]:
    """Give a bar for each score that somebody reached."""
    counts = Counter(report.score for report in reports if report.score is not None)
    if not counts:
        return []
    labels = {score: points_text(score) for score in counts}
    wide, most = max(map(len, labels.values())), max(counts.values())
    return [
        f"{labels[score]:>{wide}} | {_bar(counts[score], most)} {counts[score]}"
        for score in sorted(counts, reverse=True)
    ]


def _bar(count: int, most: int) -> str:
    return "#" * max(1, round(_BAR_WIDTH * count / most))


def _most_failed(reports: Sequence[Report]) -> list[str]:
    failed: Counter[str] = Counter()
    ran: Counter[str] = Counter()
    for report in reports:
        for part in report.parts:
            for group in part.groups:
                label = group.id if len(report.parts) == 1 else f"{part.id}/{group.id}"
                if report.status is Status.GRADED:
                    ran[label] += 1
                    failed[label] += group.outcome is not Outcome.PASSED
    worst = [(label, count) for label, count in failed.most_common(_MOST_ROWS) if count]
    if not worst:
        return []
    wide = max(len(one_line(label)) for label, _ in worst)
    rows = [f"  {one_line(label):<{wide}}  {count} of {ran[label]}" for label, count in worst]
    return ["groups most failed:", *rows]


def _clusters(reports: Sequence[Report]) -> list[str]:
    """Give the mistakes that several made, largest cluster first: one comment serves all."""
    clusters: dict[str, list[str]] = {}
    for report in reports:
        names = {part.misconception.name for part in report.parts if part.misconception}
        for name in names:
            clusters.setdefault(name, []).append(report.submission_name)
    largest = sorted(clusters.items(), key=lambda item: (-len(item[1]), item[0]))[:_MOST_ROWS]
    if not largest:
        return []
    lines = ["mistakes in common:"]
    for name, who in largest:
        listed = ", ".join(name_text(one, _NAME_WIDTH) for one in who[:_MOST_NAMES])
        more = f" and {len(who) - _MOST_NAMES} more" if len(who) > _MOST_NAMES else ""
        lines += [f"  {len(who)}  {one_line(name)}", f"     {listed}{more}"]
    return lines
