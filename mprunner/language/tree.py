"""Located YAML: every value knows where it is written, how, and how it was reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from mprunner.language.scalars import Scalar, quoted
from mprunner.language.source import Source, Span
from mprunner.records import record

__all__ = ["Entry", "Node", "comment_cuts", "locate", "notes_on", "to_plain", "unquoted_brace"]


@record
class Node:
    """A value of YAML.

    ``value``: of a scalar the Python value, of a sequence a tuple of nodes, of a mapping a tuple of entries (keys are
    texts and unique; merge keys are already merged). ``span``: the text of the value, quotes and brackets included.
    ``text``: the content of a scalar before it was taken for a number, a boolean or null. ``used_at``: for what was
    reached through an alias, where the alias stands (``span`` is then at the anchor). ``cut_by_comment``: the comment
    that directly follows an unquoted scalar on its line.
    """

    kind: Literal["scalar", "sequence", "mapping"]
    value: Scalar | tuple[Node, ...] | tuple[Entry, ...]
    span: Span
    style: Literal["plain", "single", "double", "literal", "folded", "flow", "block"]
    text: str | None = None
    used_at: Span | None = None
    cut_by_comment: Span | None = None

    @property
    def items(self) -> tuple[Node, ...]:
        """The items of a sequence, nothing for other nodes."""
        return self.value if self.kind == "sequence" else ()  # type: ignore[return-value]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of a mapping in their order, nothing for other nodes."""
        return self.value if self.kind == "mapping" else ()  # type: ignore[return-value]

    @property
    def is_text(self) -> bool:
        """Whether this is a scalar whose value is a text."""
        return self.kind == "scalar" and isinstance(self.value, str)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is written: ``key:`` and no more."""
        return self.kind == "scalar" and self.style == "plain" and self.text == ""

    def keys(self) -> tuple[str, ...]:
        """The keys of a mapping in their order."""
        return tuple(entry.name for entry in self.entries)

    def entry(self, key: str) -> Entry | None:
        """The entry of a mapping under ``key``."""
        return next((entry for entry in self.entries if entry.name == key), None)

    def get(self, key: str) -> Node | None:
        """The value of a mapping under ``key``."""
        entry = self.entry(key)
        return None if entry is None else entry.value

    def walk(self) -> Iterator[Node]:
        """This node and all below it, keys not included, in the order of the text."""
        yield self
        for item in self.items:
            yield from item.walk()
        for entry in self.entries:
            yield from entry.value.walk()


@record
class Entry:
    """A key of a mapping and its value."""

    key: Node
    value: Node

    @property
    def name(self) -> str:
        """The key's text."""
        return str(self.key.value)


def to_plain(node: Node) -> Any:
    """``node`` as dicts, lists and scalars."""
    if node.kind == "mapping":
        return {entry.name: to_plain(entry.value) for entry in node.entries}
    if node.kind == "sequence":
        return [to_plain(item) for item in node.items]
    return node.value


def locate(node: Node, loc: Sequence[str | int]) -> tuple[Node, Node | None]:
    """The node that a path of keys and indices leads to, and the key under which it stands (None in a list).

    Parts that lead nowhere are passed over: the names that a validator puts in for its own variants, and the name of
    a field that is missing.
    """
    key: Node | None = None
    for part in loc:
        entry = node.entry(part) if isinstance(part, str) else None
        if entry is not None:
            node, key = entry.value, entry.key
        elif isinstance(part, int) and 0 <= part < len(node.items):
            node, key = node.items[part], None
    return node, key


def notes_on(node: Node, source: Source) -> tuple[str, ...]:
    """What a message about ``node`` should add: the alias through which it is used, if there is one."""
    if node.used_at is None:
        return ()
    return (f"used at line {node.used_at.line} through `{source.slice(node.used_at)}`",)


def comment_cuts(node: Node) -> Span | None:
    """The comment that silently ends (or replaces) an unquoted text; to be asked where a text is wanted.

    After numbers, lists and the like a comment on the same line is welcome, hence this is no rule of the YAML layer.
    """
    return node.cut_by_comment if node.is_text or node.is_empty else None


def unquoted_brace(node: Node) -> str | None:
    """What was meant by ``{x}`` where a text is wanted: ``"{x}"``, quotes included. None for other nodes.

    To YAML it is a mapping in flow style all of whose values are missing.
    """
    if node.kind != "mapping" or node.style != "flow" or not node.entries:
        return None
    if not all(entry.value.is_empty for entry in node.entries):
        return None
    return quoted("{" + ", ".join(_as_written(entry.key) for entry in node.entries) + "}")


def _as_written(key: Node) -> str:
    text = key.text or ""
    return {"single": f"'{text}'", "double": f'"{text}"'}.get(key.style, text)
