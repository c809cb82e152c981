"""The maximum flow of a small network with whole-number capacities, and its minimum cuts.

Capacities are Python integers, so there is no rounding and no limit to their size.
Source: E. A. Dinic 1970, Algorithm for solution of a problem of maximum flow in networks with
power estimation; at most nodes**2 * arcs steps, far fewer on the shallow networks here.
"""

from __future__ import annotations

__all__ = ["FlowNetwork"]


class FlowNetwork:
    """A network of numbered nodes, filled by `add_arc` and then used once by `push_flow`."""

    def __init__(self, nodes: int) -> None:
        # Arc n and its reverse n ^ 1 lie side by side; _room is what can still flow along an arc.
        self._arcs: list[list[int]] = [[] for _ in range(nodes)]
        self._head: list[int] = []
        self._room: list[int] = []

    def add_arc(self, tail: int, head: int, capacity: int) -> None:
        """Let up to `capacity` >= 0 units flow from node `tail` to node `head`."""
        self._arcs[tail].append(len(self._head))
        self._arcs[head].append(len(self._head) + 1)
        self._head += [head, tail]
        self._room += [capacity, 0]

    def push_flow(self, source: int, sink: int) -> int:
        """Send as much as possible from source to sink and return how much that is."""
        total = 0
        while (distances := self._distances(sink, backwards=True))[source] >= 0:
            total += self._fill_shortest_paths(source, sink, distances)
        return total

    def reachable_from(self, source: int) -> set[int]:
        """The nodes more flow could reach: after `push_flow` the source side of a minimum cut."""
        distances = self._distances(source, backwards=False)
        return {node for node, distance in enumerate(distances) if distance >= 0}

    def reaching(self, sink: int) -> set[int]:
        """The nodes from which more flow could reach the sink: the sink side of a minimum cut."""
        distances = self._distances(sink, backwards=True)
        return {node for node, distance in enumerate(distances) if distance >= 0}

    def _distances(self, start: int, *, backwards: bool) -> list[int]:
        """Arcs with room from the start to each node, or from each to the start; -1 if none."""
        heads, room = self._head, self._room
        distances = [-1] * len(self._arcs)
        distances[start] = 0
        queue = [start]
        for node in queue:
            following = distances[node] + 1
            for arc in self._arcs[node]:
                head = heads[arc]
                if distances[head] < 0 and room[arc ^ backwards]:
                    distances[head] = following
                    queue.append(head)
        return distances

    def _fill_shortest_paths(self, source: int, sink: int, distances: list[int]) -> int:
        """Leave no shortest path with room; no recursion, as paths may outgrow Python's stack."""
        tried = [0] * len(self._arcs)
        total, path, node = 0, list[int](), source
        while True:
            if node == sink:
                total += self._send_along(path)
                path, node = [], source
            elif tried[node] < len(self._arcs[node]):
                arc = self._arcs[node][tried[node]]
                head = self._head[arc]
                if self._room[arc] and distances[head] == distances[node] - 1:
                    path.append(arc)
                    node = head
                else:
                    tried[node] += 1
            elif path:
                node = self._head[path.pop() ^ 1]
                tried[node] += 1
            else:
                return total

    def _send_along(self, path: list[int]) -> int:
        """Send what the narrowest arc of a path lets through."""
        amount = min(self._room[arc] for arc in path)
        for arc in path:
            self._room[arc] -= amount
            self._room[arc ^ 1] += amount
        return amount
