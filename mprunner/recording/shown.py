"""How values, exceptions and printed pieces look on record: all that whoever writes a log needs of a recording.

Every process of a run imports this; what `events` adds, only those that read.
"""

from __future__ import annotations

from typing import Literal

from mprunner.records import record

PartKind = Literal["text", "value", "pid", "time", "random"]


@record
class Part:
    """A piece of a printed line: literal text, or a value's text with the kind of value it was."""

    kind: PartKind
    text: str


@record
class ErrorShown:
    """An exception as recorded: its type, its bases' names (nearest first, without object), its text."""

    type: str
    bases: tuple[str, ...]
    text: str


@record
class Shown:
    """Stands for a value that is not plain data: how it looked, and the name of its type."""

    type: str
    text: str
