"""One question by id or path: the heads of all files are scanned, one file is parsed."""

from __future__ import annotations

import os
import re
from pathlib import Path

from grader.bank.course import Course, exams_folder, question_files
from grader.bank.load import is_readme, load_question, read_front, same_id
from grader.bank.nodes import Table, Text
from grader.bank.source import read_source
from grader.core.errors import QuestionError, UsageError
from grader.core.expression import did_you_mean
from grader.core.question import Question

_HEAD_BYTES = 4096
_SHOWN_IDS = 20
_FRONT = re.compile(r"\s*---[ \t]*\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
#: only a plain word at the start of a line is taken at its face; all else is left to YAML
_ID_LINE = re.compile(r"^id:[ \t]+([\w][\w.+-]*)[ \t]*$", re.MULTILINE)
_MAY_HOLD_ID = re.compile(r"""\bid["']?\s*:""")


def find_question(course: Course, name_or_path: str) -> Question:
    """Load the question with this id, or of this file.

    QuestionError when it is broken or two files have the id; UsageError when there is none.
    """
    path = _as_path(course, name_or_path)
    if path is not None:
        return load_question(path, course)
    ids: dict[str, list[Path]] = {}
    unreadable: list[Path] = []
    for file in question_files(course):
        name = scan_id(file, course)
        if name is None:
            unreadable.append(file)
        else:
            ids.setdefault(name, []).append(file)
    found = ids.get(name_or_path, [])
    if len(found) > 1:
        raise same_id(name_or_path, [course.label(file) for file in found])
    if found:
        return load_question(found[0], course)
    for file in unreadable:
        if file.stem == name_or_path and not is_readme(file):
            return load_question(file, course)  # raises what is wrong with it
    raise _unknown(course, name_or_path, ids)


def _as_path(course: Course, text: str) -> Path | None:
    """Give the file that text names, from here or from the course; None when it is an id."""
    looks_like_path = text.lower().endswith(".md") or "/" in text or os.sep in text
    if not looks_like_path:
        return None
    for path in (Path(text), course.root / text, course.questions_folder / text):
        try:
            if path.is_file():
                return path
        except (OSError, ValueError):
            continue
    raise UsageError(where="", what=f"there is no file {text!r}", hint="name a question by its id")


def scan_id(path: Path, course: Course) -> str | None:
    """Give the id a file declares, from its head where that is plain; None when it has none."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(_HEAD_BYTES)
    except OSError:
        return None
    head = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    front = _FRONT.match(head)
    if front is not None:
        found = _ID_LINE.findall(front[1])
        if len(found) == 1 and len(_MAY_HOLD_ID.findall(front[1].split("\nparts:")[0])) == 1:
            return str(found[0])
    return _parsed_id(path, course)


def _parsed_id(path: Path, course: Course) -> str | None:
    try:
        table: Table = read_front(read_source(path, course.label(path)))
    except QuestionError:
        return None
    node = table.get("id")
    return node.value.strip() if isinstance(node, Text) else None


def _unknown(course: Course, name: str, ids: dict[str, list[Path]]) -> UsageError:
    if any(scan_id(path, course) == name for path in exams_folder(course).rglob("*.md")):
        return UsageError(where="", what=f"{name!r} is an exam", hint="this takes a question")
    by_stem = [known for known, files in ids.items() if any(file.stem == name for file in files)]
    near = did_you_mean(name, ids).removeprefix("; ")
    if by_stem:
        near = f"did you mean {by_stem[0]!r}?"
    known = sorted(ids)
    listed = ", ".join(known[:_SHOWN_IDS]) + (", …" if len(known) > _SHOWN_IDS else "")
    shown = f"known: {listed}" if known else f"{course.questions_folder} has no questions"
    return UsageError(where="", what=f"no question {name!r}", hint=f"{near} {shown}".strip())
