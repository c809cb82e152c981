"""Which statement is the answer, and which are definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from grader.formula.failure import Kind, Unreadable, quoted
from grader.formula.grammar import parse
from grader.formula.keys import Spelled, flattened, key_of, spell
from grader.formula.refusals import refuse_layers
from grader.formula.scope import Definition
from grader.formula.spelling import (
    Group,
    Logic,
    Name,
    Node,
    Product,
    Relation,
    Script,
    unwrapped,
)
from grader.formula.symbols import Declared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spelling:
    """A formula parsed: its answer and the definitions around it.

    members: the chain of values that the answer is written as; the last one counts. has_target:
    whether the target stands on the left side.
    indices: of the target on the left side; () when it stands there whole, or not at all.
    """

    text: str
    members: tuple[Node, ...]
    has_target: bool
    indices: tuple[Node, ...]
    definitions: Mapping[str, Definition]
    notes: tuple[str, ...]


def spell_out(text: str, declared: Declared, given: Sequence[str] = ()) -> Spelling:
    """Parse a formula and find its answer."""
    try:
        return _spell_out(text, declared, given)
    except RecursionError:
        raise Unreadable(Kind.DEPTH, "the formula is nested too deep") from None


def is_about(text: str, declared: Declared) -> bool:
    """Tell whether some statement of a text has the target on its left side."""
    for piece in (text, text.split("=")[0] + "= 0"):  # the right side may be words
        try:
            statements, _ = parse(piece, declared.words)
            sides = [
                node.members[0] for items in statements for node in items if _is_equation(node)
            ]
            return any(_target_of(side, declared) is not None for side in sides)
        except Unreadable:
            continue
    return False


def _is_equation(node: Node) -> TypeGuard[Relation]:
    return isinstance(node, Relation) and set(node.signs) == {"="}


# -- statements ------------------------------------------------------------------------------------


def _spell_out(text: str, declared: Declared, given: Sequence[str]) -> Spelling:
    statements, notes = parse(text, declared.words)
    definitions: dict[str, Definition] = {}
    for other in given:
        definitions |= _given_definitions(other, declared)
    answers: list[tuple[tuple[Node, ...], tuple[Node, ...]]] = []
    others: list[tuple[Node, ...]] = []
    for piece in _pieces(statements):
        refuse_layers(piece)
        if not _is_equation(piece):
            others.append((piece,))
            continue
        target = _target_of(piece.members[0], declared)
        if target is not None:
            answers.append((target.indices, piece.members[1:]))
        elif (defined := _definitions_of(piece)) is not None:
            definitions |= defined
        else:
            others.append(piece.members)
    if len(answers) + (len(others) if not answers else 0) > 1 or (answers and others):
        raise Unreadable(Kind.SEVERAL, "more than one formula is given")
    if not answers and not others:
        what = f"there is no formula for {quoted(declared.target)}"
        raise Unreadable(Kind.UNKNOWN, what, hint=f"begin with '{declared.target} = '")
    indices, members = answers[0] if answers else ((), others[0])
    return Spelling(
        text=text,
        members=members,
        has_target=bool(answers),
        indices=indices,
        definitions=definitions,
        notes=tuple(notes),
    )


def _pieces(statements: Sequence[Sequence[Node]]) -> list[Node]:
    """Give the statements one by one: those joined by commas or 'and' are equations."""
    pieces: list[Node] = []
    for items in statements:
        parts: list[Node] = []
        for item in items:
            parts += item.parts if isinstance(item, Logic) and item.sign == "and" else (item,)
        if len(parts) > 1 and not all(isinstance(part, Relation) for part in parts):
            what = f"{len(parts)} formulas stand side by side"
            raise Unreadable(Kind.SEVERAL, what, parts[1].at)
        pieces += parts
    return pieces


def _target_of(node: Node, declared: Declared) -> Spelled | None:
    """Give the left side as the target with its indices, or None when it is something else."""
    node = _without_arguments(node)

    def known(key: str) -> tuple[object, int] | None:
        return (key, declared.rank) if key in declared.target_keys else None

    spelled, _, misfits = spell(node, known)
    if spelled is None and misfits:
        _, rank, count = misfits[0]
        what = f"the target has {rank} indices, but {count} are written"
        raise Unreadable(Kind.RANK, what, node.at, f"write {declared.target}")
    return spelled


def _without_arguments(node: Node) -> Node:
    """Drop what a left side depends on: f_{kl}(x) is f_{kl}."""
    node = unwrapped(node)
    if isinstance(node, Product) and len(node.factors) == 2 and node.signs == ("",):
        head, group = node.factors
        if isinstance(head, Script) and head.sub is not None and isinstance(group, Group):
            return head
    return node


def _given_definitions(text: str, declared: Declared) -> dict[str, Definition]:
    found: dict[str, Definition] = {}
    try:
        for piece in _pieces(parse(text, declared.words)[0]):
            if not _is_equation(piece):
                continue
            if _target_of(piece.members[0], declared) is None:
                found |= _definitions_of(piece) or {}
    except Unreadable:
        return {}
    return {name: one for name, one in found.items() if name not in declared.symbols}


def _definitions_of(piece: Relation) -> dict[str, Definition] | None:
    """Give what an equation defines by name, or None when its left side names nothing."""
    left, body = unwrapped(piece.members[0]), piece.members[-1]
    if isinstance(left, Group) and left.bracket == "(" and len(left.items) > 1:
        keys = [key_of(item) for item in left.items]
        if None in keys:
            return None
        return {
            key: Definition(name=key, parameters=(), body=body, position=at)
            for at, key in enumerate(keys)
            if key is not None
        }
    head, parameters = _head_of(left)
    if head is None or any(parameter is None for parameter in parameters):
        return None
    named = tuple(parameter for parameter in parameters if parameter is not None)
    return {head: Definition(name=head, parameters=named, body=body)}


def _head_of(left: Node) -> tuple[str | None, list[str | None]]:
    """Give name and parameters of m_{kl}, f'(u) or i^*."""
    if isinstance(left, Product) and len(left.factors) == 2 and left.signs == ("",):
        head, group = left.factors
        if isinstance(group, Group) and group.bracket == "(" and not group.such:
            if isinstance(head, Script) and head.sub is not None:
                return _head_of(head)  # f_{kl}(x): the indices are what it is used with
            return key_of(head), [key_of(item) for item in group.items]
        return None, []
    if isinstance(left, Script) and left.sub is not None and isinstance(left.base, Name):
        bare = Script(base=left.base, sup=left.sup, marks=left.marks)
        return key_of(bare), [key_of(item) for item in flattened(left.sub.items)]
    key = key_of(left)
    return (None if key is None or key.startswith("∂") else key), []
