"""A course: any folder with questions/ and reference/; the wheel carries the built-in one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grader
from grader.core.errors import UsageError

#: the name of the course that comes with grader
BUILT_IN = "built-in"
_QUESTIONS, _REFERENCE, _EXAMS, _WRONG = "questions", "reference", "exams", "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where the questions and the reference of one course live."""

    root: Path
    questions_folder: Path
    reference_folder: Path
    name: str

    def label(self, path: Path) -> str:
        """Give a path as errors and reports show it: relative to the course where it is inside."""
        for whole in (Path(os.path.abspath(path)), path.resolve()):  # a link first by its own name
            if whole.is_relative_to(self.root):
                return whole.relative_to(self.root).as_posix()
        return path.as_posix()


def find_course(start: Path, named: Path | None = None) -> Course:
    """Give the named course, else the nearest above start, else the built-in one.

    UsageError when the named folder is none, or when nothing is found at all.
    """
    if named is not None:
        return _named_course(named)
    resolved = start.resolve()
    for folder in (resolved, *resolved.parents):
        if _is_course(folder):
            return _course(folder, folder.name)
    package = Path(grader.__file__).resolve().parent
    for folder in (package / "course", package.parent):
        if _is_course(folder):
            return _course(folder, BUILT_IN)
    raise UsageError(
        where=str(start),
        what="no course here or above",
        hint="a course is a folder with questions/ and reference/; name one with --course",
    )


def _named_course(named: Path) -> Course:
    try:
        folder = named.resolve()
    except (OSError, RuntimeError):  # a link to itself
        folder = named
    if not folder.is_dir():
        raise UsageError(where=str(named), what="no such folder", hint="name a course folder")
    missing = [f"{part}/" for part in (_QUESTIONS, _REFERENCE) if not (folder / part).is_dir()]
    if missing:
        raise UsageError(
            where=str(named),
            what=f"not a course: {' and '.join(missing)} is missing",
            hint="a course is a folder with questions/ and reference/",
        )
    return _course(folder, folder.name)


def _is_course(folder: Path) -> bool:
    return (folder / _QUESTIONS).is_dir() and (folder / _REFERENCE).is_dir()


def _course(folder: Path, name: str) -> Course:
    return Course(
        root=folder,
        questions_folder=folder / _QUESTIONS,
        reference_folder=folder / _REFERENCE,
        name=name,
    )


def exams_folder(course: Course) -> Path:
    """Give where the exams and exercise sheets of a course lie; it need not exist."""
    return course.questions_folder / _EXAMS


def question_files(course: Course) -> Iterator[Path]:
    """Give every Markdown file that may be a question, in a stable order.

    Exams, folders of wrong answers and hidden files and folders are none.
    """
    top = str(course.questions_folder)
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != _WRONG)
        if folder == top and _EXAMS in folders:
            folders.remove(_EXAMS)
        for name in sorted(files):
            if name.lower().endswith(".md") and not name.startswith("."):
                yield Path(folder, name)
