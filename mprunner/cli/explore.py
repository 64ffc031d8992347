"""`mprun explore PATH...`."""

from __future__ import annotations

from typing import Any

import click

from mprunner.cli.parameters import FiniteRange, Jobs, color_option, definitions_option, paths_argument

__all__ = ["command"]


@click.command("explore")
@paths_argument()
@click.option(
    "--method",
    type=click.Choice(["auto", "traces", "states", "random", "pct", "pos"]),
    default="auto",
    help="One execution a trace (optimal DPOR), a search over states, or samples.  [default: auto]",
)
@click.option(
    "--memory",
    type=click.Choice(["sc", "tso"]),
    default="sc",
    help="How unlocked memory behaves: sequentially consistent, or with store buffers.",
)
@click.option(
    "--no-timeouts", is_flag=True, help="Assume that no timeout is reached while anybody can go on."
)
@click.option("--respect-sleep", is_flag=True, help="Assume that who sleeps longer wakes later.")
@click.option(
    "--preemptions",
    type=click.IntRange(min=0),
    metavar="N",
    help="Only schedules with at most N preemptions.",
)
@click.option(
    "--depth", type=click.IntRange(min=1), metavar="N", help="Only the first N steps of a schedule."
)
@click.option(
    "--time", "seconds", type=FiniteRange(min=0, min_open=True), metavar="SECONDS", help="Stop after so long."
)
@click.option("--executions", type=click.IntRange(min=1), metavar="N", help="Stop after so many executions.")
@click.option(
    "-j",
    "--jobs",
    type=Jobs(),
    default=1,
    help="Explore with N processes at once; 0 or auto: one for each core.  [default: 1]",
)
@click.option("--seed", type=int, default=0, metavar="N", help="Settle samples and random().  [default: 0]")
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Run it N times for real, and compare the outcomes.",
)
@click.option(
    "--confirm",
    is_flag=False,
    flag_value="counterexamples",
    type=click.Choice(["counterexamples", "all"]),
    help="Replay counterexamples (=all: every execution) on real processes.",
)
@click.option(
    "--save", type=click.Path(), metavar="FOLDER", help="Write schedules there, for `mprun replay`."
)
@click.option(
    "--tree", type=click.Path(), metavar="FILE.html", help="Draw the explored tree of a small scenario."
)
@click.option(
    "--start-method", type=click.Choice(["fork", "spawn", "forkserver"]), help="How processes start."
)
@click.option("-k", "keyword", metavar="EXPR", help="Only scenarios whose name, path or tags match.")
@click.option("--tag", "tags", multiple=True, help="Only scenarios with this tag.")
@click.option("-q", "--quiet", is_flag=True, help="Only what went wrong, and a line for each scenario.")
@click.option("-v", "--verbose", is_flag=True, help="Unwritten promises and all outcomes, too.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON lines (docs/json.md).")
@definitions_option
@color_option
def command(paths: tuple[str, ...], quiet: bool, verbose: bool, as_json: bool, **options: Any) -> int:
    """Find every schedule that matters of the scenarios in PATH..., and prove their promises or show how they break.

    Nothing is run: the scenario's model is stepped, as weak as CPython's objects are.
    """
    from mprunner.cli.exploring import ExploreRequest, explore_scenarios
    from mprunner.errors import UsageError

    if not paths:
        raise UsageError("no scenario is given; try `mprun explore scenarios/lock.yaml`")
    if quiet and verbose:
        raise UsageError("-q and -v contradict each other")
    return explore_scenarios(
        ExploreRequest(paths=paths, verbosity=int(verbose) - int(quiet), json=as_json, **options)
    )
