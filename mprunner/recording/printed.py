"""What processes printed, so that two records can be compared: what differs from run to run anyway is told by its kind."""

from __future__ import annotations

from mprunner.recording.columns import alike
from mprunner.recording.events import Call, Recording

__all__ = ["Lines", "printed_lines"]

_KINDS = {"pid": "<pid>", "time": "<s>", "random": "<random>"}
Lines = tuple[tuple[str, str], ...]
"""Pairs of a lane and a line."""


def printed_lines(recording: Recording) -> Lines:
    """The lines that were printed, in order of the record, each with its lane."""
    return tuple(
        (call.process, _typed_text(call)) for call in alike(recording.calls) if call.operation == "print"
    )


def _typed_text(call: Call) -> str:
    parts = call.values.get("parts")
    if not parts:
        return str(call.values.get("text", ""))
    return "".join(_KINDS.get(part.kind, part.text) for part in parts)
