"""`mprun replay SCENARIO SCHEDULE`."""

from __future__ import annotations

from typing import Any

import click

from mprunner.cli.parameters import FiniteRange, ScenarioPath, color_option, definitions_option

__all__ = ["command"]


@click.command("replay")
@click.argument("scenario", type=ScenarioPath())
@click.argument("schedule", type=click.Path())
@click.option(
    "--times", type=click.IntRange(min=1), default=3, metavar="N", help="Play it N times.  [default: 3]"
)
@click.option("--step", is_flag=True, help="Go through it by hand, a key a step.")
@click.option(
    "--start-method",
    type=click.Choice(["fork", "spawn", "forkserver"]),
    help="How processes are started.  [default: as the schedule says]",
)
@click.option(
    "--timeout",
    type=FiniteRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Give a replay up after so long.  [default: the scenario's own, else 60]",
)
@click.option("--seed", type=int, default=0, metavar="N", help="Settle random().  [default: 0]")
@click.option("-q", "--quiet", is_flag=True, help="Only what went wrong, and a closing line.")
@click.option("-v", "--verbose", is_flag=True, help="Unwritten promises and process states, too.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON lines (docs/json.md).")
@definitions_option
@color_option
def command(quiet: bool, verbose: bool, as_json: bool, **options: Any) -> int:
    """Make SCHEDULE happen on real processes: each operation of SCENARIO waits for its turn."""
    from mprunner.cli.replaying import ReplayRequest, replay_schedule
    from mprunner.errors import UsageError

    if quiet and verbose:
        raise UsageError("-q and -v contradict each other")
    if options["step"] and as_json:
        raise UsageError("--step is for people, --json for programs")
    return replay_schedule(ReplayRequest(verbosity=int(verbose) - int(quiet), json=as_json, **options))
