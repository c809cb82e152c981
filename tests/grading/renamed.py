"""A solution as somebody else would have written it: other names for its variables."""

from __future__ import annotations

import ast


class _Rename(ast.NodeTransformer):
    """Gives every local name of a function another one; parameters and globals stay."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        stored = {
            inner.id
            for inner in ast.walk(node)
            if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        }
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id in stored:
                inner.id = f"my_{inner.id}"
            if isinstance(inner, ast.arg) and inner.arg in stored:
                inner.arg = f"my_{inner.arg}"
        return node


def renamed(source: str) -> str:
    """Give the same solution with other local names."""
    changed = ast.unparse(_Rename().visit(ast.parse(source)))
    return "# written by somebody else\n" + changed
