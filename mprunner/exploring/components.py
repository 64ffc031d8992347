"""Strongly connected components of a graph of states: where cycles are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

__all__ = ["components"]


def components(nodes: Iterable[int], successors: Callable[[int], Sequence[int]]) -> list[list[int]]:
    """The components of the nodes, and of all that can be reached from them: a component comes after those that it leads to.

    Tarjan's, without recursion. A single node is a component whether or not it leads to itself.
    """
    found: list[list[int]] = []
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    closed: set[int] = set()
    stack: list[int] = []
    for root in nodes:
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack.append(root)
        path = [(root, iter(successors(root)))]
        while path:
            node, coming = path[-1]
            for target in coming:
                if target not in order:
                    order[target] = low[target] = len(order)
                    stack.append(target)
                    path.append((target, iter(successors(target))))
                    break
                if target not in closed and order[target] < low[node]:
                    low[node] = order[target]
            else:
                path.pop()
                if path and low[node] < low[path[-1][0]]:
                    low[path[-1][0]] = low[node]
                if low[node] == order[node]:
                    component = _cut(stack, node)
                    closed.update(component)
                    found.append(component)
    return found


def _cut(stack: list[int], node: int) -> list[int]:
    """Takes what stands on the stack from `node` on."""
    place = len(stack) - 1
    while stack[place] != node:
        place -= 1
    component = stack[place:]
    del stack[place:]
    return component
