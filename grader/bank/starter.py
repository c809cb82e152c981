"""The code a student begins with when the author gave none: stubs that say what comes in."""

from __future__ import annotations

from typing import assert_never

from grader.core.call import Entry
from grader.core.domain import ArrayDraw, ChoiceDraw, Domain, Draw, NumberDraw, TextDraw, Word


def make_starter(entries: tuple[Entry, ...], domain: Domain, title: str) -> str:
    """Give a module of stubs: shapes and kinds, never bounds, which would tell the tests."""
    return "import numpy as np\n\n\n" + "\n\n".join(
        _stub(entry, domain, title) for entry in entries
    )


def _stub(entry: Entry, domain: Domain, title: str) -> str:
    first = title.replace("\\", "/").replace('"', "'").strip()
    if entry.parameters is None:
        return f'class {entry.name}:\n    """{first}."""\n'
    draws = {declaration.name: declaration.draw for declaration in domain}
    inputs = [f"    {name}: {_describe(draws[name])}" for name in entry.parameters if name in draws]
    doc = f'    """{first}.' + ("\n\n" + "\n".join(inputs) + "\n    " if inputs else "") + '"""'
    head = f"def {entry.name}({', '.join(entry.parameters)}):"
    return f"{head}\n{doc}\n    raise NotImplementedError\n"


def _describe(draw: Draw) -> str:
    match draw:
        case NumberDraw():
            return "whole number" if draw.is_int else "number"
        case ArrayDraw():
            sizes = [size.text for size in draw.shape]
            shape = f"({sizes[0]},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
            single = " (float32)" if Word.FLOAT32 in draw.words else ""
            return f"array of {draw.element.value}{single}, shape {shape}"
        case ChoiceDraw():
            return "one of " + ", ".join(repr(option) for option in draw.options)
        case TextDraw():
            return "text"
        case _:
            assert_never(draw)
