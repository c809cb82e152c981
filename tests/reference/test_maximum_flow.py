"""The maximum flow equals the smallest cut, which is found by trying all of them."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from pooling_inputs import check

from reference.maximum_flow import FlowNetwork

Arcs = list[tuple[int, int, int]]

NODES, SOURCE, SINK = 6, 0, 1
nodes = st.integers(0, NODES - 1)
networks = st.lists(st.tuples(nodes, nodes, st.integers(0, 9)), max_size=14)


def cut(arcs: Arcs, side: set[int]) -> int:
    """What can leave the side of the source."""
    return sum(room for tail, head, room in arcs if tail in side and head not in side)


def smallest_cut(arcs: Arcs) -> int:
    others = [node for node in range(NODES) if node not in (SOURCE, SINK)]
    sides = [{SOURCE, *some} for n in range(NODES - 1) for some in combinations(others, n)]
    return min(cut(arcs, side) for side in sides)


def fill(arcs: Arcs) -> FlowNetwork:
    network = FlowNetwork(NODES)
    for arc in arcs:
        network.add_arc(*arc)
    return network


@check(200)
@given(networks)
def test_flow_is_as_large_as_the_smallest_cut(arcs: Arcs) -> None:
    network = fill(arcs)

    assert network.push_flow(SOURCE, SINK) == smallest_cut(arcs)


@check(200)
@given(networks)
def test_both_sides_named_afterwards_are_smallest_cuts(arcs: Arcs) -> None:
    network = fill(arcs)
    flow = network.push_flow(SOURCE, SINK)

    assert cut(arcs, network.reachable_from(SOURCE)) == flow
    assert cut(arcs, set(range(NODES)) - network.reaching(SINK)) == flow


def test_long_path_does_not_exhaust_the_stack() -> None:
    network = FlowNetwork(5000)
    for node in range(4999):
        network.add_arc(node, node + 1, 10**400)

    assert network.push_flow(0, 4999) == 10**400
