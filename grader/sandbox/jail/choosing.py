"""Which file of an upload is the solution: read with ast before anything is executed."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import CodeType

from . import places
from .uploads import Source, Unreadable

_IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_MAX_LISTED = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name that must be defined, with its parameters when it is a function."""

    name: str
    parameters: tuple[str, ...] | None

    def __str__(self) -> str:
        return (
            self.name if self.parameters is None else f"{self.name}({', '.join(self.parameters)})"
        )


@dataclass(slots=True)
class Candidate:
    """One compiled file with the names its top level binds; signatures only of functions."""

    source: Source
    code: CodeType
    signatures: dict[str, str] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)
    guarded: set[int] = field(default_factory=set)
    is_open: bool = False  # a star import may define anything


def compile_all(sources: list[Source], wanted: list[Wanted]) -> list[Candidate]:
    """Every file that compiles; Unreadable when the one that matters does not."""
    candidates: list[Candidate] = []
    failures: list[tuple[Source, Unreadable]] = []
    for source in sources:
        try:
            candidates.append(_compile(source))
        except Unreadable as error:
            failures.append((source, error))
    if failures and not any(_covers(candidate, wanted) for candidate in candidates):
        failures.sort(key=lambda item: -sum(want.name in item[0].text for want in wanted))
        raise failures[0][1]
    return candidates


def _compile(source: Source) -> Candidate:
    try:
        tree = ast.parse(source.text, source.name)
        code = compile(source.text, source.name, "exec", dont_inherit=True)
    except SyntaxError as error:
        what = f"{type(error).__name__}: {error.msg}"
        location = places.syntax(error, source)
        raise Unreadable(f"{location[0]} does not compile: {what}", location) from None
    except (RecursionError, MemoryError):
        raise Unreadable(f"{source.name} does not compile: it is nested too deeply") from None
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"{source.name} does not compile: {error}") from None
    candidate = Candidate(source, code)
    for node in _top_level(tree.body):
        _note_names(node, candidate)
    candidate.guarded = {
        inner.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Try) and _catches_imports(node)
        for statement in node.body
        for inner in ast.walk(statement)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    return candidate


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import, also those inside if, try, with and loops."""
    for node in body:
        yield node
        for part in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _top_level(getattr(node, part, []))
        for handler in getattr(node, "handlers", []):
            yield from _top_level(handler.body)


def _note_names(node: ast.stmt, candidate: Candidate) -> None:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            candidate.signatures[node.name] = f"{node.name}({_parameters(node.args)})"
        case ast.ClassDef():
            candidate.signatures[node.name] = f"class {node.name}"
        case ast.Import() | ast.ImportFrom():
            for alias in node.names:
                candidate.is_open |= alias.name == "*"
                candidate.imported.add(alias.asname or alias.name.partition(".")[0])
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for name in (n for target in targets for n in ast.walk(target)):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    candidate.signatures.setdefault(name.id, name.id)


def _parameters(arguments: ast.arguments) -> str:
    names = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
    if arguments.vararg:
        names.append(f"*{arguments.vararg.arg}")
    names += [f"{item.arg}=" for item in arguments.kwonlyargs]
    return ", ".join([*names, *([f"**{arguments.kwarg.arg}"] if arguments.kwarg else [])])


def _catches_imports(node: ast.Try) -> bool:
    caught: list[ast.expr | None] = []
    for handler in node.handlers:
        kind = handler.type
        caught += kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(k is None or (isinstance(k, ast.Name) and k.id in _IMPORT_ERRORS) for k in caught)


def _covers(candidate: Candidate, wanted: list[Wanted]) -> bool:
    bound = candidate.signatures.keys() | candidate.imported
    return candidate.is_open or all(want.name in bound for want in wanted)


def choose(candidates: list[Candidate], wanted: list[Wanted], notes: list[str]) -> Candidate:
    """The file that defines all that is wanted; a definition beats an import, a solution a test."""
    covering = [candidate for candidate in candidates if _covers(candidate, wanted)]
    if not covering:
        raise Unreadable(missing(candidates, wanted))
    covering.sort(key=lambda candidate: _rank(candidate, wanted))
    chosen = covering[0]
    rivals = [c for c in covering[1:] if all(want.name in c.signatures for want in wanted)]
    if rivals:
        names = ", ".join(c.source.name for c in rivals[:5])
        notes.append(f"graded {chosen.source.name}; the same names are also in {names}")
    return chosen


def _rank(candidate: Candidate, wanted: list[Wanted]) -> tuple[object, ...]:
    name = candidate.source.name.lower()
    last = name.rpartition("/")[2]
    undefined = sum(want.name not in candidate.signatures for want in wanted)
    return undefined, "test" in last, "solution" not in last, name.count("/"), name


def missing(candidates: list[Candidate], wanted: list[Wanted]) -> str:
    """What is not there, what is, and what may have been meant."""
    best = max(candidates, key=lambda c: sum(want.name in c.signatures for want in wanted))
    bound = best.signatures.keys() | best.imported
    want = next((want for want in wanted if want.name not in bound), wanted[0])
    kind = "function" if want.parameters is not None else "name"
    files = ", ".join(c.source.name for c in candidates[:5])
    signatures = {name: shown for c in candidates for name, shown in c.signatures.items()}
    functions = [shown for shown in signatures.values() if "(" in shown or " " in shown]
    found = ", ".join(functions[:_MAX_LISTED]) or "no functions"
    close = difflib.get_close_matches(want.name, signatures, n=1, cutoff=0.6)
    if not close:
        close = [name for name in signatures if name.lower() == want.name.lower()]
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return f"no {kind} '{want}' in {files}; found: {found}{hint}"
