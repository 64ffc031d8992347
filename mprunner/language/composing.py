"""From text to located nodes, with every rule that needs no knowledge of scenarios.

The nodes are built from parse events rather than by ``yaml.compose``, for three reasons: an event of an alias says
where the alias stands; depth and expansion can be bounded before anything is built, without recursion; and keys can be
compared before merging, so that an overridden entry of a merge is no duplicate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

from mprunner.language import misread
from mprunner.language.characters import ODD_SPACES, odd_character, unprintable
from mprunner.language.diagnostics import Diagnostic, Problems, listed, nearest
from mprunner.language.events import LOADERS, Failure, events
from mprunner.language.mappings import build_mapping
from mprunner.language.scalars import Resolved, quoted, resolve
from mprunner.language.source import START, Source, Span
from mprunner.language.tree import Node
from mprunner.records import made, record, replaced

__all__ = ["MAX_DEPTH", "MAX_EXPANDED", "compose"]

MAX_DEPTH = 100
"""Lists and mappings inside each other, aliases included."""

MAX_EXPANDED = 100_000
"""Nodes of a file with its aliases written out; not checked in files without aliases."""

_BLANK = " \t\r\n"
_PROPERTY = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*[\r\n])*([&!][^ \t\r\n\[\]{},]*)")
_TO_VALUE = re.compile(r"(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\r\n]*)*")
_COMMENT = re.compile(r"([ \t]+)(#[^\r\n]*)")
_BLOCK_HEADER = re.compile(r"[|>](?:[-+][1-9]?|[1-9][-+]?)? *(?: #[^\r\n]*)?(?:[\r\n]|$)")
_COLON = re.compile(r"[ \t\r\n]*:|")
_STYLES: dict[str, Literal["single", "double", "literal", "folded"]] = {
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}


def compose(source: Source, problems: Problems, *, loaders: tuple[type, ...] = LOADERS) -> Node | None:
    """The mapping that ``source`` holds, or None when it can't be read at all.

    Everything that is wrong goes to ``problems``; with node-level problems (a duplicate key, an unused anchor) there
    is still a node to go on with, in which the offending part is mended as far as can be guessed.
    """
    if _refuse_characters(source, problems):
        return None
    for loader in loaders:
        composer = _Composer(source)
        try:
            root = composer.compose(loader)
        except Failure as failure:
            if loader is not loaders[-1]:
                continue
            composer.fail(failure)
            root = None
        for diagnostic in composer.problems.diagnostics:
            problems.add(diagnostic)
        return root
    raise ValueError("no loader given")


def _refuse_characters(source: Source, problems: Problems) -> bool:
    found = False
    for offset, name in unprintable(source.text):
        span = source.span(offset, offset + 1)
        problems.error("control-character", source, span, f"{name} is not allowed here", expected="remove it")
        found = True
    return found


class _Stop(Exception):  # noqa: N818  (not an error: composing ends, its reason is already told)
    """Nothing more can be composed."""


@record(frozen=False)
class _Frame:
    """A sequence or mapping under construction."""

    kind: Literal["sequence", "mapping"]
    flow: bool
    start: int
    anchor: str | None
    children: list[Node] = made(factory=list)
    size: int = 1
    height: int = 1


@record
class _Anchored:
    node: Node
    size: int
    height: int


class _Composer:
    """One pass over the events of one text."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems = Problems()
        self._stack: list[_Frame] = []
        self._anchors: dict[str, _Anchored | None] = {}  # None while the value is still open
        self._anchor_spans: dict[str, Span] = {}
        self._unused: set[str] = set()
        self._total = 0
        self._root: Node | None = None

    def compose(self, loader: type) -> Node | None:
        documents = 0
        self._refuse_directive()
        try:
            for event in events(self.source.text, loader):
                name = type(event).__name__
                if name == "DocumentStartEvent":
                    documents += 1
                    if documents > 1:
                        self._several_documents(event)
                elif name in ("SequenceStartEvent", "MappingStartEvent"):
                    self._open(event, "mapping" if name.startswith("M") else "sequence")
                elif name in ("SequenceEndEvent", "MappingEndEvent"):
                    self._close(event)
                elif name == "ScalarEvent":
                    self._scalar(event)
                elif name == "AliasEvent":
                    self._alias(event)
        except _Stop:
            return None
        for anchor in sorted(self._unused):
            self._unused_anchor(anchor)
        return self._check_root()

    def fail(self, failure: Failure) -> None:
        """Reports why reading stopped, unless the same place has its message already."""
        from mprunner.language import hints  # a text that can be read needs none

        found = hints.explain(self.source, failure)
        told = {(one.span.line, one.span.column) for one in self.problems.diagnostics}
        if (found.span.line, found.span.column) not in told:
            self.problems.add(found)

    # --- events -----------------------------------------------------------------------------------------------------

    def _open(self, event: Any, kind: Literal["sequence", "mapping"]) -> None:
        start, _ = self._properties(event)
        if len(self._stack) >= MAX_DEPTH:
            self._error("too-deep", self.source.span(start, start + 1), f"nested more than {MAX_DEPTH} deep")
            raise _Stop
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(_Frame(kind, bool(event.flow_style), start, event.anchor))
        self._total += 1

    def _close(self, event: Any) -> None:
        frame = self._stack.pop()
        if frame.flow:
            end = event.end_mark.index
        elif frame.children:
            last = frame.children[-1]
            if last.used_at is not None:
                end = self.source.index(last.used_at.end_line, last.used_at.end_column)
            else:
                end = self.source.index(last.span.end_line, last.span.end_column)
        else:
            end = frame.start
        span = self.source.span(frame.start, max(end, frame.start))
        style: Literal["flow", "block"] = "flow" if frame.flow else "block"
        if frame.kind == "sequence":
            node = Node("sequence", tuple(frame.children), span, style)
        else:
            node = build_mapping(self.source, self.problems, frame.children, span, style)
        if frame.anchor is not None:
            self._anchors[frame.anchor] = _Anchored(node, frame.size, frame.height)
        self._put(node, frame.size, frame.height)

    def _scalar(self, event: Any) -> None:
        start, properties_end = self._properties(event)
        text: str = event.value
        plain = not event.style
        if event.style in ("|", ">") and not _BLOCK_HEADER.match(self.source.text, start):
            raise Failure("while scanning a block scalar", start, "libyaml is too kind here", start)
        if plain and not text:
            start = end = self._empty_place(event) if properties_end is None else properties_end
        else:
            end = start + len(self.source.text[start : event.end_mark.index].rstrip(_BLANK))
        span = self.source.span(start, end)
        if plain:
            node = self._plain(text, span, end)
        else:
            if any("\ud800" <= character <= "\udfff" for character in text):
                self._error(
                    "unknown-escape", span, "half of a character is escaped", "write the character itself"
                )
                text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            node = Node("scalar", text, span, _STYLES[event.style], text)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(node, 1, 0)
        self._total += 1
        self._put(node, 1, 0)

    def _empty_place(self, event: Any) -> int:
        """Where a value that is not written would begin: behind the colon of its key, whatever the reader says."""
        frame = self._stack[-1] if self._stack else None
        index: int = event.start_mark.index
        if frame is None or frame.kind != "mapping" or len(frame.children) % 2 == 0:
            return index
        key = frame.children[-1].used_at or frame.children[-1].span
        colon = _COLON.match(self.source.text, self.source.index(key.end_line, key.end_column))
        return index if colon is None else colon.end()

    def _plain(self, text: str, span: Span, end: int) -> Node:
        resolved = resolve(text)
        if resolved.kind is not None:
            self._error(resolved.kind, span, resolved.message, resolved.expected)
        is_key = (
            bool(self._stack) and self._stack[-1].kind == "mapping" and len(self._stack[-1].children) % 2 == 0
        )
        if not text.isascii() and not is_key and text.strip(ODD_SPACES) != text:
            resolved = self._odd_edge(text, span, end)
        comment = _COMMENT.match(self.source.text, end)
        cut = None if comment is None else self.source.span(comment.start(2), comment.end(2))
        return Node("scalar", resolved.value, span, "plain", text, None, cut)

    def _odd_edge(self, text: str, span: Span, end: int) -> Resolved:
        """Reports spaces that are no plain spaces around an unquoted value; gives the value without them."""
        stripped = text.strip(ODD_SPACES)
        leads = text[0] in ODD_SPACES
        start = self.source.index(span.line, span.column) if leads else end - 1
        odd = odd_character(text[0] if leads else text[-1])
        assert odd is not None
        side = "before" if leads else "behind"
        note = f"if it belongs to the text, quote it: {quoted(text)}" if stripped else ""
        message = f"{odd.title} {side} the value"
        self._error(odd.kind, self.source.span(start, start + 1), message, odd.advice, *filter(None, [note]))
        return resolve(stripped)

    def _alias(self, event: Any) -> None:
        name: str = event.anchor
        span = self.source.span(event.start_mark.index, event.end_mark.index)
        node = Node("scalar", None, span, "plain", "")
        size, height = 1, 0
        if name not in self._anchors:
            self._unknown_alias(name, span)
        else:
            self._unused.discard(name)
            anchored = self._anchors[name]
            if anchored is None:
                message = f"`*{name}` stands inside the value that it repeats"
                self._error(
                    "recursive-alias", span, message, f"`&{name}` is at line {self._anchor_spans[name].line}"
                )
            else:
                self._check_expansion(anchored, span)
                node, size, height = used(anchored.node, span), anchored.size, anchored.height
        self._total += size
        self._put(node, size, height)

    def _put(self, node: Node, size: int, height: int) -> None:
        if not self._stack:
            self._root = node
            return
        frame = self._stack[-1]
        frame.children.append(node)
        frame.size += size
        frame.height = max(frame.height, height + 1)

    # --- rules ------------------------------------------------------------------------------------------------------

    def _error(self, kind: str, span: Span, message: str, expected: str | None = None, *notes: str) -> None:
        self.problems.error(kind, self.source, span, message, expected=expected, notes=notes)

    def _properties(self, event: Any) -> tuple[int, int | None]:
        """Where the value of ``event`` starts behind its anchor and tag; reports tags, registers the anchor."""
        start: int = event.start_mark.index
        end: int | None = None
        if event.anchor is None and event.tag is None:
            return start, None
        for match in self._property_matches(start, (event.anchor is not None) + (event.tag is not None)):
            span = self.source.span(match.start(1), match.end(1))
            end = match.end(1)
            if match.group(1).startswith("&"):
                self._anchor(event.anchor, span)
            else:
                if self.source.text[end : end + 1] in ("\t", ",") or "!" in match.group(1)[2:]:
                    raise Failure("while scanning a tag", start, "libyaml is too kind here", end)
                self._tag(match.group(1), span)
        if end is None:
            return start, None
        value = _TO_VALUE.match(self.source.text, end)
        return (end if value is None else value.end()), end

    def _property_matches(self, start: int, count: int) -> Iterator[re.Match[str]]:
        for _ in range(count):
            match = _PROPERTY.match(self.source.text, start)
            if match is None:
                return
            yield match
            start = match.end()

    def _anchor(self, name: str, span: Span) -> None:
        if name in self._anchor_spans:
            first = self._anchor_spans[name]
            self._error(
                "duplicate-anchor", span, f"the anchor `&{name}` stands twice", f"first at line {first.line}"
            )
            return
        self._anchor_spans[name] = span
        self._unused.add(name)

    def _tag(self, tag: str, span: Span) -> None:
        rest = self._rest_of_line(span)
        notes = [f"if a text is meant, quote it: {quoted(rest)}"]
        if re.fullmatch(r"![A-Za-z_(][^!]*", tag):
            notes.append(f"if it is a condition, write `not {rest[1:]}`")
        self._error("tag", span, "YAML tags are not used here", None, *notes)

    def _unused_anchor(self, name: str) -> None:
        span = self._anchor_spans[name]
        self._error(
            "unused-anchor",
            span,
            f"the anchor `&{name}` is never used",
            None,
            f"if a text is meant, quote it: {quoted(self._rest_of_line(span))}",
        )

    def _unknown_alias(self, name: str, span: Span) -> None:
        close = nearest(name, self._anchors)
        expected = f"did you mean {listed(f'*{one}' for one in close)}?" if close else None
        note = f"if a text is meant, quote it: {quoted(self._rest_of_line(span))}"
        self._error("unknown-alias", span, f"there is no anchor `&{name}` above this alias", expected, note)

    def _rest_of_line(self, span: Span) -> str:
        from mprunner.language.lines import value_from

        return value_from(self.source.line(span.line), span.column - 1, flow=any(f.flow for f in self._stack))

    def _check_expansion(self, anchored: _Anchored, span: Span) -> None:
        if self._total + anchored.size > MAX_EXPANDED:
            self._error(
                "alias-expansion", span, f"written out, the aliases give more than {MAX_EXPANDED:,} values"
            )
            raise _Stop
        if len(self._stack) + anchored.height > MAX_DEPTH:
            self._error("too-deep", span, f"with what this alias repeats, nested more than {MAX_DEPTH} deep")
            raise _Stop

    def _refuse_directive(self) -> None:
        for number, line in enumerate(self.source.lines, 1):
            if line.startswith("%"):
                span = Span(number, 1, number, len(line.rstrip()) + 1)
                self._error("directive", span, "YAML directives are not used here", "leave this line out")
            elif line.strip() and not line.lstrip().startswith("#"):
                return

    def _several_documents(self, event: Any) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        span = self.source.span(start, max(end, start + 1))
        self._error(
            "several-documents", span, "there is one scenario a file", "a second document begins here"
        )
        raise _Stop

    def _check_root(self) -> Node | None:
        root = self._root
        if root is None or root.is_empty:
            if not self.problems.has_errors:
                self._error(
                    "empty-file",
                    START,
                    "the file is empty: there is nothing but white space or comments in it",
                )
            return None
        if root.kind == "mapping":
            return root
        shape = misread.shape(root, self.source)
        if shape is not None:
            self.problems.add(shape)
        else:
            what = "a list" if root.kind == "sequence" else "a single value"
            first = Span(root.span.line, root.span.column, root.span.line, root.span.column + 1)
            message = f"the file holds {what} at its outermost level; it takes `key: value` lines there"
            self.problems.add(Diagnostic("not-a-mapping", self.source, first, message))
        return None


def used(node: Node, at: Span) -> Node:
    """A copy of ``node`` that was reached through the alias at ``at``."""
    if node.kind == "sequence":
        return replaced(node, value=tuple(used(item, at) for item in node.items), used_at=at)
    if node.kind == "mapping":
        entries = (replaced(e, key=used(e.key, at), value=used(e.value, at)) for e in node.entries)
        return replaced(node, value=tuple(entries), used_at=at)
    return replaced(node, used_at=at)
