"""A file that is written whole is there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mprunner.recording.whole import write_whole


def test_a_text_is_written_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write_whole(path, "消息: 1\n")
    assert "消息: 1\n".encode() == path.read_bytes()
    assert [path] == [*tmp_path.iterdir()]


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    write_whole(tmp_path / "new", "")
    assert (tmp_path / "other").stat().st_mode == (tmp_path / "new").stat().st_mode


def test_a_file_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    write_whole(path, "new")
    assert ("new", 0o640) == (path.read_text(), path.stat().st_mode & 0o7777)


def test_the_text_is_on_the_disk_before_it_is_moved_into_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    sync, replace = os.fsync, os.replace
    monkeypatch.setattr("os.fsync", lambda file: (happened.append("sync"), sync(file)))
    monkeypatch.setattr("os.replace", lambda *paths: (happened.append("move"), replace(*paths)))
    write_whole(tmp_path / "a", "new")
    assert ["sync", "move"] == happened


@pytest.mark.parametrize("call", ["os.fsync", "os.replace", "os.chmod"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_fails_leaves_the_old_text_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: BaseException
) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(call, fails)
    with pytest.raises(type(error)):
        write_whole(path, "new")
    assert ("old", [path]) == (path.read_text(), [*tmp_path.iterdir()])
