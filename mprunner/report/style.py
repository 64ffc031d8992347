"""How text meets a terminal: colour or none, how wide it is, what a text may not do to it.

A scenario prints what it likes, so nothing of it reaches the terminal as a control character; colour goes to terminals
only, unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TextIO

from mprunner.language.rendering import escaped
from mprunner.language.source import TAB_WIDTH, display_width
from mprunner.records import record

__all__ = [
    "ColourChoice",
    "Role",
    "Style",
    "clean",
    "cut",
    "is_terminal",
    "pad",
    "shortened",
    "style_for",
    "wrapped",
]

ColourChoice = Literal["auto", "always", "never"]
Role = Literal["kept", "broken", "open", "inconclusive", "dim", "bold", "stderr"]

DEFAULT_WIDTH = 80
LONGEST_LINE = 500
"""Columns of a printed line that are shown; a recording has it whole."""

_CODES: dict[str, str] = {
    "kept": "32",
    "broken": "1;31",
    "open": "36",
    "inconclusive": "33",
    "dim": "2",
    "bold": "1",
    "stderr": "33",
}
_LANE_CODES = ("36", "35", "34", "33", "32", "96", "95", "94")

_PLAIN_FORMS = {
    "✓": "+",
    "✗": "x",
    "·": "-",
    "│": "|",
    "→": "->",
    "←": "<-",
    "…": "...",
    "─": "-",
}


@record
class Style:
    """What the reader's terminal can show: `colour` or not, `width` in columns, `symbols` beyond ASCII or not."""

    colour: bool = False
    width: int = DEFAULT_WIDTH
    symbols: bool = True

    def paint(self, text: str, role: Role) -> str:
        """`text` in the colour of `role`, or as it is."""
        return f"\x1b[{_CODES[role]}m{text}\x1b[0m" if self.colour and text else text

    def lane(self, text: str, number: int) -> str:
        """`text` in the colour of the lane with this number; neighbouring lanes differ."""
        return f"\x1b[{_LANE_CODES[number % len(_LANE_CODES)]}m{text}\x1b[0m" if self.colour else text

    def plain(self, text: str) -> str:
        """`text` with our own symbols in ASCII where the terminal has nothing else."""
        if self.symbols or text.isascii():
            return text
        return "".join(_PLAIN_FORMS.get(character, character) for character in text)

    def fitted(self, text: str, width: int) -> str:
        """`text` in at most `width` columns, in ASCII where the terminal has nothing else."""
        text = self.plain(text)
        if self.symbols or display_width(text) <= width:
            return cut(text, width)
        return f"{cut(text, width - 2)[:-1]}..."


def style_for(stream: TextIO, when: ColourChoice, environ: Mapping[str, str]) -> Style:
    """The style for `stream`. `--color always` and `never` win over NO_COLOR, that over FORCE_COLOR, that over the terminal."""
    terminal = is_terminal(stream)
    if when == "auto":
        colour = terminal and environ.get("TERM") != "dumb"
        if environ.get("FORCE_COLOR", "0") not in ("", "0"):
            colour = True
        if environ.get("NO_COLOR"):
            colour = False
    else:
        colour = when == "always"
    width = DEFAULT_WIDTH
    if terminal:
        import shutil

        width = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns
    return Style(colour=colour, width=max(width, 40), symbols=_has_symbols(stream))


def is_terminal(stream: TextIO) -> bool:
    """Whether `stream` is a terminal; a closed one is none."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def clean(text: str) -> str:
    """`text` on one line, with tabs as spaces and whatever a terminal would obey or hide written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return escaped(text.expandtabs(TAB_WIDTH))


def cut(text: str, width: int) -> str:
    """`text` in at most `width` columns, ending in an ellipsis when something was left out."""
    if text.isascii() and len(text) <= width:
        return text
    if len(text) <= width and display_width(text) <= width:
        return text
    taken, used = [], 0
    for character in text[:width]:
        used += display_width(character)
        if used > width - 1:
            break
        taken.append(character)
    return "".join(taken) + "…"


def pad(text: str, width: int) -> str:
    """`text` filled with spaces up to `width` columns."""
    return text + " " * max(width - display_width(text), 0)


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces, each beginning with `indent`."""
    room = max(width - len(indent), 20)
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if display_width(joined) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        while display_width(word) > room:
            head = cut(word, room + 1)[:-1]
            lines.append(head)
            word = word[len(head) :]
        line = word
    return [indent + each for each in ([*lines, line] if line else lines)]


def shortened(text: str, width: int = LONGEST_LINE) -> str:
    """A printed line made safe and, when it is very long, cut with a note of how much is missing."""
    if len(text) <= width:
        line = clean(text)
        if len(line) <= width * 4:
            return line
    kept = clean(text[:width])[: width * 4]
    missing = len(text) - width
    return f"{kept}… ({missing:,} more characters)" if missing > 0 else f"{kept}…"


def _has_symbols(stream: TextIO) -> bool:
    try:
        "✓✗·│→←…".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
