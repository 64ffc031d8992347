"""Golden files are written whole, read back the same, and found where they belong."""

from __future__ import annotations

from pathlib import Path

import pytest

from mprunner.errors import UsageError
from mprunner.golden.canonical import canonical
from mprunner.golden.files import (
    ConflictedGoldenError,
    golden_path,
    pending,
    pending_path,
    read,
    render,
    write,
)
from mprunner.golden.freezing import freeze
from mprunner.golden.shape import Golden
from tests.golden.records import Record, two_children


def sample() -> Golden:
    record = Record(a=11, b=12, **{"po[0]": 21})
    record.roles = {"po[0]": "worker"}
    for child in "ab":
        record.add(child, "acquire", "lock", kind="lock")
        record.prints(child, ": # 消息列队已满，no {brace} - [list] ")
        record.prints(child, "")
        record.add(child, "release", "lock", kind="lock")
    record.prints("po[0]", "worker ready")
    shapes = [canonical(record.done()), canonical(two_children())]
    return freeze(
        [shapes[0]], file="../s.yaml", sha256="abc", python="3.11", start_method="fork", known=None
    ).golden


def test_a_golden_read_back_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "s.golden.yaml"
    assert write(path, sample())
    assert sample() == read(path)


def test_every_line_of_a_lane_is_a_line_of_the_file() -> None:
    rows = render(sample()).splitlines()
    assert "    - acquire lock" in rows
    assert sum("消息列队已满" in row for row in rows) == 2


def test_writing_the_same_again_touches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.golden.yaml"
    write(path, sample())
    before = path.stat().st_mtime_ns
    assert not write(path, sample())
    assert before == path.stat().st_mtime_ns


def test_a_write_that_fails_leaves_the_old_golden_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.golden.yaml"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mprunner.golden.files.os.replace", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write(path, sample())
    assert [each.name for each in tmp_path.iterdir()] == ["s.golden.yaml"]
    assert path.read_text() == "old"


def test_no_file_is_no_golden(tmp_path: Path) -> None:
    assert read(tmp_path / "none.golden.yaml") is None


def test_a_merge_conflict_is_told_as_one(tmp_path: Path) -> None:
    path = tmp_path / "s.golden.yaml"
    path.write_text("golden: 1\n<<<<<<< HEAD\nactors: {}\n=======\nactors: {a: []}\n>>>>>>> other\n")
    with pytest.raises(ConflictedGoldenError, match="mprun accept"):
        read(path)


@pytest.mark.parametrize(
    "text", ["", "a: [", "golden: 99\n", "golden: 1\n", "[1, 2]", "golden: 1\nactors: 3\n", "\x00"]
)
def test_what_is_no_golden_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "s.golden.yaml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"s\.golden\.yaml: not a golden file"):
        read(path)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("lock", "lock.golden.yaml"), ("lock[spawn-2]", "lock.spawn-2.golden.yaml")],
)
def test_a_golden_stands_beside_its_scenario(tmp_path: Path, name: str, expected: str) -> None:
    assert tmp_path / expected == golden_path(tmp_path / "lock.yaml", name)


def test_goldens_of_a_folder_scenarios_stand_in_tests_golden_where_there_is_one(tmp_path: Path) -> None:
    scenarios, goldens = tmp_path / "scenarios", tmp_path / "tests" / "golden"
    scenarios.mkdir()
    assert scenarios / "lock.golden.yaml" == golden_path(scenarios / "lock.yaml", "lock")
    goldens.mkdir(parents=True)
    assert goldens / "lock.golden.yaml" == golden_path(scenarios / "lock.yaml", "lock")


def test_pending_goldens_are_found_below_a_folder(tmp_path: Path) -> None:
    waiting = pending_path(tmp_path / "deep" / "s.golden.yaml")
    assert waiting.name == "s.golden.new.yaml"
    write(waiting, sample())
    write(tmp_path / "s.golden.yaml", sample())
    assert [waiting] == pending(tmp_path)
