"""`mprun show RECORDING`."""

from __future__ import annotations

import os
import sys

import click

from mprunner.cli.exitcodes import KEPT
from mprunner.cli.parameters import color_option

__all__ = ["command"]


@click.command("show")
@click.argument("recording", type=click.Path())
@click.option("--prints", is_flag=True, help="Only what was printed, as it was shown live.")
@click.option(
    "--process", "processes", multiple=True, metavar="NAME", help="Only this process (repeated: these)."
)
@click.option("--around", type=click.IntRange(min=0), metavar="N", help="Only the events close to event #N.")
@color_option
def command(recording: str, prints: bool, processes: tuple[str, ...], around: int | None, color: str) -> int:
    """Show a saved RECORDING: every event in its order, one lane a process; then what happened and why."""
    from mprunner.cli.recordings import open_recording
    from mprunner.report.saved import saved_lines
    from mprunner.report.style import style_for

    style = style_for(sys.stdout, color, os.environ)  # type: ignore[arg-type]
    loaded = open_recording(recording)
    for line in saved_lines(loaded, style, prints=prints, processes=processes, around=around):
        click.echo(line)
    return KEPT
