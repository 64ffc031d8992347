"""Values that are YAML, but not what their author meant; for those who know what was wanted at a place."""

from __future__ import annotations

from mprunner.language.diagnostics import Diagnostic, Problems
from mprunner.language.scalars import quoted
from mprunner.language.source import Source
from mprunner.language.tree import Node, comment_cuts, notes_on, unquoted_brace

__all__ = ["BRACE_MESSAGE", "report_brace", "report_comment", "shape"]

BRACE_MESSAGE = "a text with braces must be quoted, without quotes they are a mapping"


def shape(node: Node, source: Source) -> Diagnostic | None:
    """Why an unquoted text may stand where a mapping or list was wanted: ``name：lock``, ``a:1``. None if unknown."""
    if not node.is_text or node.style != "plain":
        return None
    from mprunner.language.lines import odd_in_line, tight_colon

    line = source.line(node.span.line)
    notes = notes_on(node, source)
    written = " " * (node.span.column - 1) + line[node.span.column - 1 :]
    odd = odd_in_line(written)
    begin = source.index(node.span.line, 1)
    if odd is not None:
        span = source.span(begin + odd.offset, begin + odd.offset + 1)
        return Diagnostic(odd.kind, source, span, odd.message, odd.advice, notes)
    tight = tight_colon(written)
    if tight is None:
        return None
    span = source.span(begin + tight.start, begin + tight.end)
    return Diagnostic("missing-space", source, span, tight.message, tight.expected, notes)


def report_brace(node: Node, source: Source, problems: Problems) -> bool:
    """Reports ``{x}`` without quotes where a text is wanted, at any depth below ``node``; whether there was one."""
    found = False
    for one in node.walk():
        meant = unquoted_brace(one)
        if meant is not None:
            problems.error(
                "unquoted-brace",
                source,
                one.span,
                BRACE_MESSAGE,
                expected=f"write {meant}",
                notes=notes_on(one, source),
            )
            found = True
    return found


def report_comment(node: Node, source: Source, problems: Problems) -> bool:
    """Reports a comment that silently ends a text; to be called where a text is wanted. Whether there was one."""
    comment = comment_cuts(node)
    if comment is None:
        return False
    text = source.slice(node.span.to(comment)) if node.text else source.slice(comment)
    message = "the rest of this text is a comment" if node.text else "this text is a comment"
    expected = f"quote it: {quoted(text)}, or move the comment to a line of its own"
    problems.error(
        "comment-cuts-text", source, comment, message, expected=expected, notes=notes_on(node, source)
    )
    return True
