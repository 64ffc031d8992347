"""Draw a terminal's output as an SVG.

    FORCE_COLOR=1 mprun scenarios/lock.yaml | python docs/draw_terminal.py '$ mprun scenarios/lock.yaml' > docs/lock.svg

Reads coloured text from standard input; the argument is the line to show above it. The same input gives the same picture.
Every stretch of one style is placed at its column and stretched to its width, so that columns stay true in any monospaced font.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html import escape

CELL, LINE, MARGIN, BAR, FONT = 8.4, 20, 16, 34, 14
BACKGROUND, FOREGROUND = "#1f2430", "#d7dce5"
COLOURS = {
    "31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79b8ff", "35": "#d2a8ff", "36": "#76d9e6",
}  # fmt: skip
FAMILY = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
ESCAPE = re.compile(r"\x1b\[([\d;]*)m")


def stretches(line: str) -> Iterator[tuple[int, str, frozenset[str]]]:
    """The words of a line: column, text, and the codes of the style in force."""
    style: frozenset[str] = frozenset()
    column = 0
    for part in re.split(r"(\x1b\[[\d;]*m)", line):
        code = ESCAPE.fullmatch(part)
        if code:
            codes = {each for each in code[1].split(";") if each not in ("", "0")}
            style = style | codes if codes else frozenset()
            continue
        for words in re.finditer(r"\S+(?: \S+)*", part):
            yield column + words.start(), words[0], style
        column += len(part)


def attributes(style: frozenset[str]) -> str:
    """The style as attributes of an SVG text."""
    found = "".join(f' fill="{COLOURS[code]}"' for code in sorted(style) if code in COLOURS)
    found += ' font-weight="bold"' if "1" in style else ""
    return found + (' opacity="0.65"' if "2" in style else "")


def text(column: int, row: int, words: str, style: frozenset[str] = frozenset()) -> str:
    """One stretch of text in its cells."""
    x, y = MARGIN + column * CELL, BAR + row * LINE + FONT
    width = len(words) * CELL
    return f'<text x="{x:g}" y="{y:g}" textLength="{width:g}"{attributes(style)}>{escape(words, quote=False)}</text>'


def draw(output: str, command: str) -> str:
    """The picture of a terminal in which `command` was typed and `output` came."""
    lines = output.rstrip("\n").split("\n")
    drawn = [text(0, 0, command, frozenset({"1"}))]
    for row, line in enumerate(lines, 1):
        drawn += [text(column, row, words, style) for column, words, style in stretches(line)]
    columns = max(len(ESCAPE.sub("", line)) for line in [*lines, command])
    width = round(2 * MARGIN + columns * CELL)
    height = BAR + (len(lines) + 1) * LINE + MARGIN // 2
    buttons = "".join(
        f'<circle cx="{MARGIN + 4 + 18 * place}" cy="17" r="5.5" fill="{colour}"/>'
        for place, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img"',
            f' viewBox="0 0 {width} {height}">',
            f"<title>{escape(command, quote=False)}</title>",
            f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" fill="{BACKGROUND}" stroke="#57606a"/>',
            buttons,
            f'<g font-family="{FAMILY}" font-size="{FONT}" fill="{FOREGROUND}">',
            *drawn,
            "</g>",
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(draw(sys.stdin.read(), sys.argv[1] if len(sys.argv) > 1 else "$ mprun"))
