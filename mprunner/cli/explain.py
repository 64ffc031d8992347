"""`mprun explain FILE[:LINE]`."""

from __future__ import annotations

import os
import re
import sys

import click

from mprunner.cli.exitcodes import KEPT
from mprunner.cli.parameters import color_option, definitions_option

__all__ = ["command"]

_PLACE = re.compile(r"(.+):(\d+)")


@click.command("explain")
@click.argument("places", metavar="FILE[:LINE]...", nargs=-1, required=True)
@definitions_option
@color_option
def command(places: tuple[str, ...], definitions: tuple[tuple[str, str], ...], color: str) -> int:
    """Show what promises mean: core forms, formula, and the shortest records that keep and break them.

    With a line, only the promise that stands there.
    """
    from mprunner.checking.adapt import declared, promise_form
    from mprunner.checking.meaning.explaining import explain
    from mprunner.cli.sources import load_path
    from mprunner.errors import UsageError
    from mprunner.report.explaining import told
    from mprunner.report.style import style_for

    style = style_for(sys.stdout, color, os.environ)  # type: ignore[arg-type]
    first = True
    for place in places:
        match = None if os.path.exists(place) else _PLACE.fullmatch(place)
        path, line = (match.group(1), int(match.group(2))) if match else (place, None)
        scenario = load_path(path, definitions=dict(definitions)).scenarios[0]
        chosen = [
            one for one in scenario.expect if line is None or one.span.line <= line <= one.span.end_line
        ]
        if line is not None and not chosen:
            raise UsageError(f"no promise stands in line {line} of {path}")
        for promise in chosen:
            if not first:
                click.echo()
            first = False
            found = explain(promise_form(promise), declared(scenario))
            click.echo("\n".join(told(found, f"{path}:{promise.span.line}", style)))
    return KEPT
