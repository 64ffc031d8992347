"""From a character of a value back to the file, for every style of writing a scalar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.language.diagnostics import Problems
from mprunner.language.nodes import compose, locate, notes_on, position_in, span_in
from mprunner.language.source import Source, Span

# written, the offset of a character in the value of `a`, what is written there
PLACES = [
    ("a: plain\n", 2, "a"),
    ("a: one\n   two\n\n   three\n", 4, "t"),
    ("a: one\n   two\n\n   three\n", 8, "t"),
    ("a: 'it''s'\n", 2, "''"),
    ("a: 'it''s'\n", 3, "s"),
    ('a: "x\\ty"\n', 1, "\\t"),
    ('a: "x\\ty"\n', 2, "y"),
    ('a: "\\u4f60\\x41b"\n', 0, "\\u4f60"),
    ('a: "\\u4f60\\x41b"\n', 2, "b"),
    ('a: "x \\\n     y"\n', 2, "y"),
    ('a: "x\n\n  y"\n', 2, "y"),
    ("a: |\n  one\n    two\n", 4, " "),
    ("a: |\n  one\n    two\n", 6, "t"),
    ("a: |2\n    one\n", 2, "o"),
    ("a: |+ # comment\n\n  one\n\n", 1, "o"),
    ("a: >\n  one\n  two\n", 4, "t"),
    ("a: >-\n  one\n\n    more\n  two\n", 7, "m"),
    ("a: >-\n  one\n\n    more\n  two\n", 12, "t"),
    ("b: [&x 'p', *x]\na: 你好\n", 1, "好"),
]


def scalar(text: str):
    source, problems = Source("f.yaml", text), Problems()
    node = compose(source, problems)
    assert problems.diagnostics == ()
    return node.get("a"), source


@pytest.mark.parametrize(("text", "offset", "written"), PLACES)
def test_a_character_of_a_value_is_found_where_it_is_written(text, offset, written):
    node, source = scalar(text)
    assert written == source.slice(position_in(node, source, offset))


@pytest.mark.parametrize("text", ["a: abc\n", "a: 'abc'\n", 'a: "abc"\n', "a: |-\n  abc\n", "a: >-\n  abc\n"])
def test_the_place_behind_the_last_character_is_empty_and_follows_it(text):
    node, source = scalar(text)
    behind = position_in(node, source, 3)
    assert source.slice(behind) == ""
    assert source.slice(Span(behind.line, behind.column - 1, behind.line, behind.column)) == "c"


def test_a_stretch_over_lines_reaches_from_its_first_to_its_last_character():
    node, source = scalar("a: |\n  one\n  two\n")
    assert source.slice(span_in(node, source, 1, 6)) == "ne\n  tw"


@pytest.mark.parametrize(("text", "column"), [("a: ''\n", 5), ('a: ""\n', 5)])
def test_an_empty_text_has_its_place_inside_the_quotes(text, column):
    node, source = scalar(text)
    assert Span(1, column, 1, column) == position_in(node, source, 0)


words = st.text("ab {}'\"#:你é-", min_size=1, max_size=8)


@given(
    st.lists(words, min_size=1, max_size=5),
    st.sampled_from(["|", ">", "|2", ">2", "|-", ">+"]),
    st.integers(2, 4),
)
def test_in_blocks_each_character_is_found_at_itself(lines, header, indent):
    if "2" in header:
        indent = 2
    body = "".join(f"{' ' * indent}{line}\n" for line in ["x", *lines])
    check_each_character(f"a: {header}\n{body}")


@given(
    st.lists(st.text("abc你é{}.,", min_size=1, max_size=6), min_size=1, max_size=6),
    st.sampled_from(["", "'", '"']),
)
def test_in_texts_over_several_lines_each_character_is_found_at_itself(lines, quote):
    body = "\n\n   ".join(["x" + "\n   x".join(lines)])
    check_each_character(f"a: {quote}{body}{quote}\n")


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff")
    )
)
def test_in_single_quotes_each_character_is_found_at_itself(text):
    check_each_character("a: '" + text.replace("'", "''") + "'\n")


def check_each_character(text: str) -> None:
    node, source = scalar(text)
    for offset, character in enumerate(node.value):
        written = source.slice(position_in(node, source, offset))
        if character == "'":
            assert written in ("'", "''")
        elif character == " ":
            assert written in (" ", "")  # a folded line break is written as nothing
        elif character == "\n":
            assert written == ""
        else:
            assert character == written


def test_a_path_of_keys_and_indices_leads_to_value_and_key():
    node = compose(Source("f", "steps:\n  - {sleep: {lbel: 1}}\n"), Problems())
    value, key = locate(node, ("steps", 0, "<sleep>", "sleep", "lbel"))
    assert (value.value, key.value) == (1, "lbel")
    assert (locate(node, ("steps", 0))[1], locate(node, ("steps",))[0].kind) == (None, "sequence")


def test_what_is_used_through_an_alias_says_so():
    source = Source("f", "x-base: &base\n  a: [1]\nb: *base\nc: {<<: *base}\n")
    node = compose(source, Problems())
    assert notes_on(node.get("x-base").get("a"), source) == ()
    assert notes_on(node.get("b").get("a").items[0], source) == ("used at line 3 through `*base`",)
    assert notes_on(node.get("c").get("a"), source) == ("used at line 4 through `*base`",)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a:\n  b: 1\n  c: 2\n\n\nd: 3\n", "b: 1\n  c: 2"),
        ("a: &x\n  b: 1\nd: *x\n", "b: 1"),
        ("a: { b: 1 } # c\n", "{ b: 1 }"),
        ("a:\n- 1\n- 2\n\nd: 3\n", "- 1\n- 2"),
        ("a: |\n  x\n\n\nd: 3\n", "|\n  x"),
        ("a: 'x' # c\n", "'x'"),
        ("a:   # c\n  b\n", "b"),
        ("a:\nd: 1\n", ""),
    ],
)
def test_a_span_is_the_text_of_the_value(text, written):
    node, source = scalar(text)
    assert written == source.slice(node.span)
