"""What authors write by mistake, and what they are told: one row a pitfall, from both readers of YAML."""

from __future__ import annotations

import pytest

from mprunner.language.diagnostics import Problems, render
from mprunner.language.events import LOADERS, PureLoader
from mprunner.language.nodes import compose, to_plain
from mprunner.language.source import Source

READERS = [pytest.param(LOADERS, id="fastest"), pytest.param((PureLoader,), id="pure")]

# written, kind, line, column, fragment of the rendered message
MISTAKES = [
    # indentation and tabs
    ("a: 1\n b: 2\n", "bad-indent", 2, 2, "begin it in column 1"),
    ("a:\n  - x: 1\n   y: 2\n", "bad-indent", 3, 4, "the list that begins at line 2"),
    (
        "a:\n  b:\n    c: 1\n   d: 2\n",
        "bad-indent",
        4,
        4,
        "does not fit to the mapping that begins at line 2",
    ),
    ("- a\nb: 1\n", "bad-indent", 2, 1, "a key among the items of a list"),
    ("-\nb: 1\n", "bad-indent", 2, 1, "a key among the items of a list"),
    ("a: 1\n- b\n", "bad-indent", 2, 1, "a list item among the keys of a mapping"),
    ("a:\n\tb: 1\n", "tab", 2, 1, "line 2 is indented with a tab"),
    ("a: 1\n\tb: 2\n", "tab", 2, 1, "line 2 is indented with a tab"),
    ("a: |\t\n  b\n", "tab", 1, 5, "a tab stands where a space should"),
    # keys
    ("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1, "first at line 1, column 1"),
    ("a: {b: 1, b: 2}\n", "duplicate-key", 1, 11, "first at line 1, column 5"),
    ("1: x\n", "key-not-text", 1, 1, 'quote it: "1"'),
    ("a: {true: x}\n", "key-not-text", 1, 5, 'quote it: "true"'),
    ("null: x\n", "key-not-text", 1, 1, 'quote it: "null"'),
    (": x\n", "key-not-text", 1, 1, "a key is missing before the colon"),
    ("[a]: x\n", "key-not-text", 1, 1, "not a list"),
    ("? {a: 1}\n: x\n", "key-not-text", 1, 3, "not a mapping"),
    ("a:1\nb: 2\n", "missing-space", 1, 1, "write `a: 1`"),
    ("a:1\n", "missing-space", 1, 1, "write `a: 1`"),
    ("a: 1\nb\nc: 2\n", "missing-colon", 2, 1, "a key is followed by `: `"),
    # braces, brackets and quotes
    ("msg: {x} hi\n", "unquoted-brace", 1, 6, 'write "{x} hi"'),
    ("msg: {a}:{b}\n", "unquoted-brace", 1, 6, 'write "{a}:{b}"'),
    ("m: [{a}:{b}]\n", "unquoted-brace", 1, 5, 'write "{a}:{b}"'),
    ("a: {{x}}\n", "unquoted-brace", 1, 4, 'write "{{x}}"'),
    ('a: {d["k"]}\n', "unquoted-brace", 1, 4, "write '{d[\"k\"]}'"),
    ("a: {acquire: fork[0]}\n", "unquoted-index", 1, 14, 'write "fork[0]"'),
    ("a: {lock: fork[(i + 1) % 3], x: 1}\n", "unquoted-index", 1, 11, 'write "fork[(i + 1) % 3]"'),
    ("a: {p: /a{2}/}\n", "quote-needed", 1, 8, 'write "/a{2}/"'),
    ('if: "a" == x\n', "text-after-value", 1, 9, "quote the whole: '\"a\" == x'"),
    ("a: [0] * 3\n", "text-after-value", 1, 8, 'quote the whole: "[0] * 3"'),
    ("a: 'it's'\n", "text-after-value", 1, 8, "an apostrophe is written twice"),
    ("a: [1, 2\n", "unclosed-bracket", 1, 4, "this `[` is never closed"),
    ("a: {b: 1\nc: 2\n", "unclosed-bracket", 1, 4, "this `{` is never closed"),
    ("a: [1, 2}\n", "unclosed-bracket", 1, 4, "the `}` at line 1 does not close it"),
    ("a: {b: 1 c: 2}\n", "missing-comma", 1, 11, "a comma or `}` is missing"),
    ("a: [x, , y]\n", "missing-comma", 1, 8, "an item is missing before this `,`"),
    ("a: 1\n}\n", "yaml-syntax", 2, 1, "nothing open that this `}` could close"),
    ('a: "x\n', "unclosed-quote", 1, 4, "never closed"),
    ('a: "x\nb: "y"\n', "unclosed-quote", 1, 4, "the next such mark, at line 2"),
    ('m: "\\d"\n', "unknown-escape", 1, 5, "a backslash is a backslash: '\\d'"),
    ('m: "\\xq"\n', "unknown-escape", 1, 5, "no escape in double quotes"),
    ('m: "\\UFFFFFFFF"\n', "unknown-escape", 1, 5, "no escape in double quotes"),
    ('m: "\\ud800"\n', "unknown-escape", 1, 4, "half of a character"),
    # texts that need quotes
    ("print: got: 3\n", "colon-in-text", 1, 8, 'write "got: 3"'),
    ("- print: got: 3 # c\n", "colon-in-text", 1, 10, 'write "got: 3"'),
    ("print: %d\n", "quote-needed", 1, 8, 'write "%d"'),
    ("print: @x\n", "quote-needed", 1, 8, 'write "@x"'),
    ("print: `x`\n", "quote-needed", 1, 8, 'write "`x`"'),
    ("print: | x\n", "quote-needed", 1, 8, 'write "| x"'),
    ("print: |x\n", "quote-needed", 1, 8, 'write "|x"'),
    ("print: ,x\n", "quote-needed", 1, 8, 'write ",x"'),
    ("a: [name, **kwargs]\n", "quote-needed", 1, 11, 'write "**kwargs"'),
    ("a: {python: >=3.12}\n", "quote-needed", 1, 13, 'write ">=3.12"'),
    ("a: - b\n", "misplaced-dash", 1, 4, "begin it on the next line"),
    ("print: *x\n", "unknown-alias", 1, 8, 'if a text is meant, quote it: "*x"'),
    ("print: *x y\n", "unknown-alias", 1, 8, 'quote it: "*x y"'),
    ("a: [name, *args]\n", "unknown-alias", 1, 11, 'quote it: "*args"'),
    ("print: &x\n", "unused-anchor", 1, 8, 'quote it: "&x"'),
    ("print: &x y\n", "unused-anchor", 1, 8, 'quote it: "&x y"'),
    ("print: !boom\n", "tag", 1, 8, 'quote it: "!boom"'),
    ("if: !x\n", "tag", 1, 5, "write `not x`"),
    ("a: !!python/object/apply:os.system ls\n", "tag", 1, 4, "YAML tags are not used here"),
    # numbers
    ("a: 0755\n", "leading-zero", 1, 4, 'write 755, 0o755 or quote it: "0755"'),
    ("a: -08\n", "leading-zero", 1, 4, "write -8 or quote it"),
    ("a: 00.5\n", "leading-zero", 1, 4, "or quote it"),
    ("a: 1e999\n", "number-out-of-range", 1, 4, "too large for a float"),
    (f"a: {'9' * 400}\n", "number-out-of-range", 1, 4, "a number of 400 digits"),
    # characters that look like others
    ("name：lock\nsteps: x\n", "full-width", 1, 5, "a full-width colon"),
    ("name：lock\n", "full-width", 1, 5, "U+FF1A"),
    ("a: 1\nsteps：\n  - b: 1\n", "full-width", 2, 6, "write :"),
    ("a: {b: 1，c: 2}\n", "full-width", 1, 9, "a full-width comma"),
    ("a: “b: c”\n", "full-width", 1, 4, "a curly quotation mark"),
    ("a: “b” “c: d\n", "full-width", 1, 4, "a curly quotation mark"),
    ("步骤（一）: x\n", "full-width", 1, 3, "in a key"),
    ("name:\u00a0lock\nx: 1\n", "odd-space", 1, 6, "a no-break space (U+00A0)"),
    ("name:\u3000lock\n", "odd-space", 1, 6, "an ideographic space (U+3000)"),
    ("name: 1\u3000\n", "odd-space", 1, 8, "behind the value"),
    ("name: \u3000x\n", "odd-space", 1, 7, "before the value"),
    ("na\u00a0me: x\n", "odd-space", 1, 3, "in a key"),
    ("a: 1\n\u00a0b: 1\n", "odd-space", 2, 1, "a no-break space"),
    ("a: \x1b[31m\n", "control-character", 1, 4, "U+001B"),
    ("a: x\u2028b\n", "control-character", 1, 5, "line separator"),
    ("a: x\ufeff\n", "control-character", 1, 5, "byte order mark"),
    # documents, directives, aliases
    ("", "empty-file", 1, 1, "the file is empty"),
    ("# only this\n\n", "empty-file", 1, 1, "the file is empty"),
    ("---\n", "empty-file", 1, 1, "the file is empty"),
    ("- a\n", "not-a-mapping", 1, 1, "a list at its outermost level"),
    ("foo\n", "not-a-mapping", 1, 1, "a single value at its outermost level"),
    ("a: 1\n---\nb: 2\n", "several-documents", 2, 1, "a second document begins here"),
    ("%YAML 1.1\n---\na: 1\n", "directive", 1, 1, "leave this line out"),
    ("a: &x [*x]\n", "recursive-alias", 1, 8, "stands inside the value that it repeats"),
    ("a: &x 1\nb: &x 2\nc: *x\n", "duplicate-anchor", 2, 4, "first at line 1"),
    ("base: &base 1\nb: *bas\nc: *base\n", "unknown-alias", 2, 4, 'did you mean "*base"?'),
    ("a: &x 1\nb: {<<: *x}\n", "bad-merge", 2, 9, "takes an alias to a mapping"),
    ("a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x\n", "duplicate-key", 4, 3, "first at line 3"),
    ("a: " + "[" * 5000, "too-deep", 1, 103, "nested more than 100 deep"),
]

# written, value
RIGHT = [
    ("a: no\nb: on\nc: YES\n", {"a": "no", "b": "on", "c": "YES"}),
    ("on: x\n", {"on": "x"}),
    ("a: true\nb: False\nc: NULL\nd: ~\ne:\n", {"a": True, "b": False, "c": None, "d": None, "e": None}),
    (
        "a: 1_000\nb: 1:30\nc: 22:22\nd: 2024-01-02\n",
        {"a": "1_000", "b": "1:30", "c": "22:22", "d": "2024-01-02"},
    ),
    (
        "a: 1e3\nb: 0x1f\nc: 0o17\nd: -.5\ne: +7\nf: 0\n",
        {"a": 1e3, "b": 31, "c": 15, "d": -0.5, "e": 7, "f": 0},
    ),
    ("a: .inf\nb: -.INF\n", {"a": float("inf"), "b": float("-inf")}),
    ("a: 1\t# c\nb: x\ty\n", {"a": 1, "b": "x\ty"}),
    ("a: [ready?, b?c]\n", {"a": ["ready?", "b?c"]}),
    ("print: 结果：3，“好”\n", {"print": "结果：3，“好”"}),
    ("a: fork[0]\n", {"a": "fork[0]"}),
    ("a: &b {x: 1, y: 2}\nc: {<<: *b, y: 3}\n", {"a": {"x": 1, "y": 2}, "c": {"x": 1, "y": 3}}),
    (
        "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n",
        {"a": {"x": 1}, "b": {"x": 2, "y": 2}, "c": {"x": 1, "y": 2}},
    ),
    ("a: {'<<': 1}\n", {"a": {"<<": 1}}),
    ("a: &b\n  x: 1\nc: *b\n", {"a": {"x": 1}, "c": {"x": 1}}),
    ("---\na: 1\n...\n", {"a": 1}),
    ("a: [0, 1] # fine\nmaxsize: 3  # three\n", {"a": [0, 1], "maxsize": 3}),
]


def read(text: str, loaders: tuple[type, ...]) -> tuple[object, Problems]:
    problems = Problems()
    node = compose(Source("f.yaml", text), problems, loaders=loaders)
    return node, problems


@pytest.mark.parametrize("loaders", READERS)
@pytest.mark.parametrize(("text", "kind", "line", "column", "fragment"), MISTAKES)
def test_a_mistake_is_told_at_its_place_with_the_way_out(text, kind, line, column, fragment, loaders):
    _, problems = read(text, loaders)
    first = problems.diagnostics[0]
    assert (kind, line, column) == (first.kind, first.span.line, first.span.column)
    assert fragment in render([first])


@pytest.mark.parametrize(("text", "kind", "line", "column", "fragment"), MISTAKES)
def test_both_readers_say_the_same_of_a_mistake(text, kind, line, column, fragment):
    (node, problems), (pure_node, pure_problems) = read(text, LOADERS), read(text, (PureLoader,))
    assert node == pure_node
    assert render(problems.diagnostics) == render(pure_problems.diagnostics)


@pytest.mark.parametrize("loaders", READERS)
@pytest.mark.parametrize(("text", "value"), RIGHT)
def test_what_is_no_mistake_is_read_by_the_core_schema(text, value, loaders):
    node, problems = read(text, loaders)
    assert problems.diagnostics == ()
    assert value == to_plain(node)


def test_all_problems_of_the_nodes_are_told_at_once():
    _, problems = read("a: 0755\nb: {1: x}\na: !t y\nc: &d z\n", LOADERS)
    kinds = [diagnostic.kind for diagnostic in problems.diagnostics]
    assert kinds == ["leading-zero", "key-not-text", "duplicate-key", "tag", "unused-anchor"]


def test_a_number_that_is_not_a_number_is_one():
    node, _ = read("a: .nan\n", LOADERS)
    value = to_plain(node)["a"]
    assert value != value


def test_few_lines_of_aliases_that_stand_for_billions_of_values_are_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    _, problems = read("\n".join(lines), LOADERS)
    assert [(d.kind, d.span.line) for d in problems.diagnostics] == [("alias-expansion", 5)]


def test_a_large_file_without_aliases_is_no_expansion():
    node, problems = read("a: [" + "x," * 150_000 + "]", LOADERS)
    assert problems.diagnostics == ()
    assert len(node.get("a").items) == 150_000


def test_aliases_may_not_nest_deeper_than_the_limit_allows():
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 120)]
    _, problems = read("\n".join(lines), LOADERS)
    assert [diagnostic.kind for diagnostic in problems.diagnostics] == ["too-deep"]
