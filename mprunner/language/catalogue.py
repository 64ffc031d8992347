"""`docs/errors.md`: every kind of problem, explained and shown."""

from __future__ import annotations

from collections.abc import Mapping

from mprunner.language.kinds import KINDS

__all__ = ["errors_page"]

_HEAD = """# Errors and warnings

What `mprun validate` (and every other command that reads a scenario) can find in a file, by the kind that stands in
brackets at the end of a message's first line. All problems of a file are shown at once. The first line of each is
`file:line:column: message [kind]`, so that editors and `grep` can use it; columns count characters from 1. An error
makes the exit code 3; a warning does not.

This page is generated from the kinds and from the pairs in `tests/errors/`, each of which is checked word for word.
"""

_LONGEST_LINE = 160


def errors_page(pairs: Mapping[str, tuple[str, str]]) -> str:
    """The page in Markdown. `pairs` holds for each kind a file's text and what is said about it."""
    parts = [_HEAD]
    for kind in sorted(KINDS.values(), key=lambda one: one.name):
        text, out = pairs[kind.name]
        parts.append(f"## {kind.name}\n\n{kind.title}. {kind.explanation}\n")
        parts.append(f"{_block(text, 'yaml')}\n{_block(out, 'text')}")
    return "\n".join(parts)


def _block(text: str, language: str) -> str:
    lines = [_short(line) for line in text.rstrip("\n").split("\n")]
    fence = "````" if "```" in text else "```"
    return f"{fence}{language}\n" + "\n".join(lines) + f"\n{fence}\n"


def _short(line: str) -> str:
    """A line for a page: control characters shown, long ones cut."""
    shown = "".join(map(_visible, line))
    return shown if len(shown) <= _LONGEST_LINE else f"{shown[: _LONGEST_LINE - 1]}…"


def _visible(character: str) -> str:
    visible = character.isprintable() or character in "\t\u00a0"
    return character if visible else f"<U+{ord(character):04X}>"
