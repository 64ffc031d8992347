"""`mprun run PATH...`, and `mprun PATH...`."""

from __future__ import annotations

from typing import Any

import click

from mprunner.cli.parameters import (
    FiniteRange,
    color_option,
    definitions_option,
    max_processes_option,
    paths_argument,
)

__all__ = ["command"]


@click.command("run")
@paths_argument()
@click.option(
    "-k",
    "keyword",
    metavar="EXPR",
    help="Only scenarios whose name, path or tags match: 'lock and not spawn'.",
)
@click.option(
    "--tag", "tags", multiple=True, help="Only scenarios with this tag; repeated: with any of them."
)
@click.option("-x", "--fail-fast", is_flag=True, help="Stop after the first scenario that does not pass.")
@click.option("-q", "--quiet", is_flag=True, help="Only what went wrong, and a line for each scenario.")
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Unwritten promises, process states and all that no promise speaks of, too.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON lines as things happen (docs/json.md).")
@click.option(
    "--timeout", type=FiniteRange(min=0, min_open=True), metavar="SECONDS",
    help="Give a run up after so long.  [default: the scenario's own, else 60]",
)  # fmt: skip
@click.option(
    "--time-scale", type=FiniteRange(min=0), default=1.0, metavar="FACTOR",
    help="Multiply every sleep and timeout of the scenario; 0: sleeps only yield.",
)  # fmt: skip
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Run each scenario N times; outcomes are told apart and counted.",
)
@max_processes_option
@click.option(
    "--start-method", type=click.Choice(["fork", "spawn", "forkserver"]), help="How processes are started."
)
@click.option(
    "--backend",
    type=click.Choice(["processes", "threads"]),
    default="processes",
    help="Run on threading's objects instead.",
)
@click.option(
    "--record",
    type=click.Path(),
    metavar="FILE",
    help="Save the recording (see `mprun show`, `mprun check`).",
)
@definitions_option
@click.option(
    "--seed",
    type=int,
    default=0,
    metavar="N",
    help="Settle random sleeps, random() and choose.  [default: 0]",
)
@click.option(
    "--require-sometimes", is_flag=True, help="A promised `sometimes` that no run showed makes exit code 6."
)
@color_option
def command(paths: tuple[str, ...], quiet: bool, verbose: bool, as_json: bool, **options: Any) -> int:
    """Run the scenarios in PATH... (files, folders, or - for standard input) on real processes, and judge them."""
    from mprunner.cli.request import RunRequest
    from mprunner.cli.running import run_scenarios
    from mprunner.errors import UsageError

    if not paths:
        raise UsageError("no scenario is given; try `mprun scenarios` or `mprun path/to/scenario.yaml`")
    if quiet and verbose:
        raise UsageError("-q and -v contradict each other")
    request = RunRequest(paths=paths, verbosity=int(verbose) - int(quiet), json=as_json, **options)
    return run_scenarios(request)
