"""`mprun replay SCENARIO SCHEDULE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mprunner.cli.parameters import ScenarioPath, color_option, definitions_option

if TYPE_CHECKING:
    from mprunner.report.style import ColourChoice

__all__ = ["command"]


@click.command("replay")
@click.argument("scenario", type=ScenarioPath())
@click.argument("schedule", type=click.Path())
@click.option(
    "--times", type=click.IntRange(min=1), default=3, metavar="N", help="Play it N times.  [default: 3]"
)
@click.option(
    "--start-method", type=click.Choice(["fork", "spawn", "forkserver"]), help="How processes are started."
)
@click.option("-q", "--quiet", is_flag=True, help="Only what went wrong, and a closing line.")
@click.option("-v", "--verbose", is_flag=True, help="Unwritten promises and process states, too.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON lines (docs/json.md).")
@definitions_option
@color_option
def command(
    scenario: str,
    schedule: str,
    times: int,
    start_method: str | None,
    quiet: bool,
    verbose: bool,
    as_json: bool,
    definitions: tuple[tuple[str, str], ...],
    color: ColourChoice,
) -> int:
    """Play SCHEDULE on real processes: each operation of SCENARIO waits for its turn."""
    from mprunner.cli.replaying import ReplayRequest, replay_schedule

    return replay_schedule(
        ReplayRequest(
            scenario=scenario,
            schedule=schedule,
            times=times,
            start_method=start_method,
            verbosity=int(verbose) - int(quiet),
            json=as_json,
            definitions=definitions,
            color=color,
        )
    )
