"""`groups`: the input classes that carry a part's points."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from grader.bank.context import Context
from grader.bank.domain import read_condition, read_overrides
from grader.bank.fields import (
    read_id,
    read_list,
    read_points,
    read_table,
    read_text,
    read_truth,
    refuse_unknown,
    show_points,
)
from grader.bank.nodes import Node
from grader.core.domain import Domain
from grader.core.expression import did_you_mean
from grader.core.question import Group

_KEYS = ("id", "points", "where", "draw", "shown", "needs", "hint")


def points_of_groups(node: Node) -> Fraction:
    """Give the sum of the groups' points, for a part that states none."""
    groups = [read_table(item, "a group") for item in read_list(node, "groups")]
    stated = (group.get("points") for group in groups)
    return sum((read_points(found, "a group") for found in stated if found), Fraction(0))


def read_groups(
    node: Node | None, part: str, points: Fraction, domain: Domain, context: Context
) -> tuple[Group, ...]:
    """Give a part's groups; one group `all` with the part's points when none is declared."""
    if node is None:
        return (Group(id="all", points=points, domain=domain),)
    items = read_list(node, f"groups of part {part!r}")
    groups: list[Group] = []
    for item in items:
        group = _read_group(item, domain)
        if any(group.id == other.id for other in groups):
            raise item.error(f"group {group.id!r} is there twice", "give it another id")
        context.lines[f"parts.{part}.groups.{group.id}"] = item.line
        groups.append(group)
    if not groups:
        raise node.error(f"part {part!r} has an empty list of groups", "remove it or fill it")
    _check_needs(groups, items)
    total = sum((group.points for group in groups), Fraction(0))
    if total != points:
        raise node.error(
            f"the groups of part {part!r} sum to {show_points(total)} points, "
            f"the part has {show_points(points)}"
        )
    return tuple(groups)


def _read_group(node: Node, domain: Domain) -> Group:
    table = read_table(node, "a group")
    refuse_unknown(table, _KEYS, "a group")
    id_node, points = table.get("id"), table.get("points")
    if id_node is None:
        raise table.error("a group without id", "write '{id: ties, points: 1, …}'")
    name = read_id(id_node, "id of a group")
    if points is None:
        raise table.error(f"group {name!r} has no points", "0 is allowed")
    if (draw := table.get("draw")) is not None:
        domain = read_overrides(draw, f"draw of group {name!r}", domain)
    where, shown = table.get("where"), table.get("shown")
    needs, hint = table.get("needs"), table.get("hint")
    return Group(
        id=name,
        points=read_points(points, f"group {name!r}"),
        domain=domain,
        where=None if where is None else read_condition(where, "where", domain),
        shown=shown is not None and read_truth(shown, "shown"),
        needs=None if needs is None else read_text(needs, "needs"),
        hint="" if hint is None else read_text(hint, "hint"),
    )


def _check_needs(groups: Sequence[Group], places: Sequence[Node]) -> None:
    needs = {group.id: group.needs for group in groups}
    for group, place in zip(groups, places, strict=True):
        if group.needs is not None and group.needs not in needs:
            near = did_you_mean(group.needs, needs).removeprefix("; ")
            raise place.error(f"group {group.id!r} needs {group.needs!r}, which is no group", near)
        chain = [group.id]
        following = group.needs
        while following is not None:
            if following in chain:
                circle = " -> ".join([*chain, following])
                raise place.error(f"groups need each other in a circle: {circle}")
            chain.append(following)
            following = needs[following]
