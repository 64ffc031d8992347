"""`mprun check SCENARIO RECORDING...`."""

from __future__ import annotations

import os
import sys

import click

from mprunner.cli.parameters import ScenarioPath, color_option, definitions_option

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
    color: str,
) -> int:
    """Judge saved RECORDINGs, ours or another program's, by the promises of SCENARIO."""
    from mprunner.cli.paths import scenario_files
    from mprunner.cli.recordings import load_recording
    from mprunner.cli.scenario_run import case_of
    from mprunner.cli.sources import load_path
    from mprunner.cli.tally import Tally
    from mprunner.errors import UsageError
    from mprunner.report.console import Console
    from mprunner.report.json_lines import JsonLines
    from mprunner.report.reporter import Reporter
    from mprunner.report.style import style_for

    files = scenario_files([scenario])
    if len(files) != 1:
        raise UsageError(f"{scenario} holds {len(files)} scenarios; check takes one file")
    loaded = load_path(files[0], definitions=dict(definitions))
    saved = [load_recording(path) for path in recordings]
    by_name = {each.name: each for each in loaded.scenarios}
    chosen = by_name.get(saved[0].scenario, loaded.scenarios[0])
    case = case_of(
        chosen, loaded, start_method=saved[0].start_method, backend=saved[0].backend, runs=len(saved)
    )
    reporter: Reporter = JsonLines(sys.stdout) if as_json else Console(
        sys.stdout, sys.stderr, style_for(sys.stdout, color, os.environ),  # type: ignore[arg-type]
        verbosity=int(verbose) - int(quiet),
    )  # fmt: skip
    reporter.begin(case)
    tally = Tally(chosen, case)
    for recording in saved:
        reporter.run_done(tally.add(recording), of=len(saved))
    took = sum(max(recording.ending.time - recording.origin, 0) for recording in saved)
    result = tally.result(nanoseconds=took, require_sometimes=require_sometimes)
    reporter.done(result)
    return result.exit_code
