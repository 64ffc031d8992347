"""`--record FILE`: each run of a session into a file, while it goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mprunner.errors import RecordingError, UsageError
from mprunner.recording.events import Recording
from mprunner.recording.following import Following
from mprunner.recording.lines import Header
from mprunner.recording.store import RecordingWriter
from mprunner.report.reporter import Case

if TYPE_CHECKING:
    from mprunner.worlds.real.supervisor import OnCalls

__all__ = ["Saver"]

Told = Callable[[str], None]


class Saver:
    """Saves the first run as `path`, the next ones beside it with -2, -3, ... before the suffix; one after the other.

    What can't be written any more (a full disk) is told by `warn` and ends that recording, not the run.
    """

    def __init__(self, path: str, *, saved: Told, warn: Told) -> None:
        if path == "-":
            raise UsageError("--record - would mix the recording with the report; give a file")
        self._path = path
        self._saved = saved
        self._warn = warn
        self._count = 0
        self._run: tuple[RecordingWriter, Following] | None = None
        self.last: str | None = None
        """Where the last run was saved whole; None when it could not be."""

    def begin(self, case: Case, *, sha256: str, time_scale: float, seed: int, origin: int) -> OnCalls:
        """Opens the file of a run that is about to start or goes on already; gives what takes its calls.

        Nothing of the run was before `origin` (ns, CLOCK_MONOTONIC). Raises `UsageError` when the first file can't be written.
        """
        import platform

        header = Header(
            scenario=case.name,
            path=case.path,
            scenario_sha256=sha256,
            start_method=case.start_method,
            backend=case.backend,
            python=platform.python_version(),
            origin=origin,
            started_at=time.time() - (time.monotonic_ns() - origin) / 1e9,
            time_scale=time_scale,
            seed=seed,
        )
        try:
            writer = RecordingWriter(self._next(), header)
        except RecordingError as error:
            if self._count == 1:
                raise UsageError(str(error)) from error
            self._tell(error.path, str(error))
            return lambda ended, in_flight, now: None
        self._run = writer, (following := Following(writer))
        return following.take

    def finish(self, recording: Recording) -> None:
        """Completes the file of the run that `begin` opened."""
        if self._run is None:
            return
        (writer, following), self._run = self._run, None
        following.finish(recording)
        self._tell(writer.path, writer.failed)

    def _next(self) -> str:
        self._count += 1
        stem, suffix = os.path.splitext(self._path)
        return self._path if self._count == 1 else f"{stem}-{self._count}{suffix}"

    def _tell(self, path: str, failed: str | None) -> None:
        self.last = path if failed is None else None
        if failed is None:
            self._saved(path)
        else:
            self._warn(failed)
