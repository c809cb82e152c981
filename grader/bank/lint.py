"""What verify tells an author about a question's text: links, images, sample code, signatures."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from grader.bank.course import Course
from grader.bank.entry import parse_python
from grader.bank.sections import Fence, Line, mark_lines, read_fences
from grader.core.call import Entry
from grader.core.expression import DrawError
from grader.core.question import CodePart, FixedCase, Group, KnownAnswer, Part, Question

_TARGET = re.compile(r"(!?)\[[^\]\n]{0,300}\]\(\s*<?([^)\s>]{1,500})")
_DEFINITION = re.compile(r"()\s{0,3}\[[^\]^]{1,300}\]:\s*<?([^\s>]{1,500})")
_CODE_SPAN = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_PYTHON = ("python", "py", "python3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something an author should mend (an error) or know (a note). where is file:line."""

    where: str
    what: str
    is_error: bool

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def lint(question: Question, course: Course) -> list[Problem]:
    """Give what is wrong with the texts around a question that loads."""
    problems = [_of_note(note) for note in question.notes]
    for section, text in (("question", question.statement), ("solution", question.solution)):
        lines = mark_lines(text.split("\n"), question.lines.get(section, 1))
        problems += _links(question, course, lines)
        if section == "question":
            problems += _sample_code(question, lines)
    for part in question.code_parts:
        assert part.code is not None
        problems += _signatures(question, course, part, part.code)
        problems += _known_answers(part.code)
        problems += _cases(part.code)
    return problems


def _of_note(note: str) -> Problem:
    where, _, what = note.partition(": ")
    return Problem(where=where, what=what, is_error=False)


def sample_code(question: Question) -> list[Fence]:
    """Give the Python samples of the statement, as verify runs them."""
    lines = mark_lines(question.statement.split("\n"), question.lines.get("question", 1))
    return [fence for fence in read_fences(lines) if fence.info in _PYTHON]


def _links(question: Question, course: Course, lines: Iterable[Line]) -> Iterator[Problem]:
    folder = (course.root / question.path).parent
    for line in lines:
        if line.fence:
            continue
        text = _CODE_SPAN.sub("", line.text)
        found = _TARGET.findall(text)
        if definition := _DEFINITION.match(text):
            found.append(definition.groups())
        for mark, target in found:
            if _is_elsewhere(target):
                continue
            path = folder / unquote(target.split("#")[0].split("?")[0])
            where, kind = f"{question.path}:{line.number}", "image" if mark else "link"
            if not path.exists():
                yield Problem(where=where, what=f"{kind} {target!r} leads nowhere", is_error=True)
            elif not path.resolve().is_relative_to(course.root):
                what = f"{kind} {target!r} leaves the course folder"
                yield Problem(where=where, what=what, is_error=True)


def _is_elsewhere(target: str) -> bool:
    """Tell whether a target is an address or an anchor, which is not ours to follow."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return True
    return bool(parts.scheme or parts.netloc) or target.startswith(("#", "/"))


def _sample_code(question: Question, lines: list[Line]) -> Iterator[Problem]:
    for fence in read_fences(lines):
        if fence.info not in _PYTHON or fence.code.lstrip().startswith(">>>"):
            continue
        try:
            parse_python(fence.code)
        except SyntaxError as error:
            where = f"{question.path}:{fence.line + (error.lineno or 1) - 1}"
            what = f"sample code does not compile: {error.msg}"
            yield Problem(where=where, what=what, is_error=True)


def _signatures(
    question: Question, course: Course, part: Part, code: CodePart
) -> Iterator[Problem]:
    """Tell of reference functions that cannot be called with as many arguments."""
    functions = _functions(question, course)
    where = f"{question.path}:{question.lines.get(f'parts.{part.id}', 1)}"
    for call in code.expected.values():
        signature = functions.get(call.function)
        given = len(call.arguments)
        if signature is None:
            continue  # imported there, or not a def: running it will tell
        least, most = signature
        if not least <= given <= most:
            takes = f"{least}" if least == most else f"{least} to {most:g}"
            what = f"{call.text!r} gives {given} arguments, the reference takes {takes}"
            yield Problem(where=where, what=what, is_error=True)


def _functions(question: Question, course: Course) -> dict[str, tuple[int, float]]:
    """Give the top-level functions of the reference module with how many arguments they take."""
    if question.reference is None:
        return {}
    path = course.reference_folder.joinpath(*question.reference.split("."))
    file = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
    try:
        tree = parse_python(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, UnicodeDecodeError):
        return {}
    return {node.name: _arity(node.args) for node in tree.body if isinstance(node, ast.FunctionDef)}


def _arity(arguments: ast.arguments) -> tuple[int, float]:
    positional = len(arguments.posonlyargs) + len(arguments.args)
    most = float("inf") if arguments.vararg else positional
    return positional - len(arguments.defaults), most


def _cases(code: CodePart) -> Iterator[Problem]:
    """Tell of fixed cases that no group runs, or that are not what their group is about."""
    for case in code.cases:
        holding = [group.id for group in code.groups if _holds(group, case)]
        if case.group is None and not holding:
            what = f"case {case.name!r} is in no group: no 'where' holds for it"
            yield Problem(where=case.where, what=what, is_error=True)
        elif case.group is not None and case.group not in holding:
            what = f"case {case.name!r}: the 'where' of its group {case.group!r} does not hold"
            yield Problem(where=case.where, what=what, is_error=False)


def _holds(group: Group, case: FixedCase) -> bool:
    try:
        return group.where is None or group.where.holds(case.inputs)
    except DrawError:
        return False


def _known_answers(code: CodePart) -> Iterator[Problem]:
    for answer in (*code.wrong, *code.right):
        yield from _missing_entries(answer, code.entries)


def _missing_entries(answer: KnownAnswer, entries: Iterable[Entry]) -> Iterator[Problem]:
    defined: set[str] = set()
    for node in ast.walk(parse_python(answer.source)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            defined.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            defined.add(node.id)
        elif isinstance(node, ast.alias):
            defined.add((node.asname or node.name).split(".")[0])
    for entry in entries:
        if entry.name not in defined:
            what = f"{answer.name!r} does not define {entry.name!r}"
            yield Problem(where=answer.where, what=what, is_error=True)
