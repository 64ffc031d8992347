"""From a path or bytes to a ``Source``: size, encoding, and what may be wrong with a file as such."""

from __future__ import annotations

import codecs
import os
import re
from pathlib import Path
from typing import NoReturn

from mprunner.errors import AuthoringError
from mprunner.language.diagnostics import Diagnostic, listed, nearest
from mprunner.language.source import MAX_FILE_BYTES, START, Source, Span

__all__ = ["decode_source", "read_source"]

_OTHER_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)

_HEAD_BYTES = 8192
_RECORDING = re.compile(rb'\{[^\n]{0,4000}?"record" ?: ?"recording"[,}]')
"""How the first line of a recording (docs/recordings.md) begins."""


def read_source(path: Path) -> Source:
    """See ``Source.read``."""
    shown = str(path)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_FILE_BYTES:
                _refuse_recording(shown, file.read(_HEAD_BYTES))
                _refuse_size(shown, size)
            data = file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        _refuse(shown, "unreadable-file", "there is no such file", _nearest_files(path))
    except IsADirectoryError:
        _refuse(shown, "unreadable-file", "this is a directory, not a file")
    except PermissionError:
        _refuse(shown, "unreadable-file", "you are not allowed to read this file")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        _refuse(shown, "unreadable-file", f"the file can't be read: {reason}")
    return decode_source(shown, data)


def decode_source(path: str, data: bytes) -> Source:
    """See ``Source.from_bytes``."""
    _refuse_recording(path, data)
    if len(data) > MAX_FILE_BYTES:
        _refuse_size(path, None)
    encoding = _other_encoding(data)
    if encoding is not None:
        _refuse(path, "not-utf-8", f"the file is {encoding}, not UTF-8", ["save it as UTF-8"])
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return Source(path, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        line, column = Source(path, data[: error.start].decode("utf-8")).lines, 0
        column = len(line[-1]) + 1
        place = Span(len(line), column, len(line), column + 1)
        notes = ["save the file as UTF-8"]
        if _is_gb18030(data):
            notes.insert(0, "its bytes would be valid GB18030 (GBK)")
        source = Source(path, data.decode("utf-8", errors="replace"))
        message = f"the file is not UTF-8: byte 0x{data[error.start]:02x}"
        raise AuthoringError([Diagnostic("not-utf-8", source, place, message, notes=tuple(notes))]) from None


def _other_encoding(data: bytes) -> str | None:
    for mark, name in _OTHER_ENCODINGS:
        if data.startswith(mark):
            return name
    head = data[:200]
    if len(head) >= 4 and (head[1::2].count(0) * 4 > len(head) or head[::2].count(0) * 4 > len(head)):
        return "UTF-16 (or another encoding with two or more bytes a character)"
    return None


def _is_gb18030(data: bytes) -> bool:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _nearest_files(path: Path) -> list[str]:
    try:
        names = sorted(entry.name for entry in path.parent.iterdir())
    except OSError:
        return [f'there is no folder "{path.parent}" either']
    close = nearest(path.name, names) or nearest(f"{path.name}.yaml", names)
    return [f"did you mean {listed(str(path.with_name(name)) for name in close)}?"] if close else []


def _refuse_recording(path: str, data: bytes) -> None:
    if _RECORDING.match(data):
        file = "FILE" if path.startswith("<") else path
        notes = [
            f"`mprun show {file}` shows it",
            f"`mprun check SCENARIO {file}` judges it by the promises of a scenario",
        ]
        _refuse(path, "recording", "this is the recording of a run, not a scenario", notes)


def _refuse_size(path: str, size: int | None) -> NoReturn:
    much = f"{size:,} bytes" if size is not None else f"more than {MAX_FILE_BYTES:,} bytes"
    _refuse(path, "file-too-large", f"the file has {much}; at most {MAX_FILE_BYTES:,} are read")


def _refuse(path: str, kind: str, message: str, notes: list[str] | None = None) -> NoReturn:
    raise AuthoringError(
        [Diagnostic(kind, Source(path, ""), START, message, notes=tuple(notes or ()))]
    ) from None
