"""How problems are collected, shown and suggested away."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.errors import AuthoringError, MprunnerError
from mprunner.language.diagnostics import KINDS, Diagnostic, Problems, listed, nearest, render
from mprunner.language.rendering import MAX_LINE_WIDTH
from mprunner.language.source import Source, Span, display_width

SOURCE = Source("scenarios/lock.yaml", "steps:\n  - aquire: lock\n")


def show(text: str, line: int, start: int, end: int, **more: object) -> str:
    span = Span(line, start, line, end)
    return render([Diagnostic("yaml-syntax", Source("f.yaml", text), span, "wrong", **more)])


def test_a_problem_is_a_greppable_line_then_the_source_with_a_caret():
    notes = ("steps on a lock: acquire, release, with",)
    diagnostic = Diagnostic(
        "yaml-syntax", SOURCE, Span(2, 5, 2, 11), 'unknown step "aquire"', 'did you mean "acquire"?', notes
    )
    assert render([diagnostic]).splitlines() == [
        'scenarios/lock.yaml:2:5: unknown step "aquire" [yaml-syntax]',
        "1 | steps:",
        "2 |   - aquire: lock",
        '  |     ^^^^^^ did you mean "acquire"?',
        "  = steps on a lock: acquire, release, with",
    ]


def test_a_warning_says_that_it_is_one():
    assert show("", 1, 1, 1, severity="warning") == "f.yaml:1:1: warning: wrong [yaml-syntax]"


@pytest.mark.parametrize(
    ("text", "start", "end", "caret_line"),
    [
        ("你好：x", 3, 4, "  |     ^^"),
        ("e\u0301x", 3, 4, "  |  ^"),
        ("\tx", 2, 3, "  |     ^"),
        ("a\tx", 3, 4, "  |     ^"),
        ("a\x1bx", 2, 3, "  |  ^^^^"),
        ("ab", 3, 3, "  |   ^"),
    ],
)
def test_carets_stand_under_the_token_by_display_width(text, start, end, caret_line):
    assert caret_line == show(text, 1, start, end).splitlines()[-1]


def test_a_stretch_over_several_lines_is_marked_on_its_first():
    diagnostic = Diagnostic("yaml-syntax", Source("f", "abc\ndef\n"), Span(1, 2, 2, 2), "wrong")
    assert render([diagnostic]).splitlines()[-1] == "  |  ^^"


def test_a_very_long_line_is_cut_to_a_window_around_the_caret():
    shown = show("x" * 5000 + "TOKEN" + "y" * 5000, 1, 5001, 5006).splitlines()
    at = shown[2].index("^")
    assert shown[1][at : at + 5] == "TOKEN"
    assert max(map(len, shown)) < MAX_LINE_WIDTH + 10


def test_words_that_quote_a_very_long_text_are_cut():
    assert max(map(len, show("x", 1, 1, 2, expected="y" * 9999, notes=("z" * 9999,)).splitlines())) < 500


def test_only_the_first_twenty_problems_are_shown_errors_before_warnings():
    spans = [Span(1, column, 1, column + 1) for column in range(1, 26)]
    many = [Diagnostic("yaml-syntax", SOURCE, span, "e", severity="warning") for span in spans]
    many += [Diagnostic("tab", SOURCE, span, "e") for span in spans[:20]]
    shown = render(many)
    assert (shown.count("[tab]"), shown.count("[yaml-syntax]")) == (20, 0)
    assert shown.splitlines()[-1] == "... and 25 more problems"


printable = st.characters(exclude_categories=["Cs"])


@given(
    st.text(printable, min_size=1, max_size=60),
    st.integers(0, 70),
    st.integers(0, 70),
    st.text(printable, max_size=9),
)
def test_nothing_of_a_source_reaches_the_terminal_as_a_control_character(text, start, length, words):
    source = Source("f\n\x1b.yaml", text)
    line, column = source.position(min(start, len(text)))
    span = Span(line, column, *source.position(min(start + length, len(text))))
    shown = render([Diagnostic("tab", source, max(span, span), words, words, (words,))])
    for one in shown.split("\n"):
        assert not {"Cc", "Cf", "Zl", "Zp"} & {unicodedata.category(character) for character in one}


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1, max_size=400),
    st.data(),
)
def test_the_caret_always_stands_within_the_shown_line(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start, len(text)))
    *_, line, carets = show(text, 1, start + 1, end + 1).split("\n")
    assert re.fullmatch(r"  \| *\^+", carets)
    # a zero-width token may stand at the very end of the line, and blanks at the end of a line are not written
    blank_tail = display_width(text[len(text.rstrip()) :])
    assert display_width(carets) <= max(display_width(line) + blank_tail, 4) + 1


def test_problems_are_sorted_by_place_and_said_once():
    problems = Problems()
    for line in (2, 1, 2):
        problems.error("tab", SOURCE, Span(line, 1, line, 2), "b")
    problems.warning("yaml-syntax", SOURCE, Span(1, 1, 1, 2), "a")
    assert [(d.span.line, d.message) for d in problems.diagnostics] == [(1, "a"), (1, "b"), (2, "b")]


def test_warnings_alone_raise_nothing():
    problems = Problems()
    problems.warning("tab", SOURCE, Span(1, 1, 1, 2), "b")
    problems.raise_if_errors()
    assert not problems.has_errors


def test_errors_are_raised_together_with_the_warnings():
    problems = Problems()
    problems.warning("tab", SOURCE, Span(1, 1, 1, 2), "careful")
    problems.error("tab", SOURCE, Span(2, 1, 2, 2), "broken")
    with pytest.raises(MprunnerError) as raised:
        problems.raise_if_errors()
    assert isinstance(raised.value, AuthoringError)
    assert (
        str(raised.value)
        == "scenarios/lock.yaml:1:1: warning: careful [tab]\nscenarios/lock.yaml:2:1: broken [tab]"
    )


def test_an_unregistered_kind_is_our_own_bug():
    with pytest.raises(ValueError, match="unregistered"):
        Diagnostic("no-such-kind", SOURCE, Span(1, 1, 1, 1), "x")


def test_every_kind_is_explained_in_sentences():
    for name, kind in KINDS.items():
        assert name == kind.name
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
        assert kind.title
        assert kind.explanation.endswith((".", "`.", ")"))


VERBS = ["acquire", "release", "sleep", "put", "print", "notify_all", "apply_async", "wait", "with"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("aquire", ["acquire"]),
        ("relase", ["release"]),
        ("slep", ["sleep"]),
        ("PRINT", ["print"]),
        ("apply-async", ["apply_async"]),
        ("Notify All", ["notify_all"]),
        ("lock", ["acquire"]),
        ("echo", ["print"]),
        ("xyzzy", []),
    ],
)
def test_the_nearest_names_are_suggested_synonyms_first(name, found):
    assert found == nearest(name, VERBS, {"lock": "acquire", "echo": "print", "gone": "nowhere"})


def test_at_most_two_names_are_suggested():
    assert len(nearest("wit", ["with", "wait", "wit_", "wits"])) == 2


def test_names_are_listed_as_a_phrase():
    assert [
        listed([]),
        listed(["a"]),
        listed(["a", "b"]),
        listed(["a", "b", "c"], "and"),
    ] == ["", '"a"', '"a" or "b"', '"a", "b" and "c"']


def test_for_a_terminal_sentences_are_broken_at_its_width() -> None:
    text = "name: x\nprocesses: 1\n"
    source = Source("scenario.yaml", text)
    message = "a mapping of names to processes stands here, and each of them says what its target is"
    found = Diagnostic(
        "wrong-value",
        source,
        Span(2, 12, 2, 13),
        message,
        expected=f"{message}, too",
        notes=(message,),
    )
    assert (
        "scenario.yaml:2:12: a mapping of names to processes stands\n"
        "    here, and each of them says what its target is\n"
        "    [wrong-value]\n"
        "1 | name: x\n"
        "2 | processes: 1\n"
        "  |            ^\n"
        "  = a mapping of names to processes stands here, and each of\n"
        "    them says what its target is, too\n"
        "  = a mapping of names to processes stands here, and each of\n"
        "    them says what its target is"
    ) == render([found], width=60)
    assert f"scenario.yaml:2:12: {message} [wrong-value]" == render([found]).splitlines()[0]
