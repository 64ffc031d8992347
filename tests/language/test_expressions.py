"""Texts, expressions and references: what they become, and the message for each mistake, under its own characters."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.language import loading  # noqa: F401 - registers every kind of diagnostic
from mprunner.language.diagnostics import Diagnostic, Problems
from mprunner.language.expressions import (
    names_in,
    observations_in,
    parse_expression,
    parse_reference,
    parse_text,
)
from mprunner.language.fields import Expression
from mprunner.language.nodes import compose
from mprunner.language.scalars import quoted
from mprunner.language.source import Source

PARSERS = {"text": parse_text, "expression": parse_expression, "reference": parse_reference}


def parsed(kind: str, written: str) -> tuple[Expression | None, tuple[Diagnostic, ...], Source]:
    """What a field becomes whose value is `written` after `k: `, the problems, and the file."""
    source, problems = Source("test.yaml", f"k: {written}\n"), Problems()
    node = compose(source, problems)
    assert node is not None, problems.diagnostics
    value = node.get("k")
    assert value is not None
    return PARSERS[kind](value, source, problems), problems.diagnostics, source


def tree_of(kind: str, written: str) -> str:
    found, problems, _source = parsed(kind, written)
    assert () == problems
    assert found is not None
    return ast.dump(found.tree)


def dumped(text: str) -> str:
    return ast.dump(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("plain", "'plain'"),
        ('""', "''"),
        ('"a {x} b"', "f'a {x} b'"),
        ('"{x}"', "x"),
        ('"{x + 1}"', "x + 1"),
        ('"{x!r}"', "f'{x!r}'"),
        ('"{x:>5}"', "f'{x:>5}'"),
        ('"{x:{w}.{p}f}"', "f'{x:{w}.{p}f}'"),
        ('"{x=}"', "f'x={x!r}'"),
        ('"{x = :>4}"', "f'x = {x:>4}'"),
        ('"{{x}}"', "'{x}'"),
        ('"{{{x}}}"', "f'{{{x}}}'"),
        ("\"{d['a']}\"", "d['a']"),
        ("\"{', '.join(l)} \"", "f\"{', '.join(l)} \""),
        ('"{x != 1}"', "x != 1"),
        ('"{ {1: 2}[1] }"', "{1: 2}[1]"),
        ("3", "3"),
        ("true", "True"),
        ("null", "None"),
        ('[a, "{x}", 1]', "['a', x, 1]"),
        ('{a: "{x}", b: [c]}', "{'a': x, 'b': ['c']}"),
        ("'it''s {x}'", 'f"it\'s {x}"'),
        ("|-\n  a {x}\n  {y}", "f'a {x}\\n{y}'"),
    ],
)
def test_a_text_is_an_f_string_and_yaml_data_is_itself(written: str, expected: str) -> None:
    assert dumped(expected) == tree_of("text", written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("x > 1", "x > 1"),
        ("q.empty() and not p.exitcode", "q.empty() and (not p.exitcode)"),
        ("true", "True"),
        ("3", "3"),
        ("[a, 2]", "['a', 2]"),
        ("\"'itcast'\"", "'itcast'"),
        ("f'{x}!'", "f'{x}!'"),
        ('"{1: 2}"', "{1: 2}"),
        ('"{1, 2}"', "{1, 2}"),
        (">-\n  a and\n  b", "a and b"),
        ("a if b else c", "a if b else c"),
        ("x, y", "(x, y)"),
    ],
)
def test_an_expression_is_python(written: str, expected: str) -> None:
    assert dumped(expected) == tree_of("expression", written)


@pytest.mark.parametrize("written", ["lock", '"fork[(i + 1) % n]"', "p.name", "\"d['a'][0]\""])
def test_a_reference_is_a_name_with_indices_and_attributes(written: str) -> None:
    assert dumped(written.strip('"')) == tree_of("reference", written)


@pytest.mark.parametrize(
    ("kind", "written", "name", "at", "fix"),
    [
        # texts
        ("text", '"{"', "unbalanced-brace", "{", "`{{`"),
        ("text", '"a }"', "unbalanced-brace", "}", "`}}`"),
        ("text", '"{x"', "unbalanced-brace", "{", "`{x}`"),
        ("text", '"a {} b"', "empty-braces", "{}", "`{{}}`"),
        ("text", '"{!x}"', "not-python", "!x", "`not`"),
        ("text", '"{x!z}"', "not-python", "!z", "`!r`"),
        ("text", "{x}", "unquoted-brace", "{x}", 'write "{x}"'),
        ("text", "[a, {x}]", "unquoted-brace", "{x}", 'write "{x}"'),
        ("text", '"a {x +} b"', "expression-syntax", "+", ""),
        ("text", "'{é + ü.foo}'", "unknown-attribute", "ü.foo", ""),
        ("text", '"\\u00e9 {x.foo}"', "unknown-attribute", "x.foo", ""),
        ("text", '"{q.put(1)}"', "unknown-attribute", "q.put", "write a step"),
        ("text", "a # b", "comment-cuts-text", "# b", "quotes"),
        ("text", "", "empty-value", "", '""'),
        # expressions
        ("expression", '"{x > 1}"', "braces-in-expression", "{x > 1}", "without braces: x > 1"),
        ("expression", "'{{ x }}'", "braces-in-expression", "{{ x }}", "without braces: x"),
        ("expression", '"{x} > 1"', "braces-in-expression", "{x}", "without braces: x"),
        ("expression", "{x}", "unquoted-brace", "{x}", "write x"),
        ("expression", "a && b", "not-python", "&&", "`and`"),
        ("expression", "a || b", "not-python", "||", "`or`"),
        ("expression", '"!x"', "not-python", "!", "`not`"),
        ("expression", "a = 1", "not-python", "=", "`==`"),
        ("expression", "x++", "not-python", "++", "{x + 1}"),
        ("expression", "x += 1", "not-python", "+=", "`set`"),
        ("expression", "a === b", "not-python", "===", "`==`"),
        ("expression", '"a ? b : c"', "not-python", "?", "`b if a else c`"),
        ("expression", "$x", "not-python", "$", "bare name"),
        ("expression", "x == null", "not-python", "null", "`None`"),
        ("expression", "not true", "not-python", "true", "`True`"),
        ("expression", "x y", "expression-syntax", "y", ""),
        ("expression", "x ==", "expression-syntax", "=", ""),
        ("expression", "class", "expression-syntax", "class", ""),
        ("expression", "a.b(", "expression-syntax", "(", ""),
        ("expression", '"(a]"', "expression-syntax", "(", ""),
        ("expression", "a)", "expression-syntax", ")", ""),
        ("expression", "'\"abc'", "expression-syntax", '"', ""),
        ("expression", '"1) + (2"', "expression-syntax", ")", ""),
        ("expression", "x ＞ 1", "expression-syntax", "＞", ""),
        ("expression", "f(x)", "unknown-function", "f", ""),
        ("expression", "lenn(x)", "unknown-function", "lenn", '"len"'),
        ("expression", "print(1)", "unknown-function", "print", "`- print: ...`"),
        ("expression", "getpid(1)", "unknown-function", "getpid(1)", ""),
        ("expression", "x.format(1)", "unknown-attribute", "x.format", "{x:.2f}"),
        ("expression", "x.append(1)", "unknown-attribute", "x.append", "`- append: ...`"),
        ("expression", "q.empty", "unknown-attribute", "q.empty", "`.empty()`"),
        ("expression", "p.exitcode()", "unknown-attribute", "p.exitcode", "without `()`"),
        ("expression", "p.exitcod", "unknown-attribute", "p.exitcod", '"exitcode"'),
        ("expression", "x.__class__", "unsafe-expression", "x.__class__", ""),
        ("expression", "__import__", "unsafe-expression", "__import__", ""),
        ("expression", '"[i for i in x]"', "unsafe-expression", "[i for i in x]", "`for`"),
        ("expression", "(x := 1)", "unsafe-expression", "x := 1", "`set`"),
        ("expression", '"lambda: 1"', "unsafe-expression", "lambda: 1", "`call`"),
        ("expression", "max(*x)", "unsafe-expression", "max(*x)", ""),
        ("expression", "dict(**x)", "unsafe-expression", "dict(**x)", ""),
        ("expression", "await x", "unsafe-expression", "await x", ""),
        ("expression", "1j", "unsafe-expression", "1j", ""),
        ("expression", "a @ b", "unsafe-expression", "a @ b", ""),
        ("expression", "f'{x.foo}'", "unknown-attribute", "f'{x.foo}'", ""),
        ("expression", '"' + "-" * 500 + '1"', "expression-too-large", "-" * 500 + "1", "`set`"),
        ("expression", '"' + "(" * 300 + ")" * 300 + '"', "expression-too-large", "(" * 300 + ")" * 300, ""),
        ("expression", "+".join("a" * 900), "expression-too-large", "+".join("a" * 900), "`set`"),
        ("expression", "+".join("a" * 10_000), "expression-too-large", "+".join("a" * 10_000), "`set`"),
        # references
        ("reference", '"{lock}"', "braces-in-expression", "{lock}", "without braces: lock"),
        ("reference", "{lock}", "unquoted-brace", "{lock}", "write lock"),
        ("reference", "3", "not-a-reference", "3", ""),
        ("reference", "a-b", "not-a-reference", "a-b", ""),
        ("reference", "len(x)", "not-a-reference", "len(x)", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_characters_with_what_to_write(
    kind: str, written: str, name: str, at: str, fix: str
) -> None:
    found, problems, source = parsed(kind, written)
    assert found is None
    assert [name] == [problem.kind for problem in problems]
    assert at == source.slice(problems[0].span)
    assert fix in (problems[0].expected or "")


def test_all_mistakes_of_a_text_are_told_at_once() -> None:
    _found, problems, source = parsed("text", '"{a.foo} {b.bar()} {c + d.e}"')
    assert ["a.foo", "b.bar", "d.e"] == [source.slice(problem.span) for problem in problems]


@pytest.mark.parametrize(
    "written",
    [
        "'a {num + value} é{d[\"k\"]} {q.qsize():>{w}}'",
        "|\n  one {num}\n  é {value:{w}}\n",
        '"\\u00e9 {num} \\"{value}\\""',
    ],
)
def test_every_name_is_found_where_it_is_written(written: str) -> None:
    found, problems, source = parsed("text", written)
    assert () == problems
    assert found is not None
    names = names_in(found)
    assert names
    for name, span in names:
        assert name == source.slice(span)


def test_called_functions_are_no_names_and_looks_are_observations() -> None:
    found, _problems, source = parsed("expression", "len(x) + q.qsize() + getpid() + p.exitcode + r.get(1)")
    assert found is not None
    assert ["x", "q", "p", "r"] == [name for name, _span in names_in(found)]
    assert [
        ("method", "qsize", "q.qsize()"),
        ("function", "getpid", "getpid()"),
        ("attribute", "exitcode", "p.exitcode"),
        ("method", "get", "r.get(1)"),
    ] == [(look.form, look.name, source.slice(look.span)) for look in observations_in(found)]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(PARSERS)), st.text("{}()[]'\"!=:.,+-*x1 aé_lambdfor#\n\\", max_size=25))
def test_any_text_is_parsed_or_has_a_located_problem(kind: str, text: str) -> None:
    found, problems, source = parsed(kind, quoted(text))
    assert (found is None) == bool(problems)
    for problem in problems:
        assert 1 <= problem.span.line <= len(source.lines)
