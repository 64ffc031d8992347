"""Characters that look like another: full-width punctuation, spaces that are no spaces, what is not text at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from mprunner.records import record

__all__ = ["ODD", "ODD_SPACES", "OddCharacter", "odd_character", "odd_characters", "unprintable"]

_PUNCTUATION = {
    "：": ("full-width colon", ":"),
    "，": ("full-width comma", ","),
    "、": ("ideographic comma", ","),
    "；": ("full-width semicolon", ";"),
    "＃": ("full-width number sign", "#"),
    "－": ("full-width hyphen", "-"),
    "—": ("dash", "-"),
    "–": ("dash", "-"),
    "｛": ("full-width brace", "{"),
    "｝": ("full-width brace", "}"),
    "［": ("full-width bracket", "["),
    "］": ("full-width bracket", "]"),
    "【": ("full-width bracket", "["),
    "】": ("full-width bracket", "]"),
    "（": ("full-width parenthesis", "("),
    "）": ("full-width parenthesis", ")"),
    "＂": ("full-width quotation mark", '"'),
    "＇": ("full-width apostrophe", "'"),
    "“": ("curly quotation mark", '"'),
    "”": ("curly quotation mark", '"'),
    "„": ("low quotation mark", '"'),
    "‘": ("curly quotation mark", "'"),
    "’": ("curly quotation mark", "'"),
    "「": ("corner bracket", '"'),
    "」": ("corner bracket", '"'),
}
ODD_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u200b\u2060"
"""Spaces other than U+0020, zero-width ones included."""

ODD = "".join(_PUNCTUATION) + ODD_SPACES
"""All characters that ``odd_character`` knows."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


@record
class OddCharacter:
    """A look-alike: where it stands in the text searched, its name in words, and what to write instead."""

    offset: int
    character: str
    name: str
    instead: str

    @property
    def kind(self) -> str:
        """The kind of diagnostic for it."""
        return "odd-space" if self.character in ODD_SPACES else "full-width"

    @property
    def title(self) -> str:
        """``a full-width colon "：" (U+FF1A)``; a space is not shown, since there is nothing to see."""
        shown = "" if self.character in ODD_SPACES else f' "{self.character}"'
        article = "an" if self.name[0] in "aeiou" else "a"
        return f"{article} {self.name}{shown} (U+{ord(self.character):04X})"

    @property
    def message(self) -> str:
        """The sentence for a place where YAML needs the real character."""
        return (
            f"{self.title} instead of {'a plain space' if self.kind == 'odd-space' else f'`{self.instead}`'}"
        )

    @property
    def advice(self) -> str:
        """What to write instead, as a phrase."""
        return "write a plain space" if self.kind == "odd-space" else f"write {self.instead}"


def odd_character(character: str, offset: int = 0) -> OddCharacter | None:
    """The look-alike that ``character`` is, if it is one."""
    if character in _PUNCTUATION:
        return OddCharacter(offset, character, *_PUNCTUATION[character])
    if character in ODD_SPACES:
        name = unicodedata.name(character).lower()
        return OddCharacter(offset, character, name, " ")
    return None


def odd_characters(text: str) -> Iterator[OddCharacter]:
    """All look-alikes in ``text``, in order."""
    for match in re.finditer(f"[{re.escape(ODD)}]", text):
        found = odd_character(match.group(), match.start())
        if found is not None:
            yield found


def unprintable(text: str) -> Iterator[tuple[int, str]]:
    """Offset and name of each character that no YAML text may hold, or that is a line break to some and not to others."""
    for match in _UNPRINTABLE.finditer(text):
        character = match.group()
        name = {
            "\u0085": "next line",
            "\u2028": "line separator",
            "\u2029": "paragraph separator",
            "\ufeff": "byte order mark in the middle of the text",
        }.get(character, "control character" if character < "\u00a0" else "not a character")
        yield match.start(), f"U+{ord(character):04X} ({name})"
