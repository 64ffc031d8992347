"""The bytes of a process log: 32-byte slots, each with a commit byte that is written last.

A log is a chain of segments, `ID.0`, `ID.1`, ... A record is one slot and, in the slots after it, its payload (marshal).
The payload is written first, then the slot, whose last byte commits it: whoever is killed in between leaves zeros there,
and the log ends before. The last slot of each segment is reserved for `NEXT` or `LOST`, so that there is always room to
say how the log goes on.
"""

from __future__ import annotations

import struct

__all__ = [
    "ACTOR",
    "BEGIN",
    "COMMIT",
    "END",
    "FIRST_SEGMENT",
    "HELLO",
    "INSTANT",
    "LARGEST_SEGMENT",
    "LOST",
    "NEXT",
    "NO_SITE",
    "OK",
    "OUTCOMES",
    "RAISED",
    "RECORD",
    "REFUSED",
    "SLOT",
    "TAGGED",
    "TIMED",
    "slots_for",
]  # fmt: skip

RECORD = struct.Struct("<QHBBIIII3xB")
"""time (ns), operation id, phase, flags, object number, site, payload length (bytes), begin's place, commit."""

END_RECORD = struct.Struct("<QHBB8xII3xB")
"""The same without object number and site, which an end leaves to its begin."""

SLOT = RECORD.size
COMMIT_AT = SLOT - 1
COMMIT = 0xC7

FIRST_SEGMENT = 32 * 1024
LARGEST_SEGMENT = 8 * 1024 * 1024

NO_SITE = 0xFFFF_FFFF

# phases
HELLO = 1
BEGIN = 2
END = 3
INSTANT = 4
ACTOR = 5
NEXT = 6
LOST = 7

# flags
TIMED = 1  # of a begin
OK = 0  # outcomes of an end
RAISED = 1
REFUSED = 2
OUTCOME_BITS = 3
TAGGED = 4  # the payload has values that are not plain data

OUTCOMES = ("ok", "raised", "refused")


def slots_for(length: int) -> int:
    """Bytes of whole slots that a payload of `length` bytes takes."""
    return (length + SLOT - 1) & -SLOT
