"""What a Python file imports and which outside names it uses, read from its text alone."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """One imported module or member, in full ('grader.core.codec.encode'), and where it stands."""

    name: str
    line: int
    is_lazy: bool


def read(file: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def imports(tree: ast.Module, module: str, *, is_package: bool) -> list[Import]:
    """Give every import of a module: at the top, in functions, for type checkers only.

    A member is named with its module, so `from grader import bank` counts as grader.bank.
    """
    lazy = {
        id(inner)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, module, is_package)
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        found += [Import(name=n, line=node.lineno, is_lazy=id(node) in lazy) for n in names]
    return found


def _base(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    above = parts[: len(parts) - node.level + is_package]
    return ".".join([*above, *([node.module] if node.module else [])])


def used_names(tree: ast.Module) -> dict[str, int]:
    """Give outside names in full -> first line: modules and members imported, builtins called.

    `import os as o; o.path.join(p)` gives os and os.path.join; `open(p)` gives open.
    """
    aliases: dict[str, str] = {}
    used: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                aliases[bound] = alias.name if alias.asname else bound
                used.setdefault(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                aliases[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                used.setdefault(f"{node.module}.{alias.name}", node.lineno)
    for node in ast.walk(tree):
        name = _dotted(node)
        if name is not None:
            head, dot, rest = name.partition(".")
            if head in aliases or (not dot and hasattr(builtins, head)):
                used.setdefault(aliases.get(head, head) + dot + rest, node.lineno)
    return used


def _dotted(node: ast.AST) -> str | None:
    """Give 'a.b.c' for that expression; None for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None
