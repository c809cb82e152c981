"""What is left of a notebook after a cell that failed: the cells below it run all the same.

That is how a notebook is worked with: a plot or a test in one cell may fail while the function in
the next is what was asked for. A .py file has no such pieces; what runs after a failed line of it
would be anybody's guess, so there the place for tests is below `if __name__ == '__main__':`.
"""

from __future__ import annotations
import __future__

import ast
import types

from .uploads import Source

_FUTURE_FLAGS = 0
for _name in __future__.all_feature_names:
    _FUTURE_FLAGS |= getattr(__future__, _name).compiler_flag


def code_below(
    error: BaseException, source: Source, code: types.CodeType
) -> tuple[str, types.CodeType] | None:
    """The name of the cell that raised, and the code of all cells below it.

    None for a .py file, or when the error does not tell where it was raised.
    """
    line = _line_of(error, code.co_filename)
    if not source.places or line is None or not 0 < line <= len(source.places):
        return None
    cell = _cell(source, line)
    last = max(at for at in range(1, len(source.places) + 1) if _cell(source, at) == cell)
    tree = ast.parse(source.text, source.name)
    tree.body = [node for node in tree.body if node.lineno > last]
    flags = code.co_flags & _FUTURE_FLAGS
    return cell, compile(tree, source.name, "exec", flags=flags, dont_inherit=True)


def _cell(source: Source, line: int) -> str:
    return source.places[line - 1].partition(" line ")[0]


def _line_of(error: BaseException, filename: str) -> int | None:
    """The line of the top level at which the error came up."""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == filename and code.co_name == "<module>":
            return trace.tb_lineno
        trace = trace.tb_next
    return None
