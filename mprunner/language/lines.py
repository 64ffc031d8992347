"""Lines of YAML looked at as text, for the moment when they could not be parsed."""

from __future__ import annotations

import re

from mprunner.language.characters import ODD_SPACES, OddCharacter, odd_character
from mprunner.records import record

__all__ = [
    "Keyed",
    "TightColon",
    "comment_start",
    "in_flow",
    "keyed",
    "masked",
    "odd_in_line",
    "open_brackets",
    "tight_colon",
    "value_from",
]

_KEYED = re.compile(
    r"""(?P<lead>[ \t]*(?:-[ \t]+)*)
        (?:(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"\[\]{},&*!|>%@`][^#]*?)[ \t]*:(?:[ \t]+|$))?
        (?P<value>.*)""",
    re.VERBOSE,
)
_NO_SPACE = re.compile(r"[ ]*(?:- +)*([^\s:'\"\[\]{}#,&*!|>%@`-][^\s:'\"\[\]{}#,]*):(?=[^\s:/])")
_ODD_COLON = re.compile(r"[ ]*(?:- +)*[^\s#'\"\[\]{},:：][^:：#]*(：)")
_ODD_IN_PLACE = re.compile(rf"^ *([{ODD_SPACES}－—｛［【“”「])|[:-] *([{ODD_SPACES}“”‘’＂＇「｛［【])")
_ODD_IN_FLOW = re.compile(rf"[，、：“”‘’＂；｝］】{ODD_SPACES}]")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?""", re.DOTALL)
_CLOSES = {"]": "[", "}": "{"}


@record
class Keyed:
    """A line as indentation and dashes, a key, and a value; ``key_at`` and ``value_at`` are offsets in the line."""

    key: str | None
    key_at: int
    value: str
    value_at: int


def keyed(line: str) -> Keyed:
    """``line`` taken apart; the key is None where there is no ``: ``. The value has no comment and no blank end."""
    match = _KEYED.match(line)
    assert match is not None
    value = match["value"]
    value = value[: comment_start(value)].rstrip()
    return Keyed(match["key"], match.end("lead"), value, match.start("value"))


def comment_start(text: str) -> int:
    """Where the comment of a line begins, its length if it has none."""
    match = re.search(r"(?:^|[ \t])#", masked_quotes(text))
    return len(text) if match is None else match.start()


def masked_quotes(text: str) -> str:
    """``text`` with everything in quotation marks that open a value made blank; of the same length."""
    out: list[str] = []
    position = 0
    for match in _QUOTED.finditer(text):
        if match.start() < position or not _opens_value(text, match.start()):
            continue
        out.append(text[position : match.start()])
        out.append(re.sub(r"[^\r\n]", "\0", match.group()))
        position = match.end()
    out.append(text[position:])
    return "".join(out)


def masked(text: str) -> str:
    """``text`` with quoted parts and comments made blank; of the same length."""
    blank = masked_quotes(text)
    return re.sub(r"(?:(?<=[ \t\r\n])|^)#[^\r\n]*", lambda match: " " * len(match.group()), blank)


def open_brackets(text: str) -> list[int]:
    """Where the brackets and braces stand that are open at the end of ``text``, the innermost last."""
    found: list[int] = []
    blank = masked(text)
    for match in re.finditer(r"[\[\]{}]", blank):
        bracket = match.group()
        if bracket in "[{":
            if found or re.search(r"(?:^|[\s\[{,:-])$", blank[max(match.start() - 1, 0) : match.start()]):
                found.append(match.start())
        elif found and blank[found[-1]] == _CLOSES[bracket]:
            found.pop()
    return found


def in_flow(line: str, column: int) -> bool:
    """Whether offset ``column`` of ``line`` stands between brackets or braces that open on that line."""
    return bool(open_brackets(line[:column]))


def value_from(line: str, start: int, *, flow: bool) -> str:
    """The value that begins at offset ``start``: up to a comment, between brackets up to the next comma or end."""
    rest = line[start:]
    rest = rest[: comment_start(rest)].rstrip() or rest.rstrip()
    if not flow:
        return rest
    depth = 0
    for offset, character in enumerate(masked_quotes(rest)):
        if character in "[{(":
            depth += 1
        elif character in "]})" and depth:
            depth -= 1
        elif character in "]}" or (character == "," and not depth):
            return rest[:offset].rstrip() or rest
    return rest


def _opens_value(text: str, index: int) -> bool:
    return index == 0 or text[index - 1] in " \t\r\n[{,:("


@record
class TightColon:
    """``a:1``: offsets of ``a:`` in the line, what to say and what to write."""

    start: int
    end: int
    message: str
    expected: str


def tight_colon(line: str) -> TightColon | None:
    """The colon of ``line`` that lacks a space where a key seems to be meant."""
    match = _NO_SPACE.match(masked(line))
    if match is None:
        return None
    written = value_from(line, match.start(1), flow=False)
    name = match.group(1)
    message = f"`{written}` needs a space after the colon"
    return TightColon(match.start(1), match.end(), message, f"write `{name}: {written[len(name) + 1 :]}`")


def odd_in_line(line: str) -> OddCharacter | None:
    """The first look-alike of ``line`` that stands where YAML needs the real character."""
    blank = masked(line)
    for pattern in (_ODD_COLON, _ODD_IN_PLACE):
        match = pattern.search(blank) if pattern is _ODD_IN_PLACE else pattern.match(blank)
        if match is not None:
            group = next(number for number, text in enumerate(match.groups(), 1) if text)
            return odd_character(match.group(group), match.start(group))
    for match in _ODD_IN_FLOW.finditer(blank):
        if in_flow(line, match.start()):
            return odd_character(match.group(), match.start())
    return None
