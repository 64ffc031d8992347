"""`mprun accept [PATH...]`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from mprunner.cli.parameters import paths_argument, selecting_options

if TYPE_CHECKING:
    from mprunner.recording.events import Recording

__all__ = ["command"]


@click.command("accept")
@paths_argument()
@selecting_options
@click.option(
    "--runs", type=click.IntRange(min=1), metavar="N", help="Make a golden from N runs.  [default: 5]"
)
@click.option(
    "--pending", is_flag=True, help="Only list what differs from its golden and waits for a decision."
)
def command(paths: tuple[str, ...], runs: int | None, pending: bool, **options: Any) -> int:
    """Run the scenarios in PATH... some times each and store what they all show as their goldens.

    What differs between the runs is not frozen. Nothing is written where CI is set.
    """
    from mprunner.cli.exitcodes import BROKEN, KEPT
    from mprunner.cli.golden_session import Subject, run_for_goldens
    from mprunner.cli.request import RunRequest
    from mprunner.golden.accept import RUNS, accept
    from mprunner.report.goldens import acceptance_lines
    from mprunner.report.style import Style

    if pending:
        return _list_pending(paths)
    request = RunRequest(paths=paths, **options)
    number = runs or RUNS

    def judge(subject: Subject, recordings: Sequence[Recording], style: Style) -> int:
        done = accept(recordings, scenario=subject.file, name=subject.name, sha256=subject.sha256)
        for line in acceptance_lines(done, style, path=subject.path, name=subject.name, runs=len(recordings)):
            click.echo(line)
        return BROKEN if done.done == "refused" else KEPT

    return run_for_goldens(request, number, judge)


def _list_pending(paths: tuple[str, ...]) -> int:
    from pathlib import Path

    from mprunner.cli.exitcodes import BROKEN, KEPT
    from mprunner.golden.files import golden_path, pending

    folders = {Path(path) if Path(path).is_dir() else Path(path).parent for path in paths or (".",)}
    goldens = {golden_path(folder / "any.yaml", "any").parent for folder in folders}
    found = sorted({path for folder in folders | goldens if folder.is_dir() for path in pending(folder)})
    for path in found:
        click.echo(str(path))
    return BROKEN if found else KEPT
