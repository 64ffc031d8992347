"""From located YAML to models: containers that remember their node, and what a validator needs to report a problem.

Leaves stay `Node`s. A validator that finds a problem reports it at its exact place and raises `reported()`; pydantic's own
messages never reach an author.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from mprunner.language.diagnostics import Problems
from mprunner.language.scalars import why_text
from mprunner.language.source import Source, Span
from mprunner.language.tree import Node, notes_on
from mprunner.records import made, record

if TYPE_CHECKING:
    from pydantic import ValidationInfo

__all__ = [
    "Context",
    "LocatedDict",
    "LocatedList",
    "Raw",
    "context_of",
    "described",
    "located",
    "node_of",
    "reported",
]


class LocatedDict(dict[str, Any]):
    """A mapping's values by key; `node` is the mapping, `owner` the key that it stands under (None in a list)."""

    __slots__ = ("meant", "node", "owner")

    def __init__(self, items: Mapping[str, Any], node: Node, owner: Node | None) -> None:
        super().__init__(items)
        self.node = node
        self.owner = owner
        self.meant: frozenset[str] = frozenset()
        """Fields that are not missing, because a misspelt one has been reported."""

    def key_span(self, key: str) -> Span:
        """Where `key` is written; the mapping itself when it is not among its keys."""
        entry = self.node.entry(key)
        return self.place if entry is None else entry.key.span

    @property
    def place(self) -> Span:
        """Where to point when something is missing in it."""
        if self.owner is not None and self.node.style != "flow":
            return self.owner.span
        return (
            self.node.span
            if self.node.style == "flow" or not self.node.entries
            else self.node.entries[0].key.span
        )

    def without(self, keys: Iterable[str]) -> LocatedDict:
        """A copy that lacks `keys`."""
        left_out = set(keys)
        kept = {key: value for key, value in self.items() if key not in left_out}
        found = LocatedDict(kept, self.node, self.owner)
        found.meant = self.meant
        return found


class LocatedList(list[Any]):
    """A sequence's items; `node` is the sequence."""

    __slots__ = ("node",)

    def __init__(self, items: Iterable[Any], node: Node) -> None:
        super().__init__(items)
        self.node = node


Raw = Node | LocatedDict | LocatedList
"""What validators of fields receive."""


def located(node: Node, owner: Node | None = None) -> Raw:
    """`node` as containers that remember their nodes, with scalars left as nodes."""
    if node.kind == "mapping":
        items = {entry.name: located(entry.value, entry.key) for entry in node.entries}
        return LocatedDict(items, node, owner)
    if node.kind == "sequence":
        return LocatedList((located(item) for item in node.items), node)
    return node


def node_of(value: Any) -> Node:
    """The node behind a value that a validator received."""
    if isinstance(value, Node):
        return value
    if isinstance(value, (LocatedDict, LocatedList)):
        return value.node
    raise TypeError(f"not a value of a scenario: {type(value).__name__}")


@record(frozen=False)
class Context:
    """What all validators of one file share.

    `verbs` and `forms` are the tables of steps and promises. `broken` collects the names that unreadable parts would have
    declared or assigned, so that one mistake is not followed by others about names that nobody knows. `events` and
    `spans` are the matchers and spans that the file has named so far.
    """

    source: Source
    problems: Problems
    verbs: Mapping[str, Any] = made(factory=dict)
    forms: Mapping[str, Any] = made(factory=dict)
    broken: set[str] = made(factory=set)
    declared: Mapping[str, str] = made(factory=dict)
    events: dict[str, Any] = made(factory=dict)
    spans: dict[str, Any] = made(factory=dict)
    variables: Any = None
    """Those of the `for_each` that is being read (a `quantifying.Variables`); None outside of one."""

    def error(
        self,
        kind: str,
        at: Node | Span,
        message: str,
        *,
        expected: str | None = None,
        notes: Iterable[str] = (),
    ) -> None:
        """Reports an error at a node (the alias that led there is noted) or a span."""
        if isinstance(at, Node):
            notes = (*notes, *notes_on(at, self.source))
            at = at.span
        self.problems.error(kind, self.source, at, message, expected=expected, notes=notes)


def context_of(info: ValidationInfo) -> Context:
    """The `Context` that the validation was started with."""
    context = info.context
    if not isinstance(context, Context):
        raise TypeError("models of a scenario are validated with a Context")
    return context


def reported() -> PydanticCustomError:
    """The exception for a problem that has been reported already."""
    return PydanticCustomError("reported", "already reported")


def described(node: Node) -> str:
    """What a node is, for `expected ..., got ...`."""
    if node.kind == "mapping":
        return "a mapping"
    if node.kind == "sequence":
        return "a list"
    if isinstance(node.value, str):
        text = node.value if len(node.value) <= 40 else f"{node.value[:39]}…"
        return f'the text "{text}"'
    if node.value is None:
        return "nothing" if node.is_empty else "null"
    if isinstance(node.value, bool):
        return str(node.value).lower()
    return f"the number {node.text}"


def hints(node: Node) -> tuple[str, ...]:
    """Why a scalar is not what its author may have meant it to be."""
    if node.kind != "scalar" or node.text is None or not isinstance(node.value, str):
        return ()
    why = why_text(node.text, quoted=node.style in ("single", "double"))
    return () if why is None else (why,)
