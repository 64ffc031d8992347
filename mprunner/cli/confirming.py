"""`mprun explore --save` and `--confirm`: schedules that were found, as files, and made to happen on real processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mprunner.cli.exitcodes import INCONCLUSIVE, KEPT
from mprunner.errors import UsageError
from mprunner.exploring.schedule import saved
from mprunner.exploring.shown import as_file, shown

if TYPE_CHECKING:
    from mprunner.exploring.confirming import Confirmation
    from mprunner.exploring.results import Exploration, Witnessed
    from mprunner.worlds.model.model import Model

__all__ = ["confirm_schedules", "save_schedules", "unforced_phrase"]

_MOST_TOLD = 3
_TIMEOUT = 60.0
"""Seconds of one replay."""


def save_schedules(model: Model, found: Exploration, folder: str, *, quiet: bool) -> None:
    """Write the schedules of counterexamples and outcomes into a folder. Raises UsageError where that can't be done."""
    for each in shown(found):
        path = Path(folder) / f"{each.name}.yaml"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            saved(as_file(model, each), path)
        except OSError as error:
            raise UsageError(f"{path} can't be written: {error.strerror}") from error
        if not quiet:
            click.echo(f"  saved {path} (mprun replay {found.path} {path})", err=True)


def confirm_schedules(model: Model, found: Exploration, which: str) -> int:
    """Replay the counterexamples, or all executions, on real processes, tell what came of it, and give the exit code."""
    from mprunner.cli.running import interruptible, start
    from mprunner.exploring.confirming import confirm
    from mprunner.worlds.base import RunOptions
    from mprunner.worlds.real.supervisor import RealWorld

    done: list[Confirmation] = []
    world = RealWorld()
    try:
        start(world)
        with interruptible(world):
            options = RunOptions(start_method=model.method, timeout=_TIMEOUT, seed=model.options.seed)
            confirm(world, model, _wanted(model, found, which), options, tell=done.append)
    finally:
        world.close()
    same = sum(each.confirmed for each in done)
    unforced: dict[str, int] = {}
    for each in done:
        for name, number in each.unforced.items():
            unforced[name] = unforced.get(name, 0) + number
    what = "executions" if which == "all" else "schedules"
    told = f"mprun: {same} of {len(done)} {what} confirmed on real processes{unforced_phrase(unforced)}"
    click.echo(told, err=True)
    for each in [each for each in done if not each.confirmed][:_MOST_TOLD]:
        for line in _why_not(each):
            click.echo(f"mprun: {line}", err=True)
    return KEPT if same == len(done) else INCONCLUSIVE


def _wanted(model: Model, found: Exploration, which: str) -> Iterator[Witnessed]:
    from mprunner.exploring.playing import witnessed

    if which == "all":
        for schedule in found.schedules:
            yield witnessed(model, schedule)
        return
    for each in shown(found):
        if each.is_counterexample:
            yield each.witness


def _why_not(each: Confirmation) -> Iterator[str]:
    from mprunner.report.replaying import parting_phrase

    if each.replayed.parting is not None:
        yield parting_phrase(each.replayed.parting)
    for difference in each.differences[:_MOST_TOLD]:
        yield (
            f"{difference.thread}, operation {difference.number}: the model has `{difference.modelled}`, "
            f"the replay `{difference.real}`"
        )


def unforced_phrase(unforced: dict[str, int]) -> str:
    """`; not forced, only checked: 2 wake-up, 1 kill inside`; nothing for none."""
    if not unforced:
        return ""
    return "; not forced, only checked: " + ", ".join(f"{number} {name}" for name, number in unforced.items())
