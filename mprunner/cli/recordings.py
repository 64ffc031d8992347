"""From a path of the command line to a saved recording."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mprunner.errors import UsageError
from mprunner.language.suggestions import listed, nearest

if TYPE_CHECKING:
    from mprunner.recording.events import Recording

__all__ = ["load_recording", "open_recording"]

STREAMED = 32 * 1024 * 1024
"""Bytes of a file from which on it is not loaded to be gone over."""


def load_recording(path: str) -> Recording:
    """The recording in a file. Raises `UsageError` for a file that is not there or is none, with file and line."""
    if not os.path.exists(path):
        folder, name = os.path.split(path)
        try:
            names = sorted(entry for entry in os.listdir(folder or ".") if not entry.startswith("."))
        except OSError:
            names = []
        close = nearest(name, names)
        hint = f"; did you mean {listed(os.path.join(folder, each) for each in close)}?" if close else ""
        raise UsageError(f"no such recording: {path}{hint}")
    from mprunner.recording.loading import load

    return load(path)


def open_recording(path: str) -> Recording:
    """As `load_recording`, for whoever goes over the calls and keeps none: those of a long file stay in it."""
    try:
        long = os.path.getsize(path) >= STREAMED
    except OSError:
        long = False
    if long:
        from mprunner.recording.streaming import stream

        recording = stream(path)
        if recording is not None:
            return recording
    return load_recording(path)
