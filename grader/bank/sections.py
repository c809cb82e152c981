"""The body of a question file cut into `# Question`, `# Solution` and `# Checks`.

Only level-1 headings outside code fences cut. A `---` that ends a section is a separator; inside a
fence, below a text line or between paragraphs it is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.core.errors import QuestionError
from grader.core.expression import did_you_mean

QUESTION, SOLUTION, CHECKS = "Question", "Solution", "Checks"
_NAMES = (QUESTION, SOLUTION, CHECKS)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*([^\n]*)")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*(?:[ \t]#+[ \t]*)?")
_LINK = re.compile(r"\[\[([^\]|#]+)[^\]]*\]\]")
_LONGEST_LINE = 1000  # a heading or link is shorter; patterns that backtrack see no longer line
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(.*)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the body. fence numbers the code fence it belongs to, from 1; 0 outside."""

    number: int
    text: str
    fence: int = 0
    is_mark: bool = False  # the ``` line itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """A code fence: its info word ('python'), its code, and the line where the code begins."""

    info: str
    code: str
    line: int
    is_closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The lines below a heading, without it."""

    name: str
    line: int
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """Give the Markdown without empty lines and separators around it."""
        return "\n".join(line.text.rstrip() for line in trim(self.lines))


def mark_lines(lines: Iterable[str], first_line: int) -> list[Line]:
    """Number the lines and tell which belong to a code fence."""
    marked, fence, count = [], "", 0
    for number, text in enumerate(lines, first_line):
        found = _FENCE.fullmatch(text.rstrip())
        if fence:
            ends = found and found[1].startswith(fence) and not found[2]
            marked.append(Line(number, text, count, bool(ends)))
            fence = "" if ends else fence
        elif found and not (found[1][0] == "`" and "`" in found[2]):
            fence, count = found[1], count + 1
            marked.append(Line(number, text, count, True))
        else:
            marked.append(Line(number, text))
    return marked


def heading_of(line: Line) -> tuple[int, str] | None:
    """Give level and title of an ATX heading outside fences."""
    if line.fence or not line.text.lstrip().startswith("#") or len(line.text) > _LONGEST_LINE:
        return None
    found = _HEADING.fullmatch(line.text.rstrip())
    return (len(found[1]), found[2]) if found else None


def read_fences(lines: Iterable[Line]) -> list[Fence]:
    """Give the code fences among lines, their indentation removed."""
    grouped: dict[int, list[Line]] = {}
    for line in lines:
        if line.fence:
            grouped.setdefault(line.fence, []).append(line)
    return [_fence(members) for members in grouped.values()]


def _fence(members: list[Line]) -> Fence:
    opening, rest = members[0], members[1:]
    is_closed = bool(rest) and rest[-1].is_mark
    indent = len(opening.text) - len(opening.text.lstrip(" "))
    code = [
        re.sub(rf"^ {{0,{indent}}}", "", line.text) for line in rest[: -1 if is_closed else None]
    ]
    info = opening.text.strip().lstrip("`~").split()
    return Fence(
        info=info[0].lower() if info else "",
        code="".join(line + "\n" for line in code),
        line=opening.number + 1,
        is_closed=is_closed,
    )


def trim(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Drop empty lines at both ends, and the `---` lines that end a section."""
    first, last = 0, len(lines)
    while last and not lines[last - 1].fence and lines[last - 1].text.strip() in ("", "---"):
        last -= 1
    while first < last and not lines[first].text.strip():
        first += 1
    return lines[first:last]


def cut_sections(lines: list[Line], file: str) -> dict[str, Section]:
    """Give the sections by name; QuestionError when one is there twice or `# Question` is not."""
    heads = [(at, name) for at, line in enumerate(lines) if (name := _section_name(line))]
    sections: dict[str, Section] = {}
    for (at, name), (end, _) in zip(heads, [*heads, (len(lines), "")][1:], strict=True):
        if name in sections:
            raise QuestionError(
                where=f"{file}:{lines[at].number}",
                what=f"a second '# {name}', the first is in line {sections[name].line}",
                hint="keep one, or write '##' for headings inside a section",
            )
        sections[name] = Section(name=name, line=lines[at].number, lines=tuple(lines[at + 1 : end]))
    _refuse_misspelt(lines, sections, file)
    if QUESTION not in sections:
        raise _missing_question(lines, file)
    return sections


def _section_name(line: Line) -> str:
    heading = heading_of(line)
    if heading is None or heading[0] != 1:
        return ""
    return next((name for name in _NAMES if name.lower() == heading[1].lower()), "")


def _refuse_misspelt(lines: list[Line], sections: dict[str, Section], file: str) -> None:
    """Refuse `# Solutions` or `## Solution` alone: it would be shown to learners."""
    for line, following in zip(lines, [*lines, Line(0, "")][1:], strict=True):
        level, title = heading_of(line) or (0, "")
        if not level and not line.fence and re.fullmatch(r"=+", following.text.strip()):
            level, title = 1, line.text.strip()
        meant = did_you_mean(title.strip(" :").capitalize(), _NAMES) if level else ""
        name = next((name for name in _NAMES if f"'{name}'" in meant), "")
        is_same = title.strip(" :").lower() == name.lower()
        if name and name not in sections and (level == 1 or is_same):
            raise QuestionError(
                where=f"{file}:{line.number}",
                what=f"{line.text.strip()!r} begins no section",
                hint=f"did you mean '# {name}'?",
            )


def _missing_question(lines: list[Line], file: str) -> QuestionError:
    hint = "the statement stands below a line '# Question'"
    unclosed = [fence for fence in read_fences(lines) if not fence.is_closed]
    if unclosed:
        hint = f"the code fence of line {unclosed[0].line - 1} is never closed"
    line = lines[0].number if lines else 1
    return QuestionError(where=f"{file}:{line}", what="no section '# Question'", hint=hint)


def cut_related(section: Section) -> tuple[Section, tuple[str, ...]]:
    """Cut `## Related Concepts` out of a section and give its links."""
    kept: list[Line] = []
    related: list[str] = []
    is_inside = False
    for line in section.lines:
        heading = heading_of(line)
        if heading and heading[0] <= 2:
            is_inside = heading[1].lower() == "related concepts"
            if is_inside:
                continue
        if is_inside:
            related += _links(line.text[:_LONGEST_LINE])
        else:
            kept.append(line)
    cut = Section(name=section.name, line=section.line, lines=tuple(kept))
    return cut, tuple(dict.fromkeys(related))


def _links(text: str) -> Iterator[str]:
    links = [link.strip() for link in _LINK.findall(text)]
    item = _ITEM.fullmatch(text)
    if not links and item and item[1].strip(" -"):
        links = [item[1].strip()]
    yield from links
