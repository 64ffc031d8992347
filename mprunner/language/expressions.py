"""Fields that are computed: texts, expressions and references, from located YAML to checked syntax trees.

*Text* is an f-string, and a number, boolean, null, list or mapping of YAML is taken as such, with f-strings in it.
*Expression* is bare Python; a number, boolean or list of YAML is taken as such. *Reference* names a declared thing or a
place to assign to. Every mistake is reported at its own characters; the functions then give None.
"""

from __future__ import annotations

import ast
from typing import Literal

from mprunner.language.diagnostics import Problems
from mprunner.language.fields import Expression, FieldKind
from mprunner.language.places import Place, located, span_of
from mprunner.language.safe import BUILTINS, OBSERVED_ATTRIBUTES, OBSERVERS, OBSERVING_METHODS, check_safe
from mprunner.language.source import Source, Span
from mprunner.language.syntax import parse_python
from mprunner.language.templates import parse_template
from mprunner.language.tree import Node, comment_cuts, notes_on, unquoted_brace
from mprunner.records import record

__all__ = ["Observation", "names_in", "observations_in", "parse_expression", "parse_reference", "parse_text"]


@record
class Observation:
    """A look at the world in an expression: a method or an attribute of `receiver`, or a function (no receiver)."""

    form: Literal["method", "attribute", "function"]
    name: str
    receiver: ast.expr | None
    span: Span


def parse_text(node: Node, source: Source, problems: Problems) -> Expression | None:
    """A text field: scalars of YAML as they are, texts as f-strings, lists and mappings item by item."""
    tree = _text(node, source, problems)
    return None if tree is None else Expression(tree, _written(node, source), node.span, "text")


def parse_expression(node: Node, source: Source, problems: Problems) -> Expression | None:
    """An expression field: Python as it stands, or a number, a boolean or a list of YAML."""
    if node.kind == "sequence":
        tree = _text(node, source, problems)
        return None if tree is None else Expression(tree, _written(node, source), node.span, "expression")
    if not _plain(node, source, problems, "an expression"):
        return None
    if not isinstance(node.value, str):
        return _field(_scalar(node), node, source, "expression")
    place = Place.of(node, source, problems, expression_field=True)
    tree = parse_python(node.value, place)
    if tree is None or not check_safe(tree, place):
        return None
    return _field(tree, node, source, "expression")


def parse_reference(node: Node, source: Source, problems: Problems) -> Expression | None:
    """A reference field: a name, with indices (`fork[i + 1]`) and attributes (`p.name`) behind it."""
    if not _plain(node, source, problems, "a name"):
        return None
    if not isinstance(node.value, str):
        written = _written(node, source)
        problems.error(
            "not-a-reference",
            source,
            node.span,
            f"expected a name, got {written}",
            notes=notes_on(node, source),
        )
        return None
    place = Place.of(node, source, problems, expression_field=True)
    tree = parse_python(node.value, place)
    if tree is None or not check_safe(tree, place):
        return None
    inner: ast.expr = tree
    while isinstance(inner, (ast.Subscript, ast.Attribute)):
        inner = inner.value
    if isinstance(inner, ast.Name):
        return _field(tree, node, source, "reference")
    place.error(
        "not-a-reference",
        span_of(tree),
        "this names nothing: expected the name of a declared thing or a variable",
        expected="write a name, such as `lock`, `fork[i]` or `p.name`",
    )
    return None


def names_in(expression: Expression) -> list[tuple[str, Span]]:
    """The names that an expression reads, with their places, in written order. Called functions are not among them."""
    found: list[tuple[str, Span]] = []
    for node in _in_order(expression.tree):
        if isinstance(node, ast.Name):
            found.append((node.id, span_of(node)))
    return found


def observations_in(expression: Expression) -> list[Observation]:
    """The looks at the world in an expression, in written order.

    `x.get(...)` is among them, also where `x` may turn out to be a dict.
    """
    found: list[Observation] = []
    for node in _in_order(expression.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in OBSERVERS:
                found.append(Observation("function", node.func.id, None, span_of(node)))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in OBSERVING_METHODS:
                found.append(Observation("method", node.func.attr, node.func.value, span_of(node)))
        elif isinstance(node, ast.Attribute) and node.attr in OBSERVED_ATTRIBUTES:
            found.append(Observation("attribute", node.attr, node.value, span_of(node)))
    return found


def _in_order(tree: ast.expr) -> list[ast.AST]:
    """All nodes but the functions and bound methods that calls name, parents before children, left to right."""
    found: list[ast.AST] = []
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        found.append(node)
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Call):
            children = children[1:]
            if isinstance(node.func, ast.Attribute):
                children.insert(0, node.func.value)
            elif not isinstance(node.func, ast.Name) or node.func.id not in BUILTINS:
                children.insert(0, node.func)
        elif isinstance(node, ast.IfExp):
            children = [node.body, node.test, node.orelse]
        stack.extend(reversed(children))
    return found


def _text(node: Node, source: Source, problems: Problems) -> ast.expr | None:
    if node.kind == "sequence":
        items = [_text(item, source, problems) for item in node.items]
        if any(item is None for item in items):
            return None
        return located(ast.List([item for item in items if item is not None], ast.Load()), node.span)
    if node.kind == "mapping":
        return _mapping(node, source, problems)
    if not _plain(node, source, problems, "a text"):
        return None
    if not isinstance(node.value, str):
        return _scalar(node)
    place = Place.of(node, source, problems)
    tree = parse_template(node.value, place)
    return tree if tree is not None and check_safe(tree, place) else None


def _mapping(node: Node, source: Source, problems: Problems) -> ast.expr | None:
    if _is_brace(node, source, problems, "a text"):
        return None
    keys: list[ast.expr | None] = [_text(entry.key, source, problems) for entry in node.entries]
    values = [_text(entry.value, source, problems) for entry in node.entries]
    if any(part is None for part in (*keys, *values)):
        return None
    return located(ast.Dict(keys, [value for value in values if value is not None]), node.span)


def _plain(node: Node, source: Source, problems: Problems, wanted: str) -> bool:
    """Whether `node` is a scalar that says something, and all of it; else that is reported."""
    notes = notes_on(node, source)
    if _is_brace(node, source, problems, wanted):
        return False
    if node.kind != "scalar":
        got = "a list" if node.kind == "sequence" else "a mapping"
        problems.error("wrong-type", source, node.span, f"expected {wanted}, got {got}", notes=notes)
        return False
    # Behind an expression or a name a comment is welcome: what it could cut off is no Python.
    cut = comment_cuts(node) if wanted == "a text" else None
    if cut is not None:
        message = "the text ends here: the rest of the line is a YAML comment"
        problems.error(
            "comment-cuts-text", source, cut, message, expected="put the whole text into quotes", notes=notes
        )
        return False
    if node.is_empty:
        message = f"expected {wanted}, but nothing is written here"
        expected = 'an empty text is written ""' if wanted == "a text" else None
        problems.error("empty-value", source, node.span, message, expected=expected, notes=notes)
        return False
    return True


def _is_brace(node: Node, source: Source, problems: Problems, wanted: str) -> bool:
    meant = unquoted_brace(node)
    if meant is None:
        return False
    fix = meant if wanted == "a text" else meant[2:-2].strip()
    message = f"braces without quotes are a YAML mapping, not {wanted}"
    problems.error(
        "unquoted-brace", source, node.span, message, expected=f"write {fix}", notes=notes_on(node, source)
    )
    return True


def _scalar(node: Node) -> ast.expr:
    return located(ast.Constant(node.value), node.span)  # type: ignore[arg-type]


def _field(tree: ast.expr, node: Node, source: Source, kind: FieldKind) -> Expression:
    return Expression(tree, _written(node, source), node.span, kind)


def _written(node: Node, source: Source) -> str:
    return node.text if node.kind == "scalar" and node.text is not None else source.slice(node.span)
