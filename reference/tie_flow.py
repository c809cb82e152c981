"""How far a gradient is from the valid ones, for one plane and in whole numbers.

A window with gradient g and several equal maxima may give them any parts of g of its own sign that
sum to g. Cells receive from all windows, so windows that share a maximum are judged together, by a
flow: windows with g > 0 supply their maxima, windows with g < 0 demand from theirs, and a cell
demands what it got, or supplies it if that is negative. A gradient is valid exactly if supply and
demand are met in full; what stays unserved is its l1 distance to the valid gradients, and a minimum
cut names cells that got more or less than the windows at hand can explain.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from reference.maximum_flow import FlowNetwork

__all__ = ["Split", "measure_imbalance", "possible_sums"]

SOURCE, SINK = 0, 1


class Split(NamedTuple):
    """One window: the cells that hold its maximum, and the gradient it parts among them."""

    cells: tuple[int, ...]
    gradient: int


def measure_imbalance(
    dx: Sequence[int], splits: Sequence[Split], open_cells: Collection[int]
) -> tuple[int, list[int]]:
    """The l1 distance from dx to the nearest valid gradient, and cells that show the fault.

    dx: the value of each cell. splits: the graded windows; those with a gradient other than 0
    share no cell with open_cells, which may hold anything.
    Returns (0, []) for a valid gradient. Otherwise the sum of dx over the returned cells lies
    outside of `possible_sums`.
    """
    rest = list(dx)
    for split in splits:
        if len(split.cells) == 1:
            rest[split.cells[0]] -= split.gradient
    tied = [split for split in splits if len(split.cells) > 1 and split.gradient]
    settled = {cell for split in tied for cell in split.cells}.union(open_cells)
    wrong = [cell for cell, amount in enumerate(rest) if amount and cell not in settled]
    found = [(abs(rest[cell]), [cell]) for cell in wrong]
    for component in _components(tied):
        judge = _judge_one_window if len(component) == 1 else _judge_overlap
        found.append(judge(component, rest))
    distance = sum(part for part, _ in found)
    return distance, next((cells for part, cells in found if part), [])


def possible_sums(cells: Collection[int], splits: Sequence[Split]) -> tuple[int, int]:
    """The smallest and the largest sum that a valid gradient can have over the given cells.

    A window that has all its maxima there must leave its gradient there; one that has some may.
    """
    chosen = set(cells)
    least = most = 0
    for split in splits:
        if chosen.issuperset(split.cells):
            least += split.gradient
            most += split.gradient
        elif not chosen.isdisjoint(split.cells):
            least += min(0, split.gradient)
            most += max(0, split.gradient)
    return least, most


def _components(splits: Sequence[Split]) -> Iterator[list[Split]]:
    """The tied windows, grouped so that no two groups share a cell."""
    at_cell: dict[int, list[int]] = {}
    for number, split in enumerate(splits):
        for cell in split.cells:
            at_cell.setdefault(cell, []).append(number)
    seen: set[int] = set()
    for start in range(len(splits)):
        group = [start] if start not in seen else []
        seen.add(start)
        for number in group:
            near = {other for cell in splits[number].cells for other in at_cell[cell]} - seen
            seen |= near
            group += near
        if group:
            yield [splits[number] for number in group]


def _judge_one_window(splits: Sequence[Split], rest: Sequence[int]) -> tuple[int, list[int]]:
    """The flow of `_judge_overlap` in closed form, for a window that shares no cell."""
    [(cells, gradient)] = splits
    sign = 1 if gradient > 0 else -1
    against = [cell for cell in cells if sign * rest[cell] < 0]
    along = [cell for cell in cells if sign * rest[cell] > 0]
    reversed_sum = sum(abs(rest[cell]) for cell in against)
    surplus = sum(abs(rest[cell]) for cell in along) - abs(gradient)
    shown = against or (along if surplus > 0 else list(cells))
    return reversed_sum + abs(surplus), shown


def _judge_overlap(splits: Sequence[Split], rest: Sequence[int]) -> tuple[int, list[int]]:
    """What the network of some windows leaves unserved, and the cells on one side of its cut."""
    cells = sorted({cell for split in splits for cell in split.cells})
    node_of = {cell: node for node, cell in enumerate(cells, start=2)}
    amounts = [-split.gradient for split in splits] + [rest[cell] for cell in cells]
    supply = sum(-amount for amount in amounts if amount < 0)
    demand = sum(amount for amount in amounts if amount > 0)
    unbounded = supply + demand
    network = FlowNetwork(2 + len(cells) + len(splits))
    for node, split in enumerate(splits, start=2 + len(cells)):
        _add_end(network, node, -split.gradient)
        for cell in split.cells:
            ends = (node, node_of[cell]) if split.gradient > 0 else (node_of[cell], node)
            network.add_arc(*ends, unbounded)
    for cell, node in node_of.items():
        _add_end(network, node, rest[cell])
    flow = network.push_flow(SOURCE, SINK)
    side = network.reaching(SINK) if demand > flow else network.reachable_from(SOURCE)
    return supply + demand - 2 * flow, [cell for cell in cells if node_of[cell] in side]


def _add_end(network: FlowNetwork, node: int, demand: int) -> None:
    """Join a node with the sink by its demand, or with the source by its negative demand."""
    if demand > 0:
        network.add_arc(node, SINK, demand)
    elif demand < 0:
        network.add_arc(SOURCE, node, -demand)
