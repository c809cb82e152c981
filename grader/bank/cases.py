"""`## Case: name`: fixed inputs, converted and checked against the part's draw block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from grader.bank.blocks import Block
from grader.bank.fields import read_table, read_text
from grader.bank.literals import read_expected, read_value
from grader.bank.nodes import Node, Table, parse_yaml
from grader.core.domain import ArrayDraw, Domain
from grader.core.expression import DrawError, did_you_mean
from grader.core.question import CodePart, FixedCase, Group

_EXPECT, _GROUP = "expect", "group"


def read_case(block: Block, part: CodePart) -> FixedCase:
    """Give a fixed case whose inputs have the declared kinds and shapes."""
    if not block.fences:
        raise block.error(f"case {block.name!r} has no inputs", "write them in a ```yaml fence")
    roots = [parse_yaml(fence.code, block.file, fence.line) for fence in block.fences]
    if roots[0] is None:
        raise block.error(f"case {block.name!r} has empty inputs")
    table = read_table(roots[0], f"the inputs of case {block.name!r}")
    group = _read_group(block, table, part)
    domain = part.domain if group is None else group.domain
    table, expect = _cut_expect(block, table, roots[1:], domain)
    inputs = _read_inputs(block, table, domain)
    _refuse_missing(block, inputs, part, group)
    return FixedCase(
        name=block.name,
        inputs={name: inputs[name] for name in domain.names if name in inputs},
        group=None if group is None else group.id,
        expect=None if expect is None else _read_expect(expect, part.returns),
        where=f"{block.file}:{block.line}",
    )


def _read_group(block: Block, table: Table, part: CodePart) -> Group | None:
    """Give the group that a line of the block names, or a key among the inputs."""
    field = block.fields.get(_GROUP)
    inside = table.get(_GROUP) if _GROUP not in part.domain.names else None
    place = field or inside
    if place is None:
        return None
    if field is not None and inside is not None:
        raise inside.error(f"case {block.name!r} says its group twice", "keep one")
    name = field.text if field is not None else read_text(place, "group")
    known = {group.id: group for group in part.groups}
    if name not in known:
        near = did_you_mean(name, known).removeprefix("; ")
        hint = near or "groups are " + ", ".join(known)
        raise place.error(f"case {block.name!r} names the group {name!r}, which is none", hint)
    return known[name]


def _cut_expect(
    block: Block, table: Table, others: Sequence[Node | None], domain: Domain
) -> tuple[Table, Node | None]:
    """Give the inputs alone, and what `expect` says wherever it stands."""
    found: list[Node | None] = []
    reserved = {_EXPECT, _GROUP} - set(domain.names)
    if _EXPECT in reserved and _EXPECT in table.entries:
        found.append(table.get(_EXPECT))
    kept = {key: pair for key, pair in table.entries.items() if key not in reserved}
    field = block.fields.get(_EXPECT)
    if field is not None and field.text:
        found.append(parse_yaml(field.text, field.file, field.line))
    if block.expected is not None:
        found.append(parse_yaml(block.expected.code, block.file, block.expected.line))
    for root in others:
        is_named = isinstance(root, Table) and list(root.entries) == [_EXPECT]
        found.append(root.get(_EXPECT) if is_named and isinstance(root, Table) else root)
    if len(found) > 1:
        raise block.error(f"case {block.name!r} says twice what to expect", "keep one")
    if found == [None] or (field is not None and not found):
        raise (field or block).error(f"'expect' of case {block.name!r} is empty")
    return Table(table.file, table.line, kept), found[0] if found else None


def _read_inputs(block: Block, table: Table, domain: Domain) -> dict[str, object]:
    draws = {declaration.name: declaration.draw for declaration in domain}
    inputs: dict[str, object] = {}
    for key, node in table:
        if key.value not in draws:
            raise key.error(f"{key.value!r} is not drawn{did_you_mean(key.value, draws)}")
        inputs[key.value] = read_value(key.value, node, draws[key.value])
    places = {key.value: key for key, _ in table}
    _infer_sizes(block, inputs, domain, places)
    _check_shapes(inputs, domain, places)
    return inputs


def _infer_sizes(
    block: Block, inputs: dict[str, object], domain: Domain, places: Mapping[str, Node]
) -> None:
    """Add the sizes that are plain names in a declared shape ('H' of floats[H, W])."""
    found: dict[str, tuple[int, str]] = {}
    for name, shape, declared in _arrays(inputs, domain):
        for size, expression in zip(shape, declared.shape, strict=True):
            size_name = expression.text
            if size_name not in domain.names or size_name in places:
                continue
            known, by = found.setdefault(size_name, (size, name))
            if known != size:
                found_sizes = f"{known} by {by!r} and {size} by {name!r}"
                raise places[name].error(f"case {block.name!r}: {size_name!r} is {found_sizes}")
    inputs.update({name: size for name, (size, _) in found.items()})


def _arrays(
    inputs: Mapping[str, object], domain: Domain
) -> Iterable[tuple[str, tuple[int, ...], ArrayDraw]]:
    for declaration in domain:
        value = inputs.get(declaration.name)
        shape = getattr(value, "shape", None)
        if isinstance(declaration.draw, ArrayDraw) and shape is not None:
            yield declaration.name, shape, declaration.draw


def _check_shapes(inputs: Mapping[str, object], domain: Domain, places: Mapping[str, Node]) -> None:
    for name, shape, declared in _arrays(inputs, domain):
        if any(needed not in inputs for size in declared.shape for needed in size.names):
            continue
        written = ", ".join(size.text for size in declared.shape)
        try:
            expected = declared.sizes(inputs)
        except DrawError as error:
            raise places[name].error(f"the shape [{written}] of {name!r}: {error}") from error
        if shape != expected:
            raise places[name].error(
                f"{name!r} has shape {shape}, [{written}] is {expected} for these inputs"
            )


def _refuse_missing(
    block: Block, inputs: Mapping[str, object], part: CodePart, group: Group | None
) -> None:
    """Refuse a case that lacks what the call, the reference or a condition asks for."""
    asked = dict.fromkeys(part.input_names, "the submission")
    for call in part.expected.values():
        for argument in call.arguments:
            asked |= dict.fromkeys((n for n in argument.names if n not in asked), call.function)
    for found in part.groups if group is None else (group,):
        names = found.where.names if found.where else ()
        asked |= dict.fromkeys((n for n in names if n not in asked), f"group {found.id!r}")
    for name, by in asked.items():
        if name not in inputs:
            raise block.error(f"case {block.name!r} lacks {name!r}, which {by} asks for")


def _read_expect(node: Node, returns: tuple[str, ...]) -> Mapping[str, object]:
    """Give the pinned answer by return name, or under '' when there is one."""
    value = read_expected(node)
    if len(returns) <= 1:
        if isinstance(value, dict) and list(value) == list(returns) and returns:
            value = value[returns[0]]
        return {"": value}
    if not isinstance(node, Table) or not isinstance(value, dict):
        raise node.error("expect is one value", f"several are returned: name {', '.join(returns)}")
    for key, _ in node:
        if key.value not in returns:
            raise key.error(f"{key.value!r} is not returned{did_you_mean(key.value, returns)}")
    return value
