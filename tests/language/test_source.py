"""Files as such: size, encoding, lines, and what can't be read."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mprunner.errors import AuthoringError
from mprunner.language.diagnostics import Diagnostic
from mprunner.language.source import MAX_FILE_BYTES, Source, Span, display_width


def refusal(action) -> Diagnostic:
    with pytest.raises(AuthoringError) as raised:
        action()
    (diagnostic,) = raised.value.diagnostics
    return diagnostic


def test_a_file_is_read_as_utf_8_without_its_byte_order_mark(tmp_path):
    path = tmp_path / "lock.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + "name: 锁\r\n".encode())
    source = Source.read(path)
    assert (str(path), "name: 锁\r\n", ("name: 锁", "")) == (source.path, source.text, source.lines)


@pytest.mark.parametrize(
    ("data", "line", "column", "fragment"),
    [
        (b"a: 1\nb: \xe4\xbd\xa0\xff\n", 2, 5, "byte 0xff"),
        (b"\xc4\xe3\xba\xc3: 1\n", 1, 1, "byte 0xc4"),
        ("name: x".encode("utf-16"), 1, 1, "the file is UTF-16"),
        ("name: x".encode("utf-16-be"), 1, 1, "UTF-16"),
        ("name: x".encode("utf-32"), 1, 1, "the file is UTF-32"),
    ],
)
def test_another_encoding_is_named_and_its_first_bad_byte_shown(data, line, column, fragment):
    diagnostic = refusal(lambda: Source.from_bytes("<stdin>", data))
    assert ("not-utf-8", line, column) == (diagnostic.kind, diagnostic.span.line, diagnostic.span.column)
    assert fragment in diagnostic.message


def test_chinese_text_in_a_local_encoding_is_recognised():
    diagnostic = refusal(lambda: Source.from_bytes("f", "说明: 两个进程".encode("gbk")))
    assert "its bytes would be valid GB18030 (GBK)" in diagnostic.notes


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path):
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    diagnostic = refusal(lambda: Source.read(path))
    assert (diagnostic.kind, "50,000,000 bytes" in diagnostic.message) == ("file-too-large", True)


@pytest.mark.parametrize("size", [0, 50_000_000])
def test_a_recording_is_told_from_a_scenario_however_large_it_is(tmp_path, size):
    path = tmp_path / "run.jsonl"
    with path.open("wb") as file:
        file.write(b'{"record": "recording", "version": 1, "scenario": "lock"}\n{"record": "call"}\n')
        file.truncate(max(size, file.tell()))
    diagnostic = refusal(lambda: Source.read(path))
    assert (diagnostic.kind, diagnostic.notes[0]) == ("recording", f"`mprun show {path}` shows it")


def test_an_endless_file_is_refused_too():
    assert refusal(lambda: Source.read("/dev/zero")).kind == "file-too-large"


def test_too_much_on_standard_input_is_refused():
    assert refusal(lambda: Source.from_bytes("<stdin>", b"x" * (MAX_FILE_BYTES + 1))).kind == "file-too-large"


def test_for_a_missing_file_the_nearest_names_of_its_folder_are_shown(tmp_path):
    (tmp_path / "lock.yaml").touch()
    diagnostic = refusal(lambda: Source.read(tmp_path / "lok.yaml"))
    assert ("unreadable-file", (f'did you mean "{tmp_path / "lock.yaml"}"?',)) == (
        diagnostic.kind,
        diagnostic.notes,
    )
    assert diagnostic.notes == refusal(lambda: Source.read(tmp_path / "lock")).notes


def test_for_a_missing_folder_that_is_said(tmp_path):
    diagnostic = refusal(lambda: Source.read(tmp_path / "no" / "lock.yaml"))
    assert (f'there is no folder "{tmp_path / "no"}" either',) == diagnostic.notes


def test_a_directory_is_no_file(tmp_path):
    assert refusal(lambda: Source.read(tmp_path)).message == "this is a directory, not a file"


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000])
def test_an_impossible_path_is_told_as_such(path):
    assert refusal(lambda: Source.read(path)).kind == "unreadable-file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_others_is_told_as_such(tmp_path):
    path = tmp_path / "secret.yaml"
    path.touch(mode=0)
    assert refusal(lambda: Source.read(path)).message == "you are not allowed to read this file"


@given(st.text("ab\r\n你", max_size=30), st.data())
def test_places_and_offsets_lead_to_each_other(text, data):
    source = Source("f", text)
    index = data.draw(st.integers(0, len(text)))
    line, column = source.position(index)
    assert index == source.index(line, column)
    assert source.line(line)[: column - 1] == text[index - column + 1 : index].rstrip("\r")


def test_a_span_is_a_stretch_of_the_text():
    source = Source("f", "ab\ncd\n")
    assert Span(1, 2, 2, 2) == source.span(1, 4)
    assert source.slice(Span(1, 2, 2, 2)) == "b\nc"


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("abc", 3),
        ("你好", 4),
        ("：", 2),
        ("e\u0301", 1),
        ("a\tb", 5),
        ("\t", 4),
        ("\u200b", 0),
        ("é", 1),
        ("🎉", 2),
    ],
)
def test_the_width_of_a_text_is_what_a_terminal_gives_it(text, width):
    assert width == display_width(text)
