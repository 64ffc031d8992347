"""`--record FILE`: each run of a session into a file, while it goes on where that can be."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from mprunner.errors import RecordingError, UsageError
from mprunner.recording.events import Call, Recording
from mprunner.recording.lines import Header
from mprunner.recording.store import RecordingWriter, save
from mprunner.report.reporter import Case

__all__ = ["Saver"]

Told = Callable[[str], None]


class Saver:
    """Saves the first run as `path`, the next ones beside it with -2, -3, ... before the suffix.

    What can't be written any more (a full disk) is told by `warn` and ends that recording, not the run.
    """

    def __init__(self, path: str, *, saved: Told, warn: Told) -> None:
        if path == "-":
            raise UsageError("--record - would mix the recording with the report; give a file")
        self._path = path
        self._saved = saved
        self._warn = warn
        self._count = 0
        self._writer: RecordingWriter | None = None
        self.last: str | None = None
        """Where the last run was saved whole; None when it could not be."""

    def begin(
        self, case: Case, *, sha256: str, time_scale: float, seed: int, origin: int
    ) -> Callable[[Sequence[Call]], None]:
        """Opens the file of a run that is about to start and gives what takes its calls as they end.

        Raises `UsageError` when it can't be written there.
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
            started_at=time.time(),
            time_scale=time_scale,
            seed=seed,
        )
        try:
            writer = self._writer = RecordingWriter(self._next(), header)
        except RecordingError as error:
            raise UsageError(str(error)) from error

        def take(calls: Sequence[Call]) -> None:
            for call in calls:
                if call.operation != "exit":  # when a process was dead is known at the end
                    writer.call(call)
            writer.flush()  # for whoever looks at it, or when we are killed, while the run waits

        return take

    def finish(self, recording: Recording) -> None:
        """Completes the file of the run that `begin` opened."""
        writer, self._writer = self._writer, None
        assert writer is not None
        writer.finish(
            recording,
            [call for call in recording.calls if call.outcome == "unfinished" or call.operation == "exit"],
        )
        self._tell(writer.path, writer.failed)

    def whole(self, recording: Recording) -> None:
        """Saves a run that is over. Raises `UsageError` when the file can't be created."""
        path = self._next()
        try:
            save(recording, path)
        except RecordingError as error:
            if self._count == 1:
                raise UsageError(str(error)) from error
            self._tell(path, str(error))
        else:
            self._tell(path, None)

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
