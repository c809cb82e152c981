"""`entry`, `call`, `returns`, `expected`: how a submission and the reference are called."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

from grader.bank.context import Context
from grader.bank.domain import read_expression
from grader.bank.fields import read_block, read_identifier, read_list, read_text
from grader.bank.nodes import Items, Node, Table, Text
from grader.core.call import Entry
from grader.core.domain import Domain
from grader.core.expression import did_you_mean
from grader.core.question import ReferenceCall

_ENTRY = re.compile(r"([A-Za-z_]\w*)\s*\(([^()]*)\)\s*(?:=\s*(.+))?", re.ASCII)
_CLASS = re.compile(r"class\s+([A-Za-z_]\w*)\s*(?:\(\s*\))?:?", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """How a code part is called."""

    entries: tuple[Entry, ...]
    call: str | None
    returns: tuple[str, ...]
    expected: Mapping[str, ReferenceCall]


def read_calling(table: Table, part: str, domain: Domain, context: Context) -> Calling:
    """Read the four keys together, since each limits what the others may say."""
    node = table.get("entry")
    if node is None:
        raise table.key("entry").error(
            f"part {part!r} has no entry", "name the function: 'entry: backward(x, kernel)'"
        )
    call_node, returns_node = table.get("call"), table.get("returns")
    if (call_node is None) != (returns_node is None):
        present, lacking = ("call", "returns") if returns_node is None else ("returns", "call")
        raise table.key(present).error(f"part {part!r} has {present!r} without {lacking!r}")
    texts = [read_text(item, "entry") for item in _rejoin(node)]
    entries = tuple(_read_entry(text, node)[0] for text in texts)
    if call_node is None or returns_node is None:
        expected = _plain_expected(table, texts, node, domain, context)
        return Calling(entries=entries, call=None, returns=(), expected=expected)
    returns = _read_returns(returns_node)
    call = _read_call(call_node, returns, context)
    if any(_read_entry(text, node)[1] for text in texts):
        raise node.error("'= …' after an entry that has a call", "use 'expected: f(x, kernel)'")
    expected = _called_expected(table, returns, domain, context)
    if not expected:
        for entry in entries:
            context.require_function(entry.name, node, f"part {part!r}")
    return Calling(entries=entries, call=call, returns=returns, expected=expected)


def _rejoin(node: Node) -> list[Node]:
    """Mend `[f(x, p), g(y)]`, which YAML cuts at every comma."""
    joined: list[Node] = []
    for item in read_list(node, "entry"):
        last = joined[-1] if joined else None
        if isinstance(last, Text) and isinstance(item, Text) and _is_open(last.value):
            joined[-1] = Text(last.file, last.line, f"{last.value}, {item.value}", last.style)
        else:
            joined.append(item)
    if not joined:
        raise node.error("entry is an empty list", "name the function: 'backward(x, kernel)'")
    return joined


def _is_open(text: str) -> bool:
    return text.count("(") > text.count(")")


def _read_entry(text: str, node: Node) -> tuple[Entry, str]:
    """Give the entry and the text after '='."""
    if found := _CLASS.fullmatch(text):
        return Entry(name=found[1], parameters=None), ""
    found = _ENTRY.fullmatch(text)
    if found is None:
        raise node.error(
            f"entry {text!r} cannot be read",
            "write 'backward(x, kernel)', 'backward(x) = reference_name(x)' or 'class MaxPool'",
        )
    parameters = tuple(word.strip() for word in found[2].split(",")) if found[2].strip() else ()
    for parameter in parameters:
        if not _NAME.fullmatch(parameter):
            raise node.error(
                f"parameter {parameter!r} of {found[1]!r}", "parameters are plain names"
            )
    if len(set(parameters)) < len(parameters):
        raise node.error(f"{found[1]!r} has a parameter twice")
    return Entry(name=found[1], parameters=parameters), (found[3] or "").strip()


def _plain_expected(
    table: Table, texts: list[str], node: Node, domain: Domain, context: Context
) -> dict[str, ReferenceCall]:
    """Give the reference call of a part whose one function is called with the drawn inputs."""
    entry, written = _read_entry(texts[0], node)
    if len(texts) > 1 or entry.parameters is None:
        what = "several entries" if len(texts) > 1 else "a class"
        raise node.error(f"{what} without 'call'", "add 'call:' and 'returns:' that use them")
    for parameter in entry.parameters:
        if parameter not in domain.names:
            raise node.error(f"{parameter!r} is not drawn{did_you_mean(parameter, domain.names)}")
    expected = table.get("expected")
    if expected is None:
        text = written or entry.name
        return {"": read_reference_call(text, node, entry.parameters, domain, context)}
    if written:
        raise expected.error("'expected' beside '= …' in entry", "keep one of them")
    if isinstance(expected, Table):
        raise expected.error("'expected' by name without 'call'", "write one call: 'f(x, kernel)'")
    text = read_text(expected, "expected")
    return {"": read_reference_call(text, expected, entry.parameters, domain, context)}


def _called_expected(
    table: Table, returns: tuple[str, ...], domain: Domain, context: Context
) -> dict[str, ReferenceCall]:
    """Give the reference calls beside a snippet; {} when the reference answers through it too."""
    node = table.get("expected")
    if node is None:
        return {}
    if not isinstance(node, Table):
        text = read_text(node, "expected")
        return {"": read_reference_call(text, node, domain.names, domain, context)}
    calls = {}
    for key, value in node:
        if key.value not in returns:
            raise key.error(f"{key.value!r} is not returned{did_you_mean(key.value, returns)}")
        text = read_text(value, f"expected of {key.value!r}")
        calls[key.value] = read_reference_call(text, value, domain.names, domain, context)
    missing = [name for name in returns if name not in calls]
    if missing:
        raise table.key("expected").error(f"'expected' lacks {', '.join(missing)}")
    return {"": calls[returns[0]]} if len(returns) == 1 else calls


def read_reference_call(
    text: str, place: Node, default: tuple[str, ...], domain: Domain, context: Context
) -> ReferenceCall:
    """Read 'f(x, kernel)' or 'f', which gets the default names."""
    if _NAME.fullmatch(text):
        arguments, function = list(default), text
    else:
        function, arguments = _cut_call(text, place)
    context.require_function(function, place, "the part")
    expressions = (read_expression(argument, place, domain) for argument in arguments)
    return ReferenceCall(function=function, arguments=tuple(expressions))


def _cut_call(text: str, place: Node) -> tuple[str, list[str]]:
    hint = "write 'function(x, kernel)' with drawn names or expressions of them"
    try:
        body = parse_python(text).body
    except SyntaxError as error:
        if _is_open(text):
            hint = "inside { } and [ ] a call needs single quotes"
        raise place.error(f"{text!r} is not a call", hint) from error
    call = body[0].value if len(body) == 1 and isinstance(body[0], ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise place.error(f"{text!r} is not a call", hint)
    if call.keywords or any(isinstance(argument, ast.Starred) for argument in call.args):
        raise place.error(f"{text!r} has keyword or starred arguments", "arguments go by position")
    return call.func.id, [ast.get_source_segment(text, argument) or "" for argument in call.args]


def parse_python(source: str) -> ast.Module:
    """Parse Python without its warnings; SyntaxError for whatever cannot be parsed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(f"cannot be parsed: {error}") from error


def _read_returns(node: Node) -> tuple[str, ...]:
    if isinstance(node, Text) and "," in node.value:
        pieces = [Text(node.file, node.line, piece) for piece in node.value.split(",")]
        node = Items(node.file, node.line, tuple(pieces))
    names = tuple(
        read_identifier(item, "an entry of returns") for item in read_list(node, "returns")
    )
    if not names or len(set(names)) < len(names):
        raise node.error("returns names nothing" if not names else "returns has a name twice")
    return names


def _read_call(node: Node, returns: tuple[str, ...], context: Context) -> str:
    call = read_block(node, "call").strip("\n")
    try:
        tree = parse_python(call)
    except SyntaxError as error:
        inside = (error.lineno or 1) - 1 + (getattr(node, "style", "") in ("|", ">"))
        place = Node(node.file, node.line + inside)
        raise place.error(
            f"call does not compile: {error.msg}", "it is a snippet of Python"
        ) from error
    assigned = {
        found.id
        for found in ast.walk(tree)
        if isinstance(found, ast.Name) and isinstance(found.ctx, ast.Store)
    }
    for name in returns:
        if name not in assigned:
            context.note(node, f"call does not assign {name!r}, which returns names")
    return call
