"""A hash of what a scenario does: the same after an edit of comments, descriptions, promises or layout."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from mprunner.program.declarations import Program
from mprunner.records import Record

__all__ = ["fingerprint"]

_PLACES = frozenset({"site", "given"})
"""Fields that only tell where something is written."""


def fingerprint(program: Program) -> str:
    """The hash, in hexadecimal digits, of a program without its places, name and path."""
    what = (
        program.start_method,
        program.objects,
        program.processes,
        program.globals,
        program.targets,
        program.main,
        program.ends,
        tuple(site.label for site in program.sites),
    )
    return hashlib.sha256(_plain(what).encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> str:
    if isinstance(value, Record):
        inside = (f"{name}={_plain(getattr(value, name))}" for name in value.fields if name not in _PLACES)
        return f"{type(value).__name__}({', '.join(inside)})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_plain(key)}: {_plain(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(_plain, value))) + "}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}[{', '.join(map(_plain, value))}]"
    return repr(value)
