"""Values as golden text: what differs from run to run by its nature becomes a typed placeholder.

A placeholder stands only where the record says what kind of value it was; no text is searched for things that look like one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from mprunner.recording.events import Part, ProcessRecord, Shown

LONGEST = 72
"""Characters of a text that a golden shows in full; of a longer one it shows the beginning and a fingerprint."""

_OF_KIND = {"time": "<s>", "random": "<random>"}


class Names:
    """Names for the process ids of one run: `<pid p1>`, and `<pid po>` for whichever of a pool's workers."""

    def __init__(self, processes: Iterable[ProcessRecord]) -> None:
        self._by_pid: dict[int, str] = {}
        for process in processes:
            name = process.name.partition("[")[0] if process.role == "worker" else process.name
            self._by_pid.setdefault(process.pid, name)

    def pid(self, text: str | int) -> str:
        """The placeholder of a process id; `<pid>` when no process of the run has it."""
        try:
            name = self._by_pid.get(int(text))
        except ValueError:
            name = None
        return f"<pid {name}>" if name else "<pid>"

    def knows(self, number: int) -> bool:
        return number in self._by_pid


class _NoNames(Names):
    def knows(self, number: int) -> bool:
        return False


NO_NAMES = _NoNames(())
"""Names for a text in which whole numbers stay what they are."""


def printed(parts: Iterable[Part], names: Names) -> str:
    """A printed line with its process ids, times and random numbers as placeholders."""
    return visible("".join(_part(part, names) for part in parts))


def _part(part: Part, names: Names) -> str:
    return names.pid(part.text) if part.kind == "pid" else _OF_KIND.get(part.kind, part.text)


def visible(text: str) -> str:
    """The text on one line, unprintable characters escaped, shortened when it is very long."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
    if len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[: LONGEST - 32]}... ({len(text)} characters, {digest})"


def value(item: Any, names: Names) -> str:
    """A value that an operation carried, as Python writes it; the type alone for what is not plain data."""
    return visible(_value(item, names))


def _value(item: Any, names: Names) -> str:
    if isinstance(item, Part):
        return _part(item, names)
    if isinstance(item, Shown):
        return f"<{item.type}>"
    if isinstance(item, Mapping):
        return "{" + ", ".join(f"{_value(k, names)}: {_value(v, names)}" for k, v in item.items()) + "}"
    if isinstance(item, (list, tuple)):
        inner = ", ".join(_value(each, names) for each in item)
        if isinstance(item, list):
            return f"[{inner}]"
        return f"({inner},)" if len(item) == 1 else f"({inner})"
    if type(item) is int and names.knows(item):
        return names.pid(item)
    return repr(item)
