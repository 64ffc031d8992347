"""The scenarios of a file that a command line selects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mprunner.cli.request import RunRequest
from mprunner.cli.selection import Selection
from mprunner.cli.sources import load_path
from mprunner.errors import AuthoringError
from mprunner.language.loading import Loaded
from mprunner.language.source import Source

if TYPE_CHECKING:
    from mprunner.language.models import Scenario

__all__ = ["selected"]


def selected(file: str, request: RunRequest, selection: Selection | None) -> tuple[Loaded, list[Scenario]]:
    """What the file holds, and which of its scenarios `-k` and `--tag` select.

    Raises `AuthoringError`, but not for a file that `-k` would not have meant by its name: what such a file holds can't
    be known, so nothing of it is selected.
    """
    try:
        loaded = load_path(file, definitions=dict(request.definitions))
    except AuthoringError:
        if selection is None or selection([file]):
            raise
        return Loaded((), (), Source(file, "")), []
    tags = set(request.tags)
    chosen = [
        scenario
        for scenario in loaded.scenarios
        if (not tags or tags & set(scenario.tags))
        and (selection is None or selection([scenario.name, file, *scenario.tags]))
    ]
    return loaded, chosen
