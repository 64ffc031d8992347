"""YAML text to a stream of parse events, the same from libyaml and from PyYAML's own reader.

libyaml (``CSafeLoader``) is eight times as fast, but the places and reasons of its errors differ from those of the
pure reader. So a text that libyaml refuses is read again by the pure reader, whose word is final; and the pure reader
is taught the one thing that libyaml accepts and it does not: a tab between a value and a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["LOADERS", "Failure", "PureLoader", "events"]


class PureLoader(yaml.SafeLoader):
    """PyYAML's pure reader, with tabs as separation space where libyaml has them."""

    def scan_to_next_token(self) -> None:
        """Skips spaces, comments and line breaks, and tabs where no indentation is counted."""
        while True:
            while self.peek() == " " or (
                self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)
            ):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0\r\n":
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            if not self.flow_level:
                self.allow_simple_key = True


LOADERS: tuple[type, ...] = (yaml.CSafeLoader, PureLoader) if hasattr(yaml, "CSafeLoader") else (PureLoader,)
"""The readers to try, the fastest first; the last one is always the pure one."""


@dataclass
class Failure(Exception):  # noqa: N818  (a finding about a text, not a fault)
    """The text is not YAML: what the pure reader was doing since ``context_index``, and what it met at ``index``.

    ``context`` and ``problem`` are PyYAML's own words: good for telling cases apart, never to be shown.
    """

    context: str
    context_index: int | None
    problem: str
    index: int


def events(text: str, loader: type) -> Iterator[Any]:
    """The parse events of ``text``, as they are read. Raises ``Failure``."""
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        context, problem = error.context_mark, error.problem_mark
        mark = problem or context
        raise Failure(
            error.context or "",
            None if context is None else context.index,
            error.problem or "",
            0 if mark is None else mark.index,
        ) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The pure reader lets chr() and int() fail on impossible escapes and directives.
        raise Failure("", None, f"unreadable: {type(error).__name__}", 0) from None
