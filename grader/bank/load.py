"""A question file as a Question, and a course as a bank of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from grader.bank.checks import Files, add_checks
from grader.bank.context import Context
from grader.bank.course import Course, question_files
from grader.bank.fields import read_id, read_text, read_words, to_plain
from grader.bank.nodes import Node, Table, Text, is_control, parse_yaml
from grader.bank.parts import read_parts
from grader.bank.reference import digest, read_reference
from grader.bank.reveal import read_reveal
from grader.bank.sections import (
    CHECKS,
    QUESTION,
    SOLUTION,
    Line,
    Section,
    cut_related,
    cut_sections,
    mark_lines,
    trim,
)
from grader.bank.source import Source, has_front_matter, read_source
from grader.bank.statement import StatedPoints, guess_title, stated_points
from grader.core.errors import QuestionError
from grader.core.expression import did_you_mean
from grader.core.question import Part, Question

_CARD_KEYS = ("id", "course", "tags", "difficulty", "type", "status")
_KEYS = (*_CARD_KEYS, "title", "reference", "parts", "reveal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """A course's questions by id, and why the others cannot be used."""

    course: Course
    questions: Mapping[str, Question]
    errors: tuple[QuestionError, ...] = ()


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A file read so far: front matter, sections, and what was noted."""

    source: Source
    table: Table
    sections: Mapping[str, Section]
    context: Context
    stated: StatedPoints
    files: Files
    reference: str | None = None
    parts: tuple[Part, ...] = field(default=())


def load_bank(course: Course) -> Bank:
    """Load every question of a course; broken files are reported and the rest is loaded."""
    questions: dict[str, Question] = {}
    errors: list[QuestionError] = []
    clashes: dict[str, list[str]] = {}
    for path in question_files(course):
        try:
            if is_readme(path):
                continue
            question = load_question(path, course)
        except QuestionError as error:
            errors.append(error)
            continue
        clashes.setdefault(question.id, []).append(question.path)
        questions.setdefault(question.id, question)
    for name, paths in clashes.items():
        if len(paths) > 1:
            del questions[name]
            errors.append(same_id(name, paths))
    return Bank(course=course, questions=MappingProxyType(questions), errors=tuple(errors))


def same_id(name: str, paths: list[str]) -> QuestionError:
    """Give the error of several files with one id."""
    others = " and ".join(paths[1:])
    return QuestionError(
        where=paths[0], what=f"id {name!r} is also in {others}", hint="an id belongs to one file"
    )


def is_readme(path: Path) -> bool:
    """Tell whether a file is a README for people, not a question."""
    if path.stem.lower() != "readme":
        return False
    try:
        with path.open("rb") as stream:
            head = stream.read(4096).decode("utf-8-sig", "replace")
    except OSError:
        return False
    return not has_front_matter(head.replace("\r", "\n"))


def load_question(path: Path, course: Course) -> Question:
    """Read one question file; QuestionError says which line cannot be used and why."""
    source = read_source(path, course.label(path))
    draft = _open(source, course)
    table, context = draft.table, draft.context
    id_node = table.get("id")
    if id_node is None:
        where = Node(source.file, source.front_line)
        raise where.error("no id", "add 'id: a_name_of_its_own' to the front matter")
    name = read_id(id_node, "id")
    title = _one(table, "title") or guess_title(draft.sections[QUESTION].lines) or name
    context.title = title
    _read_reference(draft, course)
    _read_parts(draft)
    solution, related = _solution(draft)
    return Question(
        id=name,
        title=title,
        path=source.file,
        version=_version(draft),
        statement=draft.sections[QUESTION].text,
        solution=solution,
        related=related,
        course=_one(table, "course"),
        tags=_tags(table),
        difficulty=_difficulty(table),
        type=_one(table, "type"),
        status=_one(table, "status"),
        reference=draft.reference,
        stated_points=draft.stated.total,
        parts=draft.parts,
        notes=tuple(context.notes),
        reveal=read_reveal(table.get("reveal")),
        extra=MappingProxyType(_extra(table)),
        lines=MappingProxyType(context.lines),
    )


def read_front(source: Source) -> Table:
    """Give the front matter as a mapping."""
    root = parse_yaml(source.front, source.file, source.front_line)
    if root is None:
        return Table(source.file, source.front_line)
    if not isinstance(root, Table):
        raise root.error("the front matter is no mapping", "write 'key: value' lines")
    return root


def _open(source: Source, course: Course) -> _Draft:
    table = read_front(source)
    marked = mark_lines(source.body, source.body_line)
    context = Context(file=source.file)
    _note_body(marked, context)
    _note_unknown(table, context)
    sections = cut_sections(marked, source.file)
    stated = stated_points(sections[QUESTION].lines)
    folder = source.path.resolve().parent
    top = course.questions_folder
    inside = top if folder.is_relative_to(top.resolve()) else folder
    return _Draft(
        source=source,
        table=table,
        sections=sections,
        context=context,
        stated=stated,
        files=Files(beside=folder, inside=inside),
    )


def _note_body(lines: list[Line], context: Context) -> None:
    for line in lines:
        if not line.text.isprintable():
            bad = next((c for c in line.text if is_control(c) and c != "\t"), None)
            if bad is not None:
                place = Node(context.file, line.number)
                context.note(place, f"control character U+{ord(bad):04X} in the text")


def _note_unknown(table: Table, context: Context) -> None:
    for key, value in table:
        context.lines[key.value] = key.line
        if key.value not in _KEYS:
            near = did_you_mean(key.value, _KEYS)
            context.note(key, f"key {key.value!r} is kept, and used by nothing here{near}")
        elif key.value in ("parts", "reference") and table.get(key.value) is None:
            context.note(value, f"{key.value!r} is empty")


def _read_reference(draft: _Draft, course: Course) -> None:
    node = draft.table.get("reference")
    if node is not None:
        draft.reference = read_text(node, "reference")
        module = read_reference(draft.reference, course.reference_folder, node)
        draft.context.reference = module


def _read_parts(draft: _Draft) -> None:
    sections, context = draft.sections, draft.context
    for section in sections.values():
        trimmed = trim(section.lines)
        context.lines[section.name.lower()] = trimmed[0].number if trimmed else section.line
    node = draft.table.get("parts")
    if node is not None:
        draft.parts = read_parts(node, draft.stated, context)
    elif draft.stated.start is not None and draft.stated.labelled:
        total = sum(draft.stated.labelled)
        if total != draft.stated.start:
            place = Node(context.file, draft.stated.line)
            context.note(place, f"{draft.stated.start} points stated, its parts have {total}")
    if SOLUTION not in sections:
        context.note(Node(context.file, draft.source.front_line - 1), "no section '# Solution'")
    if CHECKS in sections:
        draft.parts = add_checks(draft.parts, sections[CHECKS], draft.files, context)


def _solution(draft: _Draft) -> tuple[str, tuple[str, ...]]:
    section = draft.sections.get(SOLUTION)
    if section is None:
        return "", ()
    cut, related = cut_related(section)
    return cut.text, related


def _version(draft: _Draft) -> str:
    """Hash everything a grade depends on: the file, what it includes, the reference."""
    pieces = {"question": draft.source.text.encode()}
    pieces |= {f"file/{name}": raw for name, raw in draft.files.included.items()}
    if draft.context.reference is not None:
        files = draft.context.reference.files
        pieces |= {f"reference/{name}": raw for name, raw in files.items()}
    return digest(pieces)


def _one(table: Table, key: str) -> str:
    node = table.get(key)
    return "" if node is None else read_text(node, key)


def _tags(table: Table) -> tuple[str, ...]:
    node = table.get("tags")
    return () if node is None else read_words(node, "tags")


def _difficulty(table: Table) -> int | None:
    node = table.get("difficulty")
    if node is None:
        return None
    text = read_text(node, "difficulty")
    if text not in ("1", "2", "3", "4", "5"):
        raise node.error(f"difficulty is {text!r}", "a whole number from 1 to 5")
    return int(text)


def _extra(table: Table) -> dict[str, str]:
    return {
        key.value: value.value if isinstance(value, Text) else str(to_plain(value))
        for key, value in table
        if key.value not in _KEYS
    }
