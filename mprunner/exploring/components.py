"""Strongly connected components of a graph of states: where cycles are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

__all__ = ["components"]

_CLOSED = 1 << 62


def components(nodes: Iterable[int], successors: Callable[[int], Sequence[int]]) -> list[list[int]]:
    """The components of the nodes, and of all that can be reached from them: a component comes after those that it leads to.

    Tarjan's, without recursion. A single node is a component whether or not it leads to itself.
    """
    found: list[list[int]] = []
    order: dict[int, int] = {}
    """When each node was met; a very great number once its component is known."""
    stack: list[int] = []
    count = 0
    for root in nodes:
        if root in order:
            continue
        count += 1
        order[root] = count
        stack.append(root)
        path = [(root, count, iter(successors(root)))]
        lows = [count]
        while path:
            node, met, coming = path[-1]
            for target in coming:
                when = order.get(target)
                if when is None:
                    count += 1
                    order[target] = count
                    stack.append(target)
                    path.append((target, count, iter(successors(target))))
                    lows.append(count)
                    break
                if when < lows[-1]:
                    lows[-1] = when
            else:
                path.pop()
                low = lows.pop()
                if low == met:
                    component = []
                    while True:
                        other = stack.pop()
                        order[other] = _CLOSED
                        component.append(other)
                        if other == node:
                            break
                    found.append(component)
                elif low < lows[-1]:
                    lows[-1] = low
    return found
