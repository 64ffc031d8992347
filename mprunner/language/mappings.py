"""The rules for mappings: keys are texts, each stands once, ``<<`` merges, braces around a text are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from mprunner.language.characters import ODD_SPACES, odd_characters
from mprunner.language.diagnostics import Problems
from mprunner.language.misread import BRACE_MESSAGE
from mprunner.language.positions import span_in
from mprunner.language.scalars import quoted
from mprunner.language.source import Source, Span
from mprunner.language.tree import Entry, Node, notes_on
from mprunner.records import replaced

__all__ = ["build_mapping"]


def build_mapping(
    source: Source, problems: Problems, children: Sequence[Node], span: Span, style: Literal["flow", "block"]
) -> Node:
    """The mapping node of ``children`` (keys and values in turn). Problems are reported, and mended in the node."""
    written = list(zip(children[::2], children[1::2], strict=False))
    if style == "flow" and any(_is_braced(key) for key, _ in written):
        text = source.slice(span)
        problems.error("unquoted-brace", source, span, BRACE_MESSAGE, expected=f"write {quoted(text)}")
        return Node("scalar", text, span, "plain", text)
    own: dict[str, Entry] = {}
    merged: dict[str, Entry] = {}
    order: list[str] = []
    merge_key: Node | None = None
    for key, value in written:
        if key.style == "plain" and key.text == "<<":
            if merge_key is not None:
                _duplicate(source, problems, merge_key, key)
            merge_key = key
            for entry in _merge_entries(source, problems, value):
                merged.setdefault(entry.name, entry)
                order.append(entry.name)
            continue
        if order and _is_fraction(source, own.get(order[-1]), key, value):
            _decimal_comma(source, problems, own[order[-1]], key)
            continue
        checked = _check_key(source, problems, key)
        if checked is None:
            continue
        name = str(checked.value)
        if name in own:
            _duplicate(source, problems, own[name].key, key)
            continue
        own[name] = Entry(checked, value)
        order.append(name)
    entries = {**merged, **own}
    return Node("mapping", tuple(entries[name] for name in dict.fromkeys(order)), span, style)


def _is_fraction(source: Source, before: Entry | None, key: Node, value: Node) -> bool:
    """Whether ``key`` is the ``1`` of ``timeout: 0,1``: digits directly behind a whole number and a comma."""
    if before is None or not value.is_empty or not (key.text or "").isdigit() or key.style != "plain":
        return False
    whole = before.value
    between = source.slice(Span(whole.span.end_line, whole.span.end_column, key.span.line, key.span.column))
    return (
        between == ","
        and isinstance(whole.value, int)
        and whole.style == "plain"
        and "," not in source.slice(whole.span)
    )


def _decimal_comma(source: Source, problems: Problems, before: Entry, key: Node) -> None:
    span = before.value.span.to(key.span)
    message = f"the comma ends the entry: this is `{before.name}: {before.value.text}` and a key {key.text}"
    expected = f"a number has a decimal point: {source.slice(span).replace(',', '.')}"
    problems.error(
        "decimal-comma", source, span, message, expected=expected, notes=notes_on(before.value, source)
    )


def _is_braced(key: Node) -> bool:
    """Whether ``key`` is itself a mapping without values: the inner braces of ``{{x}}``."""
    return (
        key.kind == "mapping" and key.style == "flow" and all(entry.value.is_empty for entry in key.entries)
    )


def _check_key(source: Source, problems: Problems, key: Node) -> Node | None:
    notes = notes_on(key, source)
    if key.kind != "scalar":
        what = "list" if key.kind == "sequence" else "mapping"
        first = Span(key.span.line, key.span.column, key.span.line, key.span.column + 1)
        note = "a text that begins with a bracket or brace must be quoted"
        message = f"a key is a text, not a {what}"
        problems.error("key-not-text", source, first, message, notes=(*notes, note))
        return None
    text = key.text or ""
    if key.is_empty:
        problems.error("key-not-text", source, key.span, "a key is missing before the colon", notes=notes)
        return None
    if not isinstance(key.value, str):
        what = "null" if key.value is None else "a boolean" if isinstance(key.value, bool) else "a number"
        problems.error(
            "key-not-text",
            source,
            key.span,
            f"a key is a text, and {text} is {what} to YAML",
            expected=f"quote it: {quoted(text)}",
            notes=notes,
        )
        return replaced(key, value=text)
    if key.style == "plain" and not text.isascii():
        return _check_characters(source, problems, key, text)
    return key


def _check_characters(source: Source, problems: Problems, key: Node, text: str) -> Node:
    for odd in odd_characters(text):
        problems.error(
            odd.kind,
            source,
            span_in(key, source, odd.offset, odd.offset + 1),
            f"{odd.title} in a key",
            expected=odd.advice,
            notes=notes_on(key, source),
        )
    return replaced(key, value=text.strip(ODD_SPACES))


def _duplicate(source: Source, problems: Problems, first: Node, second: Node) -> None:
    at = first.span
    problems.error(
        "duplicate-key",
        source,
        second.span,
        f'the key "{second.text}" stands twice in this mapping',
        expected=f"first at line {at.line}, column {at.column}",
        notes=notes_on(second, source),
    )


def _merge_entries(source: Source, problems: Problems, value: Node) -> list[Entry]:
    """The entries that ``<<: value`` brings in; of several mappings the first that has a key wins."""
    parts = value.items if value.kind == "sequence" else (value,)
    entries: dict[str, Entry] = {}
    for part in parts:
        if part.kind != "mapping":
            problems.error(
                "bad-merge",
                source,
                part.used_at or part.span,
                "`<<` takes an alias to a mapping, or a list of them",
                expected="this is not a mapping",
            )
            continue
        for entry in part.entries:
            entries.setdefault(entry.name, entry)
    return list(entries.values())
