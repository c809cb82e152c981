"""Exams and exercise sheets: files below questions/exams/, read like questions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from grader.bank.context import Context
from grader.bank.course import Course, exams_folder, question_files
from grader.bank.exam_times import check_window, read_duration, read_late, read_time
from grader.bank.fields import (
    read_id,
    read_list,
    read_number,
    read_points,
    read_table,
    read_text,
    refuse_unknown,
)
from grader.bank.find import scan_id
from grader.bank.load import is_readme, read_front
from grader.bank.nodes import Node, Table, Text
from grader.bank.reveal import read_reveal
from grader.bank.sections import heading_of, mark_lines
from grader.bank.source import Source, read_source
from grader.core.errors import QuestionError
from grader.core.exam import Counting, Exam, ExamKind, ExamQuestion, Feedback, Slot
from grader.core.expression import did_you_mean

_KEYS = (
    "id", "type", "title", "course", "opens", "closes", "duration", "attempts", "counts",
    "feedback", "late", "questions", "reveal",
)  # fmt: skip
_MOST_ATTEMPTS = 1000

Choice = TypeVar("Choice", bound=Enum)


def exam_files(course: Course) -> Iterator[Path]:
    """Give every Markdown file below questions/exams/, in a stable order."""
    for folder, folders, files in os.walk(exams_folder(course)):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if name.lower().endswith(".md") and not name.startswith(".") and not is_readme(path):
                yield path


def find_exam(course: Course, name_or_path: str) -> Exam | None:
    """Load the exam with this id, or of this file; None when there is none.

    QuestionError when it is broken, or when two exams have the id.
    """
    found = []
    for path in exam_files(course):
        if (
            _is_file(path, name_or_path)
            or scan_id(path, course) == name_or_path
            or _is_broken(path, name_or_path)
        ):
            found.append(path)
    if len(found) > 1:
        others = " and ".join(course.label(path) for path in found[1:])
        raise QuestionError(
            where=course.label(found[0]),
            what=f"id {name_or_path!r} is also in {others}",
            hint="an id belongs to one file",
        )
    return load_exam(found[0], course) if found else None


def _is_file(path: Path, text: str) -> bool:
    try:
        return text.lower().endswith(".md") and path.samefile(text)
    except (OSError, ValueError):  # it names no file
        return False


def _is_broken(path: Path, name: str) -> bool:
    """Tell whether a file of that name cannot even give its id; loading it says why."""
    if path.stem != name:
        return False
    try:
        return read_front(read_source(path, path.name)).get("id") is None
    except QuestionError:
        return True


def load_exam(path: Path, course: Course) -> Exam:
    """Read one exam file; QuestionError says which line cannot be used and why."""
    source = read_source(path, course.label(path))
    table, context = read_front(source), Context(file=source.file)
    for key, _ in table:
        if key.value not in _KEYS:
            near = did_you_mean(key.value, _KEYS)
            context.note(key, f"key {key.value!r} is kept, and used by nothing here{near}")
    id_node = _required(table, "id", source)
    name = read_id(id_node, "id")
    if name in _question_ids(course):
        raise id_node.error(f"a question has the id {name!r} too", "an id belongs to one file")
    kind = _choice(_required(table, "type", source), "type", ExamKind)
    opens, closes = read_time(table, "opens"), read_time(table, "closes")
    check_window(table, kind, opens, closes)
    return Exam(
        id=name,
        title=_one(table, "title") or name,
        path=source.file,
        kind=kind,
        course=_one(table, "course"),
        opens=opens,
        closes=closes,
        duration=read_duration(table, opens, closes),
        attempts=_attempts(table),
        counts=_optional_choice(table, "counts", Counting.BEST),
        feedback=_optional_choice(table, "feedback", _usual_feedback(kind)),
        late=read_late(table, closes),
        slots=_slots(_required(table, "questions", source), course),
        instructions=_instructions(source),
        reveal=read_reveal(table.get("reveal")),
        notes=tuple(context.notes),
    )


def _usual_feedback(kind: ExamKind) -> Feedback:
    return Feedback.SHOWN if kind is ExamKind.EXAM else Feedback.ALL


def _required(table: Table, key: str, source: Source) -> Node:
    node = table.get(key)
    if node is None:
        where = table.key(key) if key in table.entries else Node(source.file, source.front_line)
        raise where.error(f"no {key}", f"add '{key}: …' to the front matter")
    return node


def _one(table: Table, key: str) -> str:
    node = table.get(key)
    return "" if node is None else read_text(node, key)


def _choice(node: Node, name: str, kind: type[Choice]) -> Choice:
    text = read_text(node, name)
    for member in kind:
        if member.value == text:
            return member
    known = [member.value for member in kind]
    near = did_you_mean(text, known).removeprefix("; ")
    raise node.error(f"{name} is {text!r}", near or "it is one of " + ", ".join(known))


def _optional_choice(table: Table, key: str, usual: Choice) -> Choice:
    node = table.get(key)
    return usual if node is None else _choice(node, key, type(usual))


def _attempts(table: Table) -> int | None:
    node = table.get("attempts")
    if node is None:
        return None
    value = read_number(node, "attempts", 1, _MOST_ATTEMPTS)
    if value != int(value):
        raise node.error(f"attempts is {value:g}", "a whole number is needed here")
    return int(value)


# -- questions -----------------------------------------------------------------------------


def _question_ids(course: Course) -> set[str]:
    return {found for path in question_files(course) if (found := scan_id(path, course))}


def _slots(node: Node, course: Course) -> tuple[Slot, ...]:
    items = read_list(node, "questions")
    if not items:
        raise node.error("no questions", "list ids of questions")
    known = _question_ids(course)
    slots = [_slot(item, known) for item in items]
    seen: dict[str, str] = {}
    for item, slot in zip(items, slots, strict=True):
        for question in slot.questions:
            if question.id in seen:
                raise item.error(f"question {question.id!r} is there twice")
            seen[question.id] = slot.where
    return tuple(slots)


def _slot(item: Node, known: set[str]) -> Slot:
    where = f"{item.file}:{item.line}"
    if isinstance(item, Text):
        return Slot(questions=(_question(item, None, known),), pick=1, where=where)
    table = read_table(item, "an entry of questions")
    points = table.get("points")
    worth = None if points is None else read_points(points, "a question")
    if table.get("pick") is None:
        refuse_unknown(table, ("id", "points", "pick", "from"), "an entry of questions")
        name = table.get("id")
        if name is None:
            raise item.error("an entry without id", "{id: …, points: …} or {pick: …, from: […]}")
        return Slot(questions=(_question(name, worth, known),), pick=1, where=where)
    return _pick(table, worth, known, where)


def _pick(table: Table, worth: Fraction | None, known: set[str], where: str) -> Slot:
    refuse_unknown(table, ("pick", "from", "points"), "a pick")
    count, pool = table.get("pick"), table.get("from")
    assert count is not None
    if pool is None:
        raise table.error("a pick without 'from'", "{pick: 2, from: [one, another, a_third]}")
    questions = tuple(_question(node, worth, known) for node in read_list(pool, "from"))
    number = read_number(count, "pick", 1, _MOST_ATTEMPTS)
    if number != int(number):
        raise count.error(f"pick is {number:g}", "a whole number is needed here")
    if number > len(questions):
        raise count.error(f"pick is {number:g}, but 'from' has {len(questions)} questions")
    return Slot(questions=questions, pick=int(number), where=where)


def _question(node: Node, points: Fraction | None, known: set[str]) -> ExamQuestion:
    name = read_text(node, "a question")
    if name not in known:
        near = did_you_mean(name, known).removeprefix("; ")
        raise node.error(f"no question {name!r}", near or "'grader list' shows the ids")
    return ExamQuestion(id=name, points=points)


def _instructions(source: Source) -> str:
    """Give the text below '# Instructions', or the whole text when there is no such heading."""
    lines = mark_lines(source.body, source.body_line)
    for at, line in enumerate(lines):
        heading = heading_of(line)
        if heading is not None and heading[0] == 1 and heading[1].lower() == "instructions":
            lines = lines[at + 1 :]
            break
    return "\n".join(line.text.rstrip() for line in lines).strip()
