"""Automatic mutants of the reference: small wrong changes that a question's cases must notice.

Mutated are the functions of `reference/` that the question's answers run through, on lines that are
executed for its corpus. Left alone are refusals (`if …: raise …`), annotations, docstrings and
default arguments: valid inputs never reach them. A mutant that cannot be told from the original is
declared beside the code, with a reason:

    if stride >= kernel:  # equivalent: '>=' -> '>': both branches agree when windows only touch
"""

from __future__ import annotations

import ast
import copy
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

_OPPOSITE_NAMES = {
    "max": "min",
    "maximum": "minimum",
    "argmax": "argmin",
    "amax": "amin",
    "fmax": "fmin",
    "nanmax": "nanmin",
    "greater": "less",
    "greater_equal": "less_equal",
}
_OPPOSITE_NAMES |= {after: before for before, after in _OPPOSITE_NAMES.items()}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], str, str]] = {
    ast.Lt: (ast.LtE, "<", "<="),
    ast.LtE: (ast.Lt, "<=", "<"),
    ast.Gt: (ast.GtE, ">", ">="),
    ast.GtE: (ast.Gt, ">=", ">"),
    ast.Eq: (ast.NotEq, "==", "!="),
    ast.NotEq: (ast.Eq, "!=", "=="),
}
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], str, str]] = {
    ast.Add: (ast.Sub, "+", "-"),
    ast.Sub: (ast.Add, "-", "+"),
    ast.Mult: (ast.FloorDiv, "*", "//"),
    ast.FloorDiv: (ast.Mult, "//", "*"),
    ast.Div: (ast.Mult, "/", "*"),
}
_COPIES = {"copy", "array", "ascontiguousarray"}
_DECLARED = re.compile(
    r"#\s*equivalent:\s*'(?P<old>[^']*)'\s*->\s*'(?P<new>[^']*)'\s*:\s*(?P<reason>[^#]+)"
)

#: node -> its replacement; each is made for one kind of node, which _changes has matched
Change = Callable[[Any], ast.AST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One changed module: where, what became what, and the reason if declared equivalent."""

    module: str
    line: int
    line_text: str
    old: str
    new: str
    source: str
    equivalent_because: str = ""

    @property
    def place(self) -> str:
        """Give file and line: 'reference/pooling.py:57'."""
        return f"{self.module.replace('.', '/')}.py:{self.line}"


def executed_lines(folder: Path, run: Callable[[], object]) -> dict[str, set[int]]:
    """Run something and give the lines it executed in a folder's files: file name -> lines."""
    lines: dict[str, set[int]] = {}
    prefix = str(folder)

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        name = frame.f_code.co_filename
        if not name.startswith(prefix):
            return None
        lines.setdefault(name, set()).add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return lines


def mutants_of(sources: Mapping[str, str], lines: Mapping[str, set[int]]) -> Iterator[Mutant]:
    """Give every mutant of some modules (dotted name -> source) on the given lines of each."""
    for module, source in sources.items():
        tree = ast.parse(source)
        texts = source.splitlines()
        for at, (node, old, new, _) in enumerate(_sites(tree, lines.get(module, set()))):
            line = node.lineno  # type: ignore[attr-defined]  # every mutated node has a place
            changed = _mutated(tree, lines.get(module, set()), at)
            yield Mutant(
                module=module,
                line=line,
                line_text=texts[line - 1].strip(),
                old=old,
                new=new,
                source=ast.unparse(changed),
                equivalent_because=_declared_reason(texts, node, old, new),
            )


Site = tuple[ast.AST, str, str, Change]


def _mutated(tree: ast.Module, lines: set[int], at: int) -> ast.Module:
    changed = copy.deepcopy(tree)
    node, _, _, change = _sites(changed, lines)[at]
    replacement = ast.copy_location(change(node), node)
    _Replace(node, replacement).visit(changed)
    return ast.fix_missing_locations(changed)


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else self.generic_visit(node)


def _declared_reason(texts: list[str], node: ast.AST, old: str, new: str) -> str:
    first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]  # a placed node
    for line in texts[max(0, first - 2) : last]:
        for declared in _DECLARED.finditer(line):
            if (declared["old"], declared["new"]) == (old, new):
                return declared["reason"].strip()
    return ""


def _sites(tree: ast.Module, lines: set[int]) -> list[Site]:
    sites: list[Site] = []
    for definition in ast.walk(tree):
        if isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for statement in definition.body:
                _collect(statement, lines, sites)
    unique: dict[tuple[int, str, str], Site] = {(id(s[0]), s[1], s[2]): s for s in sites}
    return list(unique.values())


def _collect(node: ast.AST, lines: set[int], sites: list[Site]) -> None:
    if isinstance(node, (ast.Raise, ast.Assert, ast.FunctionDef, ast.AsyncFunctionDef)):
        return  # nested functions are reached as definitions of their own
    if isinstance(node, ast.If) and all(isinstance(inner, ast.Raise) for inner in node.body):
        for inner in node.orelse:
            _collect(inner, lines, sites)
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if getattr(node, "lineno", None) in lines or _spans(node, lines):
        sites.extend(_changes(node))
    if isinstance(node, ast.AnnAssign):
        if node.value is not None:
            _collect(node.value, lines, sites)
        return
    for child in ast.iter_child_nodes(node):
        _collect(child, lines, sites)


def _spans(node: ast.AST, lines: set[int]) -> bool:
    """Tell whether an expression inside a statement of several lines was executed."""
    first, last = getattr(node, "lineno", None), getattr(node, "end_lineno", None)
    return (
        first is not None and last is not None and any(at in lines for at in range(first, last + 1))
    )


def _changes(node: ast.AST) -> Iterator[Site]:
    match node:
        case ast.AugAssign(op=ast.Add() | ast.Sub()):
            sign = "+=" if isinstance(node.op, ast.Add) else "-="
            yield node, sign, "=", _assign_instead
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            other, old, new = _ARITHMETIC[type(node.op)]
            yield node, old, new, partial(_with, op=other())
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            another, old, new = _COMPARISONS[type(op)]
            yield node, old, new, partial(_with, ops=[another()])
        case ast.Attribute(attr=name) if name in _OPPOSITE_NAMES:
            yield (
                node,
                name,
                _OPPOSITE_NAMES[name],
                lambda n: _with(n, attr=_OPPOSITE_NAMES[n.attr]),
            )
        case ast.Call(func=ast.Name(id=name)) if name in _OPPOSITE_NAMES:
            yield (
                node.func,
                name,
                _OPPOSITE_NAMES[name],
                lambda n: _with(n, id=_OPPOSITE_NAMES[n.id]),
            )
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            yield node, str(value), str(value + 1), lambda n: _with(n, value=n.value + 1)
            yield node, str(value), str(value - 1), lambda n: _with(n, value=n.value - 1)
        case ast.Tuple(elts=[*_, _, _], ctx=ast.Load()) if _is_index_pair(node):
            yield node, ast.unparse(node), "its last two swapped", _swap_last_two
    if isinstance(node, ast.Call) and _is_copy(node):
        yield node, "copy", "no copy", lambda n: n.func.value if _is_method(n) else n.args[0]


def _is_index_pair(node: ast.Tuple) -> bool:
    """Tell whether the last two of a tuple are plain names or slices that differ, as in x[i, j]."""
    last, other = node.elts[-1], node.elts[-2]
    kinds = (ast.Name, ast.Slice, ast.BinOp)
    return (
        isinstance(last, kinds) and isinstance(other, kinds) and ast.dump(last) != ast.dump(other)
    )


def _is_method(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr == "copy" and not node.args


def _is_copy(node: ast.Call) -> bool:
    if _is_method(node):
        return True
    return (
        isinstance(node.func, ast.Attribute) and node.func.attr in _COPIES and len(node.args) == 1
    )


def _assign_instead(node: Any) -> ast.AST:
    return ast.Assign(targets=[node.target], value=node.value)


def _swap_last_two(node: Any) -> ast.AST:
    return _with(node, elts=[*node.elts[:-2], node.elts[-1], node.elts[-2]])


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
