"""Which tasks a pool can get: the targets that steps submit to it, and their numbers where these are sure."""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.language.control_steps import With
from mprunner.language.declarations import MAIN, Declarations, Routine
from mprunner.language.fields import Step
from mprunner.language.inference import Inference
from mprunner.language.pool_steps import Apply, ApplyAsync
from mprunner.records import record

__all__ = ["Submissions"]


@record
class Submissions:
    """The tasks of each pool. `targets` are what can be submitted to it at all.

    A pool is among `order` when all its submissions stand in `main` itself, one after the other, so that each happens
    at most once and has a number that is sure: the target of each, by number.
    """

    targets: dict[str, frozenset[str]]
    order: dict[str, tuple[str, ...]]

    @classmethod
    def gather(cls, declarations: Declarations, inference: Inference) -> Submissions:
        """The submissions of a scenario."""
        pools = declarations.scenario.pools
        targets: dict[str, set[str]] = {name: set() for name in pools}
        order: dict[str, list[str]] = {name: [] for name in pools}
        unsure: set[str] = set()
        in_line = {id(step) for step in _in_line(declarations.routines[MAIN].steps)}
        for routine in declarations.routines.values():
            for step in routine.all_steps:
                if not isinstance(step.body, (Apply, ApplyAsync)):
                    continue
                found = _pools_of(step.body, routine, inference)
                sure = id(step) in in_line and found is not None and len(found) == 1
                for name in pools if found is None else found & pools.keys():
                    targets[name].add(step.body.func)
                    order[name].append(step.body.func)
                    unsure |= set() if sure else {name}
        return cls(
            {name: frozenset(found) for name, found in targets.items()},
            {name: tuple(found) for name, found in order.items() if name not in unsure},
        )

    def trouble(self, pool: str, target: str | None = None, number: int | None = None) -> str | None:
        """Why the pool never has such a task, as a sentence; None where it may have one, or is not known."""
        submitted = self.targets.get(pool)
        if submitted is None:
            return None
        if not submitted:
            return f"no step submits a task to `{pool}`"
        if target is not None and target not in submitted:
            return f"no step submits `{target}` to `{pool}`, only {_listed(sorted(submitted))}"
        order = self.order.get(pool)
        if target is None or number is None or order is None or order[number : number + 1] == (target,):
            return None
        tasks = [f"{pool}.{each}[{position}]" for position, each in enumerate(order)]
        return f"`{pool}` never has a task {pool}.{target}[{number}]: its submissions are {_listed(tasks)}"


def _listed(names: list[str]) -> str:
    shown = [f"`{name}`" for name in names]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _in_line(steps: tuple[Step, ...]) -> Iterator[Step]:
    """The steps that happen once, in this order, up to where an exception may end it all."""
    for step in steps:
        if step.raises is None and not step.allow:
            yield step
            if isinstance(step.body, With):
                yield from _in_line(step.body.steps)


def _pools_of(body: Apply | ApplyAsync, routine: Routine, inference: Inference) -> frozenset[str] | None:
    """The pools that a submission may go to; None where it may be any."""
    found = inference.objects(body.pool.tree, routine)
    if found is None or any(one.name is None for one in found):
        return None
    return frozenset(one.name for one in found if one.name is not None)
