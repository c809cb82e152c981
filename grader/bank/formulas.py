r"""`formula` of a code part, and the keys of an `answer: formula` part: what a formula is about.

`questions/README.md` has the table of the keys.

Drawn names are symbols without being declared: `x`, `delta_f` as `\delta_f`, `kernel` as
`\text{kernel}`. A set is given by a reference call with a list of index tuples for each argument.
"""

from __future__ import annotations

import re

from grader.bank.context import Context
from grader.bank.domain import read_domain, read_expression
from grader.bank.entry import read_reference_call
from grader.bank.fields import read_list, read_table, read_text, refuse_unknown
from grader.bank.nodes import Node, Table
from grader.core.domain import Domain
from grader.core.expression import Expression, did_you_mean
from grader.core.question import FormulaTarget, ReferenceCall

_SHARED_KEYS = ("target", "expected", "symbols", "letters", "base", "outside", "equal")
FORMULA_KEYS = (*_SHARED_KEYS, "draw")
_CALL = re.compile(r"(?!(?:min|max|abs)\s*\()[A-Za-z_]\w*\s*\(.*\)", re.ASCII | re.DOTALL)
_OUTSIDE = ("error", "zero")
_NO_DOMAIN = Domain(declarations=())


def read_formula_block(
    node: Node | None, part: str, domain: Domain, context: Context
) -> FormulaTarget | None:
    """Read `formula:` of a code part, whose inputs it shares."""
    if node is None:
        return None
    table = read_table(node, "formula")
    refuse_unknown(table, _SHARED_KEYS, f"formula of part {part!r}")
    return _read(table, part, domain, None, context)


def read_formula_part(
    table: Table, part: str, shared: Domain | None, context: Context
) -> FormulaTarget | None:
    """Read the keys of an `answer: formula` part; None when it declares no target.

    shared: the domain of the question's first code part.
    """
    draw = table.get("draw")
    own = None if draw is None else read_domain(draw, f"draw of part {part!r}")
    if table.get("target") is None:
        stray = next((key for key, _ in table if key.value in FORMULA_KEYS), None)
        if stray is not None:
            raise stray.error(f"{stray.value!r} without 'target'", "add 'target:' in LaTeX")
        return None
    return _read(table, part, own or shared or _NO_DOMAIN, own, context)


def _read(
    table: Table, part: str, domain: Domain, own: Domain | None, context: Context
) -> FormulaTarget:
    target = table.get("target")
    if target is None:
        raise table.error(f"formula of part {part!r} has no target", "add 'target:' in LaTeX")
    expected = table.get("expected")
    return FormulaTarget(
        target=read_text(target, "target"),
        expected=None if expected is None else _read_call(expected, domain, context),
        domain=own,
        symbols=_read_symbols(table.get("symbols"), domain, context),
        letters=_read_letters(table.get("letters"), domain),
        base=_read_base(table.get("base")),
        outside_is_zero=_read_outside(table.get("outside")),
        equal=_read_reasons(table.get("equal")),
        where=f"{target.file}:{target.line}",
    )


def _read_call(node: Node, domain: Domain, context: Context) -> ReferenceCall:
    text = read_text(node, "expected")
    return read_reference_call(text, node, domain.names, domain, context)


def _read_symbols(
    node: Node | None, domain: Domain, context: Context
) -> dict[str, ReferenceCall | Expression]:
    symbols: dict[str, ReferenceCall | Expression] = {}
    if node is None:
        return symbols
    for key, value in read_table(node, "symbols"):
        text = read_text(value, f"symbol {key.value!r}")
        if _CALL.fullmatch(text):
            symbols[key.value] = read_reference_call(text, value, (), domain, context)
        elif key.value.rstrip().endswith(")"):
            raise value.error(
                f"{key.value!r} is a set, given by {text!r}",
                "a set is given by a call of a reference function: 'fields(x, kernel)'",
            )
        else:
            symbols[key.value] = read_expression(text, value, domain)
    return symbols


def _read_letters(node: Node | None, domain: Domain) -> dict[str, Expression]:
    if node is None:
        return {}
    return {
        key.value: read_expression(read_text(value, f"length of {key.value!r}"), value, domain)
        for key, value in read_table(node, "letters")
    }


def _read_base(node: Node | None) -> int:
    text = "0" if node is None else read_text(node, "base")
    if text not in ("0", "1"):
        assert node is not None
        raise node.error(f"base is {text!r}", "the first index is 0 or 1")
    return int(text)


def _read_outside(node: Node | None) -> bool:
    text = "error" if node is None else read_text(node, "outside")
    if text not in _OUTSIDE:
        assert node is not None
        near = did_you_mean(text, _OUTSIDE).removeprefix("; ")
        raise node.error(f"outside is {text!r}", near or "it is 'error' or 'zero'")
    return text == "zero"


def _read_reasons(node: Node | None) -> dict[str, str]:
    if node is None:
        return {}
    reasons: dict[str, str] = {}
    for item in read_list(node, "equal"):
        table = read_table(item, "an entry of equal")
        refuse_unknown(table, ("change", "because"), "an entry of equal")
        change, because = table.get("change"), table.get("because")
        if change is None or because is None:
            raise table.error("an entry of equal needs both", "write {change: …, because: …}")
        reasons[read_text(change, "change")] = read_text(because, "because")
    return reasons
