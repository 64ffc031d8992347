"""Whether a replay on real processes came to what the model says: operation by operation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mprunner.recording.events import Call, Recording

__all__ = ["differences"]

_UNCOMPARED_VALUES = frozenset(
    {"pid", "running", "ready", "waiting", "seconds", "variables", "lock", "parts", "timeout"}
)
_UNCOMPARED = frozenset({"sleep", "exit", "stderr", "pid", "ident", "sentinel", "authkey"})
"""What differs from run to run anyway, or is told elsewhere (exit codes, by the processes)."""
MOST = 5


def differences(modelled: Recording, real: Recording) -> list[str]:
    """What differs between the two records, actor by actor: what each did, what that gave or raised, how each process ended."""
    found: list[str] = []
    ours, theirs = _by_actor(modelled), _by_actor(real)
    for actor in sorted({*ours, *theirs}):
        mine, other = ours.get(actor, []), theirs.get(actor, [])
        for place, (one, two) in enumerate(zip(mine, other, strict=False)):
            if one != two:
                found.append(
                    f"{actor}, operation {place + 1}: the model has {_words(one)}, the replay {_words(two)}"
                )
                break
        else:
            if len(mine) != len(other):
                longer, who = (mine, "the model") if len(mine) > len(other) else (other, "the replay")
                extra = longer[min(len(mine), len(other))]
                found.append(f"{actor}: only {who} has {_words(extra)}")
    for process in modelled.processes:
        same = real.process(process.name)
        if same is not None and process.exitcode != same.exitcode and modelled.ending.how == real.ending.how:
            found.append(
                f"{process.name}: exit code {process.exitcode} in the model, {same.exitcode} in the replay"
            )
    if modelled.ending.how != real.ending.how:
        found.append(f"the model ends as {modelled.ending.how}, the replay as {real.ending.how}")
    return found[:MOST]


def _by_actor(recording: Recording) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for call in recording.calls:
        if call.operation not in _UNCOMPARED:
            found.setdefault(call.actor, []).append(_compared(call))
    return found


def _compared(call: Call) -> tuple[Any, ...]:
    values = tuple(
        (name, repr(value)) for name, value in sorted(call.values.items()) if name not in _UNCOMPARED_VALUES
    )
    error = None if call.error is None else call.error.type
    return call.operation, call.object, call.outcome, error, values


def _words(compared: Sequence[Any]) -> str:
    operation, target, outcome, error, values = compared
    words = operation if target is None else f"{operation} {target}"
    told = ", ".join(f"{name}={value}" for name, value in values)
    came = error or ("" if outcome == "ok" else outcome)
    return f"`{words}{f' ({told})' if told else ''}{f': {came}' if came else ''}`"
