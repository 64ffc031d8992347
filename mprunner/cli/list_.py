"""`mprun list [PATH...]`."""

from __future__ import annotations

import json
import os
import sys

import click

from mprunner.cli.exitcodes import INVALID, KEPT, NOTHING
from mprunner.cli.parameters import color_option, paths_argument

__all__ = ["command"]


@click.command("list")
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
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object for each scenario.")
@color_option
def command(
    paths: tuple[str, ...], keyword: str | None, tags: tuple[str, ...], as_json: bool, color: str
) -> int:
    """List the scenarios in PATH... (where scenarios are usually kept, without one): what each is about."""
    from mprunner.cli.paths import default_paths, scenario_files
    from mprunner.cli.selection import parse_selection
    from mprunner.cli.sources import load_path
    from mprunner.errors import AuthoringError
    from mprunner.language.rendering import render
    from mprunner.report.describing import contents, first_sentence
    from mprunner.report.style import clean, cut, style_for

    style = style_for(sys.stdout, color, os.environ)  # type: ignore[arg-type]
    selection = parse_selection(keyword) if keyword is not None else None
    listed = invalid = 0
    for file in scenario_files(default_paths(paths)):
        try:
            loaded = load_path(file)
        except AuthoringError as error:
            invalid += 1
            click.echo(render(error.diagnostics, limit=1), err=True)
            continue
        for scenario in loaded.scenarios:
            if tags and not set(tags) & set(scenario.tags):
                continue
            if selection is not None and not selection([scenario.name, file, *scenario.tags]):
                continue
            listed += 1
            if as_json:
                fields = {
                    "name": scenario.name,
                    "path": file,
                    "tags": list(scenario.tags),
                    "contents": contents(scenario),
                    "promises": len(scenario.expect),
                    "description": " ".join((scenario.description or "").split()),
                }
                click.echo(json.dumps(fields))
                continue
            shown = file if len(loaded.scenarios) == 1 else f"{file} {scenario.name}"
            tagged = f"  [{', '.join(scenario.tags)}]" if scenario.tags else ""
            click.echo(
                style.plain(
                    f"{style.paint(clean(shown), 'bold')}  {contents(scenario)}{style.paint(clean(tagged), 'dim')}"
                )
            )
            sentence = first_sentence(scenario)
            if sentence:
                click.echo(f"    {cut(clean(sentence), style.width - 4)}")
    return INVALID if invalid else KEPT if listed else NOTHING
