"""`parts`: the pieces of a question that are answered and scored."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.bank.context import Context
from grader.bank.domain import read_domain
from grader.bank.entry import parse_python, read_calling
from grader.bank.fields import (
    read_block,
    read_id,
    read_list,
    read_points,
    read_table,
    read_text,
    refuse_unknown,
    show_points,
    to_plain,
)
from grader.bank.formulas import FORMULA_KEYS, read_formula_block, read_formula_part
from grader.bank.groups import points_of_groups, read_groups
from grader.bank.nodes import Node, Table, Text
from grader.bank.rules import read_compare, read_limits, read_properties, read_ties, read_validator
from grader.bank.starter import make_starter
from grader.bank.statement import StatedPoints
from grader.core.domain import Domain
from grader.core.expression import did_you_mean
from grader.core.question import AnswerKind, CodePart, Part

_COMMON = ("id", "points", "answer")
_CODE_KEYS = (
    *_COMMON,
    *("entry", "call", "returns", "expected", "draw", "groups", "ties", "compare", "validator"),
    *("properties", "limits", "starter", "formula"),
)


def read_parts(node: Node, stated: StatedPoints, context: Context) -> tuple[Part, ...]:
    """Give the parts; their points must add up to what the statement states."""
    items = read_list(node, "parts")
    if not items:
        raise node.error("parts is empty", "remove the key or declare a part")
    parts: list[Part] = []
    for item in items:
        whole = stated.total if len(items) == 1 else None
        part = _read_part(item, whole, items, context)
        if any(part.id == other.id for other in parts):
            raise item.error(f"part {part.id!r} is there twice", "give it another id")
        context.lines[f"parts.{part.id}"] = item.line
        parts.append(part)
    _check_total(parts, stated, node)
    return tuple(parts)


def _check_total(parts: Sequence[Part], stated: StatedPoints, node: Node) -> None:
    total = sum((part.points for part in parts), Fraction(0))
    if stated.total is not None and stated.total != total:
        raise node.error(
            f"the parts sum to {show_points(total)} points, "
            f"the statement says {show_points(stated.total)} in line {stated.line}",
            "change one of them",
        )


def _read_part(
    node: Node, stated: Fraction | None, parts: Sequence[Node], context: Context
) -> Part:
    table = read_table(node, "a part")
    _refuse_misspelt(table)
    id_node, answer_node = table.get("id"), table.get("answer")
    if id_node is None:
        raise table.error("a part without id", "add 'id: code' or another word")
    name = read_id(id_node, "id of a part")
    if answer_node is None:
        kinds = ", ".join(kind.value for kind in AnswerKind)
        raise table.error(f"part {name!r} has no answer", f"add 'answer:' and one of {kinds}")
    answer = _read_answer(answer_node)
    points = _points_of_part(table, name, stated)
    if answer is AnswerKind.CODE:
        code = _read_code(table, name, points, context)
        block = table.get("formula")
        formula = read_formula_block(block, name, code.domain, context)
        return Part(id=name, points=points, answer=answer, code=code, formula=formula)
    options = {key.value: to_plain(value) for key, value in table if key.value not in _COMMON}
    formula = None
    if answer is AnswerKind.FORMULA:
        refuse_unknown(table, (*_COMMON, *FORMULA_KEYS), f"part {name!r}")
        formula = read_formula_part(table, name, _first_domain(parts), context)
    return Part(id=name, points=points, answer=answer, formula=formula, options=options)


def _first_domain(parts: Sequence[Node]) -> Domain | None:
    """Give the domain of the first part that draws inputs for code: formulas share it."""
    for node in parts:
        if isinstance(node, Table) and (draw := node.get("draw")) is not None:
            answer = node.get("answer")
            if isinstance(answer, Text) and answer.value.strip() == AnswerKind.CODE.value:
                return read_domain(draw, "draw")
    return None


def _refuse_misspelt(table: Table) -> None:
    """Refuse 'ponits' where 'points' is missing: the other answer kinds keep keys of their own."""
    missing = [key for key in _COMMON if key not in table.entries]
    for key, _ in table:
        near = did_you_mean(key.value, missing).removeprefix("; ")
        if near and key.value not in _CODE_KEYS:
            raise key.error(f"unknown key {key.value!r} in a part", near)


def _read_answer(node: Node) -> AnswerKind:
    text = read_text(node, "answer")
    known = [kind.value for kind in AnswerKind]
    if text not in known:
        near = did_you_mean(text, known).removeprefix("; ")
        raise node.error(f"answer is {text!r}", near or "it is one of " + ", ".join(known))
    return AnswerKind(text)


def _points_of_part(table: Table, name: str, stated: Fraction | None) -> Fraction:
    """Give a part's points: its own, else the sum of its groups, else all the statement states."""
    if (points := table.get("points")) is not None:
        return read_points(points, f"part {name!r}")
    if (groups := table.get("groups")) is not None:
        return points_of_groups(groups)
    if stated is not None:
        return stated
    raise table.error(f"part {name!r} has no points", "add 'points: 3'")


def _read_code(table: Table, name: str, points: Fraction, context: Context) -> CodePart:
    refuse_unknown(table, _CODE_KEYS, f"part {name!r}")
    draw = table.get("draw")
    if draw is None:
        raise table.error(f"part {name!r} has no draw", "declare the inputs: 'x: floats[H, W]', …")
    domain = read_domain(draw, f"draw of part {name!r}")
    for key, _ in read_table(draw, "draw"):
        context.lines[f"parts.{name}.draw.{key.value}"] = key.line
    calling = read_calling(table, name, domain, context)
    limits, times_reference = read_limits(table.get("limits"))
    return CodePart(
        entries=calling.entries,
        call=calling.call,
        returns=calling.returns,
        expected=calling.expected,
        domain=domain,
        groups=read_groups(table.get("groups"), name, points, domain, context),
        ties=read_ties(table.get("ties")),
        compare=read_compare(table.get("compare")),
        validator=read_validator(table.get("validator"), context),
        properties=read_properties(table.get("properties"), domain, context),
        limits=limits,
        times_reference=times_reference,
        starter=_read_starter(table.get("starter"))
        or make_starter(calling.entries, domain, context.title),
        cases=(),
        wrong=(),
        right=(),
    )


def _read_starter(node: Node | None) -> str:
    if node is None:
        return ""
    starter = read_block(node, "starter").rstrip() + "\n"
    try:
        parse_python(starter)
    except SyntaxError as error:
        raise node.error(
            f"starter does not compile: {error.msg}", "a student would begin with an error"
        ) from error
    return starter
