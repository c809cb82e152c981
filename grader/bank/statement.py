"""What a statement says besides its text: the points it states, and a title when none is given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from grader.bank.sections import Line, heading_of

_UNIT = r"(?:p|pts?|points?|b|bod|body|bodov|bodů|bodu)"
_GAP = r"\s{0,8}"  # bounded, so that a line of spaces costs no more than its length
_POINTS = rf"\({_GAP}(\d{{1,3}}(?:[.,]\d{{1,2}})?){_GAP}{_UNIT}\.?{_GAP}\)"
_MARKS = r"[*_]{0,3}"
_START = re.compile(rf"{_GAP}(?:[-*+] {_GAP}|#{{1,6}} {_GAP})?{_MARKS}{_POINTS}", re.IGNORECASE)
_LABEL = rf"\(?(?:[a-z]|[ivx]{{1,4}}|\d{{1,2}})\){_MARKS}{_GAP}{_MARKS}{_POINTS}"
_LABELLED = re.compile(rf"(?:^|(?<=[\s*_])){_LABEL}", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"^{_GAP}(?:#{{1,6}} {_GAP})?{_MARKS}(?:[a-z]|\d{{1,2}})\.{_MARKS}{_GAP}{_MARKS}{_POINTS}",
    re.IGNORECASE,
)
_LONGEST_TITLE = 80
_LONGEST_LINE = 1000  # what a title is looked for in; patterns that backtrack see no longer line
_OPENING = re.compile(
    r"(?:consider|derive|compute|implement|given|let|suppose|assume|find|show|explain|describe|"
    r"write|define|prove|state)\s+(?:that\s+)?(?:(?:the|a|an)\s+)?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\s+(?:which|that|where|whose|such that|as shown|if|when)\b|[,:;?!]|\.(?:\s|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPoints:
    """Points a statement states: at its start, and after the labels of its parts."""

    start: Fraction | None
    labelled: tuple[Fraction, ...]
    line: int

    @property
    def total(self) -> Fraction | None:
        """Give the points at the start, else the sum after labels, else None."""
        if self.start is not None:
            return self.start
        return sum(self.labelled, Fraction(0)) if self.labelled else None


def stated_points(lines: Iterable[Line]) -> StatedPoints:
    """Read `(5p)`, `(2 pts)`, `(1,5 b)` where a statement states points."""
    start: Fraction | None = None
    labelled: list[Fraction] = []
    first = place = 0
    for line in lines:
        if line.fence or not line.text.strip():
            continue
        found = [_LABELLED.finditer(line.text), _NUMBERED.finditer(line.text)]
        points = [_fraction(match[1]) for matches in found for match in matches]
        if not points and not first and (at_start := _START.match(line.text)):
            start = _fraction(at_start[1])
        if not place and (points or start is not None):
            place = line.number
        labelled += points
        first = first or (0 if heading_of(line) else line.number)
    return StatedPoints(start=start, labelled=tuple(labelled), line=place)


def _fraction(text: str) -> Fraction:
    return Fraction(text.replace(",", "."))


def guess_title(lines: Iterable[Line]) -> str:
    """Give the topic of the first sentence as plain text, '' when there is none."""
    for line in lines:
        if line.fence or not line.text.strip(" -*_=>") or line.text.lstrip().startswith("!["):
            continue
        if heading_of(line):
            return _shorten(_plain(line.text[:_LONGEST_LINE].strip(" #")))
        topic = _topic(_plain(line.text[:_LONGEST_LINE]))
        if any(character.isalpha() for character in topic):
            return _shorten(topic)
    return ""


def _plain(text: str) -> str:
    """Drop points, part labels, formulas, links and marks; '§' keeps the place of a formula."""
    text = _LABELLED.sub(" ", _START.sub(" ", text))
    text = re.sub(r"\$\$.*?(?:\$\$|$)|\$[^$]*\$", " § ", text)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", " ", text)
    text = re.sub(r"\[\[(?:[^\]|]*\|)?([^\]]*)\]\]|\[([^\]]*)\]\([^)]*\)", r"\1\2", text)
    text = re.sub(r"<[^>]*>|[`*]|^\s*(?:[-+>]|\d+[.)])\s+", "", text)
    return " ".join(re.sub(r"[\x00-\x1f]", " ", text).split())


def _topic(sentence: str) -> str:
    """Give what the first sentence is about: 'Consider the ReLU layer which …' -> 'ReLU layer'."""
    subject = _OPENING.sub("", sentence, count=1) if _OPENING.match(sentence) else sentence
    subject = subject.strip(" §")
    for candidate in (_CLAUSE.split(subject)[0].split("§")[0], subject.split("§")[0], subject):
        words = candidate.replace("§", "").split()
        if len(words) >= 2 or candidate == subject:
            return " ".join(words).rstrip(" ,;:.")
    raise AssertionError("the last candidate is the subject itself")


def _shorten(title: str) -> str:
    title = " ".join(title.replace("§", "").split())
    title = title[:1].upper() + title[1:]
    if len(title) <= _LONGEST_TITLE:
        return title
    return title[: _LONGEST_TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
