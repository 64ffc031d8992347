"""`mprun golden [PATH...]`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from mprunner.cli.parameters import paths_argument, selecting_options

if TYPE_CHECKING:
    from mprunner.recording.events import Recording

__all__ = ["command"]


@click.command("golden")
@paths_argument()
@selecting_options
@click.option("-q", "--quiet", is_flag=True, help="Only what differs.")
def command(paths: tuple[str, ...], quiet: bool, **options: Any) -> int:
    """Run the scenarios in PATH... once each and compare what they show with their goldens.

    What differs is left beside the golden as NAME.golden.new.yaml, and is accepted by `mprun accept`.
    """
    from mprunner.cli.exitcodes import BROKEN, KEPT
    from mprunner.cli.golden_session import Subject, run_for_goldens
    from mprunner.cli.request import RunRequest
    from mprunner.golden.accept import check
    from mprunner.report.goldens import check_lines, is_same
    from mprunner.report.style import Style

    request = RunRequest(paths=paths, verbosity=-int(quiet), **options)

    def judge(subject: Subject, recordings: Sequence[Recording], style: Style) -> int:
        found = check(recordings[0], scenario=subject.file, name=subject.name, sha256=subject.sha256)
        for line in check_lines(
            found, style, path=subject.path, name=subject.name, verbosity=request.verbosity
        ):
            click.echo(line)
        return KEPT if is_same(found) else BROKEN

    return run_for_goldens(request, 1, judge)
