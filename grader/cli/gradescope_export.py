"""`grader export gradescope QUESTION`: one zip that Gradescope takes as an autograder."""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import grader
from grader.cli.common import course_of, print_text, write_bytes_whole
from grader.cli.own_wheel import constraints, own_wheel, zipped
from grader.core.errors import UsageError

if TYPE_CHECKING:
    from grader.bank import Course
    from grader.core.question import Question

_DEFAULT = Path("autograder.zip")
_SCRIPTS = ("setup.sh", "run_autograder")
#: an id goes into shell scripts as it is
_PLAIN_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")


def export_gradescope(options: argparse.Namespace) -> int:
    """Write the zip; UsageError when it would not grade there as it does here."""
    from grader.bank import find_question

    course = course_of(options)
    question = find_question(course, options.source)
    target: Path = options.output or _DEFAULT
    _check(question, course)
    files = autograder_files(question, course)
    _check_same_version(files, question)
    modes = dict.fromkeys(_SCRIPTS, 0o755)
    write_bytes_whole(target, zipped(files, modes, 0o600))
    print_text(f"{target}: autograder of {question.id}, {len(files)} files")
    return 0


def autograder_files(question: Question, course: Course) -> dict[str, bytes]:
    """Give what the zip holds: scripts, the grader as a wheel, the question and its reference."""
    templates = Path(grader.__file__).parent / "deploy" / "gradescope"
    wheel, content = own_wheel()
    files = {wheel: content, "constraints.txt": constraints().encode()}
    for name in _SCRIPTS:
        text = (templates / name).read_text(encoding="utf-8")
        files[name] = text.replace("@QUESTION@", question.id).encode()
    return files | {f"course/{name}": data for name, data in _course_files(question, course)}


def _course_files(question: Question, course: Course) -> list[tuple[str, bytes]]:
    """Give the question's file, the files it names, and the reference with all its modules."""
    home = _question_path(question, course)
    text = home.read_text(encoding="utf-8", errors="replace")
    found = [home]
    for path in sorted(course.questions_folder.rglob("*")):
        is_named = Path(os.path.relpath(path, home.parent)).as_posix() in text
        if path != home and path.suffix != ".md" and path.is_file() and is_named:
            found.append(path)
    modules = course.reference_folder.rglob("*.py")
    found += sorted(path for path in modules if "__pycache__" not in path.parts)
    return [(path.relative_to(course.root).as_posix(), path.read_bytes()) for path in found]


def _question_path(question: Question, course: Course) -> Path:
    path = (course.root / question.path).resolve()
    if not path.is_relative_to(course.questions_folder.resolve()):
        raise UsageError(
            where=question.path,
            what="lies outside of the questions of the course",
            hint="move it inside, or name its course with --course",
        )
    return course.root / question.path


def _check(question: Question, course: Course) -> None:
    from grader.core.comparison import TieRule

    if not _PLAIN_ID.fullmatch(question.id):
        raise UsageError(
            where=question.path,
            what=f"the id {question.id!r} cannot stand in a shell script",
            hint="use letters of ASCII, digits and _ . + -",
        )
    if not question.code_parts:
        raise UsageError(where=question.path, what="nothing of it is graded by running code")
    needs_ties = any(
        part.code is not None and part.code.ties is TieRule.ANY for part in question.code_parts
    )
    if needs_ties and not (course.reference_folder / "tie_gradients.py").is_file():
        raise UsageError(
            where=question.path,
            what="'ties: any' needs tie_gradients.py, which the course's reference/ does not have",
            hint="copy it and the modules it imports from the built-in course",
        )


def _check_same_version(files: dict[str, bytes], question: Question) -> None:
    """Load the question from what the zip holds: it must be the very same version."""
    from grader.bank import find_course, find_question

    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            if name.startswith("course/"):
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
        packed = find_question(find_course(Path(folder), Path(folder, "course")), question.id)
    if packed.version != question.version:
        raise UsageError(where=question.path, what="is another version when it is packed by itself")
