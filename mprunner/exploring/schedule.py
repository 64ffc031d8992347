"""Schedule files: what a replay is to do, as YAML that people can read, write and change.

::

    schedule: 1
    scenario: value-lost-update
    path: scenarios/value-lost-update.yaml
    kind: violation
    whole: true
    steps:
      - main: start p[0]
      - p[0]: read counter            # line 14
      - p[1]: write counter, 2nd

A step is a thread and what it does: an operation and its object, `at` its label where it has one. Behind that may stand which of
those it is (`, 2nd`), that it is only `called`, which part of a wait it is (`begins`, `ends`), how it comes out (`times out`;
`= 3`: which of its values a `choose` takes).
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Sequence
from typing import Literal

from mprunner.recording.whole import write_whole
from mprunner.records import made, record
from mprunner.worlds.real.moves import Move

__all__ = ["ENDINGS", "KEYS", "KINDS", "Schedule", "parsed_step", "saved", "step_text", "text_of"]

KINDS = ("violation", "witness", "deadlock", "outcome", "other")
Kind = Literal["violation", "witness", "deadlock", "outcome", "other"]
ENDINGS = ("finished", "hang", "cut")
KEYS = (
    "schedule",
    "scenario",
    "path",
    "sha256",
    "program",
    "kind",
    "shows",
    "start_method",
    "expect",
    "whole",
    "steps",
)
"""What stands in a schedule file, in this order; `schedule` and `steps` have to."""
VERSION = 1
WIDTH = 80
"""Columns of a line of a file, where texts allow it."""


@record
class Schedule:
    """A schedule. `scenario` is the name, `path` the file; `sha256` is that of its text, `program` of what it does (see
    `fingerprint`).

    `shows` is a sentence on what it is for. `ending` is how it is to end, `broken` the titles of promises that it is to break,
    both None where nothing is expected. `whole`: `moves` are all steps that there are.
    """

    moves: tuple[Move, ...]
    scenario: str | None = None
    path: str | None = None
    sha256: str | None = None
    program: str | None = None
    kind: Kind = "other"
    shows: str | None = None
    start_method: str | None = None
    ending: str | None = None
    broken: tuple[str, ...] | None = None
    whole: bool = False
    lines: tuple[int, ...] = made(factory=tuple)
    """The line of each step in its file, where it comes from one."""


# --- steps ---

_SUFFIX = re.compile(
    r"^(?P<name>.+?)(?:, (?P<number>[1-9][0-9]*)(?:st|nd|rd|th))?(?: (?P<part>called|begins|ends))?"
    r"(?P<out> times out)?(?: = (?P<choice>[0-9]+))?$"
)


def step_text(move: Move) -> str:
    """What a thread does, as it stands in a file: `acquire lock, 2nd`."""
    words = move.name
    if move.number > 1:
        words += f", {ordinal(move.number)}"
    if move.part != "whole":
        words += f" {move.part}"
    if move.out:
        words += " times out"
    return words if move.choice is None else f"{words} = {move.choice}"


def parsed_step(thread: str, words: str) -> Move | None:
    """The step that these words stand for; None where they are none."""
    found = _SUFFIX.match(words.strip())
    if found is None:
        return None
    choice = found["choice"]
    return Move(
        thread,
        found["name"],
        int(found["number"] or 1),
        found["part"] or "whole",  # type: ignore[arg-type]
        found["out"] is not None,
        None if choice is None else int(choice),
    )


def ordinal(number: int) -> str:
    """`1st`, `2nd`, `3rd`, `11th`."""
    ending = "th" if 10 < number % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


# --- files ---

_PLAIN = re.compile(r"^[A-Za-z_][A-Za-z0-9_.,=\[\]() -]*$")
_TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "~"})


def text_of(schedule: Schedule) -> str:
    """The schedule as a file has it."""
    lines = [f"schedule: {VERSION}"]
    for key in ("scenario", "path", "sha256", "program", "kind", "shows", "start_method"):
        value = getattr(schedule, key)
        if value is not None:
            lines += _entry(f"{key}:", value)
    expected = []
    if schedule.ending is not None:
        expected.append(f"  ending: {schedule.ending}")
    if schedule.broken is not None:
        expected.append("  broken:" if schedule.broken else "  broken: []")
        for title in schedule.broken:
            expected += _entry("    -", title)
    if expected:
        lines += ["expect:", *expected]
    lines.append(f"whole: {'true' if schedule.whole else 'false'}")
    lines.append("steps:" if schedule.moves else "steps: []")
    lines += _step_lines(schedule.moves)
    return "\n".join(lines) + "\n"


def _step_lines(moves: Sequence[Move]) -> list[str]:
    written = [f"  - {_quoted(move.thread)}: {_quoted(step_text(move))}" for move in moves]
    wide = min(max(map(len, written), default=0), 60)
    return [
        words if move.line is None else f"{words.ljust(wide)}  # line {move.line}"
        for words, move in zip(written, moves, strict=True)
    ]


def _entry(head: str, text: str) -> list[str]:
    """A text behind its key or dash, in several lines where one is too wide and YAML joins them again to the same text."""
    line = f"{head} {_quoted(text)}"
    if len(line) <= WIDTH or not text.isprintable() or text != " ".join(text.split()):
        return [line]
    indent = " " * (len(head) - len(head.lstrip()) + 2)
    words = textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [f"{head} >-", *words]


def _quoted(text: str) -> str:
    """A text that YAML gives back as it is."""
    plain = _PLAIN.match(text) is not None and text.lower() not in _TAKEN and not text.endswith(" ")
    if plain:
        return text
    if text.isprintable() and "'" not in text:
        return f"'{text}'"
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return f"\\U{ord(letter):08x}"


def saved(schedule: Schedule, path: str | os.PathLike[str]) -> None:
    """Write a schedule file, whole or not at all. Raises OSError."""
    write_whole(path, text_of(schedule))
