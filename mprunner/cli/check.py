"""`mprun check SCENARIO RECORDING...`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from mprunner.cli.parameters import ScenarioPath, color_option, definitions_option

if TYPE_CHECKING:
    from mprunner.report.style import ColourChoice

__all__ = ["command"]


@click.command("check")
@click.argument("scenario", type=ScenarioPath())
@click.argument("recordings", nargs=-1, required=True, type=click.Path(), metavar="RECORDING...")
@click.option("-q", "--quiet", is_flag=True, help="Only what went wrong, and a closing line.")
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help="Unwritten promises, process states and what no promise speaks of, too.",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON lines (docs/json.md).")
@click.option(
    "--require-sometimes",
    is_flag=True,
    help="A promised `sometimes` that no recording shows makes exit code 6.",
)
@definitions_option
@color_option
def command(
    scenario: str,
    recordings: tuple[str, ...],
    quiet: bool,
    verbose: bool,
    as_json: bool,
    require_sometimes: bool,
    definitions: tuple[tuple[str, str], ...],
    color: ColourChoice,
) -> int:
    """Judge saved RECORDINGs, ours or another program's, by the promises of SCENARIO."""
    from mprunner.cli.judging import RESULTS
    from mprunner.cli.paths import is_scenario_name, scenario_files
    from mprunner.cli.recordings import open_recording
    from mprunner.cli.reporters import reporter_for
    from mprunner.cli.scenario_run import case_of
    from mprunner.cli.sources import load_path
    from mprunner.cli.tally import Tally
    from mprunner.errors import UsageError

    if is_scenario_name(recordings[0]) and not is_scenario_name(scenario) and not os.path.isdir(scenario):
        raise UsageError(f"the scenario comes first: mprun check {recordings[0]} {scenario}")
    files = scenario_files([scenario])
    if len(files) != 1:
        raise UsageError(f"{scenario} holds {len(files)} scenarios; check takes one file")
    loaded = load_path(files[0], definitions=dict(definitions))
    saved = [open_recording(path) for path in recordings]
    by_name = {each.name: each for each in loaded.scenarios}
    for path, recording in zip(recordings, saved, strict=True):
        if recording.scenario not in by_name:
            warning = f"{path} is a recording of the scenario {recording.scenario!r}, not of {loaded.scenarios[0].name!r}"
            click.echo(f"mprun: warning: {warning}", err=True)
    chosen = by_name.get(saved[0].scenario, loaded.scenarios[0])
    case = case_of(
        chosen, loaded, start_method=saved[0].start_method, backend=saved[0].backend, runs=len(saved)
    )
    reporter = reporter_for(json=as_json, color=color, verbosity=int(verbose) - int(quiet))
    reporter.begin(case)
    tally = Tally(chosen, case, repeatable=False)
    for path, recording in zip(recordings, saved, strict=True):
        reporter.run_done(tally.add(recording, saved=path), of=len(saved))
    took = sum(max(recording.ending.time - recording.origin, 0) for recording in saved)
    result = tally.result(nanoseconds=took, require_sometimes=require_sometimes)
    reporter.done(result)
    counts = {**dict.fromkeys([*RESULTS.values(), "invalid", "skipped"], 0), result.result: 1}
    reporter.summary(counts, failed=(), exit_code=result.exit_code, nanoseconds=took)
    return result.exit_code
