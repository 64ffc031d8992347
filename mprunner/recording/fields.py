"""Reading the members of a JSON object with one clear message for each way in which they can be wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mprunner.recording.jsonvalues import MalformedValueError, decode

__all__ = ["Fields", "MalformedError"]

_REQUIRED: Any = object()


class MalformedError(Exception):
    """A line is no line of a recording. Its text says why; where is known to who reads the file."""

    @classmethod
    def choice(cls, name: str, value: object, choices: Iterable[str]) -> MalformedError:
        """A member that has none of the values it may have."""
        return cls(f"{name!r} can't be {value!r}{_nearest(value, choices)}")

    @classmethod
    def unknown_key(cls, what: str, key: str, keys: Iterable[str]) -> MalformedError:
        """A member that there is not."""
        return cls(f"{_article(what)} {what} has no member {key!r}{_nearest(key, keys)}")


def _nearest(value: object, choices: Iterable[str]) -> str:
    from difflib import get_close_matches

    choices = sorted(choices)
    near = get_close_matches(str(value), choices, n=1)
    if near:
        return f", did you mean {near[0]!r}?"
    return f", expected one of: {', '.join(choices)}" if len(choices) <= 8 else ""


class Fields:
    """The members of one object. Each method takes one; `no_more` complains about what was not taken.

    Without a default a member is required; null counts as missing. All methods raise MalformedError.
    """

    def __init__(self, data: Any, what: str) -> None:
        if type(data) is not dict:
            raise MalformedError(f"{_article(what)} {what} must be an object, not {_shown(data)}")
        self._data = data
        self._what = what
        self._taken = {"record"}

    def member(self, name: str, default: Any = None) -> Any:
        self._taken.add(name)
        value = self._data.get(name)
        if value is None:
            if default is _REQUIRED:
                raise MalformedError(f"{_article(self._what)} {self._what} needs {name!r}")
            return default
        return value

    def text(self, name: str, default: Any = _REQUIRED) -> Any:
        return self._typed(name, default, str, "a text")

    def integer(self, name: str, default: Any = _REQUIRED) -> Any:
        return self._typed(name, default, int, "an integer")

    def number(self, name: str, default: Any = _REQUIRED) -> float:
        value = self.member(name, default)
        if type(value) is not int and type(value) is not float:
            raise self._wrong(name, value, "a number")
        return float(value)

    def flag(self, name: str) -> bool:
        return bool(self._typed(name, False, bool, "true or false"))

    def one_of(self, name: str, choices: tuple[str, ...], default: Any = _REQUIRED) -> Any:
        value = self.member(name, default)
        if value is not default and value not in choices:
            raise MalformedError.choice(name, value, choices)
        return value

    def items(self, name: str) -> list[Any]:
        value: list[Any] = self._typed(name, [], list, "a list")
        return value

    def rich_text(self, name: str, default: Any = _REQUIRED) -> Any:
        """A text that may be tagged, because of lone surrogates in it."""
        value = self._decoded(name, self.member(name, default))
        if value is not default and type(value) is not str:
            raise self._wrong(name, value, "a text")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = [self._decoded(name, item) for item in self.items(name)]
        for value in values:
            if type(value) is not str:
                raise self._wrong(name, value, "a list of texts")
        return tuple(values)

    def values(self, name: str) -> dict[str, Any] | None:
        """An object of encoded values."""
        value = self._typed(name, None, dict, "an object")
        return None if value is None else {key: self._decoded(name, item) for key, item in value.items()}

    def no_more(self) -> None:
        for key in self._data:
            if key not in self._taken:
                raise MalformedError.unknown_key(self._what, key, self._taken)

    def _typed(self, name: str, default: Any, kind: type, wanted: str) -> Any:
        value = self.member(name, default)
        if value is not default and type(value) is not kind:
            raise self._wrong(name, value, wanted)
        return value

    def _decoded(self, name: str, data: Any) -> Any:
        try:
            return decode(data)
        except MalformedValueError as error:
            raise MalformedError(f"{name!r}: {error}") from error

    def _wrong(self, name: str, value: object, wanted: str) -> MalformedError:
        return MalformedError(f"{name!r} must be {wanted}, not {_shown(value)}")


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"
