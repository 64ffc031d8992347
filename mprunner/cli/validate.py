"""`mprun validate PATH...`."""

from __future__ import annotations

import sys

import click

from mprunner.cli.exitcodes import INVALID, KEPT, NOTHING
from mprunner.cli.parameters import definitions_option, paths_argument

__all__ = ["command"]


@click.command("validate")
@paths_argument(required=True)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing where all is right.")
@click.option("--json", "as_json", is_flag=True, help="Write the problems as JSON lines (docs/json.md).")
@definitions_option
def command(
    paths: tuple[str, ...], quiet: bool, as_json: bool, definitions: tuple[tuple[str, str], ...]
) -> int:
    """Check the scenarios in PATH... (files, folders, or -) without running them; show every problem at once."""
    from mprunner.cli.paths import scenario_files
    from mprunner.cli.sources import load_path
    from mprunner.errors import AuthoringError
    from mprunner.language.rendering import render
    from mprunner.report.json_lines import JsonLines
    from mprunner.report.phrases import count

    files = scenario_files(paths)
    json_lines = JsonLines(sys.stdout) if as_json else None
    scenarios = invalid = warnings = 0
    for file in files:
        try:
            loaded = load_path(file, definitions=dict(definitions))
        except AuthoringError as error:
            invalid += 1
            found = error.diagnostics
        else:
            scenarios += len(loaded.scenarios)
            found = loaded.warnings
            warnings += len(found)
        if json_lines is not None:
            json_lines.invalid(found)
        elif found:
            click.echo(render(found), err=True)
    if not quiet and not as_json:
        parts = [count(scenarios, "valid scenario")]
        parts += [count(invalid, "invalid file")] if invalid else []
        parts += [count(warnings, "warning")] if warnings else []
        click.echo(", ".join(parts))
    return INVALID if invalid else KEPT if scenarios else NOTHING
