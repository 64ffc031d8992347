"""`mprun explore --save` and `--confirm`: schedules that were found, as files, and made to happen on real processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mprunner.errors import UsageError
from mprunner.exploring.schedule import saved
from mprunner.exploring.shown import as_file, shown
from mprunner.report.style import clean, cut

if TYPE_CHECKING:
    from mprunner.exploring.confirming import Confirmation, Confirmed
    from mprunner.exploring.results import Exploration, Witnessed
    from mprunner.worlds.model.model import Model

__all__ = ["confirm_schedules", "save_schedules"]

_TIMEOUT = 60.0
"""Seconds of one replay."""


def save_schedules(model: Model, found: Exploration, folder: str, *, width: int, quiet: bool) -> None:
    """Write the schedules of counterexamples and outcomes into a folder, and tell that in lines of so many columns.

    Raises UsageError where that can't be done.
    """
    path = None
    for each in shown(found):
        path = Path(folder) / f"{each.name}.yaml"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            saved(as_file(model, each), path)
        except OSError as error:
            raise UsageError(f"{path} can't be written: {error.strerror}") from error
        if not quiet:
            click.echo(cut(f"saved {path}: {clean(each.shows)}", width - 1), err=True)
    if path is not None and not quiet:
        click.echo(f"make it happen: mprun replay {found.path} {path}", err=True)


def confirm_schedules(
    model: Model, found: Exploration, which: str, progress: Callable[[str], None]
) -> Confirmed:
    """Replay the counterexamples, or all executions, on real processes. `progress` is told how far that is."""
    from mprunner.cli.running import interruptible, start
    from mprunner.exploring.confirming import Confirmed, confirm
    from mprunner.worlds.base import RunOptions
    from mprunner.worlds.real.supervisor import RealWorld

    replayed = 0
    unforced: Counter[str] = Counter()
    failed: list[tuple[int, Confirmation]] = []

    def take(one: Confirmation) -> None:
        nonlocal replayed
        replayed += 1
        unforced.update(one.unforced)
        if not one.confirmed:
            failed.append((replayed, one))
        progress(f"{replayed:,} replayed, {len(failed)} of them not confirmed")

    world = RealWorld()
    try:
        start(world)
        with interruptible(world):
            options = RunOptions(start_method=model.method, timeout=_TIMEOUT, seed=model.options.seed)
            confirm(world, model, _wanted(model, found, which), options, tell=take)
    finally:
        world.close()
    return Confirmed(which, replayed, replayed - len(failed), dict(unforced), tuple(failed))


def _wanted(model: Model, found: Exploration, which: str) -> Iterator[Witnessed]:
    from mprunner.exploring.playing import witnessed

    if which == "all":
        for schedule in found.schedules:
            yield witnessed(model, schedule)
        return
    for each in shown(found):
        if each.is_counterexample:
            yield each.witness
