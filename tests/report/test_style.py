"""What reaches a terminal, and what never does."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.language.source import display_width
from mprunner.report.live import LiveLines
from mprunner.report.style import Style, clean, cut, pad, shortened, style_for, wrapped
from tests.report.recordings import MS, ORIGIN


class Terminal(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    encoding = "utf-8"  # type: ignore[assignment]


@dataclass
class Line:
    """As worlds hand them out."""

    time_ns: int
    process: str
    actor: str
    stream: str
    text: str


@pytest.mark.parametrize(
    ("stream", "when", "environ", "colour"),
    [
        (Terminal(), "auto", {}, True),
        (Pipe(), "auto", {}, False),
        (Terminal(), "auto", {"NO_COLOR": "1"}, False),
        (Terminal(), "auto", {"NO_COLOR": ""}, True),
        (Terminal(), "auto", {"TERM": "dumb"}, False),
        (Pipe(), "auto", {"FORCE_COLOR": "1"}, True),
        (Pipe(), "auto", {"FORCE_COLOR": "0"}, False),
        (Pipe(), "auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (Pipe(), "always", {"NO_COLOR": "1"}, True),
        (Terminal(), "never", {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_goes_where_it_is_wanted(
    stream: io.StringIO, when: str, environ: dict[str, str], colour: bool
) -> None:
    assert style_for(stream, when, environ).colour is colour  # type: ignore[arg-type]


def test_symbols_are_ascii_on_an_ascii_stream() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert style_for(stream, "auto", {}).symbols is False


@given(st.text(alphabet=st.characters(codec=None)))
def test_nothing_that_a_terminal_obeys_survives_cleaning(text: str) -> None:
    cleaned = clean(text)
    assert all(
        character.isprintable() or character in " \u3000\xa0" or character.isspace() for character in cleaned
    )
    assert not any(character in cleaned for character in "\x1b\r\n\x00\x07\x9b\u202e")
    cleaned.encode("utf-8")


@given(st.text(), st.integers(2, 40))
def test_cut_text_fits(text: str, width: int) -> None:
    cleaned = clean(text)
    assert display_width(cut(cleaned, width)) <= width


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [("p1", 4, "p1  "), ("锁", 4, "锁  "), ("longer", 4, "longer")],
)
def test_padding_counts_columns(text: str, width: int, expected: str) -> None:
    assert pad(text, width) == expected


def shown(*lines: Line, names: tuple[str, ...] = ("p1", "p2")) -> list[str]:
    out = Pipe()
    live = LiveLines(out, Style(), names=names, origin=ORIGIN)
    for line in lines:
        live.line(line)  # type: ignore[arg-type]
    return out.getvalue().splitlines()


def test_lines_stand_in_lanes() -> None:
    assert shown(
        Line(ORIGIN + 4 * MS, "p1", "p1", "stdout", "add1:num=0"),
        Line(ORIGIN + 1005 * MS, "锁", "锁", "stdout", "一"),
        Line(ORIGIN + 1006 * MS, "main", "main", "stderr", "Traceback"),
        names=("p1", "锁", "main"),
    ) == [
        "  0.004  p1   │ add1:num=0",
        "  1.005  锁   │ 一",
        "  1.006  main ! Traceback",
    ]


def test_a_new_wider_lane_widens_the_others() -> None:
    lines = shown(
        Line(ORIGIN, "p1", "p1", "stdout", "a"),
        Line(ORIGIN, "worker[10]", "worker[10]", "stdout", "b"),
        Line(ORIGIN, "p1", "p1", "stdout", "c"),
    )
    assert [line.index("│") for line in lines] == [12, 20, 20]


def test_escape_codes_are_shown_not_sent() -> None:
    assert shown(Line(ORIGIN, "p1", "p1", "stdout", "\x1b[31mred\x1b[0m\r\ud800")) == [
        "  0.000  p1 │ \\x1b[31mred\\x1b[0m\\r\\ud800"
    ]


def test_ten_megabytes_are_cut_with_a_note() -> None:
    line = shortened("x" * 10_000_000)
    assert line.endswith("x… (9,999,500 more characters)")
    assert len(line) < 600


@given(st.text(st.sampled_from("ab 锁一 "), max_size=200), st.integers(24, 60))
def test_wrapped_text_fits_and_loses_nothing(text: str, width: int) -> None:
    lines = wrapped(text, width, "  ")
    assert all(display_width(line) <= width for line in lines)
    assert "".join(text.split()) == "".join("".join(lines).split())
