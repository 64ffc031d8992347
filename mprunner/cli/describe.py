"""`mprun describe FILE`."""

from __future__ import annotations

import os
import sys

import click

from mprunner.cli.exitcodes import KEPT
from mprunner.cli.parameters import color_option, definitions_option, paths_argument

__all__ = ["command"]


@click.command("describe")
@paths_argument(required=True)
@click.option(
    "--resolved", is_flag=True, help="Print the scenario as YAML instead, with every default filled in."
)
@definitions_option
@color_option
def command(
    paths: tuple[str, ...], resolved: bool, definitions: tuple[tuple[str, str], ...], color: str
) -> int:
    """Tell in words who does what in the scenarios of PATH..., and what they promise."""
    from mprunner.checking.adapt import promise_form
    from mprunner.checking.judging import describe as promise_of
    from mprunner.cli.paths import scenario_files
    from mprunner.cli.sources import load_path
    from mprunner.language.diagnostics import Problems
    from mprunner.language.nodes import compose
    from mprunner.language.tree import to_plain
    from mprunner.report.describing import describe
    from mprunner.report.resolved import resolved_yaml
    from mprunner.report.style import style_for

    style = style_for(sys.stdout, color, os.environ)  # type: ignore[arg-type]
    first = True
    for file in scenario_files(paths):
        loaded = load_path(file, definitions=dict(definitions))
        for scenario in loaded.scenarios:
            if not first:
                click.echo("---" if resolved else "")
            first = False
            promises = [
                promise_of(promise_form(promise), index) for index, promise in enumerate(scenario.expect)
            ]
            if resolved:
                node = compose(loaded.source, Problems())
                assert node is not None
                click.echo(resolved_yaml(scenario, to_plain(node)), nl=False)
                continue
            told = [(promise.holds, promise.title, promise.why) for promise in promises]
            click.echo("\n".join(describe(scenario, file, told, style)))
    return KEPT
