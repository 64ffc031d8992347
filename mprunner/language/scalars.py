"""What an unquoted word of YAML means: the core schema of YAML 1.2, and nothing more.

YAML 1.1, which PyYAML implements, reads ``no`` as false, ``1:30`` as 90 and ``2024-01-02`` as a date. Here only
``true`` and ``false`` are booleans, numbers look like numbers, and everything else is a text.
"""

from __future__ import annotations

import math
import re

from mprunner.records import record

__all__ = ["Resolved", "Scalar", "quoted", "resolve", "why_text"]

Scalar = None | bool | int | float | str

MAX_DIGITS = 300

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_NUMBER_START = frozenset("+-.0123456789")
_LEADING_ZERO = re.compile(r"([-+]?)0+([0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")


@record
class Resolved:
    """The value of a plain scalar, and what is wrong with it: a kind of diagnostic, a sentence, the fix."""

    value: Scalar
    kind: str | None = None
    message: str = ""
    expected: str = ""


def resolve(text: str) -> Resolved:
    """The value of ``text`` written without quotes."""
    if text in _WORDS:
        return Resolved(_WORDS[text])
    if text[0] not in _NUMBER_START:
        return Resolved(text)
    zero = _LEADING_ZERO.fullmatch(text)
    if zero is not None:
        return _leading_zero(text, zero)
    for pattern, base in ((_INTEGER, 10), (_OCTAL, 8), (_HEXADECIMAL, 16)):
        if pattern.fullmatch(text):
            if len(text) > MAX_DIGITS:
                return _out_of_range(f"a number of {len(text)} digits")
            return Resolved(int(text[2:] if base != 10 else text, base))
    if _FLOAT.fullmatch(text):
        number = float(text)
        return (
            Resolved(number)
            if math.isfinite(number)
            else _out_of_range(f"{text[:30]} is too large for a float")
        )
    return Resolved(text)


def _out_of_range(what: str) -> Resolved:
    return Resolved(0, "number-out-of-range", what, "quote it if it is a text")


def _leading_zero(text: str, match: re.Match[str]) -> Resolved:
    sign, digits = match.groups()
    octal = f"{sign}0o{digits}" if sign != "+" and re.fullmatch("[0-7]+", digits) and digits != "0" else None
    choices = f"{sign}{digits}, {octal}" if octal else f"{sign}{digits}"
    try:
        value: Scalar = int(digits[:MAX_DIGITS])
    except ValueError:
        value = float(digits)
    expected = f"write {choices} or quote it: {quoted(text)}"
    return Resolved(value, "leading-zero", "a number with a leading zero", expected)


_CONFUSED = {
    **dict.fromkeys(("yes", "on", "y"), 'only true and false are booleans: write true for "{}"'),
    **dict.fromkeys(("no", "off", "n"), 'only true and false are booleans: write false for "{}"'),
    "none": "Python's None is written null here",
}
_SHAPES = (
    (re.compile(r"[-+]?[0-9]+(?:_[0-9]+)+"), "numbers are written without underscores: {plain}"),
    (re.compile(r"[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?"), "durations are seconds, for example 90, not 1:30"),
    (re.compile(r"([0-9.]+) ?(?:s|sec|secs|seconds?)"), "durations are seconds, without a unit: {number}"),
    (re.compile(r"([0-9.]+) ?(?:ms|us|ns|m|min|minutes?|h|hours?)"), "durations are seconds, without a unit"),
    (re.compile(r"[-+]?[0-9]+,[0-9]+"), "numbers have a decimal point: {point}"),
    (re.compile(r"0b[01]+"), "binary numbers are not known to YAML"),
)


def why_text(text: str, *, quoted: bool = False) -> str | None:
    """A sentence for an author who meant ``text`` to be a boolean, a number or null; None when there is none."""
    if quoted:
        value = resolve(text)
        if text and value.kind is None and not isinstance(value.value, str):
            return f"in quotes it is a text; without quotes, {text}, it is not"
        return None
    confused = _CONFUSED.get(text.casefold())
    if confused is not None:
        return confused.format(text)
    for pattern, sentence in _SHAPES:
        match = pattern.fullmatch(text)
        if match is not None:
            number = match.group(1) if match.groups() else ""
            return sentence.format(plain=text.replace("_", ""), point=text.replace(",", "."), number=number)
    return None


def quoted(text: str) -> str:
    """``text`` as a quoted scalar of YAML on one line, in double quotes where that needs no escape."""
    if '"' not in text and "\\" not in text and text.isprintable():
        return f'"{text}"'
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escapes.get(c) or (c if c.isprintable() else _escape(c)) for c in text) + '"'


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
